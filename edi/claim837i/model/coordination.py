"""What other payers and repricers said of a claim and its lines.

Amounts are dollars, `Decimal` with at most two places; None where the segment has none.

Source: 005010X223A2, loops 2320, 2330A to I, 2430, segment HCP; FACTS A3 and A6.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal

from edi.claim837i.model.details import Procedure
from edi.claim837i.model.parties import Party
from edi.records import record


@record(frozen=True, slots=True)
class Adjustment:
    """One triplet of CAS: why a payer paid less (or more) than was charged."""

    group: str
    reason: str
    amount: Decimal | None
    quantity: Decimal | None = None


@record(frozen=True, slots=True)
class InpatientAdjudication:
    """MIA: how an earlier payer priced an inpatient stay. `remark_codes` are MIA05 and MIA20 to 23."""

    covered_days: Decimal | None = None
    lifetime_psychiatric_days: Decimal | None = None
    drg_amount: Decimal | None = None
    disproportionate_share: Decimal | None = None
    msp_pass_through: Decimal | None = None
    pps_capital: Decimal | None = None
    pps_capital_federal: Decimal | None = None
    pps_capital_hospital: Decimal | None = None
    pps_capital_disproportionate_share: Decimal | None = None
    old_capital: Decimal | None = None
    pps_capital_indirect_medical_education: Decimal | None = None
    operating_hospital: Decimal | None = None
    cost_report_days: Decimal | None = None
    operating_federal: Decimal | None = None
    pps_capital_outlier: Decimal | None = None
    indirect_teaching: Decimal | None = None
    professional_component: Decimal | None = None
    pps_capital_exception: Decimal | None = None
    remark_codes: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class OutpatientAdjudication:
    """MOA: how an earlier payer priced an outpatient claim. `remark_codes` are MOA03 to 07."""

    reimbursement_rate: Decimal | None = None
    payable_amount: Decimal | None = None
    remark_codes: tuple[str, ...] = ()
    esrd_payment: Decimal | None = None
    professional_component: Decimal | None = None


@record(frozen=True, slots=True)
class Repricing:
    """HCP, of a claim or a line: what a repricer between provider and payer made of it."""

    method: str
    allowed: Decimal | None
    saving: Decimal | None = None
    organization: str = ""
    rate: Decimal | None = None
    drg: str = ""
    drg_amount: Decimal | None = None
    revenue_code: str = ""
    procedure_qualifier: str = ""
    procedure_code: str = ""
    unit: str = ""
    quantity: Decimal | None = None
    reject_reason: str = ""
    policy_compliance: str = ""
    exception: str = ""


@record(frozen=True, slots=True)
class OtherCoverage:
    """Loop 2320 with 2330A to I: another payer of the same patient, and what it decided.

    `paid` is AMT*D, `patient_liability` AMT*EAF (what is left for the patient), `non_covered`
    AMT*A8, `adjudicated` DTP*573. The providers carry only the numbers that payer gave them.
    """

    responsibility: str
    relationship: str
    subscriber: Party
    payer: Party
    group_number: str = field(default="", repr=False)
    group_name: str = field(default="", repr=False)
    filing_indicator: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    paid: Decimal | None = None
    patient_liability: Decimal | None = None
    non_covered: Decimal | None = None
    benefits_assigned: str = "Y"
    release_of_information: str = "Y"
    inpatient: InpatientAdjudication | None = None
    outpatient: OutpatientAdjudication | None = None
    adjudicated: date | None = None
    attending: Party | None = None
    operating: Party | None = None
    other_operating: Party | None = None
    service_facility: Party | None = None
    rendering: Party | None = None
    referring: Party | None = None
    billing_provider: Party | None = None


@record(frozen=True, slots=True)
class LineAdjudication:
    """Loop 2430: what an earlier payer (`payer_id`, that of its 2330B) decided on a line.

    `bundled_line` is SVD06, the line into which the payer put this one.
    """

    payer_id: str
    paid: Decimal | None
    procedure: Procedure | None
    revenue_code: str
    quantity: Decimal | None
    bundled_line: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    adjudicated: date | None = None
    patient_liability: Decimal | None = None
