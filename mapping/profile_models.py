"""What a profile of a product, a payer, a trading partner or a site holds.

A drug, a payer, a partner is data: no code asks for one by name. Loading, and the source
and date of every fact, are in `mapping.profile_store`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    field_validator,
)

from edi.npi import is_valid_npi

Upper = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9 .&'/-]+$")]
RevenueCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]


def _each_code(codes: object) -> object:
    """Codes and ranges of codes (`99202-99215`, `0537T-0540T`) as a set of all that they name."""
    if not isinstance(codes, list | tuple) or not all(isinstance(code, str) for code in codes):
        return codes
    return frozenset(one for code in codes for one in _codes_from_to(*code.partition("-")[::2]))


def _codes_from_to(first: str, last: str) -> list[str]:
    """All codes from the first to the last; they may end in one letter."""
    if not last:
        return [first]
    suffix = first[-1] if first[-1].isalpha() else ""
    digits = len(first) - len(suffix)
    if not (first[:digits].isdigit() and last[:digits].isdigit() and last[digits:] == suffix):
        raise ValueError("a range has two codes of one form")
    return [f"{number:0{digits}d}{suffix}" for number in range(int(first[:digits]), int(last[:digits]) + 1)]


Codes = Annotated[frozenset[str], BeforeValidator(_each_code)]
"""A set of codes, written as a list of codes and ranges."""

DiagnosisCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9][0-9A-Z]{1,5}$")]
ChargeLimit = Annotated[Decimal, Field(gt=0, decimal_places=2)]
Days = Annotated[int, Field(ge=1, le=3650)]


def _is_pattern(text: str) -> str:
    """The text of a regular expression; ValueError where it is none."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_is_pattern)]

NO_PAYER_ID = "UNKNOWN"
"""The id of a profile that tells what a payer wants, and not where it is reached."""


class ProfileRecord(BaseModel):
    """Base of all profiles: frozen, unknown names refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kit(ProfileRecord):
    """One weight-band kit of a product: kilograms, millilitres, NDC as printed and as sent.

    `evidence`: how the row is known, `read` in the table or `derived` from its pattern.
    """

    weight_from_kg: Decimal
    weight_to_kg: Decimal
    dose_ml: Decimal
    vials: int
    ndc_10: str
    ndc_11: str
    extractable_ml: Decimal
    evidence: str = ""

    @property
    def is_doubtful(self) -> bool:
        """Whether its NDC was never read in a table, only derived from those that were."""
        return self.evidence == "derived"


class WrongAdministration(ProfileRecord):
    """A range of administration codes that do not fit the product, unless another stands beside."""

    first: str
    last: str
    reason: str
    source: str
    date: dt.date
    unless: str = ""

    def covers(self, code: str) -> bool:
        return self.first <= code <= self.last and len(code) == len(self.first)


class Gate(ProfileRecord):
    """The limits of the clinical gate: days are counted back from the infusion.

    What is not given asks for nothing. `labs_upper_factors`: a test's value may be at most so
    many times the laboratory's upper limit; `labs_with_lower_limit` must not be below the lower
    one. `no_variant_words`: how a report says that it found none. `therapy_names`: what an
    earlier dose is called, in any of its routes.
    """

    titer_threshold: int
    titer_warning_days: int
    titer_maximum_days: int
    labs_maximum_days: int
    weight_maximum_days: int
    steroid_lead_days: int
    steroid_minimum_days: int = 0
    steroid_minimum_mg_per_kg: Decimal = Decimal(0)
    monitoring_months: int = 0
    baseline_tests: tuple[str, ...] = ()
    labs_upper_factors: Mapping[str, Decimal] = Field(default_factory=dict)
    labs_with_lower_limit: tuple[str, ...] = ()
    no_variant_words: tuple[str, ...] = ()
    therapy_names: tuple[str, ...] = ()


class DiscountModifier(ProfileRecord):
    """A modifier for drugs bought under 340B: until when it is used, and whether children's hospitals use it."""

    code: str
    last_date: dt.date | None = None
    childrens: bool = True


class Monitoring(ProfileRecord):
    """Tests that the label wants after the infusion: in which weeks, and what ends them.

    `tests` are the single tests behind `what`; a week counts seven days from the infusion.
    """

    what: str
    tests: Annotated[tuple[str, ...], Field(min_length=1)]
    weeks: Annotated[tuple[Annotated[int, Field(ge=1, le=520)], ...], Field(min_length=1)]
    until: str = ""
    source: str
    date: dt.date


