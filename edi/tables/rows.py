"""Rows of tables out of what was read: one function for each kind of answer.

A row is a tuple in the order of `columns.TABLES`, without the file and the transaction, which
whoever asks puts before it. Money is integer cents, None where it could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from edi.acknowledgment.implementation import GroupAcknowledgment, SegmentError, TransactionAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.answer_parts import ProcedureCode
from edi.claim837i.model import Claim
from edi.claim_status.model import ClaimStatus, ClaimStatusReport, Level, Status
from edi.finding import Finding
from edi.protected import MASK, Protected
from edi.remittance.model import (
    Adjustment,
    ClaimPayment,
    ProviderAdjustment,
    Remark,
    RemittanceHeader,
    ServiceLine,
)
from edi.values import to_cents

Row = tuple[object, ...]
TableRow = tuple[str, Row]
"""The name of a table, and a row of it."""


def remittance_header_row(header: RemittanceHeader) -> TableRow:
    """A row of `remittances`."""
    payment, payer, payee = header.payment, header.payer, header.payee
    row = (
        header.trace_number,
        header.payer_identifier,
        payer.name if payer else "",
        payee.name if payee else "",
        payee.identifier if payee else "",
        _read(payment.net, "BPR02", payment.unreadable) if payment else None,
        payment.method if payment else "",
        payment.payment_date if payment else None,
        header.production_date,
    )
    return "remittances", row


def provider_adjustment_rows(entries: Iterable[ProviderAdjustment]) -> Iterator[TableRow]:
    """The rows of `provider_adjustments`."""
    for entry in entries:
        amount = entry.amount if entry.readable else None
        row = (entry.provider, entry.fiscal_period, entry.reason, entry.reference, amount)
        yield "provider_adjustments", (entry.segment_position, *row)


def claim_payment_rows(number: int, claim: ClaimPayment) -> Iterator[TableRow]:
    """The rows of one claim of an 835: `claims`, `lines`, `adjustments`, `remarks`."""
    yield (
        "claims",
        (
            number,
            claim.segment_position,
            claim.patient_control_number,
            claim.status,
            _read(claim.charge, "CLP03", claim.unreadable),
            _read(claim.paid, "CLP04", claim.unreadable),
            _read(claim.patient_responsibility, "CLP05", claim.unreadable),
            claim.filing_indicator,
            claim.payer_claim_control_number,
            claim.facility_type,
            claim.frequency,
            claim.drg,
            claim.date_of("232"),
            claim.date_of("233"),
            claim.date_of("050"),
            claim.is_reversal,
            claim.was_forwarded,
        ),
    )
    yield from _adjustment_rows(number, None, claim.adjustments)
    yield from _remark_rows(number, None, claim.remarks)
    for line_number, line in enumerate(claim.lines, start=1):
        yield "lines", _line_row(number, line_number, line)
        yield from _adjustment_rows(number, line_number, line.adjustments)
        yield from _remark_rows(number, line_number, line.remarks)


def _line_row(claim: int, number: int, line: ServiceLine) -> Row:
    service, submitted = line.service or _NO_CODE, line.submitted_service or _NO_CODE
    first, last = line.service_dates
    return (
        claim,
        number,
        line.segment_position,
        service.qualifier,
        service.code,
        " ".join(service.modifiers),
        line.revenue_code,
        _read(line.charge, "SVC02", line.unreadable),
        _read(line.paid, "SVC03", line.unreadable),
        line.units,
        submitted.code,
        line.submitted_units,
        line.line_control_number,
        first,
        last,
        line.amount("B6"),
    )


_NO_CODE = ProcedureCode("", "")


def _adjustment_rows(claim: int, line: int | None, entries: Iterable[Adjustment]) -> Iterator[TableRow]:
    for entry in entries:
        amount = entry.amount if entry.readable else None
        row = (claim, line, entry.segment_position, entry.group, entry.reason, amount, entry.quantity)
        yield "adjustments", row


def _remark_rows(claim: int, line: int | None, entries: Iterable[Remark]) -> Iterator[TableRow]:
    for entry in entries:
        yield "remarks", (claim, line, entry.segment_position, entry.qualifier, entry.code)


def _read(amount: int, element: str, unreadable: tuple[str, ...]) -> int | None:
    return None if element in unreadable else amount


def claim_status_rows(report: ClaimStatusReport) -> Iterator[TableRow]:
    """`statuses` of a 277CA or 277: those of levels above claims, of claims and of lines."""
    for level in report.levels:
        for status in level.statuses:
            loop = level.loop.replace("2000", "2200")
            yield from _status_rows((None, None), loop, status, _level_numbers(level))
    for number, claim in enumerate(report.claims, start=1):
        for status in claim.statuses:
            yield from _status_rows((number, None), claim.loop, status, _claim_numbers(claim))
        for line_number, line in enumerate(claim.lines, start=1):
            numbers = (*_claim_numbers(claim)[:3], line.line_control_number)
            for status in line.statuses:
                yield from _status_rows(
                    (number, line_number), claim.loop.replace("2200", "2220"), status, numbers
                )


def _level_numbers(level: Level) -> tuple[str, str, str, str]:
    return level.trace_number, "", "", ""


def _claim_numbers(claim: ClaimStatus) -> tuple[str, str, str, str]:
    return claim.trace_number, claim.patient_control_number, claim.payer_claim_control_number, ""


def _status_rows(
    key: tuple[int | None, int | None], level: str, status: Status, numbers: tuple[str, str, str, str]
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
                code.category,
                code.status,
                code.entity,
                status.action,
                status.effective_date,
                status.charge,
                status.paid,
                status.message,
                status.rejects,
            ),
        )


def interchange_acknowledgment_rows(answer: InterchangeAcknowledgment) -> Iterator[TableRow]:
    """`acknowledgments` of a TA1: one row."""
    numbers = ("TA1", answer.interchange_control_number, "", "")
    yield "acknowledgments", (None, *numbers, answer.code, answer.verdict.value, answer.note, *_NO_FAULT)


_NO_FAULT: Row = ("", None, "", "", None, None, "", "", "")


def acknowledgment_rows(kind: str, answer: GroupAcknowledgment) -> Iterator[TableRow]:
    """`acknowledgments` of a 999 or 997: the group, each transaction set, each fault."""
    group = (kind, "", answer.control_number)
    verdict = (answer.code, answer.verdict.value, " ".join(answer.syntax_codes))
    yield "acknowledgments", (answer.segment_position, *group, "", *verdict, *_NO_FAULT)
    for transaction in answer.transactions:
        yield from _transaction_rows(group, transaction)


def _transaction_rows(group: Row, answer: TransactionAcknowledgment) -> Iterator[TableRow]:
    verdict = (answer.code, answer.verdict.value, " ".join(answer.syntax_codes))
    head = (*group, answer.control_number, *verdict)
    yield "acknowledgments", (answer.segment_position, *head, *_NO_FAULT)
    for error in answer.errors:
        for position, fault in _faults(error):
            yield "acknowledgments", (position, *head, *fault)


def _faults(error: SegmentError) -> Iterator[tuple[int, Row]]:
    head = (error.segment_id, error.segment_at, error.loop, error.code)
    account = error.patient_control_number
    if not error.elements:
        yield error.segment_position, (*head, None, None, "", "", account)
    for element in error.elements:
        value = element.value.reveal() if element.value is not None else ""
        fault = (element.element, element.component, element.code, value)
        yield element.segment_position, (*head, *fault, account)


def billed_claim_rows(number: int, claim: Claim) -> Iterator[TableRow]:
    """`billed_claims` and `billed_lines` of one claim of an 837I."""
    principal = claim.codes("ABK", "BK")
    yield (
        "billed_claims",
        (
            number,
            claim.place.segment_position,
            claim.patient_control_number,
            claim.type_of_bill,
            _cents(claim.total_charge),
            claim.payer.id,
            claim.payer.name,
            claim.subscriber.responsibility,
            claim.subscriber.filing_indicator,
            claim.subscriber.party.id,
            claim.birth_date,
            claim.billing_provider.id,
            claim.statement_from,
            claim.statement_through,
            principal[0].code if principal else "",
            claim.reference("G1"),
            claim.reference("F8"),
        ),
    )
    for line_number, line in enumerate(claim.lines, start=1):
        drug, procedure = line.drug, line.procedure
        yield (
            "billed_lines",
            (
                number,
                line_number,
                claim.line_place(line, "SV2").segment_position,
                line.revenue_code,
                line.code,
                " ".join(procedure.modifiers) if procedure else "",
                _cents(line.charge),
                line.unit,
                line.quantity,
                line.service_date,
                line.service_end or line.service_date,
                (drug.ndc or "") if drug else "",
                drug.quantity if drug else None,
                drug.unit if drug else "",
                line.control_number,
            ),
        )


def _cents(amount: Decimal | None) -> int | None:
    try:
        return None if amount is None else to_cents(amount)
    except ValueError:  # a part of a cent, which a finding reports
        return None


def finding_row(finding: Finding) -> TableRow:
    """A row of `findings`; patient data masked."""
    place = finding.place
    row = (
        place.segment_position,
        finding.rule,
        finding.severity.value,
        place.element or "",
        finding.message(),
        _shown(finding.expected),
        _shown(finding.found),
    )
    return "findings", row


def _shown(value: object) -> str:
    if isinstance(value, Protected):
        return MASK
    return "" if value is None else str(value)
