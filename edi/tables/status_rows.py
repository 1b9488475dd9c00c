"""Rows of a 277CA or 277: its levels, claims and lines, and what is said of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from edi.answer_parts import DateEntry, Name
from edi.claim_status.model import ClaimStatus, ClaimStatusReport, Level, Paperwork, Status, StatusLine
from edi.tables.pieces import (
    NO_CODE,
    Row,
    TableRow,
    amount_rows,
    contact_rows,
    date_rows,
    name_rows,
    other_element_rows,
    quantity_rows,
    reference_words,
    without_first,
)

_MOST = 10**9
_SERVICE = "472"
_Numbers = tuple[str, str, str, str]
"""TRN02, the account number, REF*1K and REF*FJ."""


def claim_status_rows(report: ClaimStatusReport) -> Iterator[TableRow]:
    """All rows of a report, levels first, then claim by claim."""
    head = (report.segment_position, report.kind, report.structure, report.purpose, report.reference)
    yield "status_reports", (*head, report.created, report.time, report.type)
    for level in report.levels:
        yield "status_levels", _level_row(level)
        yield from _entry_rows(level)
        numbers = (level.trace_number, "", "", "")
        for status in level.statuses:
            yield from _status_rows((None, None), level.loop.replace("2000", "2200"), status, numbers)
    for number, claim in enumerate(report.claims, start=1):
        yield from _claim_rows(number, claim)
    yield from other_element_rows((None, None), report.other_elements)


def _entry_rows(level: Level) -> Iterator[TableRow]:
    above, names, tracking = (None, None), *(level.loop.replace("2000", loop) for loop in ("2100", "2200"))
    yield from contact_rows(None, names, level.contacts)
    yield from name_rows(None, names, level.names)
    for trace in level.traces:
        row = (trace.type, trace.number, trace.originator, trace.supplement)
        yield "traces", (trace.segment_position, tracking, *row)
    yield from date_rows(above, tracking, level.dates)
    yield from amount_rows(above, tracking, level.amounts)
    yield from quantity_rows(above, tracking, level.quantities)


def _level_row(level: Level) -> Row:
    return (
        level.segment_position,
        level.number,
        level.parent_number,
        level.code,
        level.loop,
        *_name(level.name),
        level.trace_number,
        reference_words(level.references),
        _count(level.quantity("90", "QA")),
        _count(level.quantity("AA", "QC")),
        level.amount("YU"),
        level.amount("YY"),
        level.rejected,
    )


def _name(name: Name | None) -> Row:
    if name is None:
        return ("",) * 5
    return name.qualifier, name.last_name, name.first_name, name.identifier_qualifier, name.identifier


def _count(quantity: Decimal | None) -> int | None:
    """Claims are counted in whole numbers; what is none is null."""
    if quantity is None or quantity != quantity.to_integral_value():
        return None
    return int(quantity) if abs(quantity) <= _MOST else None


def _claim_rows(number: int, claim: ClaimStatus) -> Iterator[TableRow]:
    yield "status_claims", (number, *_claim_row(claim))
    yield from contact_rows(number, claim.loop, claim.contacts)
    yield from date_rows((number, None), claim.loop, without_first(claim.dates, [_SERVICE]))
    yield from _paperwork_rows((number, None), claim.paperwork)
    numbers = (claim.trace_number, claim.patient_control_number, claim.payer_claim_control_number)
    for status in claim.statuses:
        yield from _status_rows((number, None), claim.loop, status, (*numbers, ""))
    for line_number, line in enumerate(claim.lines, start=1):
        key = (number, line_number)
        yield "status_lines", (*key, *_line_row(line))
        level = claim.loop.replace("2200", "2220")
        yield from date_rows(key, level, without_first(line.dates, [_SERVICE]))
        yield from _paperwork_rows(key, line.paperwork)
        for status in line.statuses:
            of_line = (*numbers, line.line_control_number)
            yield from _status_rows(key, level, status, of_line)


def _claim_row(claim: ClaimStatus) -> Row:
    source = claim.source.name if claim.source else None
    return (
        claim.segment_position,
        claim.loop,
        claim.trace_number,
        claim.patient_control_number,
        claim.payer_claim_control_number,
        claim.clearinghouse_number,
        claim.type_of_bill,
        reference_words(claim.references),
        *_both_ends(claim.service_dates),
        source.last_name if source else "",
        " ".join(level.number for level in claim.levels),
        claim.rejected,
        claim.is_request,
        " ".join(claim.requested_documents),
        claim.due_date,
    )


def _line_row(line: StatusLine) -> Row:
    service = line.service or NO_CODE
    return (
        line.segment_position,
        service.qualifier,
        service.code,
        " ".join(service.modifiers),
        line.revenue_code,
        line.charge,
        line.paid,
        line.units,
        line.line_control_number,
        line.prescription_number,
        reference_words(line.references),
        *_both_ends(line.service_dates),
        line.rejected,
        line.due_date,
        service.description,
    )


def _both_ends(dates: DateEntry | None) -> Row:
    return (dates.first, dates.last) if dates else (None, None)


def _paperwork_rows(key: tuple[int, int | None], entries: Iterable[Paperwork]) -> Iterator[TableRow]:
    for entry in entries:
        row = (entry.segment_position, entry.report_type, entry.transmission, entry.control_number)
        yield "paperwork", (*key, *row)


def _status_rows(
    key: tuple[int | None, int | None], level: str, status: Status, numbers: _Numbers
) -> Iterator[TableRow]:
    """One row for each status of an STC: it may carry three."""
    for code in status.codes:
        yield (
            "statuses",
            (
                *key,
                status.segment_position,
                level,
                *numbers,
                code.element,
                code.category,
                code.status,
                code.entity,
                code.list_qualifier,
                code.outcome,
                status.action,
                status.effective_date,
                status.charge,
                status.paid,
                status.final_date,
                status.payment_method,
                status.remittance_date,
                status.check_number,
                status.message,
                status.rejects,
            ),
        )
