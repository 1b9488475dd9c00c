"""`doctor` sees what would spoil a night, and changes nothing."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from edi.codes.tables import tables
from pipeline.config import Config, load_config
from pipeline.doctor import Remark, examine
from tests.support.builders import NIGHT, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, put_encounters, tree

EARLY = min(table.refresh_by for table in tables().values()) - dt.timedelta(1)


def said(config: Config | None, state: str, today: dt.date = EARLY) -> list[Remark]:
    return [remark for remark in examine(config, today) if remark.state == state]


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
