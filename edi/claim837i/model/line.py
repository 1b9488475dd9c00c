"""Service lines. Source: 005010X223A2, loops 2400, 2410, 2420A to D and 2430; FACTS A3, A4."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal

from edi.claim837i.model.coordination import LineAdjudication, Repricing
from edi.claim837i.model.details import Attachment, LoopSegment, LoopSegments, Procedure, with_loops
from edi.claim837i.model.parties import Party
from edi.records import record


@record(frozen=True, slots=True)
class Drug:
    """Loop 2410: LIN, CTP, REF*XZ. `ndc` is LIN03 as it stands; None where LIN is missing.

    `link_sequence_number` is REF*VY, for a drug that is billed on several lines.
    """

    ndc: str | None
    quantity: Decimal | None = None
    unit: str = ""
    prescription_number: str = field(default="", repr=False)
    link_sequence_number: str = ""
    has_quantity_segment: bool = True


@record(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. `charge` is SV203, `quantity` SV205 in `unit` SV204 (UN units, DA days).

    `control_number` is REF*6R. `service_end` is given where the service took several days.
    `loops` are those that it was read from.
    """

    number: str
    revenue_code: str
    procedure: Procedure | None
    charge: Decimal | None
    unit: str
    quantity: Decimal | None
    non_covered_charge: Decimal | None = None
    service_date: date | None = None
    service_end: date | None = None
    control_number: str = ""
    repriced_line_number: str = ""
    adjusted_repriced_line_number: str = ""
    attachments: tuple[Attachment, ...] = ()
    service_tax: Decimal | None = None
    facility_tax: Decimal | None = None
    third_party_note: str = field(default="", repr=False)
    repricing: Repricing | None = None
    drug: Drug | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    rendering: Party | None = None
    referring: Party | None = None
    adjudications: tuple[LineAdjudication, ...] = ()
    loops: tuple[LoopSegments, ...] = field(default=(), repr=False, compare=False)

    @property
    def segments(self) -> tuple[LoopSegment, ...]:
        """The segments that it was read from, made anew each time."""
        return tuple(with_loops(self.loops))

    @property
    def code(self) -> str:
        """The procedure code, or ""."""
        return self.procedure.code if self.procedure else ""
