"""`j3399 correct` as it is typed: what it prints, how it ends, what it never shows."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.main import main, say
from pipeline.config import Config
from pipeline.errors import OperationError
from samples.clearinghouse import Deny, Reject
from tests.pipeline.corrections.support import (
    ENCOUNTER,
    Trip,
    correct,
    pick_up,
    refused_claim,
    rows,
    write_payer,
)
from tests.support.builders import INPATIENT, OUTPATIENT, claims_of
from tests.support.nights import tree

DENIED = Deny("189", remarks=("N56",), other_lines="deny")
WRONG_CODE = Trip(
    "wrong-hcpcs",
    DENIED,
    OUTPATIENT,
    "7",
    {"service_lines[0].hcpcs": "J3590", "service_lines[0].description": "Zolgensma"},
    rules=("unclassified-code",),
)
PATIENT_DATA = (
    "Sample",
    "SAMPLE",
    "MCD100000001",
    "RT0001",
    "MRN5001",
    "2026-05-01",
    "20260501",
    "Elm",
    "ELM",
)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A workspace for tests that only look, or are refused."""
    made = refused_claim(tmp_path_factory.mktemp("unchanged"), WRONG_CODE)
    write_payer(made, {})
    return made


@pytest.fixture
def config(tmp_path: Path) -> Config:
    made = refused_claim(tmp_path, WRONG_CODE)
    write_payer(made, {})
    return made


def j3399(config: Config, *arguments: str, code: int = 0) -> tuple[str, str]:
    """The command with its configuration, three days after the claim; what it printed."""
    where = ["--config", str(config.folders.state.parent / "j3399.toml"), "--as-of", "2026-11-19T10:00"]
    out, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        try:
            ended = main.main(["correct", *arguments, *where], "j3399", standalone_mode=False)
        except OperationError as error:
            say(error.line())
            ended = error.exit_code
    assert ended == code, errors.getvalue() + out.getvalue()
    return out.getvalue(), errors.getvalue()


def as_process(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    program = "from pipeline.cli.main import run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "correct", *arguments], capture_output=True, text=True, check=False
    )


def test_the_executable_ends_as_the_manual_says(config: Config) -> None:
    where = ("--config", str(config.folders.state.parent / "j3399.toml"), "--as-of", "2026-11-19T10:00")
    refused = as_process(ENCOUNTER, *where)
    assert refused.returncode == 2 and refused.stderr.startswith("j3399: The claim was not corrected: ")
    sent = as_process(ENCOUNTER, "--by", "C. Coder", *where)
    assert sent.returncode == 0 and "Sent: " in sent.stdout and sent.stderr == ""
    assert as_process(ENCOUNTER, "--by", "C. Coder", *where).returncode == 2


def test_a_correction_is_shown_field_by_field_and_sent(config: Config) -> None:
    out, _ = j3399(config, ENCOUNTER, "--by", "C. Coder")
    for words in (
        "a replacement (frequency 7)",
        "service_lines[0].hcpcs",
        "J3590 -> J3399   [fix of wrong-hcpcs",
        "approved by C. Coder",
        "HCPCS (box 44, 2400 SV202-2, line L001)",
        "frequency (box 4, 2300 CLM05-3)",
        "payer's claim number (box 64, 2300 REF*F8 02)",
        "Sent: 837I_test-clearinghouse_000000002",
    ):
        assert words in out, words
    assert max(map(len, out.splitlines())) <= 80 + len(str(config.folders.ready))
    (claim,) = claims_of(*pick_up(config))
    assert claim.lines[0].code == "J3399"


def test_patient_data_is_shown_only_where_it_is_asked_for(unchanged: Config, tmp_path: Path) -> None:
    values = tmp_path / "values.toml"
    values.write_text('[patient]\nlast_name = "Otherly"\nbirth_date = 2026-05-02\n', encoding="utf-8")
    values.chmod(0o600)
    out, errors = j3399(unchanged, ENCOUNTER, "--set-from", str(values), "--dry-run")
    assert "patient.last_name" in out and "*** -> ***" in out and errors == ""
    for hidden in (*PATIENT_DATA, "Otherly", "OTHERLY", "2026-05-02", "20260502"):
        assert hidden not in out, hidden
    out, _ = j3399(unchanged, ENCOUNTER, "--set-from", str(values), "--dry-run", "--show-phi")
    assert "SAMPLE -> OTHERLY" in out and "20260501 -> 20260502" in out
    text, _ = j3399(unchanged, ENCOUNTER, "--set-from", str(values), "--dry-run", "--json")
    for hidden in (*PATIENT_DATA, "Otherly", "OTHERLY", "20260502"):
        assert hidden not in text, hidden


def test_a_file_that_others_can_read_is_told(unchanged: Config, tmp_path: Path) -> None:
    values = tmp_path / "values.json"
    values.write_text('{"referral_number": "RF1"}', encoding="utf-8")
    values.chmod(0o644)
    _, errors = j3399(unchanged, ENCOUNTER, "--set-from", str(values), "--dry-run")
    assert "chmod 600" in errors


REFUSALS: list[tuple[list[str], str]] = [
    (["--set", "patient.last_name=X"], "patient data"),
    (["--set", "coverages[0].member_id=X"], "--set-from"),
    (["--set", "patient={}"], "patient data"),
    (["--set", "service_lines.hcpcs=J3399"], "service_lines[0].hcpcs"),
    (["--set", "nonsense=1"], "no field nonsense"),
    (["--set", "no value"], "FIELD=VALUE"),
    (["--set", "id=E2"], "cannot be changed"),
    (["--set", "service_lines[0].charge=1,5"], "service_lines[0].charge"),
    (["--set", "service_lines[0].units=many"], "service_lines[0].units"),
    (["--set", "service_lines[7].units=1"], "no such place"),
    (["--set", "attending.npi=12"], "attending.npi"),
    (["--set", "admission.type="], "admission.type: the field is missing"),
    ([], "--by"),
]


