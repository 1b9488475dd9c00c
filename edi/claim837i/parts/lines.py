"""Service lines: read from their loops, and written.

Source: 005010X223A2, loops 2400, 2410, 2420A to D, 2430; FACTS A3, A4.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from edi.claim837i.layout import says_something
from edi.claim837i.layouts import CTP, LIN, LX, NTE, PLAIN_REF, SV2
from edi.claim837i.loops import DRUG, LINE, Loop, Parts, by_id, grouped, segments_of
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered_loop, written
from edi.claim837i.model.line import Drug, ServiceLine
from edi.claim837i.parts import coordination, dates, details, parties
from edi.claim837i.parts.amounts import read_amounts, write_amounts
from edi.claim837i.parts.procedures import PROCEDURE, as_procedure, procedure_fields
from edi.tokens import Segment
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]

_SERVICE_DATE = "472"
_THIRD_PARTY_NOTE = "TPO"
_REFERENCES = (
    ("6R", "control_number"),
    ("9B", "repriced_line_number"),
    ("9D", "adjusted_repriced_line_number"),
)
_AMOUNTS = (("GT", "service_tax"), ("N8", "facility_tax"))
_read_number = LX.reads("number")
_read_service = SV2.reads(*PROCEDURE, "revenue_code", "charge", "unit", "quantity", "non_covered_charge")
_read_note = NTE.reads("text")
_read_reference = PLAIN_REF.reads("value")
_read_ndc = LIN.reads("ndc")
_read_quantity_and_unit = CTP.reads("quantity", "unit")
_DRUG_REFERENCES = (("VY", "link_sequence_number"), ("XZ", "prescription_number"))
_PROVIDERS = {
    "2420A": ("72", "operating"),
    "2420B": ("ZZ", "other_operating"),
    "2420C": ("82", "rendering"),
    "2420D": ("DN", "referring"),
}


def read_lines(loops: Sequence[Loop], losses: Losses) -> tuple[ServiceLine, ...]:
    """The service lines among the loops of a claim."""
    return tuple([_line(group, losses) for group in grouped(loops, LINE)])


def _line(loops: list[Loop], losses: Losses) -> ServiceLine:
    head, *below = loops
    own = _read_own(head, losses)
    drug = by_id(below).get(DRUG)
    return ServiceLine(
        **own,
        **parties.read_parties(below, _PROVIDERS, losses),
        drug=_read_drug(drug, losses) if drug else None,
        adjudications=coordination.read_adjudications(below, losses),
        loops=segments_of(loops),
    )


def _own(head: Loop, losses: Losses) -> dict[str, Any]:
    """The fields that loop 2400 itself holds."""
    number = head.take("LX")
    service = head.take("SV2") or Segment("SV2", head.segments[0].separators)
    *procedure, revenue_code, charge, unit, quantity, non_covered_charge = _read_service(
        service, head.id, losses
    )
    first, last = dates.read_span(head, _SERVICE_DATE, losses)
    return {
        "number": _read_number(number, head.id, losses) if number else "",
        "revenue_code": revenue_code,
        "procedure": as_procedure(*procedure),
        "charge": charge,
        "unit": unit,
        "quantity": quantity,
        "non_covered_charge": non_covered_charge,
        "service_date": first,
        "service_end": last if last != first else None,
        **_references(head, _REFERENCES, losses),
        **read_amounts(head, _AMOUNTS, losses),
        **head.read(_PARTS, losses),
    }


def _third_party_note(loop: Loop, losses: Losses) -> str:
    segment = loop.take("NTE", _THIRD_PARTY_NOTE)
    return _read_note(segment, loop.id, losses) if segment else ""


_PARTS: Parts = (
    ("PWK", "attachments", details.read_attachments),
    ("NTE", "third_party_note", _third_party_note),
    ("HCP", "repricing", details.read_repricing),
)


def _references(loop: Loop, references: Sequence[tuple[str, str]], losses: Losses) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if not loop.has("REF"):
        return values
    for qualifier, field in references:
        segment = loop.take("REF", qualifier)
        if segment is not None:
            values[field] = value = _read_reference(segment, loop.id, losses)
            if not value:
                losses.says_nothing(loop.id, segment)
    return values


def _drug(loop: Loop, losses: Losses) -> Drug:
    item, amount = loop.take("LIN"), loop.take("CTP")
    ndc = _read_ndc(item, loop.id, losses) if item else None
    quantity, unit = _read_quantity_and_unit(amount, loop.id, losses) if amount else (None, "")
    return Drug(
        ndc,
        quantity,
        unit,
        has_quantity_segment=amount is not None,
        **_references(loop, _DRUG_REFERENCES, losses),
    )


# claims of one product and day have lines that are alike
_read_own = remembered_loop(_own)
_read_drug = remembered_loop(_drug)


@written
def write_line(line: ServiceLine) -> Segments:
    """Loop 2400 with all below it. Raises ValueError for a last day without a first."""
    if line.service_end is not None and line.service_date is None:
        raise ValueError("a service needs its first day")
    yield LX.write(line)
    service = SV2.write(line, **procedure_fields(line.procedure))
    if says_something(service):
        yield service
    yield from details.write_attachments(line.attachments)
    if line.service_date is not None:
        yield _service_date(line.service_date, line.service_end)
    yield from _write_references(line, _REFERENCES)
    yield from write_amounts(line, _AMOUNTS)
    if line.third_party_note:
        yield NTE.write_values(code=_THIRD_PARTY_NOTE, text=line.third_party_note)
    yield from details.write_repricing(line.repricing)
    if line.drug is not None:
        yield from _write_drug(line.drug)
    yield from parties.write_parties(line, _PROVIDERS)
    for adjudication in line.adjudications:
        yield from coordination.write_adjudication(adjudication)


def _service_date(first: date, last: date | None) -> SegmentValues:
    if last is None:
        return dates.write_day(_SERVICE_DATE, first)
    return dates.write_span(_SERVICE_DATE, first, last)


def _write_references(record: ServiceLine | Drug, references: Sequence[tuple[str, str]]) -> Segments:
    for qualifier, field in references:
        if getattr(record, field):
            yield PLAIN_REF.write_values(qualifier=qualifier, value=getattr(record, field))


def _write_drug(drug: Drug) -> Segments:
    if not drug.has_quantity_segment and (drug.ndc is None or drug.quantity is not None or drug.unit):
        raise ValueError("a drug needs LIN or CTP, and a quantity needs CTP")
    if drug.ndc is not None:
        yield LIN.write(drug)
    if drug.has_quantity_segment:
        yield CTP.write(drug)
    yield from _write_references(drug, _DRUG_REFERENCES)