class Program(ProfileRecord):
    """The manufacturer's support program."""

    name: str
    telephone: str
    source: str
    date: dt.date


class ProductProfile(ProfileRecord):
    """A therapy: its codes, its dose, its kits, its limits, and what is billed beside it.

    What is not given is not judged. `infusion_units_usual` and `infusion_units_maximum` are of
    one day. `infusion_addon_code` bills a further hour, and only of an infusion that took more
    than `infusion_addon_minutes`. `revenue_code_value_codes`: a revenue code that stands with a
    value code. `concurrent_codes` bill another therapy of the same disease. Diagnoses without
    dots: `unspecified_diagnoses` leave the type of the disease open, `carrier_diagnoses` say that
    somebody only carries it, `history_diagnoses` that there was such a therapy before. An answer to a
    claim over less than `least_charge` (USD) is not about the product, unless it names its code.
    """

    key: str
    title: str
    clinical_gate: str
    hcpcs: str
    hcpcs_first_date: dt.date
    units: int
    unit: str
    unclassified_codes: tuple[str, ...]
    dose_vg_per_kg: Decimal
    concentration_vg_per_ml: Decimal
    ml_per_kg: Decimal
    weight_from_kg: Decimal
    weight_to_kg: Decimal
    age_limit_months: int
    age_limit_inclusive: bool
    least_charge: Decimal | None = None
    volume_tolerance_ml: Decimal
    inner_vial_ndcs: tuple[str, ...]
    family_ndcs: tuple[str, ...]
    diagnoses: tuple[str, ...]
    infusion_code: str
    infusion_units_usual: int | None = None
    infusion_units_maximum: int | None = None
    infusion_addon_code: str = ""
    infusion_addon_minutes: int = 0
    wrong_administration: tuple[WrongAdministration, ...]
    revenue_code_value_codes: Mapping[RevenueCode, str] = Field(default_factory=dict)
    discarded_modifier: str = ""
    nothing_discarded_modifier: str = ""
    discount_modifiers: tuple[DiscountModifier, ...] = ()
    visit_codes: Codes = frozenset()
    visit_modifier: str = ""
    professional_codes: Codes = frozenset()
    handling_codes: Codes = frozenset()
    handling_revenue_codes: Codes = frozenset()
    concurrent_codes: Codes = frozenset()
    unspecified_diagnoses: tuple[str, ...] = ()
    carrier_diagnoses: tuple[str, ...] = ()
    history_diagnoses: tuple[str, ...] = ()
    monitoring: tuple[Monitoring, ...] = ()
    gate: Gate
    program: Program
    kits: tuple[Kit, ...]

    @cached_property
    def kit_by_ndc(self) -> Mapping[str, Kit]:
        return {kit.ndc_11: kit for kit in self.kits}

    @cached_property
    def known_ndcs(self) -> frozenset[str]:
        """Every NDC that names the product: kits, the family code, inner vials."""
        return frozenset(self.kit_by_ndc) | frozenset(self.family_ndcs) | frozenset(self.inner_vial_ndcs)

    @cached_property
    def ndc_forms(self) -> Mapping[str, str]:
        """The eleven digits of every NDC of the product by how it is found written: in full, or as the
        carton prints it (5-3-2), hyphens apart."""
        printed = {ndc[:5] + ndc[6:]: ndc for ndc in self.known_ndcs if ndc[5:6] == "0"}
        return {ndc: ndc for ndc in self.known_ndcs} | printed

    @cached_property
    def labelers(self) -> frozenset[str]:
        """The first five digits of the product's NDCs: whose they are."""
        return frozenset(ndc[:5] for ndc in self.known_ndcs)

    @cached_property
    def bands(self) -> Mapping[str, int]:
        """The number of each kit's weight band, from the lightest, by NDC."""
        return {kit.ndc_11: number for number, kit in enumerate(self.kits)}

    def ndc_named(self, text: str) -> str:
        """The product's NDC that a text means, with hyphens or N4 or without; "" where it means none."""
        return self.ndc_forms.get(text.strip().upper().removeprefix("N4").replace("-", ""), "")

    def kit_for_weight(self, weight_kg: Decimal) -> Kit | None:
        """The kit whose band holds the weight, rounded to a tenth of a kilogram."""
        rounded = weight_kg.quantize(Decimal("0.1"), ROUND_HALF_UP)
        return next((kit for kit in self.kits if kit.weight_from_kg <= rounded <= kit.weight_to_kg), None)


