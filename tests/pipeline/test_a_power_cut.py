"""After a power cut only what was synced is there: the next night goes on from it, nothing lost or doubled.

Row R23 of docs/reliability.md.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.config import load_config
from pipeline.ledger.store import Ledger
from tests.support.builders import REMOVED, a_child
from tests.support.busy_hospital import BusyHospital
from tests.support.nights import a_night, put_encounters
from tests.support.power_cut import Leftover, PowerCutRecorder, different
from tests.support.promises import assert_promises_kept
from tests.support.waiting import waiting_for_the_disk

pytestmark = pytest.mark.slow


def recorded(hospital: BusyHospital, work: str, monkeypatch: pytest.MonkeyPatch) -> list[Leftover]:
    """The different things that power cuts during a night or a correction leave."""
    root = hospital.config.folders.state.parent
    steps = PowerCutRecorder(root, hospital.config.ledger_path.relative_to(root))
    steps.begin()
    monkeypatch.setattr(os, "fsync", steps.fsync)
    getattr(hospital, work)(steps)
    monkeypatch.undo()
    steps.end()
    return different(steps.cuts)


def a_hospital(folder: Path, work: str) -> BusyHospital:
    """Before its first night, or with answers, a claim of another system and a correction to make."""
    hospital = BusyHospital(folder, seed=3)
    hospital.begin_round(2)
    if work == "first night":
        put_encounters(hospital.config, "b.ndjson", [a_child(8, **{"clinical.antibody_titer": REMOVED})])
        return hospital
    hospital.night()
    hospital.pick_up(likely=1)
    hospital.begin_round(1)
    if work == "correction":
        hospital.night()
        hospital.pick_up(likely=1)
    else:
        hospital.put_from_elsewhere()
    return hospital


@pytest.mark.parametrize(
    "work", [pytest.param("first night", marks=pytest.mark.soak), "night of answers", "correction"]
)
def test_a_power_cut_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, work: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hospital = a_hospital(tmp_path, work)
    root = hospital.config.folders.state.parent
    cuts = recorded(hospital, "correction" if work == "correction" else "night", monkeypatch)
    for number, cut in enumerate(cuts):
        folder = tmp_path / f"after-{number}"
        cut.restore(folder, hospital.config.ledger_path.relative_to(root))
        config = load_config(folder / "j3399.toml")
        try:
            a_night(config)
            assert_promises_kept(config, hospital.taken, hospital.accounts)
        except Exception as error:
            error.add_note(f"power cut after {cut.after}")
            raise
        assert list(config.folders.inbox.iterdir()) == []
    print(f"R23: {len(cuts)} different power cuts of a {work}")
    assert len(cuts) > (8 if work == "correction" else 20)


def test_the_recorder_sees_a_file_that_was_published_without_a_sync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test itself is tried: without fsync of files the promises do not hold."""
    hospital = a_hospital(tmp_path, "first night")
    root = hospital.config.folders.state.parent
    steps = PowerCutRecorder(root, hospital.config.ledger_path.relative_to(root))
    steps.begin()

    def only_folders(descriptor: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir():
            steps.fsync(descriptor)

    monkeypatch.setattr(os, "fsync", only_folders)
    hospital.night(steps)
    monkeypatch.undo()
    steps.end()
    folder = tmp_path / "after"
    replace(steps.cuts[-1], after="the end").restore(folder, hospital.config.ledger_path.relative_to(root))
    config = load_config(folder / "j3399.toml")
    with pytest.raises(Exception, match="archive"):
        a_night(config)


def test_a_commit_of_the_ledger_waits_for_the_disk(tmp_path: Path) -> None:
    """SQLite's own word: 2 is FULL. The recorder counts on it."""
    hospital = BusyHospital(tmp_path, seed=1)
    with waiting_for_the_disk():
        ledger = Ledger.open(hospital.config.ledger_path, PowerCutRecorder(tmp_path, Path("none")))
    try:
        with ledger.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        with ledger.transaction("test") as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    finally:
        ledger.close()
