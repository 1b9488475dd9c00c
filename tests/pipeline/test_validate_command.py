"""`j3399 validate`: what a user sees of any file, with encounters, with a ledger; JSON for programs."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mapping.intake import read_encounters
from mapping.profile_store import ProfileStore
from pipeline.cli.json_stream import write_json
from pipeline.cli.validate import validate
from pipeline.config import config_for_output
from pipeline.outbound.origin import Origins
from tests.support.builders import NIGHT, ROOT, SAMPLES, a_child, claims_of
from tests.support.commands import assert_clean, j3399
from tests.support.guide_files import HEADER, OUTPATIENT, PATIENT_DATA, Segments, a_file, instead, without
from tests.support.nights import a_night, a_workspace, outbox, put_encounters, tree

SAMPLE = next((ROOT / "samples" / "files").glob("837I*.x12"))
AS_OF = ("--as-of", "2026-12-03")
KEYS = {
    "rule",
    "snip",
    "severity",
    "message",
    "expected",
    "found",
    "fix",
    "source",
    "file",
    "interchange",
    "group",
    "transaction",
    "claim",
    "loop",
    "segment",
    "segment_position",
    "element",
    "acknowledgment",
}


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(validate, [*map(str, arguments), *AS_OF], standalone_mode=False)


def as_json(*arguments: str | Path) -> tuple[Any, dict[str, Any]]:
    result = run(*arguments, "--json")
    return result.return_value, json.loads(result.stdout)


def a_path(folder: Path, data: str | bytes, name: str = "claims.x12") -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("latin-1"))
    return path


def many(claims: int, broken: tuple[int, ...] = (), without_start: str = "CL1") -> str:
    """Claims of different children; of the broken ones, one segment is missing."""
    body: Segments = list(HEADER)
    for number in range(claims):
        claim = without(without_start, OUTPATIENT) if number in broken else OUTPATIENT
        body += [
            segment.replace("HL*2*1*22", f"HL*{number + 2}*1*22")
            .replace("MEMB77001", f"MEMB{number:05d}")
            .replace("ACCT90210-01", f"ACCT{number:05d}")
            .replace("CHART3303", f"CHART{number:05d}")
            for segment in claim
        ]
    return a_file(body)


def lines_of(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines()]


def test_a_clean_file_is_one_line_and_what_was_not_checked() -> None:
    result = run(SAMPLE)
    assert result.return_value == 0
    first, *others = result.stdout.splitlines()
    assert first == f"{SAMPLE.name}: 11 claims: nothing found"
    assert all(line.startswith(("not checked", " ")) for line in others)
    assert "titer-missing" in result.stdout and "drug-lifetime" in result.stdout


def test_broken_claims_are_told_by_claim_and_the_same_fault_once(tmp_path: Path) -> None:
    result = run(a_path(tmp_path, many(10, broken=(3, 5, 7))))
    lines = lines_of(result)
    assert result.return_value == 1
    assert lines[0].startswith("claims.x12: 10 claims, 3 with errors: 3 errors")
    assert lines.count("Required segment CL1 is missing from loop 2300.") == 1
    at = lines.index("claim 4 (account ***)")
    assert lines[at + 1].startswith("error   guide  2300 CL1, segment ")
    assert "and 2 more claims like this: 6, 8" in lines
    assert "fix: Write segment CL1 before this place." in lines


def test_ten_thousand_claims_broken_the_same_way_stay_short(tmp_path: Path) -> None:
    result = run(a_path(tmp_path, many(600, broken=tuple(range(600)))))
    assert len(result.stdout.splitlines()) < 40
    assert "and 599 more claims like this: 2-600" in lines_of(result)


def test_claims_broken_in_ways_of_their_own_stay_short_too(tmp_path: Path) -> None:
    text = many(300)
    for number in range(300):
        text = text.replace("DTP*434*RD8*20261120-20261120", f"DTP*434*R{number}*20261120-20261120", 1)
    result = run(a_path(tmp_path, text))
    assert len(result.stdout.splitlines()) < 400
    assert "--json lists all." in result.stdout


@pytest.mark.parametrize("data", [b"", b"hello", bytes(range(256)) * 30, b"ISA*", b"\x00" * 999])
def test_what_is_no_x12_is_refused_in_a_few_lines(data: bytes, tmp_path: Path) -> None:
    result = run(a_path(tmp_path, data))
    assert result.return_value == 1
    assert 2 < len(result.stdout.splitlines()) < 12


def test_patient_data_is_shown_only_where_it_is_asked_for(tmp_path: Path) -> None:
    path = a_path(
        tmp_path, a_file(instead("NM1*IL", "NM1*IL*1*QUILLFEATHER*" + "X" * 99, [*HEADER, *OUTPATIENT]))
    )
    masked, shown = run(path), run(path, "--show-phi")
    assert not [secret for secret in PATIENT_DATA if secret in masked.stdout]
    assert "claim 1 (account ACCT90210-01)" in shown.stdout
    assert not [secret for secret in PATIENT_DATA if secret in run(path, "--json").stdout]


def test_json_has_every_finding_with_all_its_keys(tmp_path: Path) -> None:
    path = a_path(tmp_path, many(4, broken=(1, 2)))
    code, document = as_json(path)
    assert code == 1
    assert list(document) == ["files", "findings", "not_checked", "summary"]
    assert document["files"] == ["claims.x12"]
    assert all(set(finding) >= KEYS for finding in document["findings"])
    assert [finding["segment"] for finding in document["findings"] if finding["rule"] == "guide"] == [
        "CL1"
    ] * 2
    assert {finding["file"] for finding in document["findings"]} == {"claims.x12"}
    assert document["summary"]["claims"] == 4
    assert document["summary"]["claims_with_errors"] == 2
    assert document["summary"]["error"] == sum(one["severity"] == "error" for one in document["findings"])
    assert document["not_checked"] == sorted(document["not_checked"]) != []


def test_a_file_that_cannot_be_read_stops_no_other_and_is_said(tmp_path: Path) -> None:
    unreadable = Path("/proc/self/mem")
    broken = a_path(tmp_path, many(1, broken=(0,)))
    code, document = as_json(unreadable, broken)
    assert code == 1
    assert document["files"] == ["mem", "claims.x12"]
    assert document["summary"]["unreadable"] == ["mem"]
    assert document["findings"]
    done = j3399("validate", str(unreadable), str(SAMPLE), "--json", *AS_OF)
    assert_clean(done, 3)
    assert json.loads(done.stdout)["summary"]["claims"] == 11
    assert "/proc/self/mem" in done.stderr


def test_several_files_end_with_a_line_for_all(tmp_path: Path) -> None:
    result = run(a_path(tmp_path, many(2)), a_path(tmp_path, many(3, broken=(1,)), "other.x12"))
    assert "in all: 2 files, 5 claims, 1 with errors: 1 error" in result.stdout


def test_with_their_encounters_claims_are_judged_further(tmp_path: Path) -> None:
    records = sorted(SAMPLES.iterdir())
    options = [part for path in records for part in ("--encounters", str(path))]
    result = CliRunner().invoke(
        validate, [str(SAMPLE), *options, "--json", "--as-of", "2026-11-16"], standalone_mode=False
    )
    document = json.loads(result.stdout)
    assert [one for one in document["findings"] if one["severity"] == "error" and one["path"] is None] == []
    assert "titer-missing" not in document["not_checked"]
    assert "claims have no encounter" not in result.stderr
    assert "encounters have no claim in these files: E0010" in result.stderr


def test_claims_and_encounters_without_each_other_are_told(tmp_path: Path) -> None:
    path = a_path(tmp_path, json.dumps(a_child(1)), "child.json")
    result = run(SAMPLE, "--encounters", path)
    assert "11 claims have no encounter" in result.stderr and "(claims 1-11)" in result.stderr
    assert "1 encounters have no claim in these files: N00001" in result.stderr
    assert "titer-missing" in result.stdout


def test_a_gate_that_holds_an_encounter_is_told_with_its_claim(tmp_path: Path) -> None:
    config = a_workspace(tmp_path / "night")
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    ((name, data),) = outbox(config).items()
    record = a_child(1)
    record["clinical"]["antibody_titer"]["date"] = "2025-01-01"
    path = a_path(tmp_path, json.dumps(record), "child.json")
    result = CliRunner().invoke(
        validate,
        [str(a_path(tmp_path, data, name)), "--encounters", str(path), "--json", "--as-of", "2026-11-16"],
        standalone_mode=False,
    )
    found = [one for one in json.loads(result.stdout)["findings"] if one["rule"].startswith("titer")]
    assert found and {one["encounter"] for one in found} == {"N00001"}
    assert result.return_value == 1


def test_a_record_that_does_not_fit_is_a_finding(tmp_path: Path) -> None:
    path = a_path(tmp_path, '{"id": "E1"}', "wrong.json")
    code, document = as_json(SAMPLE, "--encounters", path)
    assert code == 1
    assert {one["file"] for one in document["findings"]} == {"wrong.json"}
    assert "encounter records" in run(SAMPLE, "--encounters", path).stdout


def test_each_claim_of_the_samples_is_found_and_built_again() -> None:
    encounters = [
        record.encounter
        for path in sorted(SAMPLES.iterdir())
        for record in read_encounters(path)
        if record.encounter is not None
    ]
    origins = Origins(encounters, ProfileStore(), config_for_output(Path()), NIGHT.date())
    for index, claim in enumerate(claims_of(SAMPLE.read_bytes())):
        known = origins.known(index, claim)
        assert known is not None
        rebuilt = known.rebuild()
        assert rebuilt is None if known.payer_order else rebuilt == claim


def test_with_a_ledger_a_second_claim_for_the_child_is_found_and_nothing_is_written(tmp_path: Path) -> None:
    config = a_workspace(tmp_path / "night")
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    ((name, data),) = outbox(config).items()
    sent = a_path(tmp_path, data, name)
    own = a_path(tmp_path, json.dumps(a_child(1)), "own.json")
    other = a_path(tmp_path, json.dumps({**a_child(1), "id": "ANOTHER"}), "other.json")
    before = tree(tmp_path / "night")
    options = ("--config", str(tmp_path / "night" / "j3399.toml"))
    code, document = as_json(sent, "--encounters", own, *options)
    assert "drug-lifetime" not in document["not_checked"]
    assert "drug-lifetime" not in {one["rule"] for one in document["findings"]}
    code, document = as_json(sent, "--encounters", other, *options)
    assert code == 1
    assert "drug-lifetime" in {one["rule"] for one in document["findings"]}
    assert tree(tmp_path / "night") == before


def test_a_ledger_is_never_made_and_a_damaged_one_is_said(tmp_path: Path) -> None:
    config = a_workspace(tmp_path / "night")
    options = ("--config", str(tmp_path / "night" / "j3399.toml"))
    code, document = as_json(SAMPLE, *options)
    assert code == 0 and "drug-lifetime" in document["not_checked"]
    assert not config.ledger_path.exists()
    config.ledger_path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(SAMPLE, config.ledger_path)
    result = run(SAMPLE, *options)
    assert result.return_value == 0
    assert "the ledger was not asked" in result.stderr and "drug-lifetime" in result.stdout


def test_a_stream_that_ends_midway_is_still_one_document(tmp_path: Path) -> None:
    target = io.StringIO()
    write_json({"findings": []}, target)
    assert json.loads(target.getvalue()) == {"findings": []}
