"""What a night does with what it finds: once, in order, and the same way again."""

from __future__ import annotations

import json
import shutil
import stat
from pathlib import Path

import pytest
from sqlalchemy import insert

from pipeline.durable import DurableSteps
from pipeline.errors import ControlNumbersExhausted, IntegrityAlarm, LedgerBusy, RunTakenOver
from pipeline.ledger import schema
from pipeline.ledger.store import Ledger
from pipeline.night import rehearse_night
from tests.support.builders import NIGHT, REMOVED, a_child, claims_of
from tests.support.ledger_rows import ledger_rows
from tests.support.nights import a_night, a_workspace, outbox, put_encounters, tree


@pytest.mark.usefixtures("each_ledger")
def test_one_encounter_becomes_one_released_file(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    summary = a_night(config)
    (name, data), *rest = outbox(config).items()
    assert rest == []
    assert summary["exit_code"] == 0
    assert name == "837I_test-clearinghouse_000000001_20261116220000.x12"
    assert [claim.patient_control_number for claim in claims_of(data)] == ["NGT00001"]
    assert summary["files"][0]["control_number"] == 1
    assert summary["amounts"]["released"] == "2126200.00"


@pytest.mark.usefixtures("each_ledger")
@pytest.mark.usefixtures("each_ledger")
def test_the_same_night_again_sends_nothing_and_takes_no_number(tmp_path: Path) -> None:
    """The ledger has one run more, and no other row is new, gone or changed."""
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2, **{"clinical.antibody_titer": REMOVED})])
    assert a_night(config)["exit_code"] == 1
    before, rows = tree(tmp_path / "outbox"), ledger_rows(config)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2, **{"clinical.antibody_titer": REMOVED})])
    again = a_night(config)
    assert again["exit_code"] == 0
    assert again["files"] == [] and again["held"] == []
    assert tree(tmp_path / "outbox") == before
    after = ledger_rows(config)
    assert all(rows[table] for table in ("encounters", "files", "claims", "claim_lines"))
    assert len(after["runs"]) == len(rows["runs"]) + 1
    assert {**after, "runs": rows["runs"]} == rows


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        config = a_workspace(tmp_path / name)
        put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
        a_night(config)
    assert tree(tmp_path / "one" / "outbox") == tree(tmp_path / "two" / "outbox")
    assert tree(tmp_path / "one" / "reports") == tree(tmp_path / "two" / "reports")


@pytest.mark.usefixtures("each_ledger")
def test_a_rehearsal_changes_no_byte_and_no_row(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    put_encounters(config, "b.ndjson", [a_child(2)])
    before, rows = tree(tmp_path), ledger_rows(config)
    summary = rehearse_night(config, DurableSteps(), NIGHT)
    assert summary["dry_run"] and summary["counts"]["claims_released"] == 1
    assert summary["files"][0]["control_number"] == 2
    assert tree(tmp_path) == before
    assert ledger_rows(config) == rows and rows["claims"]


def test_the_same_record_in_another_file_has_one_effect(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    put_encounters(config, "other.ndjson", [a_child(1), a_child(2)])
    summary = a_night(config)
    assert summary["counts"]["encounters_repeated"] == 1
    assert summary["counts"]["claims_released"] == 1


@pytest.mark.usefixtures("each_ledger")
def test_a_held_encounter_that_comes_again_with_its_titer_is_released(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"clinical.antibody_titer": REMOVED})])
    summary = a_night(config)
    assert summary["held"] == [{"encounter": "N00001", "rules": ["titer-missing"]}]
    assert (tmp_path / "held" / "N00001.json").is_file() and outbox(config) == {}
    put_encounters(config, "b.ndjson", [a_child(1)])
    assert a_night(config)["counts"]["claims_released"] == 1
    assert list((tmp_path / "held").iterdir()) == []


