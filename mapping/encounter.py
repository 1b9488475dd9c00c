"""The hospital's encounter record: what one treatment of one child is made of.

One record is one encounter. It is read from JSON, checked here for its form only, and
judged by rules later. Unknown fields are errors: a misspelt field must not vanish.
Fields of patient data are `Protected`. Money is decimal text (`"2125000.00"`).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from edi.protected import Protected
from edi.values import MAXIMUM_AMOUNT
from mapping.ndc import NdcError, to_eleven_digits
from mapping.written_values import Answer, Day, Moment, Whole, exact


def _ndc(value: str) -> str:
    try:
        return to_eleven_digits(value)
    except NdcError as error:
        raise ValueError(str(error)) from None


def _nothing() -> Any:
    """An empty list where a field is not given; pydantic would copy one that it is given as the default."""
    return Field(default_factory=list, json_schema_extra={"default": []})


Money = Annotated[Decimal, Field(ge=-MAXIMUM_AMOUNT, le=MAXIMUM_AMOUNT, decimal_places=2), exact()]
Charge = Annotated[Decimal, Field(ge=0, le=MAXIMUM_AMOUNT, decimal_places=2), exact()]
Quantity = Annotated[Decimal, Field(gt=0, max_digits=11, decimal_places=3), exact()]
LabValue = Annotated[Decimal, Field(ge=0, lt=1_000_000_000, decimal_places=6), exact()]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A key of the hospital's own (encounter, site, payer). It shows in reports: no account numbers."""
Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._/#-]*$", max_length=50)]
"""An id that goes out unchanged. Anything that could be taken for a separator is refused."""
Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]+$", max_length=30)]
Diagnosis10 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][0-9][A-Za-z0-9](\.?[A-Za-z0-9]{1,4})?$")]
Hour = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3])[0-5][0-9]$")]
Npi = Annotated[str, StringConstraints(pattern=r"^[0-9]{10}$")]
Ndc = Annotated[str, AfterValidator(_ndc)]


class Record(BaseModel):
    """Base of all parts: frozen, unknown fields refused, values kept out of error messages."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


class Address(Record):
    """Where somebody lives or works (N3, N4)."""

    lines: Annotated[
        list[Protected[Annotated[Text, Field(max_length=55)]]], Field(min_length=1, max_length=2)
    ]
    city: Protected[Annotated[str, StringConstraints(min_length=2, max_length=30)]]
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    postal_code: Protected[Annotated[str, StringConstraints(pattern=r"^[0-9]{5}([0-9]{4})?$")]]


class Provider(Record):
    """A physician (NM1*71, 72, 82, DN) or a place of service (NM1*77)."""

    npi: Npi
    last_name: Name
    first_name: Name | None = None
    middle_name: Name | None = None
    taxonomy: Code | None = None


class Patient(Record):
    """The child. `record_number` is the hospital's (REF*EA); `weight_kg` the dosing weight."""

    last_name: Protected[Name]
    first_name: Protected[Name]
    middle_name: Protected[Name] | None = None
    birth_date: Protected[Day]
    sex: Literal["F", "M", "U"]
    address: Address
    record_number: Protected[Identifier] | None = None
    weight_kg: Annotated[Decimal, Field(gt=0, lt=200, decimal_places=3), exact()] | None = None
    weight_date: Day | None = None


class Subscriber(Record):
    """The person who holds the policy where that is not the child."""

    last_name: Protected[Name]
    first_name: Protected[Name]
    middle_name: Protected[Name] | None = None
    birth_date: Protected[Day] | None = None
    sex: Literal["F", "M", "U"] | None = None
    address: Address | None = None


class Authorization(Record):
    """A prior authorization, as the payer granted (or denied) it."""

    number: Identifier | None = None
    first_date: Day | None = None
    last_date: Day | None = None
    scope: Literal["drug", "admission"] = "drug"
    hcpcs: Code | None = None
    units: Quantity | None = None
    member_id: Protected[Identifier] | None = None
    npi: Npi | None = None
    status: Literal["approved", "denied", "pending"] = "approved"
    reason: Text | None = None


class Adjustment(Record):
    """One adjustment of an earlier payer (CAS)."""

    group: Literal["CO", "CR", "OA", "PI", "PR"]
    reason: Code
    amount: Money
    quantity: Quantity | None = None


class LineAdjudication(Record):
    """How an earlier payer paid one service line (SVD, CAS)."""

    line: Annotated[Whole, Field(ge=1, le=999)]
    paid: Money
    adjustments: list[Adjustment] = _nothing()


class Adjudication(Record):
    """How an earlier payer paid the claim."""

    paid: Money
    date: Day
    payer_claim_control_number: Identifier | None = None
    adjustments: list[Adjustment] = _nothing()
    lines: list[LineAdjudication] = _nothing()


