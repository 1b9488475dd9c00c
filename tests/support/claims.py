"""Claims made by hypothesis: every field that the guide has, in values that it allows."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from edi.claim837i.model import (
    Address,
    Adjustment,
    Attachment,
    Claim,
    Contact,
    ContractInformation,
    Drug,
    EpsdtReferral,
    HealthCode,
    InpatientAdjudication,
    LineAdjudication,
    Note,
    OtherCoverage,
    OutpatientAdjudication,
    Party,
    Patient,
    Procedure,
    Reference,
    Repricing,
    ServiceLine,
    Subscriber,
    TransactionHeader,
)

Strategy = st.SearchStrategy[Any]

_CHARACTERS = string.ascii_uppercase + string.digits + "&'()-./,"


def texts(longest: int, shortest: int = 1) -> st.SearchStrategy[str]:
    return st.text(_CHARACTERS, min_size=shortest, max_size=longest)


def perhaps(strategy: Strategy) -> Strategy:
    """The value or "" (a text that is left out)."""
    return st.just("") | strategy


def maybe(strategy: Strategy) -> Strategy:
    return st.none() | strategy


def several(strategy: Strategy, most: int, least: int = 0, **options: Any) -> Strategy:
    return st.lists(strategy, min_size=least, max_size=most, **options).map(tuple)


def codes(*values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values)


AMOUNTS = st.integers(0, 9_999_999_999).map(lambda cents: Decimal(cents) / 100)
SIGNED_AMOUNTS = st.integers(-9_999_999_999, 9_999_999_999).map(lambda cents: Decimal(cents) / 100)
QUANTITIES = st.integers(0, 9_999_999).map(lambda thousandths: Decimal(thousandths) / 1000)
COUNTS = st.integers(0, 999).map(Decimal)
DATES = st.dates(date(1990, 1, 1), date(2039, 12, 31))
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2039, 12, 31)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)

ADDRESSES = st.builds(
    Address,
    lines=several(texts(55), 2, 1),
    city=texts(30, 2),
    state=st.just("TX"),
    postal_code=st.from_regex(r"[0-9]{9}", fullmatch=True),
)
ADDRESSES_ABROAD = st.builds(
    Address,
    lines=several(texts(55), 2, 1),
    city=texts(30, 2),
    postal_code=texts(15, 3),
    country=st.just("CH"),
    subdivision=perhaps(texts(3)),
)
ADDRESSES_ABROAD_OF_NINE_DIGITS = ADDRESSES_ABROAD.map(
    lambda address: replace(address, postal_code="123456789")
)
"""The guide wants nine digits of the billing provider."""
ANY_ADDRESS = ADDRESSES | ADDRESSES_ABROAD
NPIS = codes("1234567893", "1245319599")


def references(*qualifiers: str, most: int = 4, least: int = 0, payer: bool = False) -> Strategy:
    one = st.builds(
        Reference, codes(*qualifiers), texts(50), payer_id=perhaps(texts(50)) if payer else st.just("")
    )
    by_qualifier = several(one, most, least, unique_by=lambda item: item.qualifier)
    return by_qualifier.map(lambda items: tuple(sorted(items, key=lambda item: item.qualifier)))


def contacts(most: int, least: int = 0) -> Strategy:
    numbers = several(st.tuples(codes("TE", "FX", "EM"), texts(60)), 3, 1)
    return several(st.builds(Contact, name=perhaps(texts(60)), numbers=numbers), most, least)


def organizations(**fields: Strategy) -> Strategy:
    return st.builds(Party, entity_type=st.just("2"), name=texts(60), **fields)


def people(**fields: Strategy) -> Strategy:
    return st.builds(
        Party,
        entity_type=st.just("1"),
        name=texts(60),
        first_name=perhaps(texts(35)),
        middle_name=perhaps(texts(25)),
        suffix=perhaps(texts(10)),
        **fields,
    )


def identified(strategy: Strategy, qualifier: str, ids: Strategy) -> Strategy:
    return st.builds(
        lambda party, number: replace(party, id_qualifier=qualifier if number else "", id=number),
        strategy,
        ids,
    )


PHYSICIANS = identified(people(references=references("0B", "1G", "G2", "LU")), "XX", perhaps(NPIS))
REFERRING = identified(people(references=references("0B", "1G", "G2", most=3)), "XX", perhaps(NPIS))
FACILITIES = identified(
    organizations(address=ANY_ADDRESS, references=references("0B", "G2", "LU", most=3)), "XX", perhaps(NPIS)
)
SUBMITTERS = identified(
    organizations(contacts=contacts(2, 1))
    | st.builds(
        Party,
        entity_type=st.just("1"),
        name=texts(60),
        first_name=perhaps(texts(35)),
        middle_name=perhaps(texts(25)),
        contacts=contacts(2, 1),
    ),
    "46",
    texts(80, 2),
)
RECEIVERS = identified(organizations(), "46", texts(80, 2))
PAYERS = identified(
    organizations(address=maybe(ANY_ADDRESS), references=references("2U", "FY", "NF", "G2", most=4)),
    "PI",
    texts(80, 2),
)
BILLING = identified(
    organizations(
        address=ADDRESSES | ADDRESSES_ABROAD_OF_NINE_DIGITS,
        references=st.just((Reference("EI", "987654321"),)),
        contacts=contacts(2),
        taxonomy=perhaps(st.just("282NC2000X")),
    ),
    "XX",
    perhaps(NPIS),
)
PAY_TO = st.builds(Party, entity_type=st.just("2"), address=ANY_ADDRESS)
PAY_TO_PLAN = identified(
    organizations(
        address=ANY_ADDRESS,
        references=st.builds(
            lambda more, value: (*more, Reference("EI", value)), references("2U", most=1), texts(50)
        ),
    ),
    "PI",
    texts(80, 2),
)
SUBSCRIBERS = st.builds(
    Subscriber,
    party=identified(
        people(address=maybe(ANY_ADDRESS), references=references("SY", "Y4", most=2)),
        "MI",
        perhaps(texts(80, 2)),
    ),
    responsibility=codes("P", "S", "T"),
    relationship=codes("", "18"),
    group_number=perhaps(texts(50)),
    group_name=perhaps(texts(60)),
    filing_indicator=codes("", "CI", "MC", "BL"),
    birth_date=DATES,
    sex=codes("F", "M", "U"),
)
PATIENTS = st.builds(
    Patient,
    party=people(address=ANY_ADDRESS, references=references("Y4", "SY", most=2)),
    relationship=codes("01", "19", "G8"),
    birth_date=DATES,
    sex=codes("F", "M", "U"),
)
ADJUSTMENTS = st.builds(
    Adjustment,
    group=codes("CO", "PR", "OA"),
    reason=codes("45", "1", "2", "97", "253"),
    amount=SIGNED_AMOUNTS,
    quantity=maybe(COUNTS),
)
ADJUSTMENT_LISTS = several(ADJUSTMENTS, 4) | several(
    st.builds(
        Adjustment, group=st.just("CO"), reason=codes("45"), amount=AMOUNTS, quantity=st.just(Decimal(1))
    ),
    8,
    6,
)
"""More than one CAS has room for, at times."""
REMARKS = several(codes("MA01", "N130", "M15"), 5)
INPATIENT_ADJUDICATIONS = st.builds(
    InpatientAdjudication,
    covered_days=COUNTS,
    lifetime_psychiatric_days=maybe(COUNTS),
    cost_report_days=maybe(COUNTS),
    remark_codes=REMARKS,
    **{
        name: maybe(AMOUNTS)
        for name in (
            "drg_amount",
            "disproportionate_share",
            "msp_pass_through",
            "pps_capital",
            "pps_capital_federal",
            "pps_capital_hospital",
            "pps_capital_disproportionate_share",
            "old_capital",
            "pps_capital_indirect_medical_education",
            "operating_hospital",
            "operating_federal",
            "pps_capital_outlier",
            "indirect_teaching",
            "professional_component",
            "pps_capital_exception",
        )
    },
)
OUTPATIENT_ADJUDICATIONS = st.builds(
    OutpatientAdjudication,
    reimbursement_rate=st.integers(1, 100).map(Decimal),
    payable_amount=maybe(AMOUNTS),
    remark_codes=REMARKS,
    esrd_payment=maybe(AMOUNTS),
    professional_component=maybe(AMOUNTS),
)


def _only_numbers(*qualifiers: str, most: int, entity_type: str = "1") -> Strategy:
    """A provider of a 2330 loop: nothing but the numbers that payer knows it by."""
    return st.builds(
        Party,
        entity_type=st.just(entity_type),
        references=references(*qualifiers, most=most, least=1),
    )


COVERAGES = st.builds(
    OtherCoverage,
    responsibility=codes("P", "S"),
    relationship=codes("18", "19"),
    subscriber=identified(
        people(address=maybe(ANY_ADDRESS), references=references("SY", most=1)), "MI", texts(80, 2)
    ),
    payer=identified(
        organizations(address=maybe(ANY_ADDRESS), references=references("2U", "FY", most=2)),
        "PI",
        texts(80, 2),
    ),
    group_number=perhaps(texts(50)),
    group_name=perhaps(texts(60)),
    filing_indicator=codes("", "CI"),
    adjustments=ADJUSTMENT_LISTS,
    paid=maybe(AMOUNTS),
    patient_liability=maybe(AMOUNTS),
    non_covered=maybe(AMOUNTS),
    benefits_assigned=codes("Y", "N", "W"),
    release_of_information=codes("Y", "I"),
    inpatient=maybe(INPATIENT_ADJUDICATIONS),
    outpatient=maybe(OUTPATIENT_ADJUDICATIONS),
    adjudicated=maybe(DATES),
    attending=maybe(_only_numbers("0B", "1G", "G2", "LU", most=4)),
    operating=maybe(_only_numbers("0B", "1G", "G2", "LU", most=4)),
    other_operating=maybe(_only_numbers("0B", "1G", "G2", "LU", most=4)),
    service_facility=maybe(_only_numbers("0B", "G2", "LU", most=3, entity_type="2")),
    rendering=maybe(_only_numbers("0B", "1G", "G2", "LU", most=4)),
    referring=maybe(_only_numbers("0B", "1G", "G2", most=3)),
    billing_provider=maybe(_only_numbers("G2", "LU", most=2, entity_type="2")),
)
COVERAGES_WITH_PAYER_NUMBERS = st.builds(
    lambda coverage, numbers: replace(
        coverage, payer=replace(coverage.payer, references=coverage.payer.references + numbers)
    ),
    COVERAGES,
    several(st.sampled_from(("G1", "9F", "T4", "F8")), 4, unique=True).map(
        lambda found: tuple(Reference(code, "Y") for code in ("G1", "9F", "T4", "F8") if code in found)
    ),
)
ATTACHMENTS = st.builds(Attachment, codes("OZ", "CT"), codes("EL", "FX", "BM"), perhaps(texts(50, 2)))
REPRICINGS = st.builds(
    Repricing,
    method=codes("00", "10"),
    allowed=AMOUNTS,
    saving=maybe(AMOUNTS),
    organization=perhaps(texts(50)),
    rate=maybe(COUNTS),
    drg=perhaps(texts(50)),
    drg_amount=maybe(AMOUNTS),
    revenue_code=codes("", "0636"),
    unit=st.just("UN"),
    quantity=COUNTS,
    reject_reason=codes("", "T1"),
    policy_compliance=codes("", "1"),
    exception=codes("", "2"),
)
LINE_REPRICINGS = st.builds(
    lambda repricing, procedure: replace(
        repricing, procedure_qualifier="HC" if procedure else "", procedure_code=procedure
    ),
    REPRICINGS,
    codes("", "J3399"),
)
PROCEDURES = st.builds(
    Procedure,
    qualifier=st.just("HC"),
    code=codes("J3399", "96365"),
    modifiers=several(codes("JZ", "UD", "TB"), 4),
    description=perhaps(texts(80)),
)
DRUGS = st.builds(
    Drug,
    ndc=codes("71894012504", "71894012002"),
    quantity=QUANTITIES,
    unit=codes("UN", "ML"),
    prescription_number=perhaps(texts(50)),
) | st.builds(
    Drug,
    ndc=codes("71894012504"),
    quantity=QUANTITIES,
    unit=codes("UN"),
    link_sequence_number=texts(50),
)
ADJUDICATIONS = st.builds(
    LineAdjudication,
    payer_id=texts(80, 2),
    paid=AMOUNTS,
    procedure=maybe(PROCEDURES),
    revenue_code=st.just("0636"),
    quantity=COUNTS,
    bundled_line=codes("", "1"),
    adjustments=ADJUSTMENT_LISTS,
    adjudicated=DATES,
    patient_liability=maybe(AMOUNTS),
)
LINE_PROVIDERS = identified(people(references=references("0B", "G2", "LU", payer=True)), "XX", perhaps(NPIS))
LINE_REFERRING = identified(people(references=references("0B", "G2", payer=True)), "XX", perhaps(NPIS))


def _spans(line: ServiceLine, days: tuple[date | None, date | None]) -> ServiceLine:
    first, last = days
    several_days = first is not None and last is not None and first < last
    return replace(line, service_date=first, service_end=last if several_days else None)


LINES = st.builds(
    _spans,
    st.builds(
        ServiceLine,
        number=st.just("1"),
        revenue_code=codes("0636", "0260"),
        procedure=maybe(PROCEDURES),
        charge=AMOUNTS,
        unit=codes("UN", "DA"),
        quantity=QUANTITIES,
        non_covered_charge=maybe(AMOUNTS),
        control_number=perhaps(texts(30)),
        repriced_line_number=perhaps(texts(50)),
        adjusted_repriced_line_number=perhaps(texts(50)),
        attachments=several(ATTACHMENTS, 2),
        service_tax=maybe(AMOUNTS),
        facility_tax=maybe(AMOUNTS),
        third_party_note=perhaps(texts(80)),
        repricing=maybe(LINE_REPRICINGS),
        drug=maybe(DRUGS),
        operating=maybe(LINE_PROVIDERS),
        other_operating=maybe(LINE_PROVIDERS),
        rendering=maybe(LINE_PROVIDERS),
        referring=maybe(LINE_REFERRING),
        adjudications=several(ADJUDICATIONS, 2),
    ),
    st.tuples(maybe(DATES), maybe(DATES)),
)
_DIAGNOSES = codes("G120", "Z23", "Z00129")
_PRESENT = codes("", "Y", "N", "U", "W")


def _spanned(qualifier: str, days: tuple[date, date]) -> HealthCode:
    return HealthCode(qualifier, "70", min(days), max(days))


def _group(one: Strategy, most: int, least: int = 0) -> Strategy:
    return several(one, most, least)


HEALTH_CODES = st.tuples(
    _group(st.builds(HealthCode, st.just("ABK"), _DIAGNOSES, present_on_admission=_PRESENT), 1, 1),
    _group(st.builds(HealthCode, st.just("ABJ"), _DIAGNOSES), 1),
    _group(st.builds(HealthCode, st.just("APR"), _DIAGNOSES), 3),
    _group(st.builds(HealthCode, st.just("ABN"), codes("Y92230"), present_on_admission=_PRESENT), 3),
    _group(st.builds(HealthCode, st.just("DR"), codes("057")), 1),
    _group(st.builds(HealthCode, st.just("ABF"), _DIAGNOSES, present_on_admission=_PRESENT), 14),
    _group(st.builds(HealthCode, st.just("BBR"), codes("XW033F3"), DATES), 1),
    _group(st.builds(HealthCode, st.just("BBQ"), codes("XW033F3"), DATES), 14),
    _group(st.builds(_spanned, st.just("BI"), st.tuples(DATES, DATES)), 3),
    _group(st.builds(HealthCode, st.just("BH"), codes("11", "24"), DATES), 3),
    _group(st.builds(HealthCode, st.just("BE"), codes("A8", "54", "87"), amount=AMOUNTS), 14),
    _group(st.builds(HealthCode, st.just("BG"), codes("09", "C1")), 3),
    _group(st.builds(HealthCode, st.just("TC"), texts(30)), 2),
).map(lambda groups: tuple(code for group in groups for code in group))
_CLAIM_REFERENCES = ("4N", "9F", "G1", "F8", "9A", "9C", "LX", "D9", "LU", "EA", "P4", "G4")
REFERENCES = several(st.sampled_from(_CLAIM_REFERENCES), 12, unique=True).map(
    lambda found: tuple(Reference(code, "1") for code in _CLAIM_REFERENCES if code in found)
)
NOTES = st.builds(
    lambda others, billing: (*others, *billing),
    several(st.builds(Note, codes("DGN", "MED", "UPI"), texts(80)), 3),
    several(st.builds(Note, st.just("ADD"), texts(80)), 1),
)
CONTRACTS = st.builds(
    ContractInformation,
    type=codes("02", "09"),
    code=perhaps(texts(50)),
    version=perhaps(texts(30)),
    amount=maybe(AMOUNTS),
    percentage=maybe(COUNTS),
    discount_percentage=maybe(COUNTS),
)


def _with_numbers(claim: Claim) -> Claim:
    lines = tuple(replace(line, number=str(number)) for number, line in enumerate(claim.lines, start=1))
    relationship = "" if claim.patient else "18"
    return replace(claim, lines=lines, subscriber=replace(claim.subscriber, relationship=relationship))


CLAIMS = st.builds(
    Claim,
    patient_control_number=texts(20),
    total_charge=AMOUNTS,
    facility_code=codes("11", "13", "85"),
    frequency=codes("1", "7", "8"),
    billing_provider=BILLING,
    subscriber=SUBSCRIBERS,
    payer=PAYERS,
    statement_from=DATES,
    statement_through=DATES,
    lines=several(LINES, 3, 1),
    pay_to=maybe(PAY_TO),
    pay_to_plan=maybe(PAY_TO_PLAN),
    currency=codes("", "USD"),
    patient=maybe(PATIENTS),
    accepts_assignment=codes("A", "B", "C"),
    benefits_assigned=codes("Y", "N", "W"),
    release_of_information=codes("Y", "I"),
    delay_reason=codes("", "11"),
    discharge_hour=codes("", "1130"),
    admission=maybe(DATES | MOMENTS),
    repricer_received=maybe(DATES),
    admission_type=codes("3"),
    point_of_origin=codes("", "1"),
    patient_status=codes("01", "30"),
    attachments=several(ATTACHMENTS, 2),
    contract=maybe(CONTRACTS),
    estimated_amount_due=maybe(AMOUNTS),
    references=REFERENCES,
    file_information=several(texts(80), 2),
    notes=NOTES,
    epsdt_referral=maybe(
        st.builds(EpsdtReferral, codes("Y", "N"), several(codes("AV", "NU", "S2", "ST"), 3, 1))
    ),
    health_codes=HEALTH_CODES,
    repricing=maybe(REPRICINGS),
    attending=maybe(
        st.builds(
            lambda party, taxonomy: replace(party, taxonomy=taxonomy), PHYSICIANS, codes("", "2084N0402X")
        )
    ),
    operating=maybe(PHYSICIANS),
    other_operating=maybe(PHYSICIANS),
    rendering=maybe(PHYSICIANS),
    service_facility=maybe(FACILITIES),
    referring=maybe(REFERRING),
    other_coverages=several(COVERAGES_WITH_PAYER_NUMBERS, 2),
).map(_with_numbers)

HEADERS = st.builds(
    TransactionHeader,
    control_number=st.just("0001"),
    reference=texts(50),
    created=MOMENTS,
    submitter=SUBMITTERS,
    receiver=RECEIVERS,
    purpose=codes("00", "18"),
    claim_or_encounter=codes("CH", "RP", "31"),
)
