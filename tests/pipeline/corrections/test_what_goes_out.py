"""Which claims a correction becomes: replacements, voids, new claims, several, or none, with the reason."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.corrections.plan import Order
from pipeline.corrections.run import preview
from pipeline.durable import DurableSteps
from pipeline.errors import NotCorrectable
from pipeline.ledger import decisions, encounters
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Accept, Deny, Outcome, Pay, Reject, Script
from tests.pipeline.corrections.support import (
    ACCOUNT,
    ANSWERED,
    CORRECTED,
    ENCOUNTER,
    PAID,
    Trip,
    a_plan_record,
    a_plan_workspace,
    answer,
    correct,
    pay_all,
    pick_up,
    refused_claim,
    rows,
    the_worklist,
    write_payer,
)
from tests.support.builders import INPATIENT, OUTPATIENT, claims_of, set_path
from tests.support.nights import a_night, put_encounters, tree

CODER = "C. Coder"
UNITS_DENIED = Deny("16", remarks=("M53",), other_lines="deny")
UNITS = "service_lines[1].units=2"
TEXT_CHANGE = "referral_number=RF1"


def denied(folder: Path, outcome: Outcome = UNITS_DENIED, **more: Any) -> Config:
    return refused_claim(folder, Trip("units", outcome, more.pop("base", OUTPATIENT), "7", **more))


def why_not(config: Config, claim: str, *given: str, **more: Any) -> str:
    before = tree(config.folders.state.parent)
    with pytest.raises(NotCorrectable) as caught:
        correct(config, claim, *given, **more)
    assert rows(config) and len(pick_up(config)) == 0
    after = tree(config.folders.state.parent)
    assert {name for name in before if not name.startswith("state/")} == {
        name for name in after if not name.startswith("state/")
    }
    return caught.value.line()


def test_an_unknown_claim_is_refused(tmp_path: Path) -> None:
    assert "no claim CNOTHING" in why_not(denied(tmp_path), "CNOTHING")


def test_a_claim_without_an_answer_waits(tmp_path: Path) -> None:
    config = a_plan_workspace(tmp_path, Trip("units", Pay(), OUTPATIENT, "7"))
    put_encounters(config, "a.ndjson", [a_plan_record(Trip("units", Pay(), OUTPATIENT, "7"))])
    a_night(config)
    pick_up(config)
    for asked in (None, "replace", "new-claim", "void"):
        assert "no answer yet" in why_not(config, ENCOUNTER, asked=asked, by=CODER)


def test_a_claim_in_process_is_changed_only_where_somebody_decides_it(tmp_path: Path) -> None:
    config = denied(tmp_path, Accept())
    assert "accepted" in why_not(config, ENCOUNTER, TEXT_CHANGE)
    assert "duplicate" in why_not(config, ENCOUNTER, TEXT_CHANGE, asked="new-claim", by=CODER)
    assert "--by" in why_not(config, ENCOUNTER, TEXT_CHANGE, asked="replace")
    assert correct(config, ENCOUNTER, TEXT_CHANGE, asked="replace", by=CODER).file


def test_a_paid_claim_is_not_sent_again_but_may_be_replaced_or_voided(tmp_path: Path) -> None:
    config = denied(tmp_path, Pay())
    assert "paid" in why_not(config, ENCOUNTER)
    assert "duplicate" in why_not(config, ENCOUNTER, asked="new-claim", by=CODER)
    assert correct(config, ENCOUNTER, UNITS, asked="replace", by=CODER).file


def test_a_claim_where_nothing_would_change_is_not_sent(tmp_path: Path) -> None:
    config = denied(tmp_path)
    (claim,) = rows(config)
    assert "nothing on claim" in why_not(config, claim.id)
    assert correct(config, claim.id, asked="replace").file


def test_a_claim_that_was_corrected_is_not_corrected_again(tmp_path: Path) -> None:
    config = denied(tmp_path)
    (claim,) = rows(config)
    assert correct(config, claim.id, UNITS, by=CODER).file
    (data,) = pick_up(config)
    assert f"Correct {rows(config)[1].id} instead" in why_not(config, claim.id, UNITS, by=CODER)
    assert "no answer yet" in why_not(config, rows(config)[1].id, UNITS, by=CODER)
    pay_all(config, data)
    assert [row.state for row in rows(config)] == ["replaced", "paid"]


def test_a_duplicate_is_sent_only_where_somebody_decides_it(tmp_path: Path) -> None:
    config = denied(tmp_path, Deny("18", group="OA", other_lines="deny"))
    assert "duplicate" in why_not(config, ENCOUNTER)
    assert "--by" in why_not(config, ENCOUNTER, asked="replace")
    assert correct(config, ENCOUNTER, TEXT_CHANGE, asked="replace", by=CODER).file


def test_an_appeal_is_no_correction(tmp_path: Path) -> None:
    config = denied(tmp_path, Deny("50", other_lines="deny"))
    assert "which is no claim" in why_not(config, ENCOUNTER, TEXT_CHANGE)


def test_a_rejected_claim_is_never_replaced(tmp_path: Path) -> None:
    config = denied(tmp_path, Reject("476"))
    assert "nothing to replace" in why_not(config, ENCOUNTER, UNITS, asked="replace", by=CODER)
    assert "nothing to void" in why_not(config, ENCOUNTER, asked="void", by=CODER)
    assert correct(config, ENCOUNTER, UNITS, by=CODER).file
    (claim,) = claims_of(*pick_up(config))
    assert claim.frequency == "1" and not claim.reference("F8")


def test_a_replacement_needs_the_payers_number(tmp_path: Path) -> None:
    def without_number(data: bytes) -> bytes:
        import re

        return re.sub(rb"(CLP\*RT0001(?:\*[^*~]*){5}\*)[^*~]*", rb"\1", data)

    trip = Trip("units", UNITS_DENIED, OUTPATIENT, "7")
    config = a_plan_workspace(tmp_path, trip)
    put_encounters(config, "a.ndjson", [a_plan_record(trip)])
    a_night(config)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: trip.outcome}, kinds=("835",)), ANSWERED, without_number)
    assert "REF*F8" in why_not(config, ENCOUNTER, UNITS, by=CODER)
    number = "replaces.payer_claim_control_number=ICN123"
    assert correct(config, ENCOUNTER, UNITS, number, by=CODER).file
    (claim,) = claims_of(*pick_up(config))
    assert claim.reference("F8") == "ICN123"


def test_codes_units_and_charges_need_a_name(tmp_path: Path) -> None:
    config = denied(tmp_path)
    message = why_not(config, ENCOUNTER, UNITS)
    assert "service_lines[1].units" in message and "--by" in message
    assert correct(config, ENCOUNTER, TEXT_CHANGE).file, "what is not coded needs none"


def test_who_approved_it_and_why_is_kept_with_the_new_claim(tmp_path: Path) -> None:
    config = denied(tmp_path)
    correct(config, ENCOUNTER, UNITS, by=CODER)
    old, new = rows(config)
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        kept = decisions.latest(connection, new.id, (decisions.CORRECTION,))
        revision = encounters.latest(connection, ENCOUNTER)
    ledger.close()
    assert kept is not None and (kept.by, kept.fingerprint) == (CODER, old.id)
    assert "service_lines[1].units" in kept.reason
    assert revision is not None and (revision.origin, revision.state) == ("correction", "claimed")
    content = json.loads(revision.content)
    assert content["service_lines"][1]["units"] == "2"
    assert content["replaces"]["frequency"] == "7"


def test_the_same_record_from_the_hospital_does_not_undo_a_correction(tmp_path: Path) -> None:
    config = denied(tmp_path)
    correct(config, ENCOUNTER, UNITS, by=CODER)
    pick_up(config)
    record = a_plan_record(Trip("units", Pay(), OUTPATIENT, "7"))
    put_encounters(config, "again.json.ndjson", [record])
    summary = a_night(config, CORRECTED + dt.timedelta(hours=1))
    assert (
        summary["counts"].get("encounters_repeated", 0) + summary["counts"].get("encounter_files_repeated", 0)
        == 1
    )
    assert pick_up(config) == [] and len(rows(config)) == 2


def test_a_void_is_the_claim_as_it_was_sent_and_a_new_claim_may_follow(tmp_path: Path) -> None:
    config = denied(tmp_path, Pay())
    (sent,) = rows(config)
    assert correct(config, sent.id, asked="void", by=CODER).file
    (data,) = pick_up(config)
    (void,) = claims_of(data)
    assert void.frequency == "8" and void.reference("F8") and void.total_charge == Decimal(2126200)
    answer(config, data, Script({ACCOUNT: Accept()}), PAID)
    assert [row.state for row in rows(config)] == ["voided", "accepted"]
    assert "voided" in why_not(config, sent.id)
    assert correct(config, sent.id, UNITS, asked="new-claim", by=CODER, now=PAID).file
    (again,) = claims_of(*pick_up(config))
    assert again.frequency == "1" and not again.reference("F8") and again.lines[1].quantity == 2


def test_a_rejected_replacement_is_a_replacement_again(tmp_path: Path) -> None:
    config = denied(tmp_path)
    correct(config, ENCOUNTER, UNITS, by=CODER)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: Reject("476")}), PAID)
    old, new = rows(config)
    assert (old.state, new.state) == ("denied", "rejected")
    assert correct(config, new.id, "service_lines[1].units=1", by=CODER, now=PAID).file
    (claim,) = claims_of(*pick_up(config))
    assert claim.frequency == "7" and claim.reference("F8") and claim.lines[1].quantity == 1


def test_the_newest_number_of_the_payer_is_named(tmp_path: Path) -> None:
    config = denied(tmp_path)
    correct(config, ENCOUNTER, UNITS, by=CODER)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: UNITS_DENIED}), PAID)
    _, new = rows(config)
    assert correct(config, new.id, "service_lines[1].units=1", by=CODER, now=PAID).file
    (first,), (second,) = claims_of(data), claims_of(*pick_up(config))
    assert second.reference("F8") and second.reference("F8") != first.reference("F8")
    assert [row.version for row in rows(config)] == [1, 2, 3]


def test_a_payer_of_lines_gets_a_claim_for_each_denied_line(tmp_path: Path) -> None:
    config = denied(tmp_path, payer={"replacement_unit": "line"})
    assert correct(config, ENCOUNTER, UNITS, by=CODER).file
    (data,) = pick_up(config)
    one, two = claims_of(data)
    assert [claim.patient_control_number for claim in (one, two)] == [f"{ACCOUNT}L1", f"{ACCOUNT}L2"]
    assert [[line.control_number for line in claim.lines] for claim in (one, two)] == [["L001"], ["L002"]]
    assert one.frequency == two.frequency == "7"
    pay_all(config, data)
    assert [row.state for row in rows(config)] == ["replaced", "paid", "paid"]


def test_what_was_paid_is_not_billed_again_by_a_new_claim(tmp_path: Path) -> None:
    outcome = Deny("16", remarks=("N349",), line="2")
    config = denied(tmp_path, outcome, payer={"denied_claim_resubmission": "new_claim"})
    assert correct(config, ENCOUNTER, UNITS, by=CODER).file
    (data,) = pick_up(config)
    (claim,) = claims_of(data)
    assert [line.control_number for line in claim.lines] == ["L002"] and claim.total_charge == Decimal(1200)
    pay_all(config, data)
    assert [row.state for row in rows(config)] == ["partly_paid", "paid"]


def test_the_drug_goes_apart_where_the_payer_carves_it_out(tmp_path: Path) -> None:
    outcome = Deny("97", remarks=("M15",), other_lines="deny")
    numbers = [{"number": "PADRUG", "scope": "drug"}, {"number": "PASTAY", "scope": "admission"}]
    record = {"contract": None, "coverages[0].authorizations": numbers}
    config = denied(tmp_path, outcome, base=INPATIENT, record=record)
    write_payer(config, {"carve_out": True})
    done = correct(config, ENCOUNTER)
    assert done.file and "claim of its own" in done.plan.decision.why
    (data,) = pick_up(config)
    stay, drug = claims_of(data)
    assert (stay.frequency, stay.type_of_bill) == ("7", "0117") and stay.reference("F8")
    assert (drug.frequency, drug.type_of_bill) == ("1", "0131") and not drug.reference("F8")
    assert [line.code for line in drug.lines] == ["J3399"] and "J3399" not in [
        line.code for line in stay.lines
    ]
    pay_all(config, data)
    assert [(row.part, row.state) for row in rows(config)] == [
        ("whole", "replaced"),
        ("stay", "paid"),
        ("drug", "paid"),
    ]


def two_payers(record: dict[str, Any]) -> dict[str, Any]:
    second = {"payer": "state-medicaid", "member_id": "SEC0001", "relationship": "self"}
    record["coverages"].append(second)
    return record


def test_a_denied_claim_goes_to_the_next_payer_with_what_the_first_decided(tmp_path: Path) -> None:
    trip = Trip("non-covered", Deny("204", other_lines="deny"), OUTPATIENT, "1", extends="commercial-oba")
    config = a_plan_workspace(tmp_path, dataclasses.replace(trip, payer={"requires_contract_id": False}))
    put_encounters(config, "a.ndjson", [two_payers(a_plan_record(trip))])
    a_night(config)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: trip.outcome}), ANSWERED)
    assert pick_up(config) == []
    assert correct(config, ENCOUNTER, asked="secondary", by=CODER).file
    (data,) = pick_up(config)
    (claim,) = claims_of(data)
    assert (claim.subscriber.responsibility, claim.payer.id) == ("S", "SKMCD0")
    (other,) = claim.other_coverages
    assert other.paid == 0
    assert [
        item.reason for line in claim.lines for one in line.adjudications for item in one.adjustments
    ] == ["204", "204"]
    assert "billed before" in why_not(config, rows(config)[0].id, asked="secondary", by=CODER)


def test_there_is_no_claim_to_a_next_payer_that_the_record_does_not_have(tmp_path: Path) -> None:
    assert "no payer behind" in why_not(denied(tmp_path), ENCOUNTER, asked="secondary", by=CODER)


def test_findings_keep_a_correction_back(tmp_path: Path) -> None:
    config = denied(tmp_path)
    before = rows(config)
    done = correct(config, ENCOUNTER, "service_lines[0].units=3", by=CODER)
    assert done.file is None and done.plan.is_refused
    assert "authorization-mismatch" in {finding.rule for finding in done.plan.findings if finding.is_error}
    assert pick_up(config) == [] and rows(config) == before


def test_a_waiver_holds_for_the_correction_while_the_treatment_is_the_same(tmp_path: Path) -> None:
    from mapping.profile_store import ProfileStore
    from pipeline.outbound.waivers import waive

    trip = Trip("units", UNITS_DENIED, OUTPATIENT, "7")
    config = a_plan_workspace(tmp_path, trip)
    record = a_plan_record(trip)
    record["clinical"]["antibody_titer"] = None
    put_encounters(config, "a.ndjson", [record])
    assert a_night(config)["held"]
    ledger = Ledger.open(config.ledger, DurableSteps())
    waive(
        ledger,
        ProfileStore(config.own_profiles),
        ENCOUNTER,
        "titer-missing",
        reason="emergency",
        by="A",
        at="2026-11-16",
    )
    ledger.close()
    a_night(config)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: trip.outcome}), ANSWERED)
    done = correct(config, ENCOUNTER, UNITS, by=CODER)
    assert done.file and "Waived" in " ".join(finding.message() for finding in done.plan.findings)


def test_a_preview_changes_nothing(tmp_path: Path) -> None:
    config = denied(tmp_path)
    before = tree(config.folders.state.parent)
    plan = preview(config, DurableSteps(), CORRECTED, Order(ENCOUNTER, "replace", (), ""))
    (claim,) = claims_of(plan.data)
    assert claim.frequency == "7" and plan.control_number == 2
    assert tree(config.folders.state.parent) == before


def test_each_difference_names_its_source(tmp_path: Path) -> None:
    trip = Trip(
        "wrong-hcpcs",
        Deny("189", remarks=("N56",), other_lines="deny"),
        OUTPATIENT,
        "7",
        {"service_lines[0].hcpcs": "J3590", "service_lines[0].description": "Zolgensma"},
        rules=("unclassified-code",),
    )
    config = refused_claim(tmp_path, trip)
    write_payer(config, {"ndc_unit": "UN"})
    record = a_plan_record(trip)
    set_path(record, "coverages[0].authorizations[0].number", "PA9")
    put_encounters(config, "b.ndjson", [record])
    a_night(config, CORRECTED)
    done = correct(config, ENCOUNTER, "attending.taxonomy=2080P0006X", by=CODER)
    found = {
        f"{one.loop} {one.segment} {one.element}": (one.source, one.place.box)
        for one in done.plan.planned[0].differences
    }
    assert found == {
        "2300 CLM CLM05-3": ("replacement", "4"),
        "2300 REF*F8 REF02": ("replacement", "64"),
        "2300 REF*G1 REF02": ("the record's revision 2", "63"),
        "2310A PRV*AT PRV03": ("--set", "76"),
        "2400 SV2 SV202-2": ("fix of wrong-hcpcs", "44"),
        "2410 CTP CTP04": ("the profiles of today", "43"),
        "2410 CTP CTP05-1": ("the profiles of today", "43"),
    }
    assert the_worklist(config) == []


def test_a_claim_of_another_system_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    from pipeline.lock import run_lock
    from pipeline.night import run_ingest

    elsewhere = denied(tmp_path / "elsewhere")
    (archived,) = elsewhere.folders.archive_out.glob("*/*.x12")
    trip = Trip("units", UNITS_DENIED, OUTPATIENT, "7")
    config = a_plan_workspace(tmp_path / "here", trip)
    with run_lock(config.folders.state, DurableSteps()):
        run_ingest(config, DurableSteps(), ANSWERED, [archived])
    answer(config, archived.read_bytes(), Script({ACCOUNT: UNITS_DENIED}), ANSWERED)
    (claim,) = rows(config)
    assert (claim.origin, claim.state) == ("external", "denied")
    message = why_not(config, claim.id, UNITS, by=CODER)
    assert "encounter record is missing" in message and "replaces" in message


def test_what_the_gate_keeps_back_is_shown_all_the_same(tmp_path: Path) -> None:
    config = denied(tmp_path)
    done = correct(config, ENCOUNTER, "therapy.status=planned", by=CODER)
    assert done.file is None and done.plan.candidates == ()
    assert [one.frequency for one in done.plan.planned] == ["7"] and done.plan.planned[0].differences


def test_a_rejected_claim_of_a_line_names_the_number_of_the_claim_before(tmp_path: Path) -> None:
    config = denied(tmp_path, payer={"replacement_unit": "line"})
    correct(config, ENCOUNTER, UNITS, by=CODER)
    (data,) = pick_up(config)
    number = claims_of(data)[1].reference("F8")
    answer(config, data, Script({f"{ACCOUNT}L1": Pay(), f"{ACCOUNT}L2": Reject("476")}), PAID)
    rejected = next(row for row in rows(config) if row.state == "rejected")
    assert correct(config, rejected.id, "service_lines[1].units=1", by=CODER, now=PAID).file
    (claim,) = claims_of(*pick_up(config))
    assert (claim.frequency, claim.patient_control_number) == ("7", f"{ACCOUNT}L2")
    assert claim.reference("F8") == number


def test_a_denied_claim_to_the_second_payer_is_replaced_with_what_the_first_decided(tmp_path: Path) -> None:
    trip = Trip("units", UNITS_DENIED, OUTPATIENT, "7", extends="commercial-oba")
    config = a_plan_workspace(tmp_path, dataclasses.replace(trip, payer={"requires_contract_id": False}))
    put_encounters(config, "a.ndjson", [two_payers(a_plan_record(trip))])
    a_night(config)
    (data,) = pick_up(config)
    answer(config, data, Script({ACCOUNT: Pay(Decimal(90))}), ANSWERED)
    (data,) = pick_up(config)
    assert claims_of(data)[0].subscriber.responsibility == "S"
    answer(config, data, Script({ACCOUNT: trip.outcome}), CORRECTED)
    second = next(row for row in rows(config) if row.payer_order == 1)
    assert correct(config, second.id, "referral_number=RF1", now=PAID).file
    (data,) = pick_up(config)
    (claim,) = claims_of(data)
    assert (claim.frequency, claim.subscriber.responsibility) == ("7", "S") and claim.reference("F8")
    assert all(line.adjudications for line in claim.lines)
    pay_all(config, data, PAID + dt.timedelta(days=2))
    assert sorted((row.payer_order, row.version, row.state) for row in rows(config)) == [
        (0, 1, "paid"),
        (1, 1, "replaced"),
        (1, 2, "paid"),
    ]


def test_of_stay_and_drug_the_denied_one_alone_is_replaced(tmp_path: Path) -> None:
    numbers = [{"number": "PADRUG", "scope": "drug"}, {"number": "PASTAY", "scope": "admission"}]
    record = {"contract": None, "coverages[0].authorizations": numbers}
    trip = Trip("ndc-unit", Pay(), INPATIENT, "7", record, payer={"carve_out": True})
    config = a_plan_workspace(tmp_path, trip)
    put_encounters(config, "a.ndjson", [a_plan_record(trip)])
    a_night(config)
    (data,) = pick_up(config)
    denial = Deny("16", remarks=("N816",), other_lines="deny")
    answer(config, data, Script({ACCOUNT: Pay(), f"{ACCOUNT}D": denial}), ANSWERED)
    assert "several claims" in why_not(config, ENCOUNTER)
    drug = next(row for row in rows(config) if row.part == "drug")
    write_payer(config, {"carve_out": True, "ndc_unit": "UN"})
    assert correct(config, drug.id).file
    (data,) = pick_up(config)
    (claim,) = claims_of(data)
    assert (claim.frequency, claim.patient_control_number) == ("7", f"{ACCOUNT}D")
    assert claim.lines[0].drug is not None and claim.lines[0].drug.unit == "UN"
    pay_all(config, data)
    assert sorted((row.part, row.state) for row in rows(config)) == [
        ("drug", "paid"),
        ("drug", "replaced"),
        ("stay", "paid"),
    ]