class Coverage(Record):
    """One policy. Coverages stand in payer order: the first is billed first.

    `relationship` is the child's to the subscriber: `self`, or `child` and the like.
    """

    payer: Key
    member_id: Protected[Identifier]
    group_number: Protected[Identifier] | None = None
    group_name: Name | None = None
    relationship: Literal["self", "spouse", "child", "other", "unknown"] = "self"
    subscriber: Subscriber | None = None
    authorizations: list[Authorization] = _nothing()
    adjudication: Adjudication | None = None

    @model_validator(mode="after")
    def _subscriber_is_named(self) -> Coverage:
        if (self.relationship == "self") == (self.subscriber is not None):
            raise ValueError("a subscriber is given exactly where relationship is not self")
        return self


class Admission(Record):
    """Admission and discharge. Type, point of origin and patient status go out on every bill (CL1)."""

    date: Day | None = None
    hour: Hour | None = None
    type: Code
    point_of_origin: Code
    discharge_date: Day | None = None
    discharge_hour: Hour | None = None
    patient_status: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{2}$")]


class StatementPeriod(Record):
    """The days that the bill is for (DTP*434)."""

    first_date: Day
    last_date: Day

    @model_validator(mode="after")
    def _in_order(self) -> StatementPeriod:
        if self.last_date < self.first_date:
            raise ValueError("last_date is before first_date")
        return self


class Diagnosis(Record):
    """An ICD-10-CM code and what it is on the bill."""

    code: Diagnosis10
    role: Literal["principal", "other", "admitting", "reason_for_visit", "external_cause"] = "other"
    present_on_admission: Literal["Y", "N", "U", "W"] | None = None


class ProcedureCode(Record):
    """An ICD-10-PCS procedure with its date."""

    code: Annotated[Code, StringConstraints(min_length=7, max_length=7)]
    date: Day
    role: Literal["principal", "other"] = "principal"


class OccurrenceCode(Record):
    """An occurrence code with its date (HI*BH)."""

    code: Annotated[Code, StringConstraints(min_length=2, max_length=2)]
    date: Day


class OccurrenceSpan(Record):
    """An occurrence span code with its dates (HI*BI)."""

    code: Annotated[Code, StringConstraints(min_length=2, max_length=2)]
    first_date: Day
    last_date: Day


class ValueCode(Record):
    """A value code with its amount (HI*BE)."""

    code: Annotated[Code, StringConstraints(min_length=2, max_length=2)]
    amount: Money


class ServiceLine(Record):
    """One line of the bill. `charge` is for the line as a whole, in dollars."""

    revenue_code: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}$")]
    hcpcs: Annotated[Code, StringConstraints(to_upper=True, min_length=5, max_length=5)] | None = None
    modifiers: Annotated[
        list[Annotated[Code, StringConstraints(min_length=2, max_length=2)]], Field(max_length=4)
    ] = _nothing()
    description: Annotated[Text, Field(max_length=80)] | None = None
    charge: Charge
    non_covered_charge: Charge | None = None
    units: Quantity
    unit: Literal["UN", "DA"] = "UN"
    date: Day | None = None
    notes: list[Text] = _nothing()


class Kit(Record):
    """The kit that was given: its NDC (kept as 11 digits), lot, vials and volume."""

    ndc: Ndc
    lot: Identifier | None = None
    vials: Annotated[Whole, Field(gt=0, lt=100)] | None = None
    volume_ml: Quantity | None = None
    source: Literal["bought", "specialty_pharmacy", "free"] = "bought"
    invoice_cost: Charge | None = None
    prescription_number: Identifier | None = None


class Therapy(Record):
    """The infusion, planned or done. `product` is the key of a product profile."""

    product: Key
    status: Literal["planned", "done"] = "done"
    infusion_start: Moment | None = None
    infusion_end: Moment | None = None
    kits: Annotated[list[Kit], Field(min_length=1)]


class TiterTest(Record):
    """An antibody titer: 1 to `titer`, where `at_most` says the laboratory reported "at or below"."""

    titer: Annotated[Whole, Field(ge=0)]
    at_most: Answer = False
    date: Day
    laboratory: Name | None = None


class Smn1Report(Record):
    """The genetic report: copies of SMN1, and the variant that copies which are left carry.

    `variant_copies`: how many copies carry a pathogenic variant; where it is not given, one
    where a variant is named, else none.
    """

    method: Name
    date: Day
    copies: Annotated[Whole, Field(ge=0, le=4)]
    variant: Text | None = None
    variant_copies: Annotated[Whole, Field(ge=0, le=4)] | None = None


class GlucocorticoidPlan(Record):
    """Planned steroid cover: milligrams of prednisolone (or its equivalent) per kg and day."""

    drug: Name
    dose_mg_per_kg: Annotated[Decimal, Field(gt=0, lt=100, decimal_places=3), exact()]
    first_date: Day
    last_date: Day