@pytest.mark.parametrize(
    ("arguments", "words"), REFUSALS, ids=[" ".join(one[0]) or "no --by" for one in REFUSALS]
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    unchanged: Config, arguments: list[str], words: str
) -> None:
    before = tree(unchanged.folders.state.parent)
    _, errors = j3399(unchanged, ENCOUNTER, *arguments, code=2)
    assert errors.startswith("j3399: The claim was not corrected: ") and words in errors
    assert len(errors.splitlines()) == 1
    assert tree(unchanged.folders.state.parent) == before


@pytest.mark.parametrize(
    "text", ["{", "[1, 2]", "a = ", "nonsense = 1", '{"service_lines[0].units": {"a": 1}}']
)
def test_a_file_that_says_nothing_clear_is_refused(unchanged: Config, tmp_path: Path, text: str) -> None:
    values = tmp_path / "values.toml"
    values.write_text(text, encoding="utf-8")
    values.chmod(0o600)
    _, errors = j3399(unchanged, ENCOUNTER, "--set-from", str(values), code=2)
    assert errors.startswith("j3399: The claim was not corrected: ") and len(errors.splitlines()) == 1


def test_an_unknown_claim_ends_with_the_next_step(unchanged: Config) -> None:
    _, errors = j3399(unchanged, "CNONE", code=2)
    assert "j3399 worklist" in errors


def test_without_a_ledger_there_is_nothing_to_correct(tmp_path: Path) -> None:
    from tests.support.nights import a_workspace

    _, errors = j3399(a_workspace(tmp_path), "CNONE", code=3)
    assert "j3399 nightly" in errors


def test_findings_end_with_one_and_name_the_fix(unchanged: Config) -> None:
    out, _ = j3399(unchanged, ENCOUNTER, "--set", "attending.npi=1111111111", "--by", "C. Coder", code=1)
    assert "error" in out and "Fix:" in out and "Kept back" in out
    assert pick_up(unchanged) == []


def test_a_preview_is_a_file_that_nobody_sends(config: Config, tmp_path: Path) -> None:
    before = tree(config.folders.state.parent)
    folder = tmp_path.parent / f"{tmp_path.name}-preview"
    out, _ = j3399(config, ENCOUNTER, "--preview", str(folder))
    (path,) = folder.iterdir()
    assert path.name.startswith("PREVIEW-NOT-TO-BE-SENT-") and path.suffix == ".txt" and str(path) in out
    assert path.stat().st_mode & 0o777 == 0o600
    (claim,) = claims_of(path.read_bytes())
    assert claim.frequency == "7" and claim.lines[0].code == "J3399"
    assert tree(config.folders.state.parent) == before
    (sent,) = [pick_up(config) for _ in [correct(config, ENCOUNTER, by="C. Coder")]]
    # the time of writing is in it, and nothing else differs
    assert claims_of(sent[0])[0] == claim


@pytest.mark.parametrize("place", ["outbox/ready", "outbox", "outbox/ready/new", "archive/out", "inbox/new"])
def test_a_preview_never_lies_where_files_are_picked_up(unchanged: Config, place: str) -> None:
    folder = unchanged.folders.state.parent / place
    _, errors = j3399(unchanged, ENCOUNTER, "--preview", str(folder), code=2)
    assert "Give another folder" in errors


def test_the_document_says_it_all(config: Config) -> None:
    text, _ = j3399(config, ENCOUNTER, "--by", "C. Coder", "--json")
    found: dict[str, Any] = json.loads(text)
    (claim,) = found["claims"]
    assert found["becomes"] == ["replace"] and found["file"]["control_number"] == 2
    assert found["file"]["claims"] == [claim["claim"]] == [rows(config)[1].id]
    (change,) = found["record_changes"]
    assert (change["old"], change["new"], change["needs_approval"]) == ("J3590", "J3399", True)
    places = {(one["element"], one["box"], one["old"], one["new"]) for one in claim["differences"]}
    assert ("CLM05-3", "4", "1", "7") in places and ("SV202-2", "44", "J3590", "J3399") in places
    assert found["refused"] is False and found["preview"] is None


def test_another_run_holds_the_lock(unchanged: Config) -> None:
    from pipeline.durable import DurableSteps
    from pipeline.lock import run_lock

    with run_lock(unchanged.folders.state, DurableSteps()):
        _, errors = j3399(unchanged, ENCOUNTER, "--dry-run", code=4)
    assert "lock" in errors


def test_a_rejected_inpatient_claim_reads_as_a_new_one(tmp_path: Path) -> None:
    config = refused_claim(
        tmp_path, Trip("type-of-bill", Reject("228"), INPATIENT, "1", extends="commercial-oba")
    )
    out, _ = j3399(config, ENCOUNTER, "--set", "admission.patient_status=06", "--dry-run")
    assert "a new claim (frequency 1)" in out and "never taken in" in out
    assert "patient status (box 17, 2300 CL103)" in out


def test_help_has_an_example() -> None:
    done = as_process("--help")
    assert done.returncode == 0 and "Example:" in done.stdout and "--set-from" in done.stdout
