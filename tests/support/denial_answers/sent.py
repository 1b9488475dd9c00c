"""A claim that was sent, how its payer answers, and the pieces that several answers have."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from edi.claim837i.model import Claim, Party, ServiceLine
from edi.values import format_date, format_date_range, format_decimal, from_cents, to_cents
from edi.writer import SegmentValues
from samples.clearinghouse import Accept, SentClaim

VERSIONS = {
    "277CA": ("HN", "005010X214"),
    "277": ("HN", "005010X212"),
    "277RFAI": ("HN", "005010X213"),
    "835": ("HP", "005010X221A1"),
}
"""GS01 and GS08 of the answers that are written here."""
_DAYS_UNTIL = {"TA1": 0, "999": 1, "277CA": 2, "277": 12, "277RFAI": 12, "835": 20}
_DAYS_BETWEEN = 7
_ROOM = "01"
"""How revenue codes of room and board begin."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a payer answers, and what its profile says.

    `group` of its denials; `level`: it adjusts lines, or the claim as a whole without lines;
    `beside`: the percentage of a denied line that it calls contractual (CO-45); `others`: what
    becomes of the lines that no reason names; `remarks` on the `line` or on the `claim` (MIA,
    MOA); `line_numbers`: whether it gives back REF*6R.
    """

    about: str
    group: str = "CO"
    level: Literal["line", "claim"] = "line"
    beside: int = 0
    others: Literal["paid", "contract", "denied", "bundled"] = "contract"
    remarks: Literal["line", "claim"] = "line"
    line_numbers: bool = True
    says_remarks: bool = True
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentFile:
    """One claim that was sent, its file, and when; `number` is the payer's own for it."""

    claim: Claim
    data: bytes
    control_number: int
    sent: dt.datetime

    @property
    def number(self) -> str:
        """The number that the mock clearinghouse gives it too (REF*1K, CLP07)."""
        return f"{self.sent:%y%m%d}{self.control_number:09d}0001"

    @property
    def batch(self) -> str:
        """BHT03 of its transaction set."""
        return f"{self.control_number:09d}0001"

    def day(self, stage: str) -> dt.datetime:
        """When an answer of that stage comes."""
        return self.sent + dt.timedelta(days=_DAYS_UNTIL[stage])

    def when(self, stage: str, index: int) -> dt.datetime:
        """When the answer with that place among all comes: a later one a week after the one before."""
        return self.day(stage) + dt.timedelta(days=_DAYS_BETWEEN * (index - 1))

    def lines(self, role: str) -> tuple[ServiceLine, ...]:
        """Its lines by what they bill: `drug`, `room`, `infusion` (whatever else there is) or `all`."""
        drug = SentClaim(self.claim, Accept(), self.number).lines_named("drug")
        rest = tuple(line for line in self.claim.lines if line not in drug)
        room = tuple(line for line in rest if line.revenue_code.startswith(_ROOM))
        infusion = tuple(line for line in rest if line not in room)
        return {"drug": drug, "room": room, "infusion": infusion, "all": self.claim.lines}[role]


def amount_of(item: Mapping[str, Any]) -> int:
    return cents(Decimal(str(item["amount"])))


def cents(amount: Decimal | None) -> int:
    return to_cents(amount) if amount is not None else 0


def money(cents: int) -> str:
    return format_decimal(from_cents(cents))


def units(line: ServiceLine) -> str:
    return format_decimal(line.quantity) if line.quantity is not None else ""


def service(line: ServiceLine) -> Sequence[str]:
    if line.procedure is None:
        return "NU", line.revenue_code
    return line.procedure.qualifier, line.procedure.code, *line.procedure.modifiers


def name(qualifier: str, party: Party) -> SegmentValues:
    return (
        "NM1",
        qualifier,
        party.entity_type,
        party.name,
        party.first_name,
        "",
        "",
        "",
        party.id_qualifier,
        party.id,
    )


def patient_name(claim: Claim) -> SegmentValues:
    """NM1*QC; a dependent goes by the subscriber's id."""
    subscriber = claim.subscriber.party
    patient = claim.patient.party if claim.patient is not None else subscriber
    return ("NM1", "QC", "1", patient.name, patient.first_name, "", "", "", "MI", subscriber.id)


def dates(first: dt.date | None, last: dt.date | None) -> tuple[str, str]:
    first = first or dt.date(2026, 11, 10)
    if last is None or last == first:
        return "D8", format_date(first)
    return "RD8", format_date_range(first, last)
