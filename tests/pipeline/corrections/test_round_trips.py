"""Claim, refusal, correction, payment: every cause that a correction can cure, with several payers."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from edi.claim837i.model import Claim
from samples.clearinghouse import Deny, Refuse, Reject
from tests.pipeline.corrections.support import (
    ACCOUNT,
    CORRECTED,
    ENCOUNTER,
    Trip,
    a_plan_record,
    correct,
    pay_all,
    pick_up,
    refused_claim,
    rows,
    the_worklist,
    write_payer,
)
from tests.support.builders import INPATIENT, OUTPATIENT, claims_of, set_path
from tests.support.nights import a_night, put_encounters

CODER = "C. Coder"
NEW_CLAIM_HABIT = {"denied_claim_resubmission": "new_claim"}


def drug(claim: Claim):  # type: ignore[no-untyped-def]
    return next(line for line in claim.lines if line.drug is not None)


def corrected_name(data: bytes) -> bytes:
    """The 835 with the insured's name and member id as the payer has them (NM1*74 after NM1*QC)."""
    start = data.index(b"NM1*QC")
    end = data.index(b"~", start) + 1
    again = data[:end] + b"NM1*74*1*SAMPLES*INES****C*MCDCORRECT9~" + data[end:]
    return re.sub(rb"~(\s*)SE\*(\d+)\*", lambda one: b"~%bSE*%d*" % (one[1], int(one[2]) + 1), again)


