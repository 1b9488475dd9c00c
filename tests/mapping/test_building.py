"""Encounters become claims of the right shape, and nothing of one setting leaks into the other."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from edi.claim837i.model import Claim, HealthCode, Note, Reference
from mapping.building.claim import build_claim
from mapping.encounter import Encounter
from tests.support.builders import (
    INPATIENT,
    OUTPATIENT,
    REMOVED,
    a_built_claim,
    a_file_of,
    a_record,
    a_request,
    an_encounter,
    claims_of,
)


@pytest.fixture(scope="module")
def outpatient() -> Claim:
    return a_built_claim(base=OUTPATIENT).claim


@pytest.fixture(scope="module")
def inpatient() -> Claim:
    return a_built_claim(base=INPATIENT).claim


def test_a_medicaid_infant_is_its_own_subscriber(outpatient: Claim) -> None:
    assert outpatient.type_of_bill == "0131"
    assert outpatient.patient is None
    subscriber = outpatient.subscriber
    assert (subscriber.relationship, subscriber.responsibility, subscriber.filing_indicator) == (
        "18",
        "P",
        "MC",
    )
    assert subscriber.birth_date == dt.date(2026, 5, 1) and subscriber.sex == "F"
    assert subscriber.party.address is not None
    assert (subscriber.party.id_qualifier, subscriber.party.id) == ("MI", "MCD100000001")


def test_an_outpatient_bill_carries_nothing_of_an_inpatient_one(outpatient: Claim) -> None:
    assert outpatient.admission is None and outpatient.discharge_hour == ""
    assert outpatient.codes("ABJ", "DR", "BBR", "BBQ") == []
    assert [code.code for code in outpatient.codes("APR")] == ["G120"]
    assert all(code.present_on_admission == "" for code in outpatient.health_codes)
    assert outpatient.statement_from == outpatient.statement_through == dt.date(2026, 11, 10)


def test_an_outpatient_bill_drops_inpatient_fields_that_the_record_has() -> None:
    claim = a_built_claim(
        {
            "drg": "057",
            "admission.hour": "0900",
            "admission.discharge_hour": "1100",
            "diagnoses[0].present_on_admission": "Y",
            "procedures": [{"code": "XW033F3", "date": "2026-11-10"}],
        }
    ).claim
    assert claim.codes("DR", "BBR") == [] and claim.discharge_hour == "" and claim.admission is None
    assert claim.codes("ABK") == [HealthCode("ABK", "G120")]


def test_a_commercial_infant_is_a_dependent(inpatient: Claim) -> None:
    assert inpatient.type_of_bill == "0111"
    assert inpatient.patient is not None and inpatient.patient.relationship == "19"
    assert inpatient.patient.birth_date == dt.date(2026, 3, 14)
    assert inpatient.subscriber.relationship == ""
    assert inpatient.subscriber.birth_date is None and inpatient.subscriber.party.address is None
    assert inpatient.subscriber.group_number == "GRP302"


def test_an_inpatient_bill_carries_stay_and_present_on_admission(inpatient: Claim) -> None:
    assert inpatient.admission == dt.datetime(2026, 11, 8, 9, 0)
    assert inpatient.discharge_hour == "1100"
    assert (inpatient.statement_from, inpatient.statement_through) == (
        dt.date(2026, 11, 8),
        dt.date(2026, 11, 10),
    )
    assert inpatient.codes("ABK") == [HealthCode("ABK", "G120", present_on_admission="Y")]
    assert inpatient.codes("ABJ") == [HealthCode("ABJ", "G120")]
    assert inpatient.codes("APR") == []
    assert inpatient.codes("BBR") == [HealthCode("BBR", "XW033F3", dt.date(2026, 11, 9))]


def test_a_site_exempt_from_present_on_admission_sends_none() -> None:
    claim = a_built_claim(base=INPATIENT, site={"poa_exempt": True}).claim
    assert all(code.present_on_admission == "" for code in claim.health_codes)


@pytest.mark.parametrize(("frequency", "status"), [("2", "30"), ("3", "30"), ("1", "30")])
def test_the_discharge_hour_stays_off_bills_that_are_not_final(frequency: str, status: str) -> None:
    claim = a_built_claim({"admission.patient_status": status}, base=INPATIENT, frequency=frequency).claim
    assert claim.discharge_hour == ""


def test_inpatient_lines_carry_hcpcs_for_drugs_only(inpatient: Claim, outpatient: Claim) -> None:
    assert [(line.revenue_code, line.code) for line in inpatient.lines] == [
        ("0123", ""),
        ("0636", "J3399"),
        ("0260", ""),
    ]
    assert [(line.revenue_code, line.code) for line in outpatient.lines] == [
        ("0636", "J3399"),
        ("0260", "96365"),
    ]


def test_the_drug_line_names_the_kit_its_volume_and_the_prescription(outpatient: Claim) -> None:
    line, infusion = outpatient.lines
    assert line.drug is not None and infusion.drug is None
    assert (line.drug.ndc, line.drug.quantity, line.drug.unit) == ("71894012604", Decimal("33.0"), "ML")
    assert line.drug.prescription_number == "RX901"
    assert (line.unit, line.quantity, line.service_date) == ("UN", 1, dt.date(2026, 11, 10))
    assert [item.control_number for item in outpatient.lines] == ["L001", "L002"]


def test_a_kit_whose_volume_is_unknown_is_billed_with_the_volume_of_its_band() -> None:
    claim = a_built_claim({"therapy.kits[0].volume_ml": REMOVED}).claim
    assert claim.lines[0].drug is not None and claim.lines[0].drug.quantity == Decimal("33.0")


def test_a_payer_that_counts_kits_gets_one_unit() -> None:
    drug = a_built_claim(payer={"ndc_unit": "UN"}).claim.lines[0].drug
    assert drug is not None and (drug.quantity, drug.unit) == (1, "UN")


def test_the_total_is_the_sum_of_the_lines(inpatient: Claim) -> None:
    assert inpatient.total_charge == Decimal("2141200.00")


def test_the_account_number_goes_out_unchanged(outpatient: Claim) -> None:
    assert outpatient.patient_control_number == "ACCT-1001"


def test_the_authorization_for_the_drug_is_chosen_before_the_one_for_the_admission() -> None:
    numbers = [
        {"number": "ADM1", "scope": "admission"},
        {"number": "OLD1", "scope": "drug", "status": "denied"},
        {"number": "DRUG1", "scope": "drug"},
    ]
    claim = a_built_claim({"coverages[0].authorizations": numbers}).claim
    assert claim.reference("G1") == "DRUG1"
    claim = a_built_claim({"coverages[0].authorizations": numbers[:2]}).claim
    assert claim.reference("G1") == "ADM1"


@pytest.mark.parametrize("day", ["therapy.infusion_start", "service_lines[0].date"])
def test_an_authorization_that_holds_on_the_day_of_the_infusion_is_chosen_before_one_that_ran_out(
    day: str,
) -> None:
    numbers = [
        {"number": "OLD1", "last_date": "2026-11-09"},
        {"number": "LATER1", "first_date": "2026-11-11"},
        {"number": "NOW1", "first_date": "2026-11-10", "last_date": "2026-11-10"},
    ]
    changes = {"therapy.infusion_start": None, "service_lines[0].date": None, day: "2026-11-10"}
    claim = a_built_claim({"coverages[0].authorizations": numbers, **changes}).claim
    assert claim.reference("G1") == "NOW1"
    claim = a_built_claim({"coverages[0].authorizations": numbers[:2], **changes}).claim
    assert claim.reference("G1") == "OLD1"


def test_agreement_and_lot_share_the_billing_note(inpatient: Claim) -> None:
    assert inpatient.notes == (Note("ADD", "OBA OBA-2026-002 LOT LOT8002"),)


@pytest.mark.parametrize(("place", "carrier"), [("CN1", "contract"), ("REF*P4", "reference")])
def test_the_agreement_goes_where_the_payer_wants_it(place: str, carrier: str) -> None:
    claim = a_built_claim(base=INPATIENT, payer={"contract_id_place": place}).claim
    assert claim.notes == (Note("ADD", "LOT LOT8002"),)
    if carrier == "contract":
        assert claim.contract is not None and claim.contract.code == "OBA-2026-002"
    else:
        assert Reference("P4", "OBA-2026-002") in claim.references


def test_notes_that_do_not_fit_into_one_overflow_and_are_never_cut() -> None:
    long_note = "A" * 75
    claim = a_built_claim({"notes": [long_note, "SHORT"]}).claim
    assert claim.notes == (Note("UPI", long_note), Note("UPI", "SHORT"), Note("ADD", "LOT LOT8001"))


@pytest.mark.parametrize(("length", "fits"), [(80, True), (81, False)])
def test_a_note_of_81_characters_is_a_finding(length: int, fits: bool) -> None:
    built = a_built_claim({"notes": ["B" * length]})
    assert [finding.rule for finding in built.findings] == ([] if fits else ["note-budget"])


@pytest.mark.parametrize("name", ["Иванов", "Kim 김"])
def test_a_name_that_would_lose_letters_is_refused(name: str) -> None:
    built = a_built_claim({"patient.last_name": name})
    (finding,) = [finding for finding in built.findings if finding.is_error]
    assert (finding.rule, finding.place.path) == ("record-invalid", "patient.last_name")
    assert name not in finding.message()


def test_names_are_folded_and_the_folding_is_said() -> None:
    built = a_built_claim({"patient.last_name": "Peña*Lopez", "patient.first_name": "Zoë"})
    assert (built.claim.subscriber.party.name, built.claim.subscriber.party.first_name) == (
        "PENA LOPEZ",
        "ZOE",
    )
    assert [(finding.rule, finding.place.path) for finding in built.findings] == [
        ("text-folded", "patient.last_name"),
        ("text-folded", "patient.first_name"),
    ]
    assert all("Pe" not in str(finding.as_dict()) for finding in built.findings)


def test_an_id_that_holds_the_partners_separator_is_refused() -> None:
    from mapping.profile_store import ProfileStore

    partner = ProfileStore().partner("test-clearinghouse")
    marks = partner.separators.model_copy(update={"component": "-"})
    built = a_built_claim(partner={"separators": marks})
    assert ("record-invalid", "patient_control_number") in [
        (finding.rule, finding.place.path) for finding in built.findings
    ]


@pytest.mark.parametrize("setting", ["11", "12", "49"])
def test_a_setting_without_an_institutional_claim_cannot_be_built(setting: str) -> None:
    with pytest.raises(ValueError):
        a_built_claim({"setting": setting})


@pytest.mark.parametrize("base", [OUTPATIENT, INPATIENT])
def test_a_claim_that_was_written_reads_back_equal(base: str) -> None:
    changes = {
        "value_codes": [{"code": "A8", "amount": "5.8"}, {"code": "80", "amount": "2"}],
        "condition_codes": ["C1", "44"],
        "occurrence_codes": [{"code": "11", "date": "2026-10-01"}],
        "occurrence_spans": [{"code": "74", "first_date": "2026-10-01", "last_date": "2026-10-03"}],
        "attachments": [{"type": "OZ", "transmission": "EL", "control_number": "INV1"}],
        "estimated_amount_due": "12.50",
        "referral_number": "REF9",
        "notes": ["FIRST NOTE"],
        "file_information": ["STATE DATA"],
        "operating": {"npi": "1245319599", "last_name": "Opera", "first_name": "Tor"},
        "referring": {"npi": "1245319599", "last_name": "Refer"},
        "pay_to": {
            "lines": ["9 Bank St", "Suite 4"],
            "city": "Anytown",
            "state": "TX",
            "postal_code": "750010002",
        },
        "service_lines[0].modifiers": ["JZ", "TB"],
        "service_lines[0].non_covered_charge": "10.00",
    }
    claim = a_built_claim(changes, base=base).claim
    assert claims_of(a_file_of(claim)) == [claim]


def test_of_several_bills_of_a_stay_the_one_with_the_drugs_line_bills_it() -> None:
    with_line = a_request(an_encounter({"interim": "first"}, base=INPATIENT))
    record = a_record({"interim": "continuing"}, base=INPATIENT)
    record["service_lines"] = [line for line in record["service_lines"] if line.get("hcpcs") != "J3399"]
    without = a_request(Encounter.model_validate(record))
    assert with_line.carries_drug and not without.carries_drug
    assert "LOT" not in " ".join(note.text for note in build_claim(without).claim.notes)
    record.pop("interim")
    assert a_request(Encounter.model_validate(record)).carries_drug  # summed by revenue code