@pytest.mark.usefixtures("each_ledger")
def test_a_claimed_encounter_with_other_content_makes_no_second_claim(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    put_encounters(config, "b.ndjson", [a_child(1, **{"patient.weight_kg": "5.7"})])
    summary = a_night(config)
    assert summary["exit_code"] == 1
    assert summary["findings_by_rule"] == {"encounter-changed": 1}
    assert len(outbox(config)) == 1


@pytest.mark.usefixtures("each_ledger")
def test_two_contents_for_one_encounter_in_one_night_are_both_set_aside(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
    put_encounters(config, "b.ndjson", [a_child(1, **{"patient.weight_kg": "5.7"})])
    summary = a_night(config)
    assert summary["findings_by_rule"] == {"encounter-conflict": 2}
    assert sorted(summary["quarantined"]) == ["a.ndjson.line-1.json", "b.ndjson.line-1.json"]
    assert [
        claim.patient_control_number for data in outbox(config).values() for claim in claims_of(data)
    ] == ["NGT00002"]


@pytest.mark.usefixtures("each_ledger")
def test_one_child_gets_one_live_drug_claim(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    second = a_child(2, **{"patient.record_number": "REC00001"})
    put_encounters(config, "a.ndjson", [a_child(1), second])
    summary = a_night(config)
    assert summary["held"] == [{"encounter": "N00002", "rules": ["drug-lifetime"]}]
    put_encounters(config, "b.ndjson", [a_child(3, **{"patient.record_number": "REC00001"})])
    assert a_night(config)["held"] == [{"encounter": "N00003", "rules": ["drug-lifetime"]}]


@pytest.mark.usefixtures("each_ledger")
def test_a_refused_claim_leaves_the_file_to_the_others(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    no_authorization = a_child(2, **{"coverages[0].authorizations": []})
    put_encounters(config, "a.ndjson", [a_child(1), no_authorization, a_child(3)])
    summary = a_night(config)
    assert summary["refused"] == [{"encounter": "N00002", "rules": ["prior-authorization"]}]
    (data,) = outbox(config).values()
    assert [claim.patient_control_number for claim in claims_of(data)] == ["NGT00001", "NGT00003"]


def test_a_night_in_which_every_claim_is_refused_takes_no_number(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"coverages[0].authorizations": []})])
    a_night(config)
    assert outbox(config) == {} and list(config.folders.staging.iterdir()) == []
    put_encounters(config, "b.ndjson", [a_child(1)])
    assert a_night(config)["files"][0]["control_number"] == 1


def test_a_wrong_record_costs_itself_alone_and_is_kept(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    wrong = a_child(1, **{"coverages[0].member_id": "MEM~1"})
    put_encounters(config, "a.ndjson", [wrong, a_child(2)])
    (config.folders.encounters / "b.json").write_bytes(b"\xff\xfe nothing")
    summary = a_night(config)
    assert summary["counts"]["claims_released"] == 1
    kept = json.loads((tmp_path / "quarantine" / "a.ndjson.line-1.json").read_text(encoding="utf-8"))
    assert kept == wrong
    assert (tmp_path / "quarantine" / "b.json").read_bytes() == b"\xff\xfe nothing"
    reason = json.loads((tmp_path / "quarantine" / "a.ndjson.line-1.json.reason.json").read_text("utf-8"))
    assert [finding["path"] for finding in reason["findings"]] == ["coverages[0].member_id"]
    assert reason["next_step"]


def test_files_that_are_not_finished_are_left_alone(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, ".hidden.ndjson", [a_child(1)])
    put_encounters(config, "a.ndjson.partial", [a_child(2)])
    put_encounters(config, "b.tmp", [a_child(3)])
    assert a_night(config)["counts"].get("encounter_files") is None
    assert len(list(config.folders.encounters.iterdir())) == 3


@pytest.mark.usefixtures("each_ledger")
def test_claims_of_two_shapes_share_one_file(tmp_path: Path) -> None:
    from tests.support.builders import INPATIENT, a_record

    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_record(base=INPATIENT)])
    assert a_night(config)["counts"]["claims_released"] == 2
    (data,) = outbox(config).values()
    assert [claim.type_of_bill for claim in claims_of(data)] == ["0111", "0131"]


