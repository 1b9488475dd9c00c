"""The heartbeat says how the latest night ended, whatever that was, and when one last went well."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from pipeline import night
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import (
    ConfigurationError,
    IntegrityAlarm,
    OperationError,
    PartnerUnreachable,
    RunTakenOver,
    StorageError,
)
from pipeline.heartbeat import FILE_NAME, read_heartbeat
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_encounters

LATER = NIGHT + dt.timedelta(days=1)


def content(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((config.folders.state / FILE_NAME).read_text("utf-8"))
    return found


def test_a_good_night_leaves_its_time_its_number_its_end_and_its_counts(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    summary = a_night(config)
    assert content(config) == {
        "at": "2026-11-16T22:00:00",
        "run": summary["run"],
        "exit_code": 0,
        "counts": summary["counts"],
        "last_good": "2026-11-16T22:00:00",
    }
    assert summary["counts"]["claims_released"] == 1
    assert (config.folders.state / FILE_NAME).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (IntegrityAlarm(), 5),
        (StorageError(), 3),
        (OSError(28, "full"), 3),
        (ConfigurationError(), 2),
        (PartnerUnreachable(), 75),
        (ValueError("a value"), 70),
    ],
)
def test_a_night_that_failed_says_its_exit_code_and_keeps_the_good_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    config = a_workspace(tmp_path)
    a_night(config)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(night, "recover", fail)
    with pytest.raises((OperationError, ValueError)):
        a_night(config, LATER)
    assert content(config) == {
        "at": "2026-11-17T22:00:00",
        "run": None,
        "exit_code": code,
        "counts": {},
        "last_good": "2026-11-16T22:00:00",
    }
    monkeypatch.undo()
    a_night(config, LATER)
    assert content(config)["last_good"] == "2026-11-17T22:00:00"


def test_an_archive_that_lost_a_file_ends_the_night_with_5_and_the_heartbeat_says_so(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    next(config.folders.archive_out.glob("*/*")).unlink()
    with pytest.raises(IntegrityAlarm):
        a_night(config, LATER)
    assert content(config)["exit_code"] == 5


def test_a_run_that_was_taken_over_leaves_the_heartbeat_to_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    a_night(config)
    before = content(config)

    def fail(*_: object) -> None:
        raise RunTakenOver

    monkeypatch.setattr(night, "recover", fail)
    with pytest.raises(RunTakenOver):
        a_night(config, LATER)
    assert content(config) == before


class _NoHeartbeat(DurableSteps):
    def replace_file(self, path: Path, data: bytes) -> None:
        if path.name == FILE_NAME:
            raise OSError(28, "full")
        super().replace_file(path, data)


def test_a_heartbeat_that_cannot_be_written_ends_a_good_night_with_3_and_its_claims_are_out(
    tmp_path: Path,
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    with pytest.raises(StorageError):
        a_night(config, steps=_NoHeartbeat())
    assert read_heartbeat(config.folders.state) is None and len(outbox(config)) == 1
    a_night(config)
    assert content(config)["exit_code"] == 0 and len(outbox(config)) == 1


def test_a_heartbeat_that_cannot_be_written_does_not_hide_what_stopped_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise IntegrityAlarm

    monkeypatch.setattr(night, "recover", fail)
    with pytest.raises(IntegrityAlarm):
        a_night(a_workspace(tmp_path), steps=_NoHeartbeat())


def test_a_rehearsal_leaves_no_heartbeat(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    night.rehearse_night(config, DurableSteps(), NIGHT)
    assert read_heartbeat(config.folders.state) is None
