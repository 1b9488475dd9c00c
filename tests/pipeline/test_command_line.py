"""The command line as its users meet it: real processes, exit codes, clean lines."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from pipeline.cli.main import _COMMANDS
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock
from tests.support.builders import ROOT, SAMPLES, a_child
from tests.support.commands import assert_clean, command, j3399
from tests.support.nights import a_workspace, outbox, put_encounters

AS_OF = ("--as-of", "2026-11-16T22:00")


def test_generate_releases_the_samples_and_ends_with_a_summary(tmp_path: Path) -> None:
    done = j3399("generate", str(SAMPLES), "--out", str(tmp_path / "out"), *AS_OF)
    assert_clean(done, 1)
    summary = json.loads(done.stdout.splitlines()[-1])
    assert summary["counts"]["claims_released"] == 11
    assert [entry["encounter"] for entry in summary["held"]] == ["E0010", "E0011", "E0014"]
    assert [entry["encounter"] for entry in summary["refused"]] == ["E0012", "E0013"]
    (released,) = (tmp_path / "out").glob("*.x12")
    assert released.read_bytes() == next((ROOT / "samples" / "files").glob("*.x12")).read_bytes()
    assert_clean(j3399("generate", str(SAMPLES), "--out", str(tmp_path / "out"), *AS_OF), 0)
    assert len(list((tmp_path / "out").glob("*.x12"))) == 1


def test_the_released_file_of_the_samples_validates_clean() -> None:
    (released,) = (ROOT / "samples" / "files").glob("*.x12")
    done = j3399("validate", str(released), "--json", *AS_OF)
    assert_clean(done, 0)
    report = json.loads(done.stdout)
    assert report["findings"] == [] and report["summary"]["claims"] == 11
    assert "drug-lifetime" in report["not_checked"] and "titer-missing" in report["not_checked"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["nightly"], 2, "no configuration"),
        (["nightly", "--config", "missing.toml"], 2, "does not exist"),
        (["nightly", "--config", "unknown.toml"], 2, "frobnicate"),
        (["nightly", "--config", "broken.toml"], 2, "broken.toml"),
        (["nightly", "--config", "nowhere.toml"], 3, "does not exist"),
        (["generate", "missing.json", "--out", "o"], 2, "does not exist"),
        (["generate", "empty.json", "--out", "/proc/none"], 3, "/proc"),
        (["generate", "empty.json", "--out", "o"], 1, "set aside"),
        (["generate", "text.json", "--out", "o"], 1, "set aside"),
        (["validate", "text.json"], 1, "no X12 file"),
        (["validate", "empty.json"], 1, "empty file"),
        (["validate", "cut.x12"], 1, "ends inside"),
        (["ingest", "missing.835"], 2, "does not exist"),
        (["worklist", "--config", "good.toml"], 3, "no ledger"),
        (["explain", "nothing-of-the-kind"], 2, "no rule"),
        (["nightly", "--as-of", "yesterday"], 2, "date"),
        (["frobnicate"], 2, "No such command"),
    ],
)
def test_wrong_input_is_one_clear_line_and_the_right_exit_code(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "empty.json").write_bytes(b"")
    (tmp_path / "text.json").write_text("hello", encoding="utf-8")
    whole = next((ROOT / "samples" / "files").glob("*.x12")).read_bytes()
    (tmp_path / "cut.x12").write_bytes(whole[:2000])
    (tmp_path / "good.toml").write_text("", encoding="utf-8")
    (tmp_path / "broken.toml").write_text("[folders", encoding="utf-8")
    (tmp_path / "unknown.toml").write_text("frobnicate = 1", encoding="utf-8")
    (tmp_path / "nowhere.toml").write_text('[folders]\nroot = "gone"', encoding="utf-8")
    done = j3399(*arguments, cwd=tmp_path)
    assert_clean(done, code)
    assert words in done.stderr + done.stdout


def test_a_wrong_profile_is_refused_at_start_with_its_line(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    (tmp_path / "profiles" / "payers").mkdir(parents=True)
    (tmp_path / "profiles" / "payers" / "bad.toml").write_text(
        'key = "bad"\nextends = "default"\ntitle = "Bad"\n[facts]\nndc_unit = { value = "KT", source = "x", date = 2026-01-01 }\n',
        encoding="utf-8",
    )
    (tmp_path / "j3399.toml").write_text('[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    done = j3399("nightly", "--config", str(tmp_path / "j3399.toml"))
    assert_clean(done, 2)
    assert "bad.toml, line 5: ndc_unit" in done.stderr
    assert not config.ledger_path.exists()


def test_of_twenty_nights_started_together_one_works_and_the_others_end_with_4(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    arguments = ("nightly", "--config", str(tmp_path / "j3399.toml"), *AS_OF)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with run_lock(config.folders.state, DurableSteps()):
        running = [
            subprocess.Popen(
                command(*arguments), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
            for _ in range(19)
        ]
        said = [process.communicate(timeout=60)[1].decode() for process in running]
        assert [process.returncode for process in running] == [4] * 19
        assert all("lock" in line and line.count("\n") == 1 for line in said)
        began = time.perf_counter()
        assert_clean(j3399(*arguments), 4)
        assert time.perf_counter() - began < 2
    assert outbox(config) == {}
    assert_clean(j3399(*arguments), 0)
    assert len(outbox(config)) == 1


def test_a_killed_holder_frees_the_lock_at_once(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    code = (
        "import sys,time; from pathlib import Path; from pipeline.lock import run_lock;"
        "from pipeline.durable import DurableSteps\n"
        f"with run_lock(Path({str(config.folders.state)!r}), DurableSteps()):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    holder = subprocess.Popen(
        [sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    arguments = ("nightly", "--config", str(tmp_path / "j3399.toml"))
    assert_clean(j3399(*arguments), 4)
    holder.kill()
    holder.wait()
    assert_clean(j3399(*arguments), 0)


def test_a_night_that_gets_sigterm_ends_soon_and_the_next_one_finishes(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(30)])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    arguments = command("nightly", "--config", str(tmp_path / "j3399.toml"), *AS_OF)
    for delay in (0.15, 0.4, 0.7, 1.0, 1.3):
        process = subprocess.Popen(
            arguments, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        time.sleep(delay)
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=20)  # imports under load; the promise is 5 s
        assert process.returncode in (0, 143, -signal.SIGTERM)
        assert b"Traceback" not in stderr
    assert_clean(j3399("nightly", "--config", str(tmp_path / "j3399.toml"), *AS_OF), 0)
    assert len(outbox(config)) == 1


def test_every_command_has_help_with_an_example() -> None:
    listed = j3399("--help").stdout.split("Commands:")[1]
    names = re.findall(r"^  ([a-z]+) ", listed, re.MULTILINE)
    assert names == list(_COMMANDS)
    for name in names:
        done = j3399(name, "--help")
        assert_clean(done, 0)
        assert re.search(rf"Example:\s+j3399 {name}", done.stdout)


def test_schema_is_a_schema_that_the_samples_fit_by_name() -> None:
    done = j3399("schema")
    assert_clean(done, 0)
    schema = json.loads(done.stdout)
    sample = json.loads((SAMPLES / "01-outpatient-medicaid.json").read_text("utf-8"))
    assert set(sample) <= set(schema["properties"]) and schema["additionalProperties"] is False


@pytest.mark.parametrize(
    ("identifier", "words"),
    [
        ("CO-197", "authorization"),
        ("carc197", "authorization"),
        ("co 197", "authorization"),
        ("N706", "Documents"),
        ("A7:218", "NDC"),
        ("titer-high", "another therapy"),
    ],
)
def test_explain_says_what_a_code_means(identifier: str, words: str) -> None:
    done = j3399("explain", identifier)
    assert_clean(done, 0)
    assert words in done.stdout


def test_a_bug_is_one_line_with_a_log_that_holds_no_values(tmp_path: Path) -> None:
    code = (
        "import pipeline.cli.main as m\nimport pipeline.night\n"
        "def broken(*a): raise RuntimeError('CANARY patient')\n"
        "pipeline.night.run_night = broken\nm.run()"
    )
    a_workspace(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code, "nightly", "--config", str(tmp_path / "j3399.toml")],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert_clean(done, 70)
    assert done.stderr.count("\n") == 1 and "CANARY" not in done.stderr
    (log,) = tmp_path.glob("j3399-bug-*.log")
    assert "RuntimeError" in log.read_text("utf-8") and "CANARY" not in log.read_text("utf-8")


def test_what_libraries_warn_of_or_log_is_not_printed_since_it_may_quote_values(tmp_path: Path) -> None:
    code = (
        "import logging, warnings\nimport pipeline.cli.main as m\nimport pipeline.night\n"
        "def noisy(*a):\n"
        "    warnings.warn('CANARY patient')\n    logging.getLogger('library').error('CANARY patient')\n"
        "    raise RuntimeError('CANARY') from ValueError('CANARY')\n"
        "pipeline.night.run_night = noisy\nm.run()"
    )
    a_workspace(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, "nightly", "--config", str(tmp_path / "j3399.toml")],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        check=False,
    )
    assert_clean(done, 70)
    assert "CANARY" not in done.stdout + done.stderr and done.stderr.count("\n") == 1


def content_of(path: Path) -> bytes:
    """What a file holds, unpacked where it is a workbook."""
    if path.suffix != ".xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


def test_patient_data_stays_out_of_everything_a_night_says(tmp_path: Path) -> None:
    """A canary in every field of patient data: never on stdout, stderr, in file names, held or reports."""
    config = a_workspace(tmp_path)
    canaries = {
        "patient.last_name": "CANARYLAST*É",
        "patient.first_name": "CANARYFIRST",
        "patient.address.lines": ["CANARYSTREET"],
        "patient.address.city": "CANARYCITY",
        "patient_control_number": "CANARYACCT",
        "coverages[0].member_id": "CANARYMEMBER",
        "patient.record_number": "CANARYRECORD",
    }
    good = a_child(1, **canaries)
    held = a_child(2, **{**canaries, "setting": "11", "patient.record_number": "CANARY2"})
    wrong = a_child(3, **{**canaries, "coverages[0].member_id": "CANARY~"})
    refused = a_child(
        4, **{**canaries, "coverages[0].authorizations": [], "patient.record_number": "CANARY4"}
    )
    put_encounters(config, "a.ndjson", [good, held, wrong, refused])
    done = j3399("nightly", "--config", str(tmp_path / "j3399.toml"), *AS_OF)
    assert_clean(done, 1)
    assert "CANARY" not in done.stdout + done.stderr
    for path in tmp_path.rglob("*"):
        assert "CANARY" not in path.name
    told = [
        path for folder in ("held", "reports") for path in (tmp_path / folder).rglob("*") if path.is_file()
    ]
    told += list((tmp_path / "quarantine").glob("*.reason.json"))
    assert {path.suffix for path in told} >= {".json", ".csv", ".xlsx"} and len(told) >= 7
    assert all(b"CANARY" not in content_of(path) for path in told)
    (released,) = outbox(config).values()
    assert b"CANARYMEMBER" in released


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which the samples were played to the worklist."""
    from samples import play

    folder = tmp_path_factory.mktemp("played")
    config = play.prepare(folder)
    play.bring_encounters(folder)
    play.nightly(config, play.FIRST_NIGHT)
    play.clearinghouse_answers(folder)
    play.nightly(config, play.SECOND_NIGHT)
    return config