class SeverityChange(ProfileRecord):
    """A profile's own severity for a rule, or `off`; always with a reason."""

    severity: Literal["error", "warning", "info", "off"]
    reason: Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


Paper = Literal[
    "authorization",
    "antibody_titer",
    "smn1",
    "smn2_copies",
    "sma_type",
    "weight",
    "glucocorticoid_plan",
    "baseline_labs",
    "monitoring_plan",
    "neuromuscular_consult",
    "boxed_warning_consent",
    "prior_therapies",
    "contract",
]
"""What a payer may want to see before it authorizes the drug."""


class DrugModifier(ProfileRecord):
    """A modifier that a payer wants on the drug line, and when."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]
    setting: Literal["any", "inpatient", "outpatient"] = "any"
    only_340b: bool = False
    source: str
    date: dt.date


PaymentBasis = Literal["acquisition_cost", "agreement", "fee_schedule", "group", "charges", ""]
"""By what a payer prices the drug; "" where that is not known. `group`: with the stay, by its DRG."""


class PayerProfile(ProfileRecord):
    """A payer: what its claims must look like, and its habits with denied claims.

    `carve_out`: it wants the drug alone on an outpatient claim; that claim's account number
    ends in `carve_out_suffix`. `drug_revenue_code` and `drug_hcpcs` go out in place of the
    record's own; without them the record's stand. `drug_lines`: the drug on so many lines of
    one unit that sum to its charge. `invoice_value_code`: the value code under which it wants
    the acquisition cost. `poa_exempt`: its stays need no present-on-admission indicators.
    `grouper`: by which it pays stays, "" where that is not known. `authorization_by_member`: it
    finds the authorization by member and provider, without its number on the claim.
    `diagnoses`: without dots, of which one must stand in `diagnosis_position` for the drug; ()
    for no list of its own. `line_charge_maximum` and `claim_charge_maximum`: dollars that its
    system can hold. `filing_days` count from the end of the statement, `filing_days_secondary`
    from the decision of the payer before, `filing_days_correction` of a replacement from the
    remittance; None where they are not known. `correction_days` is what is reckoned with then.
    `filing_extends_over_weekends`: a last day on a Saturday or Sunday means the Monday after.
    `member_id_pattern`: what a member id must match as a whole; "" for any.
    `agreement_milestone_months`: when an outcomes-based agreement wants the child measured, in
    months from the infusion; `agreement_measures`: by what.
    """

    key: str
    title: str
    extends: str = ""
    name: Upper = "UNKNOWN PAYER"
    payer_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{2,80}$")] = NO_PAYER_ID
    partner: str = ""
    filing_indicator: str
    drug_revenue_codes: tuple[RevenueCode, ...]
    drug_revenue_codes_unusual: tuple[RevenueCode, ...]
    infusion_revenue_code: RevenueCode
    ndc_unit: Literal["ML", "UN"]
    ndc_units_accepted: tuple[str, ...]
    inpatient_hcpcs_prefixes: tuple[str, ...]
    poa_exempt: bool = False
    grouper: Literal["MS-DRG", "APR-DRG", ""] = ""
    authorization_by_member: bool = False
    contract_id_place: Literal["NTE*ADD", "CN1", "REF*P4"]
    requires_contract_id: bool
    agreement_milestone_months: tuple[Annotated[int, Field(ge=1, le=240)], ...] = ()
    agreement_measures: tuple[str, ...] = ()
    lot_in_note: bool
    carve_out: bool = False
    carve_out_suffix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{1,4}$")] = "D"
    drug_revenue_code: RevenueCode | None = None
    drug_hcpcs: Annotated[str, StringConstraints(pattern=r"^[A-Z][0-9]{4}$")] | None = None
    drug_lines: Annotated[int, Field(ge=1, le=20)] = 1
    drug_modifiers: tuple[DrugModifier, ...] = ()
    invoice_value_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2}$")] | None = None
    requires_invoice: bool = False
    payment_basis: PaymentBasis = ""
    diagnoses: tuple[DiagnosisCode, ...] = ()
    diagnosis_position: Literal["principal", "any"] = "any"
    line_charge_maximum: ChargeLimit | None = None
    claim_charge_maximum: ChargeLimit | None = None
    requires_billing_taxonomy: bool = False
    member_id_pattern: Pattern = ""
    filing_days: Days | None = None
    filing_days_secondary: Days | None = None
    filing_days_correction: Days | None = None
    filing_extends_over_weekends: bool = False
    denied_claim_resubmission: Literal["replace", "new_claim"]
    replacement_unit: Literal["claim", "line"]
    correction_days: int
    appeal_days: int
    acknowledgment_days: int
    answer_days: int
    age_limit_months: int | None = None
    age_limit_inclusive: bool | None = None
    titer_threshold: int | None = None
    titer_maximum_days: int | None = None
    weight_maximum_days: int | None = None
    packet: tuple[Paper, ...] = ()
    rules: Mapping[str, SeverityChange] = Field(default_factory=dict)
    waivable: tuple[str, ...] = ()

    @property
    def can_be_billed(self) -> bool:
        """Whether it has an id under which claims reach it."""
        return self.payer_id != NO_PAYER_ID


class _Isa(ProfileRecord):
    sender_qualifier: str
    sender: Annotated[str, StringConstraints(min_length=1, max_length=15)]
    receiver_qualifier: str
    receiver: Annotated[str, StringConstraints(min_length=1, max_length=15)]
    usage: Literal["P", "T"]


class _Gs(ProfileRecord):
    sender: Annotated[str, StringConstraints(min_length=2, max_length=15)]
    receiver: Annotated[str, StringConstraints(min_length=2, max_length=15)]


class _Submitter(ProfileRecord):
    name: Upper
    id: str
    contact: Upper
    telephone: Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]


class _Receiver(ProfileRecord):
    name: Upper
    id: str


class _Separators(ProfileRecord):
    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    terminator: str = "~"


class _File(ProfileRecord):
    line_end: Literal["", "\n", "\r\n"] = ""
    claims_per_transaction: Annotated[int, Field(ge=1, le=5000)] = 100
    claims_per_file: Annotated[int, Field(ge=1, le=100_000)] = 5000
    name: str = "837I_{partner}_{control_number:09d}_{timestamp}.x12"

    @field_validator("name")
    @classmethod
    def _template_works(cls, value: str) -> str:
        try:
            name = value.format(partner="p", control_number=1, timestamp="t")
        except (KeyError, ValueError, IndexError):
            raise ValueError("may use {partner}, {control_number} and {timestamp} only") from None
        if "{control_number" not in value or "{partner" not in value:
            raise ValueError("must hold {partner} and {control_number}, or two files could get one name")
        if "/" in name or "\\" in name or name.startswith((".", "-")):
            raise ValueError("must be a plain file name")
        return value


class PartnerProfile(ProfileRecord):
    """A trading partner: envelope ids, separators, file layout."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    title: str
    isa: _Isa
    gs: _Gs
    submitter: _Submitter
    receiver: _Receiver
    separators: _Separators = _Separators()
    file: _File = _File()


