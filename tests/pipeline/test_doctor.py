"""`doctor` sees what would spoil a night, and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
from contextlib import closing
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from edi.codes.tables import tables
from pipeline.config import Config, load_config
from pipeline.doctor import Remark, examine
from pipeline.durable import DurableSteps
from pipeline.errors import IntegrityAlarm
from pipeline.heartbeat import FILE_NAME, beat
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, put_encounters, tree

pytestmark = pytest.mark.usefixtures("known_packages")

EARLY = min(table.refresh_by for table in tables().values()) - dt.timedelta(1)


def at(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, NIGHT.time())


def said(config: Config | None, state: str, today: dt.date = EARLY) -> list[Remark]:
    return [remark for remark in examine(config, at(today)) if remark.state == state]


def after_a_night(folder: Path) -> Config:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    return config


def test_a_sound_installation_draws_no_remark_and_is_left_as_it_is(tmp_path: Path) -> None:
    config = after_a_night(tmp_path)
    before = tree(tmp_path)
    assert said(config, "error") == said(config, "warning") == []
    assert tree(tmp_path) == before


def test_before_the_first_run_nothing_is_made(tmp_path: Path) -> None:
    (tmp_path / "j3399.toml").write_text("", encoding="utf-8")
    config = load_config(tmp_path / "j3399.toml")
    assert said(config, "error") == said(config, "warning") == []
    assert list(tmp_path.iterdir()) == [tmp_path / "j3399.toml"]


def test_without_a_configuration_it_says_what_it_did_not_see() -> None:
    (remark,) = said(None, "warning")
    assert remark.check == "configuration" and "not looked at" in remark.detail


@pytest.mark.parametrize("name", sorted(tables()))
def test_a_table_past_its_date_is_named(name: str) -> None:
    table = tables()[name]
    late = {remark.detail.split(": list of")[0] for remark in said(None, "warning", table.refresh_by)}
    early = {
        remark.detail.split(": list of")[0]
        for remark in said(None, "warning", table.refresh_by - dt.timedelta(1))
    }
    assert table.title in late and table.title not in early


def test_a_wrong_profile_is_an_error_with_its_line(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    payers = tmp_path / "profiles" / "payers"
    payers.mkdir(parents=True)
    (payers / "mine.toml").write_text('key = "mine"\nextends = "nobody"\n', encoding="utf-8")
    (tmp_path / "j3399.toml").write_text('[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    (remark,) = said(load_config(tmp_path / "j3399.toml"), "error")
    assert remark.check == "profiles" and "mine.toml, line 2" in remark.detail
    assert config.ledger_path.exists() is False


def test_a_partner_without_a_profile_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "j3399.toml").write_text('[partners]\nstate-medicaid = "nobody"\n', encoding="utf-8")
    (remark,) = said(load_config(tmp_path / "j3399.toml"), "error")
    assert remark.check == "partners" and "partner 'nobody'" in remark.detail


def test_a_folder_that_others_can_read_is_said(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    config.folders.held.chmod(0o755)
    (remark,) = said(config, "warning")
    assert remark.check == "folders" and str(config.folders.held) in remark.detail


def test_a_damaged_ledger_is_an_error(tmp_path: Path) -> None:
    config = after_a_night(tmp_path)
    with closing(sqlite3.connect(config.ledger_path)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(config.ledger_path.read_bytes())
    data[4096:8192] = b"\x00" * 4096
    config.ledger_path.write_bytes(data)
    assert any(remark.check == "ledger" for remark in said(config, "error"))


def test_a_ledger_of_another_version_is_an_error(tmp_path: Path) -> None:
    config = after_a_night(tmp_path)
    with closing(sqlite3.connect(config.ledger_path)) as ledger:
        ledger.execute("UPDATE settings SET value = '99' WHERE name = 'version'")
        ledger.commit()
    (remark,) = said(config, "error")
    assert "schema 99" in remark.detail


def test_a_file_that_is_no_ledger_is_an_error(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    config.ledger_path.write_text("no ledger", encoding="utf-8")
    (remark,) = said(config, "error")
    assert "not a database" in remark.detail


def test_the_command(tmp_path: Path) -> None:
    after_a_night(tmp_path)
    config = ("--config", str(tmp_path / "j3399.toml"))
    done = j3399("doctor", *config, "--as-of", f"{EARLY}")
    assert_clean(done, 0)
    assert "is whole" in done.stdout
    rows = json.loads(j3399("doctor", *config, "--json", "--as-of", f"{NIGHT:%Y-%m-%d}").stdout)
    assert all(row.keys() == {"check", "state", "detail", "next_step"} for row in rows)


def test_a_package_of_the_same_name_in_front_of_ours_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "edi" / "codes").mkdir(parents=True)
    (tmp_path / "validators").mkdir()
    (tmp_path / "validators" / "__init__.py").write_text("", encoding="utf-8")
    done = j3399("doctor", cwd=tmp_path, env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).parents[2]}"})
    assert_clean(done, 1)
    assert f"validators comes from {tmp_path}" in done.stdout


@pytest.mark.parametrize("found", ["3.9.9", None])
def test_another_version_of_pyx12_is_an_error(monkeypatch: pytest.MonkeyPatch, found: str | None) -> None:
    def version(name: str) -> str:
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(metadata, "version", version)
    (remark,) = said(None, "error")
    assert remark.check == "pyx12" and f"version {found or 'none'}" in remark.detail
    assert remark.next_step == "pip install pyx12==4.0.0"


def test_another_owner_of_a_packages_name_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    owners = {"edi": ["j3399", "edi-of-others"], "mapping": ["j3399"]}
    monkeypatch.setattr(metadata, "packages_distributions", lambda: owners)
    (remark,) = [one for one in said(None, "warning") if one.check == "packages"]
    assert remark.detail == "edi is also installed by edi-of-others"


def test_a_folder_that_cannot_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_workspace(tmp_path)
    closed, access = config.folders.inbox, os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != closed and access(path, mode))
    (remark,) = said(config, "error")
    assert remark.check == "folders" and remark.detail == f"{closed} cannot be read and written"


def test_folders_on_several_file_systems_are_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, stat = a_workspace(tmp_path), Path.stat

    def elsewhere(path: Path, **options: Any) -> os.stat_result:
        found = stat(path, **options)
        if path != config.folders.archive_out:
            return found
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10]))

    monkeypatch.setattr(Path, "stat", elsewhere)
    (remark,) = said(config, "error")
    assert remark.check == "folders" and "several file systems" in remark.detail


def test_a_disk_that_is_nearly_full_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_workspace(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=999_000_000))
    (remark,) = said(config, "warning")
    assert remark.check == "folders" and remark.detail == "only 999 MB are free"


def test_a_ledger_on_a_network_folder_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config, read_text = after_a_night(tmp_path), Path.read_text
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/vol {tmp_path.resolve()} nfs4 rw 0 0\n"
    monkeypatch.setattr(
        Path,
        "read_text",
        lambda path, *a, **k: mounts if str(path) == "/proc/mounts" else read_text(path, *a, **k),
    )
    (remark,) = said(config, "error")
    assert remark.check == "ledger" and "is on a network folder" in remark.detail


def test_a_ledger_in_use_is_said(tmp_path: Path) -> None:
    config = after_a_night(tmp_path)
    with closing(sqlite3.connect(config.ledger_path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        (remark,) = said(config, "warning")
    assert remark.check == "ledger" and remark.detail == f"{config.ledger_path} is in use"
    assert said(config, "warning") == []


def last_night(config: Config, now: dt.datetime) -> list[tuple[str, str]]:
    return [(one.state, one.detail) for one in examine(config, now) if one.check == "last night"]


def test_a_good_night_is_good_for_the_hours_between_two(tmp_path: Path) -> None:
    config = after_a_night(tmp_path)
    good = [("ok", f"the last good night was that of {NIGHT}")]
    assert last_night(config, NIGHT + dt.timedelta(hours=36)) == good
    ((state, words),) = last_night(config, NIGHT + dt.timedelta(hours=36, seconds=1))
    assert state == "warning" and "more than 36 hours ago" in words
    with (tmp_path / "j3399.toml").open("a") as file:
        file.write("[night]\nhours_between = 200\n")
    weekly = load_config(tmp_path / "j3399.toml")
    assert last_night(weekly, NIGHT + dt.timedelta(hours=199)) == good


def test_a_night_that_failed_is_said_and_the_good_one_before_it_still_counts(tmp_path: Path) -> None:
    config, later = after_a_night(tmp_path), NIGHT + dt.timedelta(days=1)
    next(config.folders.archive_out.glob("*/*")).unlink()
    with pytest.raises(IntegrityAlarm):
        a_night(config, later)
    failed = ("warning", f"the night of {later} ended with 5")
    assert last_night(config, later) == [failed, ("ok", f"the last good night was that of {NIGHT}")]
    old = last_night(config, later + dt.timedelta(days=1))
    assert old[0] == failed and old[1][0] == "warning"


def test_a_first_night_that_failed_is_no_good_night(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    beat(DurableSteps(), config.folders.state, NIGHT, {"exit_code": 3})
    assert [words for _, words in last_night(config, NIGHT)] == [
        f"the night of {NIGHT} ended with 3",
        "no night went well yet",
    ]


def test_before_the_first_night_there_is_nothing_to_warn_of(tmp_path: Path) -> None:
    ((state, words),) = last_night(a_workspace(tmp_path), NIGHT)
    assert state == "ok" and "none yet" in words


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"at": "yesterday"}'])
def test_a_heartbeat_that_cannot_be_read_is_said(tmp_path: Path, content: str) -> None:
    config = a_workspace(tmp_path)
    (config.folders.state / FILE_NAME).write_text(content, encoding="utf-8")
    ((state, words),) = last_night(config, NIGHT)
    assert state == "warning" and "cannot be read" in words
