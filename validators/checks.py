"""What a rule is given: the claim or the encounter, the profiles that apply, the day.

Context comes in as an argument; rules hold no state and ask no globals.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Self, TypeVar

from edi.claim837i.model import Claim, HealthCode, LoopSegment, ServiceLine
from edi.envelope import Interchange
from edi.finding import Place
from edi.tokens import Segment
from mapping import encounter as record
from mapping.building.parts import WHOLE, drug_codes, frequency_of, infusion_day
from mapping.encounter import Coverage, Encounter
from mapping.fact import fact
from mapping.profile_models import PartnerProfile, PayerProfile, ProductProfile, SiteProfile
from validators import billed
from validators.claims_before import ClaimsBefore, digest
from validators.facts import is_placeholder_name
from validators.prior_claims import PriorClaims

Limit = Literal["titer_threshold", "titer_maximum_days", "weight_maximum_days"]
"""Limits that both a product's gate and a payer's profile may set."""

WEIGHT_VALUE_CODE = "A8"
VOID = "8"
"""CLM05-3 of a claim that withdraws another."""
REPLACEMENT = "7"
"""CLM05-3 of a claim that takes the place of another."""
CHANGES_ANOTHER = (REPLACEMENT, VOID)
"""CLM05-3 of a claim that replaces or withdraws another."""
INPATIENT = "11"
OUTPATIENT = ("13", "85")
"""CLM05-1: type of bill without its leading zero."""


PRINCIPAL = ("ABK", "BK")
PRINCIPAL_AND_OTHER = frozenset({*PRINCIPAL, "ABF", "BF"})
"""HI qualifiers of these diagnoses, ICD-10 and ICD-9."""

InLoop = tuple[str, Segment]
"""The id of a loop, and a segment in it."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class InterchangeCheck:
    """The envelope of a file of claims; `partner` is the one its receiver and sender belong to, or None."""

    interchange: Interchange
    partner: PartnerProfile | None
    product: None = None
    encounter: None = None
    prior: None = None
    is_void: bool = False


@dataclass(eq=False)
class _Remembering:
    """What several rules ask of a check is worked out once."""

    _once: dict[Callable[[Any], Any], Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, work_out: Callable[[Self], Value]) -> Value:
        """What a function makes of the check; it is called once, however many rules ask."""
        known = self._once
        if work_out not in known:
            known[work_out] = work_out(self)
        value: Value = known[work_out]
        return value