DENIALS = ("rejected", "denied", "partly-denied")
CAUSES = {
    "E0003": "aav9-titer",
    "E0004": "smn1-proof",
    "E0005": "age-limit",
    "E0006": "weight-limit",
    "E0007": "site-not-certified",
    "E0008": "ndc-invalid",
    "E0015": "steroid-plan",
}


def test_every_denied_claim_of_the_samples_stands_in_the_worklist_with_its_cause_first(played: Path) -> None:
    done = j3399("worklist", "--config", str(played), "--json")
    assert_clean(done, 0)
    everything = json.loads(done.stdout)
    items = [item for item in everything if item["kind"] in DENIALS]
    assert {item["encounter"]: item["causes"][0]["id"] for item in items} == CAUSES
    assert done.stdout == (ROOT / "samples" / "worklist.json").read_text("utf-8")
    for item in items:
        assert (
            item["actions"]
            and item["steps"]
            and item["owner"]
            and item["due"]
            and item["causes"][0]["evidence"]
        )


def test_the_worklist_as_csv_and_table_names_every_item(played: Path) -> None:
    import csv

    rows = list(
        csv.DictReader(j3399("worklist", "--config", str(played), "--format", "csv").stdout.splitlines())
    )
    assert {row["encounter"]: row["cause"] for row in rows if row["kind"] in DENIALS} == CAUSES
    table = j3399("worklist", "--config", str(played), env={"COLUMNS": "80"})
    assert_clean(table, 0)
    assert all(encounter in table.stdout for encounter in CAUSES)
    assert max(len(line) for line in table.stdout.splitlines()) <= 80


