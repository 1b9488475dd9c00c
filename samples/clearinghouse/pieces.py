"""Segments and values that more than one answer has."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from edi.claim837i.model import Claim, Party, ServiceLine
from edi.envelope import Transaction
from edi.tokens import Segment
from edi.values import format_date, format_date_range, format_decimal, from_cents, to_cents
from edi.writer import SegmentValues

Item = TypeVar("Item")
Segments = Iterator[SegmentValues]


def service(line: ServiceLine) -> Sequence[str]:
    """SVC01: the procedure with its modifiers, or the revenue code (NU) where none was sent."""
    if line.procedure is None:
        return "NU", line.revenue_code
    return line.procedure.qualifier, line.procedure.code, *line.procedure.modifiers


def revenue_code(line: ServiceLine) -> str:
    """SVC04: the revenue code, where SVC01 does not hold it already."""
    return line.revenue_code if line.procedure is not None else ""


def service_dates(first: date | None, last: date | None) -> Segments:
    if first is None:
        return
    if last is None or last == first:
        yield ("DTP", "472", "D8", format_date(first))
    else:
        yield ("DTP", "472", "RD8", format_date_range(first, last))


def name_segment(qualifier: str, party: Party) -> SegmentValues:
    """NM101 to NM109."""
    person = (party.name, party.first_name, party.middle_name, "", party.suffix)
    return ("NM1", qualifier, party.entity_type, *person, party.id_qualifier, party.id)


def patient_name(claim: Claim) -> SegmentValues:
    """NM1*QC; a dependent without an id of its own goes by the subscriber's."""
    subscriber = claim.subscriber.party
    patient = claim.patient.party if claim.patient is not None else subscriber
    person = (patient.name, patient.first_name, patient.middle_name, "", patient.suffix)
    return ("NM1", "QC", "1", *person, "MI", patient.id or subscriber.id)


def first_segment(transaction: Transaction, segment_id: str, qualifier: str | None = None) -> Segment:
    """The first such segment, or an empty one."""
    for segment in transaction.segments:
        if segment.id == segment_id and (qualifier is None or segment.element(1) == qualifier):
            return segment
    return Segment(segment_id, transaction.interchange.separators)


def grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """The items by key, in the order in which each key was met first."""
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def cents(amount: Decimal | None) -> int:
    return to_cents(amount) if amount is not None else 0


def money(cents: int) -> str:
    return format_decimal(from_cents(cents))
