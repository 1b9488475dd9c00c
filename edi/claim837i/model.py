"""Records of an institutional claim, named as the guide names them.

Values that could not be read (an amount with an exponent, a date of 13 months) are None;
the text itself stays reachable through `segments`. Patient data is left out of `repr`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from edi.finding import Place
from edi.protected import Protected
from edi.tokens import Segment


@dataclass(frozen=True, slots=True)
class LoopSegment:
    """A segment with the id of the loop it stands in."""

    loop: str
    segment: Segment


@dataclass(frozen=True, slots=True)
class Address:
    """N3 and N4."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
    state: str = ""
    postal_code: str = field(default="", repr=False)
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """REF: a qualifier and its value."""

    qualifier: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """PER: who to call. `numbers` are pairs of qualifier (TE, EM, FX, EX) and number."""

    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Party:
    """Anybody an NM1 names, with the segments that follow it.

    `entity_type` is NM102 (1 person, 2 organization); `name` is the last name or the
    organization's; `taxonomy` is PRV03.
    """

    entity_type: str = "2"
    name: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)
    id_qualifier: str = ""
    id: str = field(default="", repr=False)
    address: Address | None = None
    taxonomy: str = ""
    references: tuple[Reference, ...] = ()
    contact: Contact | None = None

    def reference(self, qualifier: str) -> str:
        """The value of the first REF with that qualifier, or ""."""
        return next((item.value for item in self.references if item.qualifier == qualifier), "")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Loop 2000B with 2010BA. `relationship` is SBR02: 18 where the patient is the subscriber, else ""."""

    party: Party
    responsibility: str
    relationship: str
    group_number: str = field(default="", repr=False)
    group_name: str = ""
    filing_indicator: str = ""
    birth_date: date | None = field(default=None, repr=False)
    sex: str = ""

    @property
    def is_patient(self) -> bool:
        return self.relationship == "18"


@dataclass(frozen=True, slots=True)
class Patient:
    """Loop 2000C with 2010CA: a dependent. `relationship` is PAT01 (19 child)."""

    party: Party
    relationship: str
    birth_date: date | None = field(default=None, repr=False)
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """PWK: a document that goes with the claim."""

    report_type: str
    transmission: str
    control_number: str = ""


@dataclass(frozen=True, slots=True)
class ContractInformation:
    """CN1: contract type, code (CN104) and version (CN106)."""

    type: str
    code: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """NTE: code and at most 80 characters."""

    code: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class HealthCode:
    """One composite of an HI segment.

    `qualifier` is component 1 (ABK principal diagnosis, ABJ admitting, APR reason for
    visit, ABF other, ABN external cause, DR, BBR, BBQ, BI, BH, BE, BG, TC). `first` is the
    date of component 4 and `last` its end where it is a span, `amount` component 5, `present_on_admission`
    component 9.
    """

    qualifier: str
    code: str
    first: date | None = None
    last: date | None = None
    amount: Decimal | None = None
    present_on_admission: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """Loop 2410: LIN, CTP, REF*XZ. `ndc` is LIN03 as it stands; None where LIN is missing."""

    ndc: str | None
    quantity: Decimal | None = None
    unit: str = ""
    prescription_number: str = ""
    has_quantity_segment: bool = True


@dataclass(frozen=True, slots=True)
class Procedure:
    """SV202: qualifier HC, code, up to four modifiers, description."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """Loop 2400. `charge` is SV203, `quantity` SV205 in `unit` SV204 (UN units, DA days)."""

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
    drug: Drug | None = None
    segments: tuple[LoopSegment, ...] = field(default=(), repr=False, compare=False)

    @property
    def code(self) -> str:
        """The procedure code, or ""."""
        return self.procedure.code if self.procedure else ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Loop 2300 with whom it is about and everything below it.

    `admission` is DTP*435 (a `datetime` where the hour is given), `discharge_hour` DTP*096
    as HHMM. `health_codes` holds all HI composites in guide order.
    """

    patient_control_number: str = field(repr=False)
    total_charge: Decimal | None
    facility_code: str
    frequency: str
    billing_provider: Party
    subscriber: Subscriber
    payer: Party
    statement_from: date | None
    statement_through: date | None
    lines: tuple[ServiceLine, ...]
    pay_to: Party | None = None
    patient: Patient | None = None
    accepts_assignment: str = "A"
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    delay_reason: str = ""
    discharge_hour: str = ""
    admission: date | datetime | None = None
    admission_type: str = ""
    point_of_origin: str = ""
    patient_status: str = ""
    attachments: tuple[Attachment, ...] = ()
    contract: ContractInformation | None = None
    estimated_amount_due: Decimal | None = None
    references: tuple[Reference, ...] = ()
    file_information: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    health_codes: tuple[HealthCode, ...] = ()
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    rendering: Party | None = None
    service_facility: Party | None = None
    referring: Party | None = None
    place: Place = field(default=Place(), repr=False, compare=False)
    segments: tuple[LoopSegment, ...] = field(default=(), repr=False, compare=False)

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
        for item in self.segments:
            if item.loop != loop or item.segment.id != segment_id:
                continue
            if qualifier is None or item.segment.component(1, 1) == qualifier:
                yield item

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
    return replace(
        place,
        claim=Protected(patient_control_number),
        loop="2300",
        segment=segment.id,
        segment_position=segment.position,
    )