class _SiteAddress(ProfileRecord):
    lines: tuple[Upper, ...]
    city: Upper
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    postal_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]


class SiteLocation(ProfileRecord):
    """A department away from the hospital's own address (2310E)."""

    name: Upper
    npi: str | None = None
    address: _SiteAddress

    @field_validator("npi")
    @classmethod
    def _check_digit(cls, value: str | None) -> str | None:
        return None if value is None else _valid_npi(value)


class SiteProfile(ProfileRecord):
    """A hospital that bills: who it is, which products it is certified to give.

    `critical_access`: its outpatient bills are of type 085x. `childrens`: it is a children's
    hospital. `locations` are its departments
    off campus, by the key that an encounter names.
    """

    key: str
    title: str
    name: Upper
    npi: str
    tax_id: Annotated[str, StringConstraints(pattern=r"^[0-9]{9}$")]
    taxonomy: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{9}X$")]
    certified_products: tuple[str, ...]
    covered_340b: bool
    poa_exempt: bool
    critical_access: bool = False
    childrens: bool = False
    address: _SiteAddress
    locations: Mapping[str, SiteLocation] = Field(default_factory=dict)

    @field_validator("npi")
    @classmethod
    def _check_digit(cls, value: str) -> str:
        return _valid_npi(value)


def _valid_npi(value: str) -> str:
    if not is_valid_npi(value):
        raise ValueError("the NPI's check digit is wrong")
    return value
