"""CSV and Parquet files where the job takes encounters: in the night, and in `generate`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mapping.encounter import Encounter
from mapping.intake.columns import default_header
from tests.support.builders import a_child
from tests.support.commands import j3399
from tests.support.encounter_files import as_csv, as_flat_parquet, as_ndjson, as_nested_parquet
from tests.support.nights import a_night, a_workspace, outbox, put_encounters

FORMS: dict[str, Callable[[list[Encounter]], bytes]] = {
    "export.csv": as_csv,
    "export.parquet": as_flat_parquet,
    "nested.parquet": as_nested_parquet,
    "no-suffix": lambda found: as_csv(found, "\t", "\r\n", True),
    "wrong-suffix.json": as_csv,
}


def children(*numbers: int) -> list[Encounter]:
    return [Encounter.model_validate(a_child(number)) for number in numbers]


@pytest.mark.parametrize("name", FORMS)
def test_a_night_sends_the_same_claims_from_every_form(tmp_path: Path, name: str) -> None:
    asked, plain = a_workspace(tmp_path / "asked"), a_workspace(tmp_path / "plain")
    (asked.folders.encounters / name).write_bytes(FORMS[name](children(1, 2)))
    put_encounters(plain, "a.ndjson", [a_child(1), a_child(2)])
    summary = a_night(asked)
    assert summary["exit_code"] == 0 and summary["counts"]["encounters_new"] == 2
    a_night(plain)
    assert outbox(asked) == outbox(plain) != {}
    assert list(asked.folders.encounters.iterdir()) == []


def test_the_same_encounters_again_in_another_form_are_no_change(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
    a_night(config)
    (config.folders.encounters / "b.csv").write_bytes(as_csv(children(1, 2)))
    (config.folders.encounters / "c.parquet").write_bytes(as_flat_parquet(children(1, 2)))
    summary = a_night(config)
    assert summary["exit_code"] == 0 and summary["counts"]["encounters_repeated"] == 4


def test_an_encounter_that_comes_in_two_forms_with_two_contents_is_set_aside_in_both(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1, **{"patient.weight_kg": "5.7"}), a_child(2)])
    (config.folders.encounters / "b.csv").write_bytes(as_csv(children(1)))
    summary = a_night(config)
    assert sorted(summary["quarantined"]) == ["a.ndjson.line-1.json", "b.csv.line-2.json"]
    assert summary["counts"]["claims_released"] == 1


def test_rows_that_were_set_aside_lie_in_quarantine_as_a_file_that_can_be_mended(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    wrong = as_csv(children(1, 2, 3)).replace(b"N00002,,", b"N00002,elsewhere,")
    (config.folders.encounters / "a.csv").write_bytes(wrong)
    summary = a_night(config)
    assert summary["exit_code"] == 1 and summary["counts"]["claims_released"] == 2
    assert summary["quarantined"] == ["a.csv.line-4.csv"]
    kept = config.folders.quarantine / "a.csv.line-4.csv"
    reason = json.loads(kept.with_name("a.csv.line-4.csv.reason.json").read_text("utf-8"))
    assert [(each["file"], each["line"], each["path"]) for each in reason["findings"]] == [
        ("a.csv", 5, "patient_control_number")
    ]
    mended = kept.read_bytes().replace(b"N00002,elsewhere,", b"N00002,,")
    (config.folders.encounters / "mended.csv").write_bytes(mended)
    assert a_night(config)["counts"]["claims_released"] == 1


def test_a_file_whose_header_is_wrong_goes_into_quarantine_whole(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    data = as_csv(children(1)).replace(b"patient.sex", b"patient.gender")
    (config.folders.encounters / "a.csv").write_bytes(data)
    assert a_night(config)["quarantined"] == ["a.csv"]
    assert (config.folders.quarantine / "a.csv").read_bytes() == data


def test_a_file_that_changes_while_it_is_read_waits_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.outbound import take_in

    config = a_workspace(tmp_path)
    path = config.folders.encounters / "a.ndjson"
    path.write_bytes(as_ndjson(children(1)))
    surveyed = take_in._sha256
    with monkeypatch.context() as patch:

        def grows(found: Path) -> str:
            digest = surveyed(found)
            path.write_bytes(as_ndjson(children(1, 2)))
            return digest

        patch.setattr(take_in, "_sha256", grows)
        summary = a_night(config)
    assert summary["counts"].get("encounters_in", 0) == 0 and outbox(config) == {} and path.is_file()
    assert a_night(config)["counts"]["claims_released"] == 2


@pytest.mark.parametrize("name", ["export.csv", "export.parquet"])
def test_generate_takes_files_of_every_form(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FORMS[name](children(1, 2)))
    done = j3399("generate", name, "--out", "out", "--as-of", "2026-11-16T22:00", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["counts"]["claims_released"] == 2


def test_schema_prints_the_header_that_readers_take() -> None:
    done = j3399("schema", "--csv")
    assert done.returncode == 0 and done.stdout.strip().split(",") == default_header()


def test_pyarrow_is_loaded_for_parquet_only(tmp_path: Path) -> None:
    import subprocess
    import sys

    (tmp_path / "a.csv").write_bytes(as_csv(children(1)))
    program = (
        "import sys; from pathlib import Path; from mapping.intake import read_encounters; "
        "found = list(read_encounters(Path(sys.argv[1]))); "
        "assert found[0].encounter is not None; assert 'pyarrow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "a.csv")], check=True)
