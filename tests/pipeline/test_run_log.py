"""The log of a run: what it did, in fields from one list, as words or JSON, and nothing of a patient."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from pipeline import run_log
from pipeline.cli.log import logging_to
from pipeline.config import Config, load_config
from pipeline.errors import IntegrityAlarm
from pipeline.job import Journal
from pipeline.run_log import ALLOWED, event
from tests.support.builders import NIGHT, SAMPLES, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, put_answer, put_encounters

LATER = NIGHT + dt.timedelta(days=1)
JSON = ("--log-format", "json")
AS_OF = ("--as-of", "2026-11-16T22:00")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def named(lines: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["event"] == name]


def a_logged_night(config: Config, log: Path, now: dt.datetime = NIGHT) -> list[dict[str, Any]]:
    with logging_to(log, "json"):
        a_night(config, now)
    return lines_of(log)


def test_a_field_that_is_not_in_the_list_is_left_out(tmp_path: Path) -> None:
    with logging_to(tmp_path / "log", "json"):
        event("found", count=1, patient="MUELLER", member_id="W123")  # type: ignore[call-arg]
    (line,) = lines_of(tmp_path / "log")
    assert line.keys() == {"at", "event", "count"}


def test_the_list_has_no_field_for_what_others_wrote() -> None:
    assert not ALLOWED & {"name", "path", "message", "value", "account", "patient", "member", "detail"}


def test_a_night_tells_each_stage_with_its_counts_and_seconds(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
    lines = a_logged_night(config, tmp_path / "log")
    stages = ["recovery", "fetch", "answers_in", "encounters_in", "claims_out", "delivery", "reports"]
    assert [line["stage"] for line in named(lines, "stage_begun")] == stages
    ended = {line["stage"]: line for line in named(lines, "stage_ended")}
    assert list(ended) == stages
    assert ended["claims_out"]["counts"] == {"claims_released": 2, "files_published": 1}
    assert all(line["seconds"] >= 0 for line in ended.values())
    assert (lines[0]["event"], lines[-1]["event"]) == ("run_begun", "run_ended")
    assert lines[-1]["exit_code"] == 0 and lines[-1]["seconds"] > 0
    assert {line["run"] for line in lines} == {"R000001"}
    assert all(dt.datetime.fromisoformat(line["at"]).utcoffset() == dt.timedelta(0) for line in lines)


def test_a_released_file_is_told_with_its_numbers(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    (told,) = named(a_logged_night(config, tmp_path / "log"), "claims_released")
    (released,) = config.folders.ready.iterdir()
    assert told["file"] == released.name and told["control_number"] == 1 and told["count"] == 1
    assert isinstance(told["cents"], int) and len(told["sha256"]) == 64


def test_files_of_others_are_told_by_digest_alone(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "MUELLER.ndjson", [a_child(1)])
    put_answer(config, "MUELLER.835", b"no answer")
    lines = a_logged_night(config, tmp_path / "log")
    (taken,), (aside,) = named(lines, "encounter_files"), named(lines, "file_quarantined")
    assert len(taken["sha256"]) == len(aside["sha256"]) == 64 and aside["rules"]
    assert "MUELLER" not in (tmp_path / "log").read_text("utf-8")


def test_an_encounter_that_waits_is_told_with_its_rules(tmp_path: Path) -> None:
    log = tmp_path / "log"
    done = j3399("generate", str(SAMPLES), "--out", str(tmp_path / "out"), *AS_OF, "--log", str(log), *JSON)
    assert_clean(done, 1)
    waits = {line["encounter"]: line for line in named(lines_of(log), "encounter_waits")}
    assert waits["E0010"]["rules"] == ["titer-missing"] and waits["E0010"]["state"] == "held"
    assert waits["E0012"]["state"] == "refused"
    assert json.loads(done.stdout.splitlines()[-1])["exit_code"] == 1
    assert log.stat().st_mode & 0o777 == 0o600


def test_what_a_stopped_run_left_is_told_when_it_is_removed(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    (config.folders.staging / "left.x12").write_bytes(b"left")
    (removed,) = named(a_logged_night(config, tmp_path / "log"), "staged_files_removed")
    assert removed["file"] == "left.x12"


def test_a_file_sent_and_a_partner_that_cannot_be_reached_are_told(tmp_path: Path) -> None:
    a_workspace(tmp_path / "w")
    partner = tmp_path / "partner"
    with (tmp_path / "w" / "j3399.toml").open("a") as file:
        file.write(f'[delivery.test-clearinghouse]\noutbox = "{partner}"\n')
    config = load_config(tmp_path / "w" / "j3399.toml")
    put_encounters(config, "a.ndjson", [a_child(1)])
    lines = a_logged_night(config, tmp_path / "first")
    assert [line["partner"] for line in named(lines, "partner_unreachable")] == ["test-clearinghouse"]
    assert len(named(lines, "file_undelivered")) == 1 and lines[-1]["exit_code"] == 75
    partner.mkdir()
    (sent,) = named(a_logged_night(config, tmp_path / "second", LATER), "files_sent")
    assert [path.name for path in partner.iterdir()] == [sent["file"]]


def test_a_night_that_fails_ends_its_log_with_its_exit_code(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    next(config.folders.archive_out.glob("*/*")).unlink()
    with pytest.raises(IntegrityAlarm):
        a_logged_night(config, tmp_path / "log", LATER)
    last = lines_of(tmp_path / "log")[-1]
    assert (last["event"], last["exit_code"], last["error"]) == ("run_failed", 5, "IntegrityAlarm")


def test_an_exception_tells_its_kind_and_not_its_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="MUELLER"), logging_to(tmp_path / "log", "text"):
        raise ValueError("MUELLER")
    text = (tmp_path / "log").read_text("utf-8")
    assert text.endswith("Z run_failed exit_code=70 error=ValueError\n")


def test_a_signal_is_told(tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with pytest.raises(KeyboardInterrupt), logging_to(tmp_path / "log", "json"):
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert [line["event"] for line in lines_of(tmp_path / "log")] == ["run_stopped"]


def test_words_with_blanks_or_line_breaks_stay_on_one_line(tmp_path: Path) -> None:
    with logging_to(tmp_path / "log", "text"):
        event("found", file="a b\nrun_ended exit_code=0", rules=["one", "two"])
    (line,) = (tmp_path / "log").read_text("utf-8").splitlines()
    assert line.endswith('found file="a b\\nrun_ended exit_code=0" rules=["one", "two"]')


def test_lines_are_put_at_the_end_of_a_file_and_stderr_may_have_them(tmp_path: Path) -> None:
    a_workspace(tmp_path)
    config = ("--config", str(tmp_path / "j3399.toml"), *AS_OF)
    log = ("--log", str(tmp_path / "log"), *JSON)
    assert_clean(j3399("nightly", *config, *log), 0)
    assert_clean(j3399("nightly", *config, "--dry-run", *log), 0)
    lines = lines_of(tmp_path / "log")
    first = [line["event"] for line in lines].index("rehearsal_begun")
    assert all(line.get("rehearsal", False) is (number >= first) for number, line in enumerate(lines))
    assert 0 < first < len(lines) - 1
    done = j3399("ingest", str(tmp_path / "j3399.toml"), *config, "--log", "-")
    assert "Z run_begun run=R000002" in done.stderr and "file_quarantined" in done.stderr


def test_a_log_that_cannot_be_opened_stops_the_run_before_it_begins(tmp_path: Path) -> None:
    a_workspace(tmp_path)
    done = j3399("nightly", "--config", str(tmp_path / "j3399.toml"), "--log", str(tmp_path / "no" / "log"))
    assert_clean(done, 3)
    assert "no/log: No such file or directory" in done.stderr
    assert list((tmp_path / "reports").iterdir()) == []


def test_a_log_that_cannot_be_written_is_said_once_and_costs_nothing_else(tmp_path: Path) -> None:
    a_workspace(tmp_path)
    done = j3399("nightly", "--config", str(tmp_path / "j3399.toml"), *AS_OF, "--log", "/dev/full")
    assert_clean(done, 0)
    assert done.stderr.count("the log cannot be written; the run goes on") == 1


def test_without_a_log_nothing_is_made_of_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(run_log, "allowed", fail)
    event("found", count=1)
    journal = Journal()
    journal.count("files", 2, file="a")
    journal.count("files")
    assert journal.counts == {"files": 3}


class _Collecting(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def test_a_handler_of_another_library_sees_nothing_of_it_and_the_log_ends_with_its_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = _Collecting()
    monkeypatch.setattr(logging.getLogger(), "handlers", [other])
    with logging_to(tmp_path / "log", "text"):
        event("found", count=1)
    event("found", count=1)
    assert other.records == []
    assert len((tmp_path / "log").read_text("utf-8").splitlines()) == 1