class LabResult(Record):
    """A baseline laboratory value with the laboratory's own limits."""

    test: Literal["ALT", "AST", "bilirubin", "prothrombin_time", "creatinine", "platelets", "troponin_I"]
    value: LabValue
    unit: Name
    date: Day
    lower_limit: LabValue | None = None
    upper_limit: LabValue | None = None


class PriorTherapy(Record):
    """An earlier treatment of the disease; an empty list says that there was none."""

    name: Name
    first_date: Day | None = None
    last_date: Day | None = None
    gene_therapy: Answer = False


class ClinicalPacket(Record):
    """What the payer's criteria and the label ask for."""

    antibody_titer: TiterTest | None = None
    smn1: Smn1Report | None = None
    smn2_copies: Annotated[Whole, Field(ge=0, le=10)] | None = None
    sma_type: Literal["0", "1", "2", "3", "presymptomatic"] | None = None
    newborn_screening: Answer | None = None
    prior_therapies: list[PriorTherapy] | None = None
    glucocorticoid_plan: GlucocorticoidPlan | None = None
    baseline_labs: list[LabResult] = _nothing()
    monitoring_plan_months: Annotated[Whole, Field(ge=0, le=60)] | None = None
    neuromuscular_consult_date: Day | None = None
    boxed_warning_consent_date: Day | None = None


class Contract(Record):
    """An outcomes-based agreement that the claim falls under."""

    agreement_id: Identifier


class AttachmentRecord(Record):
    """A document that goes with the claim (PWK).

    `scope` says with which claim where the payer wants the drug apart; without it, with both.
    """

    type: Annotated[Code, StringConstraints(min_length=2, max_length=2)]
    transmission: Literal["AA", "BM", "EL", "EM", "FT", "FX"]
    control_number: Identifier | None = None
    scope: Literal["drug", "admission"] | None = None


class Replaces(Record):
    """The claim that this one replaces (7) or voids (8).

    `part` says which claim it was where the payer wanted the drug apart.
    """

    payer_claim_control_number: Identifier
    frequency: Literal["7", "8"] = "7"
    part: Literal["stay", "drug"] | None = None


class Encounter(Record):
    """One treatment of one child, as the hospital knows it.

    `patient_control_number` is the account number and goes out unchanged as CLM01.
    `setting` is the place of service: 21 inpatient, 22 on-campus and 19 off-campus
    outpatient; 11, 12 and 49 are read so that they can be refused with the reason. `location`
    names a department off campus of the site's profile. `interim` is given where a stay is
    billed in pieces, `statement` where the bill is not for the whole stay or for all days of service, `delay_reason` (CLM20) where the claim is filed late.
    """

    id: Key
    patient_control_number: Protected[Annotated[Identifier, StringConstraints(max_length=20)]]
    setting: Literal["21", "22", "19", "11", "12", "49"]
    site: Key
    patient: Patient
    coverages: Annotated[list[Coverage], Field(min_length=1, max_length=11)]
    attending: Provider | None = None
    operating: Provider | None = None
    other_operating: Provider | None = None
    referring: Provider | None = None
    admission: Admission
    statement: StatementPeriod | None = None
    diagnoses: list[Diagnosis]
    procedures: list[ProcedureCode] = _nothing()
    drg: Annotated[str, StringConstraints(pattern=r"^[0-9]{3,4}$")] | None = None
    condition_codes: list[Annotated[Code, StringConstraints(min_length=2, max_length=2)]] = _nothing()
    occurrence_codes: list[OccurrenceCode] = _nothing()
    occurrence_spans: list[OccurrenceSpan] = _nothing()
    value_codes: list[ValueCode] = _nothing()
    service_lines: Annotated[list[ServiceLine], Field(min_length=1, max_length=999)]
    therapy: Therapy | None = None
    clinical: ClinicalPacket = ClinicalPacket()
    contract: Contract | None = None
    attachments: Annotated[list[AttachmentRecord], Field(max_length=10)] = _nothing()
    pay_to: Address | None = None
    referral_number: Identifier | None = None
    notes: list[Text] = _nothing()
    file_information: Annotated[list[Annotated[Text, Field(max_length=80)]], Field(max_length=10)] = (
        _nothing()
    )
    estimated_amount_due: Charge | None = None
    delay_reason: Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "15"] | None = None
    replaces: Replaces | None = None
    location: Key | None = None
    interim: Literal["first", "continuing", "last"] | None = None

    @property
    def is_inpatient(self) -> bool:
        return self.setting == "21"

    @property
    def infusion_date(self) -> dt.date | None:
        """The day of the infusion, planned or done."""
        start = self.therapy.infusion_start if self.therapy else None
        return start.date() if start else None
