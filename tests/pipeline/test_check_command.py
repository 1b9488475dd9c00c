"""`j3399 check`: what stands between a child and its infusion, before there is a claim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.builders import SAMPLES, a_record
from tests.support.commands import j3399

READY = SAMPLES / "01-outpatient-medicaid.json"
DAY = ("--as-of", "2026-11-09")


def a_file(folder: Path, *records: dict[str, Any]) -> Path:
    path = folder / "records.json"
    path.write_text(json.dumps(list(records)), encoding="utf-8")
    return path


def test_a_child_that_is_ready() -> None:
    done = j3399("check", str(READY), *DAY)
    assert (done.returncode, done.stderr) == (0, "")
    assert "E0001  state-medicaid  infusion 2026-11-10: ready" in done.stdout
    assert "glucocorticoids from 2026-11-09" in done.stdout and "71894-126-04" in done.stdout


def test_no_claim_and_no_ledger_is_made(tmp_path: Path) -> None:
    j3399("check", str(READY), *DAY, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said_and_the_next_child_is_judged(tmp_path: Path) -> None:
    record = a_record()
    record["clinical"].pop("antibody_titer")
    other = a_record()
    other |= {"id": "E0002", "patient_control_number": "ACCT-2"}
    done = j3399("check", str(a_file(tmp_path, record, other)), *DAY, "--json")
    assert done.returncode == 1
    first, second = json.loads(done.stdout)["encounters"]
    assert first["missing"] == ["antibody_titer"] and not first["ready"]
    assert [finding["rule"] for finding in first["findings"]] == ["titer-missing"]
    assert second["ready"]


def test_what_was_expected_and_found_is_said_and_what_to_do_once_for_each_rule(tmp_path: Path) -> None:
    record = a_record()
    record["coverages"][0]["authorizations"][0] |= {"hcpcs": "J3398", "units": "0.5", "member_id": "OTHER1"}
    record["clinical"]["baseline_labs"][0]["value"] = "91"
    path = str(a_file(tmp_path, record))
    told = j3399("check", path, *DAY).stdout
    assert told.count("authorization-mismatch:") == 3 and told.count("compare the approval letter") == 1
    assert "expected J3399, found J3398" in told and "expected 1 or more, found 0.5" in told
    assert "The result of ALT is out of its range." in told
    assert "OTHER1" not in told and "91 U/L" not in told
    shown = j3399("check", path, *DAY, "--show-phi").stdout
    assert "found OTHER1" in shown and "found 91 U/L" in shown


def test_the_papers_of_the_laboratory_are_there_when_all_tests_are(tmp_path: Path) -> None:
    record = a_record()
    record["coverages"][0]["payer"] = "unitedhealthcare"
    del record["clinical"]["baseline_labs"][3]
    (row,) = json.loads(j3399("check", str(a_file(tmp_path, record)), *DAY, "--json").stdout)["encounters"]
    assert row["missing"] == ["baseline_labs"]
    (finding,) = row["findings"]
    assert "missing: prothrombin time." in finding["message"]


def test_the_birth_date_is_not_told(tmp_path: Path) -> None:
    near = a_record()
    near["patient"]["birth_date"] = "2024-12-01"
    path = str(a_file(tmp_path, near))
    for options, age in (
        ((), {"holds_until": "***", "days_left": 21}),
        (("--show-phi",), {"holds_until": "2026-11-30", "days_left": 21}),
    ):
        (row,) = json.loads(j3399("check", path, *DAY, "--json", *options).stdout)["encounters"]
        (found,) = [one for one in row["deadlines"] if one["what"].startswith("age")]
        assert {key: found[key] for key in age} == age
    (row,) = json.loads(j3399("check", str(READY), *DAY, "--json").stdout)["encounters"]
    (found,) = [one for one in row["deadlines"] if one["what"].startswith("age")]
    assert found["days_left"] is None
    assert "more than 90 days" in j3399("check", str(READY), *DAY).stdout


def test_what_cannot_be_judged_is_said_and_the_rest_goes_on(tmp_path: Path) -> None:
    unknown, broken, good = a_record(), a_record(), a_record()
    unknown |= {"id": "U", "patient_control_number": "U"}
    unknown["coverages"][0]["payer"] = "nobody"
    broken |= {"id": "B", "patient_control_number": "B", "setting": "99"}
    done = j3399("check", str(a_file(tmp_path, unknown, broken, good)), *DAY, "--json")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "no profile 'nobody'" in done.stderr and "setting" in done.stderr
    assert [row["encounter"] for row in json.loads(done.stdout)["encounters"]] == ["E0001"]


def test_a_payer_without_an_id_can_be_asked(tmp_path: Path) -> None:
    record = a_record()
    record["coverages"][0]["payer"] = "aetna"
    assert j3399("check", str(a_file(tmp_path, record)), *DAY).returncode == 0