def test_an_older_ledger_beside_the_archive_raises_the_alarm(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    older = tmp_path / "older.sqlite"
    shutil.copy(config.ledger_path, older)
    put_encounters(config, "b.ndjson", [a_child(2)])
    a_night(config)
    before = outbox(config)
    for suffix in ("-wal", "-shm"):
        config.ledger_path.with_name(config.ledger_path.name + suffix).unlink(missing_ok=True)
    shutil.copy(older, config.ledger_path)
    put_encounters(config, "c.ndjson", [a_child(3)])
    with pytest.raises(IntegrityAlarm):
        a_night(config)
    assert outbox(config) == before


def test_an_archive_that_lost_a_file_raises_the_alarm(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    next(config.folders.archive_out.glob("*/*")).unlink()
    with pytest.raises(IntegrityAlarm):
        a_night(config)


@pytest.mark.usefixtures("each_ledger")
def test_control_numbers_end_with_a_clear_error_and_never_begin_again(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    ledger = Ledger.open(config.ledger, DurableSteps())
    with ledger.transaction("test") as connection:
        connection.execute(schema.files.update().values(control_number=999_999_998))
    ledger.close()
    put_encounters(config, "b.ndjson", [a_child(2)])
    assert a_night(config)["files"][0]["control_number"] == 999_999_999
    put_encounters(config, "c.ndjson", [a_child(3)])
    with pytest.raises(ControlNumbersExhausted):
        a_night(config)


def test_a_run_that_was_taken_over_can_write_no_more(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    older, newer = (Ledger.open(config.ledger, DurableSteps()) for _ in range(2))
    older.begin_run("2026-11-16T22:00:00")
    newer.begin_run("2026-11-16T22:00:01")
    with pytest.raises(RunTakenOver), older.transaction("late"):
        pass
    with newer.transaction("in time"):
        pass
    older.close()
    newer.close()


def test_a_ledger_that_another_program_holds_is_an_operation_error(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    holder = Ledger.open(config.ledger, DurableSteps())
    holder.begin_run("2026-11-16T22:00:00")
    with holder.transaction("long") as connection:
        connection.execute(insert(schema.settings).values(name="x", value="y"))
        with pytest.raises(LedgerBusy) as caught:
            a_night(config)
    assert caught.value.exit_code == 3 and "run again" in caught.value.line()
    holder.close()
    assert a_night(config)["counts"]["claims_released"] == 1


@pytest.mark.parametrize("mask", [0o000, 0o022])
def test_every_file_is_its_owners_alone_whatever_the_umask(tmp_path: Path, mask: int) -> None:
    import os

    before = os.umask(mask)
    try:
        root = tmp_path / "w"
        config = a_workspace(root)
        put_encounters(config, "a.ndjson", [a_child(1), a_child(2, **{"coverages[0].member_id": "~"})])
        (config.folders.encounters / "a.ndjson").chmod(0o600)
        a_night(config)
    finally:
        os.umask(before)
    (root / "j3399.toml").unlink()
    for path in root.rglob("*"):
        expected = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == expected, path


def test_a_planned_infusion_makes_no_claim(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"therapy.status": "planned"})])
    summary = a_night(config)
    assert summary["held"] == [{"encounter": "N00001", "rules": ["record-invalid"]}]
    assert outbox(config) == {}


def test_a_payer_or_site_without_a_profile_holds_its_encounter_alone(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    records = [a_child(1, **{"coverages[0].payer": "nobody"}), a_child(2, site="nowhere"), a_child(3)]
    put_encounters(config, "a.ndjson", records)
    summary = a_night(config)
    assert [entry["encounter"] for entry in summary["held"]] == ["N00001", "N00002"]
    assert summary["counts"]["claims_released"] == 1


@pytest.mark.usefixtures("each_ledger")
def test_one_account_number_serves_one_encounter(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2, patient_control_number="NGT00001")])
    summary = a_night(config)
    assert summary["held"] == [{"encounter": "N00002", "rules": ["record-invalid"]}]
    put_encounters(config, "b.ndjson", [a_child(3, patient_control_number="NGT00001")])
    assert [entry["encounter"] for entry in a_night(config)["held"]] == ["N00003"]


def test_after_a_conflict_the_right_record_can_be_sent_alone(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    put_encounters(config, "b.ndjson", [a_child(1, **{"patient.weight_kg": "5.7"})])
    a_night(config)
    put_encounters(config, "again.ndjson", [a_child(1)])
    assert a_night(config)["counts"]["claims_released"] == 1


def test_two_bad_records_under_one_file_name_are_both_kept(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    for number in (1, 2):
        put_encounters(config, "export.ndjson", [a_child(number, **{"coverages[0].member_id": "~"})])
        a_night(config)
    kept = [path for path in config.folders.quarantine.iterdir() if not path.name.endswith(".reason.json")]
    assert {json.loads(path.read_text("utf-8"))["id"] for path in kept} == {"N00001", "N00002"}
    assert all(path.with_name(f"{path.name}.reason.json").is_file() for path in kept)


def test_the_longest_file_names_stop_no_night(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    (config.folders.inbox / ("x" * 255)).write_bytes(b"junk")
    put_encounters(config, "y" * 248 + ".ndjson", [a_child(1, **{"coverages[0].member_id": "~"}), a_child(2)])
    summary = a_night(config)
    assert summary["counts"]["claims_released"] == 1 and len(summary["quarantined"]) == 2


def test_a_name_that_folds_to_nothing_is_held(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"patient.first_name": "李"})])
    assert a_night(config)["held"] == [{"encounter": "N00001", "rules": ["record-invalid"]}]


def test_a_ledger_held_at_the_very_start_is_an_operation_error(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    holder, other = (Ledger.open(config.ledger, DurableSteps()) for _ in range(2))
    with holder.transaction("long"), pytest.raises(LedgerBusy):
        other.begin_run("2026-11-16T22:00:00")
    holder.close()
    other.close()


def test_a_claim_that_breaks_its_file_does_not_keep_the_others_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim whose segments swallow the next ones is found by judging each claim alone."""
    from pipeline.outbound import release

    original = release.write_claims

    def write(header, claims):  # type: ignore[no-untyped-def]
        segments = original(header, claims)
        return [
            ("ZZZZ", *segment[1:]) if segment[0] == "CLM" and segment[1] == "NGT00002" else segment
            for segment in segments
        ]

    monkeypatch.setattr(release, "write_claims", write)
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2), a_child(3)])
    summary = a_night(config)
    assert [entry["encounter"] for entry in summary["refused"]] == ["N00002"]
    assert summary["counts"]["claims_released"] == 2