TRIPS = [
    Trip(
        "wrong-hcpcs",
        Deny("189", remarks=("N56",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"service_lines[0].hcpcs": "J3590", "service_lines[0].description": "Zolgensma"},
        rules=("unclassified-code",),
        by=CODER,
        cured=lambda claim: drug(claim).code == "J3399",
    ),
    Trip(
        "wrong-hcpcs",
        Deny("189", remarks=("N56",)),
        INPATIENT,
        "7",
        {"service_lines[1].hcpcs": "C9399", "service_lines[1].description": "Zolgensma"},
        rules=("unclassified-code",),
        by=CODER,
        cured=lambda claim: drug(claim).code == "J3399",
        name="inpatient",
    ),
    Trip(
        "wrong-hcpcs",
        Reject("507"),
        OUTPATIENT,
        "1",
        {"service_lines[0].hcpcs": "J3490", "service_lines[0].description": "Zolgensma"},
        rules=("unclassified-code",),
        by=CODER,
        cured=lambda claim: drug(claim).code == "J3399" and not claim.reference("F8"),
        name="rejected",
    ),
    Trip(
        "wrong-hcpcs",
        Deny("189", remarks=("N56",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"coverages[0].authorizations[0].hcpcs": None},
        payer={"drug_hcpcs": "J3590"},
        learned={"drug_hcpcs": None},
        cured=lambda claim: drug(claim).code == "J3399",
        name="the profile wanted it",
    ),
    Trip(
        "wrong-admin-code",
        Deny("16", remarks=("N349",), line="2"),
        OUTPATIENT,
        "7",
        {"service_lines[1].hcpcs": "96413"},
        rules=("admin-wrong-code", "admin-missing"),
        by=CODER,
        cured=lambda claim: claim.lines[1].code == "96365",
    ),
    Trip(
        "wrong-admin-code",
        Deny("107", remarks=("N349",), other_lines="deny"),
        OUTPATIENT,
        "1",
        {"service_lines[1].hcpcs": "96374"},
        payer=NEW_CLAIM_HABIT,
        rules=("admin-wrong-code", "admin-missing"),
        by=CODER,
        cured=lambda claim: claim.lines[1].code == "96365" and not claim.reference("F8"),
        name="push, a payer of new claims",
    ),
    Trip(
        "contract-id-missing",
        Deny("256", remarks=("N381",), other_lines="deny"),
        OUTPATIENT,
        "7",
        learned={"requires_contract_id": True},
        given=("contract.agreement_id=OBA-9",),
        cured=lambda claim: any("OBA-9" in note.text for note in claim.notes),
    ),
    Trip(
        "contract-id-missing",
        Deny("256", remarks=("N381",), other_lines="deny"),
        INPATIENT,
        "7",
        payer={"contract_id_place": "NTE*ADD", "requires_contract_id": False},
        learned={"contract_id_place": "REF*P4", "requires_contract_id": True},
        extends="commercial-oba",
        cured=lambda claim: claim.reference("P4") == "OBA-2026-002",
        name="in another place",
    ),
    Trip(
        "ndc-invalid",
        Deny("16", remarks=("M119",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"therapy.kits[0].ndc": "71894-121-01"},
        rules=("ndc-kit", "ndc-weight-band", "ndc-product", "ndc-quantity", "dose-volume", "kit-record"),
        by=CODER,
        cured=lambda claim: drug(claim).drug.ndc == "71894012604",
    ),
    Trip(
        "ndc-quantity",
        Deny("16", remarks=("N815",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"therapy.kits[0].volume_ml": "3.3"},
        rules=("ndc-quantity", "dose-volume", "kit-record"),
        by=CODER,
        cured=lambda claim: drug(claim).drug.quantity == Decimal(33),
    ),
    Trip(
        "ndc-unit",
        Deny("16", remarks=("N816",), other_lines="deny"),
        OUTPATIENT,
        "7",
        learned={"ndc_unit": "UN"},
        cured=lambda claim: (drug(claim).drug.unit, drug(claim).drug.quantity) == ("UN", 1),
    ),
    Trip(
        "ndc-unit",
        Reject("659"),
        INPATIENT,
        "1",
        payer={"ndc_unit": "UN"},
        learned={"ndc_unit": "ML"},
        extends="commercial-oba",
        cured=lambda claim: (drug(claim).drug.unit, drug(claim).drug.quantity) == ("ML", Decimal("41.3")),
        name="rejected, inpatient",
    ),
    Trip(
        "units",
        Deny("16", remarks=("M53",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"service_lines[0].units": "6", "coverages[0].authorizations[0].units": None},
        rules=("drug-units",),
        by=CODER,
        cured=lambda claim: drug(claim).quantity == 1,
    ),
    Trip(
        "revenue-code",
        Deny("16", remarks=("M50",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"service_lines[0].revenue_code": "0250"},
        by=CODER,
        cured=lambda claim: drug(claim).revenue_code == "0636",
    ),
    Trip(
        "revenue-code",
        Deny("16", remarks=("M50",), other_lines="deny"),
        INPATIENT,
        "7",
        learned={"drug_revenue_code": "0892", "drug_revenue_codes": ["0892"], "invoice_value_code": "87"},
        rules=("drug-revenue-code-unusual",),
        cured=lambda claim: drug(claim).revenue_code == "0892",
        name="the profile's, inpatient",
    ),
    Trip(
        "authorization-missing",
        Deny("197", other_lines="deny"),
        OUTPATIENT,
        "7",
        {"coverages[0].authorizations[0].number": None, "coverages[0].authorizations[0].status": "pending"},
        rules=("prior-authorization",),
        revision={
            "coverages[0].authorizations[0].number": "PA777",
            "coverages[0].authorizations[0].status": "approved",
        },
        cured=lambda claim: claim.reference("G1") == "PA777",
    ),
    Trip(
        "authorization-invalid",
        Deny("15", other_lines="deny"),
        OUTPATIENT,
        "7",
        revision={"coverages[0].authorizations[0].number": "PA888"},
        cured=lambda claim: claim.reference("G1") == "PA888",
    ),
    Trip(
        "authorization-scope",
        Deny("284", other_lines="deny"),
        OUTPATIENT,
        "7",
        given=("coverages[0].authorizations[0].number=PADRUG",),
        cured=lambda claim: claim.reference("G1") == "PADRUG",
    ),
    Trip(
        "diagnosis",
        Deny("16", remarks=("MA63",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {
            "diagnoses": [
                {"code": "R62.0", "role": "principal"},
                {"code": "G12.0", "role": "other"},
                {"code": "G12.0", "role": "reason_for_visit"},
            ]
        },
        learned={"diagnosis_position": "principal", "diagnoses": ["G120"]},
        rules=("diagnosis-principal",),
        by=CODER,
        cured=lambda claim: claim.codes("ABK")[0].code == "G120",
    ),
    Trip(
        "poa-drg",
        Deny("A8", remarks=("N434",), other_lines="deny"),
        INPATIENT,
        "7",
        given=("diagnoses[0].present_on_admission=W",),
        by=CODER,
        cured=lambda claim: claim.codes("ABK")[0].present_on_admission == "W",
    ),
    Trip(
        "member-id",
        Deny("16", remarks=("N382",), other_lines="deny"),
        OUTPATIENT,
        "1",
        answer=corrected_name,
        cured=lambda claim: (
            (claim.subscriber.party.id, claim.subscriber.party.name) == ("MCDCORRECT9", "SAMPLES")
        ),
    ),
    Trip(
        "member-id",
        Reject("164", entity="IL"),
        INPATIENT,
        "1",
        revision={"coverages[0].member_id": "W200000099"},
        extends="commercial-oba",
        cured=lambda claim: claim.subscriber.party.id == "W200000099",
        name="rejected, a dependent",
    ),
    Trip(
        "type-of-bill",
        Deny("16", remarks=("MA43",), other_lines="deny"),
        INPATIENT,
        "7",
        given=("admission.patient_status=06",),
        cured=lambda claim: claim.patient_status == "06",
    ),
    Trip(
        "frequency-icn",
        Deny("16", remarks=("N142",), other_lines="deny"),
        OUTPATIENT,
        "1",
        given=("referral_number=RF1",),
        cured=lambda claim: not claim.reference("F8"),
    ),
    Trip(
        "frequency-icn",
        Deny("16", remarks=("M47",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"replaces": {"payer_claim_control_number": "OLD1"}},
        cured=lambda claim: claim.reference("F8") not in ("", "OLD1"),
        name="an old number",
    ),
    Trip(
        "value-condition-code",
        Deny("16", remarks=("M49",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"value_codes": [{"code": "A8", "amount": "5.80"}, {"code": "A8", "amount": "5.80"}]},
        rules=("code-duplicate",),
        by=CODER,
        cured=lambda claim: len(claim.codes("BE")) == 1,
    ),
    Trip(
        "modifier",
        Deny("4", remarks=("M78",), other_lines="deny"),
        OUTPATIENT,
        "7",
        learned={"drug_modifiers": [{"code": "JZ", "source": "a test", "date": dt.date(2026, 11, 25)}]},
        cured=lambda claim: drug(claim).procedure.modifiers == ("JZ",),
    ),
    Trip(
        "balance-format",
        Deny("16", remarks=("M54",), other_lines="deny"),
        OUTPATIENT,
        "7",
        given=("service_lines[1].charge=1300.00",),
        by=CODER,
        cured=lambda claim: claim.total_charge == Decimal(2126300),
    ),
    Trip(
        "age-limit",
        Deny("6", remarks=("N129",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"patient.birth_date": "2024-05-01"},
        rules=("age-at-infusion",),
        revision={"patient.birth_date": "2026-05-01"},
        cured=lambda claim: claim.birth_date.year == 2026,
    ),
    Trip(
        "weight-limit",
        Deny("153", remarks=("N207",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"therapy.kits[0].ndc": "71894-129-05", "therapy.kits[0].volume_ml": "41.3"},
        rules=("ndc-weight-band", "dose-volume", "kit-record", "ndc-quantity"),
        revision={"therapy.kits[0].ndc": "71894-126-04", "therapy.kits[0].volume_ml": "33.0"},
        cured=lambda claim: drug(claim).drug.ndc == "71894012604",
    ),
    Trip(
        "syntax",
        Refuse("CLM", "8"),
        OUTPATIENT,
        "1",
        given=("attending.taxonomy=2080P0006X",),
        cured=lambda claim: claim.attending.taxonomy == "2080P0006X",
    ),
    Trip(
        "eligibility",
        Deny("27", other_lines="deny"),
        OUTPATIENT,
        "1",
        asked="new-claim",
        cured=lambda claim: not claim.reference("F8"),
    ),
    Trip(
        "coordination-of-benefits",
        Deny("22", remarks=("MA04",), other_lines="deny"),
        OUTPATIENT,
        "1",
        asked="new-claim",
    ),
    Trip(
        "wrong-payer",
        Deny("109", remarks=("N418",), other_lines="deny"),
        OUTPATIENT,
        "1",
        given=("coverages[0].payer=state-medicaid",),
        cured=lambda claim: claim.payer.id == "SKMCD0",
    ),
    Trip(
        "provider-id",
        Deny("16", remarks=("N253",), other_lines="deny"),
        OUTPATIENT,
        "1",
        revision={"attending.npi": "1234567893"},
        cured=lambda claim: claim.attending.id == "1234567893",
    ),
]


@pytest.mark.parametrize("trip", TRIPS, ids=[f"{trip.cause}, {trip.name}".strip(", ") for trip in TRIPS])
def test_a_refused_claim_is_corrected_accepted_and_paid(tmp_path: Path, trip: Trip) -> None:
    config = refused_claim(tmp_path, trip)
    (first,) = rows(config)
    (item,) = [item for item in the_worklist(config) if item["claim"] == first.id]
    assert trip.cause in [cause["id"] for cause in item["causes"][:1]], item["causes"][:3]
    write_payer(config, {**trip.payer, **trip.learned}, extends=trip.extends)
    if trip.revision:
        record = a_plan_record(trip)
        for path, value in trip.revision.items():
            set_path(record, path, value)
        put_encounters(config, "b.ndjson", [record])
        a_night(config, CORRECTED)
    sent = pick_up(config)
    if sent:
        # the night sends a rejected claim anew by itself where its record changed
        assert isinstance(trip.outcome, Reject) and trip.revision
    else:
        done = correct(config, first.id, *trip.given, asked=trip.asked, by=trip.by)
        assert done.file is not None, [finding.message() for finding in done.plan.findings]
        assert rows(config)[1].replaces == first.id
        sent = pick_up(config)
    (data,) = sent
    (claim,) = claims_of(data)
    assert claim.patient_control_number == ACCOUNT and claim.frequency == trip.frequency
    assert trip.cured(claim)
    assert bool(claim.reference("F8")) == (trip.frequency == "7")
    pay_all(config, data)
    old, new = rows(config)
    assert (new.state, new.version) == ("paid", 2)
    assert old.state in ("replaced", "rejected")
    assert [entry for entry in the_worklist(config) if entry["encounter"] == ENCOUNTER] == []


def test_there_are_thirty_trips_over_many_causes_and_both_settings() -> None:
    print(f"{len(TRIPS)} round trips, {len({trip.cause for trip in TRIPS})} causes")
    assert len(TRIPS) >= 30
    assert {trip.base for trip in TRIPS} == {INPATIENT, OUTPATIENT}