def test_a_second_play_of_the_samples_sends_and_counts_nothing_twice(played: Path) -> None:
    from samples import play

    folder = played.parent
    sent = sorted((folder / "outbox" / "sent").iterdir())
    before = j3399("worklist", "--config", str(played), "--json").stdout
    play.bring_encounters(folder)
    assert json.loads(play.nightly(played, play.FIRST_NIGHT))["files"] == []
    play.clearinghouse_answers(folder)
    again = json.loads(play.nightly(played, play.SECOND_NIGHT))
    assert again["files"] == [] and again["exit_code"] == 0
    assert sorted((folder / "outbox" / "sent").iterdir()) == sent
    assert j3399("worklist", "--config", str(played), "--json").stdout == before


def test_rules_are_listed_and_ingest_reads_an_answer(played: Path, tmp_path: Path) -> None:
    listed = j3399("rules")
    assert_clean(listed, 0)
    assert "titer-missing" in listed.stdout and len(json.loads(j3399("rules", "--json").stdout)) >= 18
    answer = next((ROOT / "samples" / "answers").glob("999*"))
    done = j3399("ingest", str(answer), "--config", str(played))
    assert_clean(done, 0)
    assert json.loads(done.stdout.splitlines()[-1])["counts"]["answer_files_repeated"] == 1
