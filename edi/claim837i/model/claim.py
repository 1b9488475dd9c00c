"""The claim itself and what stands at its level. Source: 005010X223A2, loop 2300; FACTS A2 to A6."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import chain
from typing import Any

from edi.claim837i.model.coordination import OtherCoverage, Repricing
from edi.claim837i.model.details import (
    Attachment,
    ContractInformation,
    EpsdtReferral,
    HealthCode,
    LoopSegment,
    Note,
    Source,
    with_loops,
)
from edi.claim837i.model.line import ServiceLine
from edi.claim837i.model.parties import Party, Patient, Reference, Subscriber
from edi.finding import Finding, Place
from edi.protected import Protected
from edi.records import record
from edi.tokens import Segment

REFERENCE_ORDER = ("4N", "9F", "G1", "F8", "9A", "9C", "LX", "D9", "LU", "EA", "P4", "G4")
"""REF of loop 2300 by qualifier, as the guide has them; others come last."""
HEALTH_CODE_ORDER = [
    "ABK",
    "BK",
    "ABJ",
    "BJ",
    "APR",
    "PR",
    "ABN",
    "BN",
    "DR",
    "ABF",
    "BF",
    "BBR",
    "BR",
    "CAH",
    "BBQ",
    "BQ",
    "BI",
    "BH",
    "BE",
    "BG",
    "TC",
]
"""HI by qualifier, as the guide has them; others come last."""
_REFERENCE_RANKS = {qualifier: rank for rank, qualifier in enumerate(REFERENCE_ORDER)}
_HEALTH_CODE_RANKS = {qualifier: rank for rank, qualifier in enumerate(HEALTH_CODE_ORDER)}


def _reference_rank(reference: Reference) -> int:
    return _REFERENCE_RANKS.get(reference.qualifier, len(_REFERENCE_RANKS))


def _health_code_rank(code: HealthCode) -> int:
    return _HEALTH_CODE_RANKS.get(code.qualifier, len(_HEALTH_CODE_RANKS))


def _is_billing_note(note: Note) -> bool:
    return note.code == "ADD"


@record(frozen=True, slots=True)
class Claim:
    """Loop 2300 with whom it is about and everything below it.

    `admission` is DTP*435 (a `datetime` where the hour is given), `discharge_hour` DTP*096
    as HHMM, `repricer_received` DTP*050. `references`, `notes` and `health_codes` are in the
    order of the guide, whatever order the file had. `pay_to_plan` is 2010AC, `currency` CUR02.

    `sources` are what it was read from: the levels above it, shared by their claims, and its
    own loops.
    """

    patient_control_number: str = field(repr=False)
    total_charge: Decimal | None
    facility_code: str
    frequency: str
    billing_provider: Party
    subscriber: Subscriber
    payer: Party
    statement_from: date | None = field(repr=False)
    statement_through: date | None = field(repr=False)
    lines: tuple[ServiceLine, ...]
    pay_to: Party | None = None
    pay_to_plan: Party | None = None
    currency: str = ""
    patient: Patient | None = None
    accepts_assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    delay_reason: str = ""
    discharge_hour: str = ""
    admission: date | datetime | None = field(default=None, repr=False)
    repricer_received: date | None = None
    admission_type: str = ""
    point_of_origin: str = ""
    patient_status: str = ""
    attachments: tuple[Attachment, ...] = ()
    contract: ContractInformation | None = None
    estimated_amount_due: Decimal | None = None
    references: tuple[Reference, ...] = ()
    file_information: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    epsdt_referral: EpsdtReferral | None = None
    health_codes: tuple[HealthCode, ...] = field(default=(), repr=False)
    repricing: Repricing | None = None
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    rendering: Party | None = None
    service_facility: Party | None = None
    referring: Party | None = None
    other_coverages: tuple[OtherCoverage, ...] = ()
    place: Place = field(default=Place(), repr=False, compare=False)
    sources: tuple[Source, ...] = field(default=(), repr=False, compare=False)

    def __post_init__(self) -> None:
        # the order within a loop says nothing (X12 RFI 993), so two claims that differ in it are equal
        self._order("references", self.references, _reference_rank)
        self._order("notes", self.notes, _is_billing_note)
        self._order("health_codes", self.health_codes, _health_code_rank)

    def _order(self, field: str, items: tuple[Any, ...], rank: Callable[[Any], int]) -> None:
        if len(items) > 1:
            object.__setattr__(self, field, tuple(sorted(items, key=rank)))

    @property
    def segments(self) -> tuple[LoopSegment, ...]:
        """All segments of the claim, those of the levels above it first; made anew each time."""
        return tuple(with_loops(chain.from_iterable([source.loops for source in self.sources])))

    @property
    def unread(self) -> tuple[LoopSegment, ...]:
        """The segments among them that the record does not carry in full."""
        return tuple(chain.from_iterable(source.unread for source in self.sources))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with them as far as the record is concerned."""
        return tuple(chain.from_iterable(source.findings for source in self.sources))

    @property
    def type_of_bill(self) -> str:
        """The bill type as people write it: `0131`."""
        return f"0{self.facility_code}{self.frequency}"

    @property
    def is_inpatient(self) -> bool:
        """Whether the facility code is 11 (hospital inpatient)."""
        return self.facility_code == "11"

    @property
    def birth_date(self) -> date | None:
        """The patient's: of the dependent where there is one, else of the subscriber."""
        return self.patient.birth_date if self.patient else self.subscriber.birth_date

    def reference(self, qualifier: str) -> str:
        """The value of the first claim-level REF with that qualifier, or ""."""
        return next((item.value for item in self.references if item.qualifier == qualifier), "")

    def codes(self, *qualifiers: str) -> list[HealthCode]:
        """The HI composites with one of the qualifiers, in their order."""
        return [code for code in self.health_codes if code.qualifier in qualifiers]

    def segments_of(self, loop: str, segment_id: str, qualifier: str | None = None) -> Iterator[LoopSegment]:
        """The claim's segments of a loop by id and, where given, first element."""
        for source in self.sources:
            for name, segments in source.loops:
                if name != loop:
                    continue
                for segment in segments:
                    if segment.id != segment_id:
                        continue
                    if qualifier is None or segment.component(1, 1) == qualifier:
                        yield LoopSegment(loop, segment)

    def place_of(
        self, item: LoopSegment | None, element: str | None = None, loop: str | None = None
    ) -> Place:
        """The place of one of its segments, or of the claim where the segment is missing."""
        if item is None:
            return replace(self.place, element=element, loop=loop or self.place.loop)
        return replace(
            self.place,
            loop=item.loop,
            segment=item.segment.id,
            segment_position=item.segment.position,
            element=element,
        )

    def first_place(
        self, loop: str, segment_id: str, qualifier: str | None = None, element: str | None = None
    ) -> Place:
        """The place of the first such segment, or where it ought to stand."""
        item = next(self.segments_of(loop, segment_id, qualifier), None)
        if item is None:
            return replace(self.place, loop=loop, segment=segment_id, element=element, segment_position=None)
        return self.place_of(item, element)

    def line_place(self, line: ServiceLine, segment_id: str, element: str | None = None) -> Place:
        """The place of a line's segment, or of its LX where the segment is missing."""
        for item in line.segments:
            if item.segment.id == segment_id:
                return self.place_of(item, element)
        return self.place_of(line.segments[0] if line.segments else None, element)


def claim_place(place: Place, patient_control_number: str, segment: Segment) -> Place:
    """The place of a CLM segment with the account number, masked."""
    return Place(
        place.file,
        place.interchange,
        place.group,
        place.transaction,
        Protected(patient_control_number),
        "2300",
        segment.id,
        segment.position,
    )