@dataclass(eq=False)
class ClaimCheck(_Remembering):
    """A claim read from a file, with all that may be known about it.

    `product` is the therapy the claim bills, None where it bills none. `encounter` and
    `prior` are None where they are not at hand: rules that need them are listed as not
    checked. `site` is the profile of the billing provider, where there is one. `products` are
    all that there are, `before` knows
    the earlier claims of the file; `created` is BHT04. `rebuild` makes the claim that the
    encounter would become now, None where it becomes none.
    """

    claim: Claim
    payer: PayerProfile
    product: ProductProfile | None
    today: dt.date
    encounter: Encounter | None = None
    prior: PriorClaims | None = None
    payer_order: int = 0
    site: SiteProfile | None = None
    products: Sequence[ProductProfile] = ()
    created: dt.date | None = None
    before: ClaimsBefore = field(default_factory=ClaimsBefore)
    rebuild: Callable[[], Claim | None] = lambda: None

    @fact
    def number(self) -> int:
        """By what `before` knows the claim."""
        return self.before.number(self.claim)

    @fact
    def therapy(self) -> ProductProfile:
        """The product, in rules of drug claims; ValueError elsewhere."""
        if self.product is None:
            raise ValueError("the claim bills no product")
        return self.product

    @fact
    def is_void(self) -> bool:
        """Whether it withdraws an earlier claim, and bills nothing."""
        return self.claim.frequency == VOID

    @fact
    def is_inpatient(self) -> bool:
        """Whether it is an inpatient hospital bill (011x)."""
        return self.claim.facility_code == INPATIENT

    @fact
    def is_outpatient(self) -> bool:
        """Whether it is an outpatient hospital bill (013x, or 085x of a critical access hospital)."""
        return self.claim.facility_code in OUTPATIENT

    @fact
    def segments(self) -> Mapping[str, Sequence[InLoop]]:
        """The claim's segments and those of the levels above it by segment id, each with its loop.

        Plain pairs, because a claim has so many: `place_of` knows them.
        """
        found: defaultdict[str, list[InLoop]] = defaultdict(list)
        for source in self.claim.sources:
            for loop, segments in source.loops:
                for segment in segments:
                    found[segment.id].append((loop, segment))
        return found

    def place_of(self, item: InLoop, element: str) -> Place:
        """The place of an element of one of `segments`."""
        return self.claim.place_of(LoopSegment(*item), element)

    @fact
    def lines_by_code(self) -> Mapping[str, Sequence[ServiceLine]]:
        """The lines by their procedure code; those without one under ""."""
        found: dict[str, list[ServiceLine]] = {}
        for line in self.claim.lines:
            found.setdefault(line.code, []).append(line)
        return found

    @fact
    def codes_by_qualifier(self) -> Mapping[str, Sequence[HealthCode]]:
        """The HI composites by qualifier, in their order."""
        found: dict[str, list[HealthCode]] = {}
        for code in self.claim.health_codes:
            found.setdefault(code.qualifier, []).append(code)
        return found

    @fact
    def diagnoses(self) -> Sequence[tuple[HealthCode, str]]:
        """Principal and other diagnoses, each with its plain form: capitals without a dot."""
        return [
            (code, code.code.replace(".", "").upper())
            for code in self.claim.health_codes
            if code.qualifier in PRINCIPAL_AND_OTHER
        ]

    @fact
    def plain_diagnoses(self) -> Set[str]:
        """The plain forms of `diagnoses`."""
        return {plain for _, plain in self.diagnoses}

    @fact
    def references(self) -> Mapping[str, str]:
        """The value of the first claim-level REF by qualifier."""
        return {item.qualifier: item.value for item in reversed(self.claim.references)}

    @fact
    def drug_lines(self) -> tuple[ServiceLine, ...]:
        """The lines that bill the product: see `validators.billed`."""
        if self.product is None:
            return ()
        return billed.drug_lines(self.claim, self.product, self.payer)

    @fact
    def kit_ndcs(self) -> tuple[tuple[ServiceLine, str], ...]:
        """The lines with an NDC of the product, and its eleven digits however it is written."""
        if self.product is None:
            return ()
        named = ((line, billed.product_ndc(line, self.product)) for line in self.claim.lines if line.drug)
        return tuple([pair for pair in named if pair[1]])

    @fact
    def is_nameless(self) -> bool:
        """Whether the patient's first name is one that stands for none."""
        claim = self.claim
        return is_placeholder_name((claim.patient or claim.subscriber).party.first_name)

    @fact
    def patient_keys(self) -> tuple[int, ...]:
        """Whom the claim is about, as digests: two claims that share one are about one child.

        One is of the hospital's record number (REF*EA), one of the member id with first name and
        birth date, for twins may share an id; without a name of its own a child is known by no member id.
        """
        claim = self.claim
        person = claim.patient.party if claim.patient else claim.subscriber.party
        record_number, member_id = self.references.get("EA", ""), claim.subscriber.party.id
        keys = []
        if record_number:
            keys.append(digest("record", claim.billing_provider.id, record_number))
        if member_id and not self.is_nameless:
            keys.append(digest("member", member_id, person.first_name.upper(), claim.birth_date))
        return tuple(keys)

    def on_infusion_day(self, line: ServiceLine) -> bool:
        """Whether the line may be of the day of the infusion: it has no date, or its dates hold the day."""
        first, day = line.service_date, self.infusion_date
        if first is None:
            return True
        return day is not None and first <= day <= (line.service_end or first)

    def day_of(self, line: ServiceLine) -> dt.date | None:
        """The one day of a line: its own, or that of a statement of one day; None where there are several."""
        first, last = line.service_date, line.service_end or line.service_date
        if first is None:
            first, last = self.claim.statement_from, self.claim.statement_through
        return first if first == last else None

    @fact
    def infusion_date(self) -> dt.date | None:
        """Of the drug line, else of the encounter, else of a statement of one day."""
        for line in self.drug_lines:
            if line.service_date is not None:
                return line.service_date
        if self.encounter is not None and self.encounter.infusion_date is not None:
            return self.encounter.infusion_date
        if self.claim.statement_from == self.claim.statement_through:
            return self.claim.statement_from
        return None

    @fact
    def weight_kg(self) -> Decimal | None:
        """The dosing weight, of the encounter, else of value code A8 (kilograms)."""
        if self.encounter is not None and self.encounter.patient.weight_kg is not None:
            return self.encounter.patient.weight_kg
        for code in self.codes_by_qualifier.get("BE", ()):
            if code.code == WEIGHT_VALUE_CODE:
                return code.amount
        return None

    def claim_place(self, segment: str, qualifier: str | None = None, element: str | None = None) -> Place:
        """The place of a segment of loop 2300."""
        return self.claim.first_place("2300", segment, qualifier, element)

    def coverage_place(self, number: int, segment: str, qualifier: str, element: str) -> Place:
        """The place of a segment of the 2320 with that number (from 0), as far as it is there."""
        found = list(self.claim.segments_of("2320", segment, qualifier))
        # where each coverage has one, it is the one of the same number
        if number < len(found):
            return self.claim.place_of(found[number], element)
        return self.claim.first_place("2320", segment, qualifier, element)

    def line_place(self, line: ServiceLine, segment: str, element: str | None = None) -> Place:
        return self.claim.line_place(line, segment, element)


@dataclass(eq=False)
class EncounterCheck(_Remembering):
    """An encounter record before a claim is made of it."""

    encounter: Encounter
    payer: PayerProfile
    site: SiteProfile
    product: ProductProfile | None
    today: dt.date
    prior: PriorClaims | None = None
    payer_order: int = 0

    @fact
    def therapy(self) -> ProductProfile:
        """The product, in rules of drugs and of gates; ValueError elsewhere."""
        if self.product is None:
            raise ValueError("the encounter gives no product")
        return self.product

    def limit(self, name: Limit) -> int:
        """A limit of the gate: the payer's own, else the product's."""
        own: int | None = getattr(self.payer, name)
        of_product: int = getattr(self.therapy.gate, name)
        return of_product if own is None else own

    @fact
    def coverage(self) -> Coverage:
        """The coverage of the payer whose turn it is."""
        return self.encounter.coverages[self.payer_order]

    @fact
    def is_void(self) -> bool:
        """Whether the claim to the payer withdraws an earlier one, and bills nothing."""
        return frequency_of(self.encounter, WHOLE, self.payer_order) == VOID

    @fact
    def drug_lines(self) -> tuple[tuple[int, record.ServiceLine], ...]:
        """The lines of the record that bill the product, with their place in the list."""
        codes = drug_codes(self.encounter, self.product)
        return tuple([pair for pair in enumerate(self.encounter.service_lines) if pair[1].hcpcs in codes])

    @fact
    def infusion_date(self) -> dt.date | None:
        """The day of the infusion, planned or done; None where the record does not say."""
        return infusion_day(self.encounter, self.product)

    def place(self, path: str) -> Place:
        """A field of the record."""
        return Place(encounter=self.encounter.id, path=path)
