"""A ledger of an older program is brought up to date with all its rows; a newer one is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, inspect

from pipeline.durable import DurableSteps
from pipeline.errors import StorageError
from pipeline.ledger import answers, claims, decisions, encounters, files, schema
from pipeline.ledger.store import Ledger
from tests.support.nights import a_night, a_workspace

DUMP = (Path(__file__).parent / "ledgers" / "version-2.sql").read_text("utf-8")
FIRST = DUMP.replace("subject VARCHAR NOT NULL", "claim VARCHAR NOT NULL").replace(
    "decisions_by_subject ON decisions (subject)", "decisions_by_claim ON decisions (claim)"
)
TABLES = ("runs", "encounters", "files", "patients", "claims", "claim_lines", "inbound_files")
TABLES += ("transactions", "events", "decisions")


def an_older_ledger(path: Path, version: int) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(DUMP if version == 2 else FIRST)
        connection.execute("UPDATE settings SET value = ? WHERE name = 'version'", (str(version),))
        connection.commit()
    return path


def rows_of(path: Path) -> dict[str, list[dict[str, Any]]]:
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return {
            table: [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY rowid")]
            for table in TABLES
        }


def tables_of(path: Path) -> dict[str, Any]:
    """What the tables of a ledger are: columns, keys, constraints and indexes."""
    engine = create_engine(f"sqlite:///{path}")
    look = inspect(engine)
    found = {}
    for table in sorted(set(look.get_table_names()) - {"alembic_version"}):
        columns = look.get_columns(table)
        indexes = look.get_indexes(table)
        found[table] = {
            "columns": {one["name"]: (str(one["type"]), one["nullable"], one["default"]) for one in columns},
            "key": look.get_pk_constraint(table)["constrained_columns"],
            "foreign": sorted(
                (one["constrained_columns"], one["referred_table"]) for one in look.get_foreign_keys(table)
            ),
            "unique": sorted(one["column_names"] for one in look.get_unique_constraints(table)),
            "indexes": sorted(
                (
                    one["name"],
                    one["column_names"],
                    one["unique"],
                    str(one.get("dialect_options", {}).get("sqlite_where")),
                )
                for one in indexes
            ),
        }
    engine.dispose()
    return found


@pytest.mark.parametrize("version", [1, 2])
def test_a_ledger_of_an_older_version_keeps_every_row(tmp_path: Path, version: int) -> None:
    path = an_older_ledger(tmp_path / "ledger.sqlite", version)
    before = rows_of(path)
    Ledger.open(path, DurableSteps()).close()
    after = rows_of(path)
    for table, rows in before.items():
        names = {"claim": "subject"} if version == 1 and table == "decisions" else {}
        assert rows, table
        kept = [{names.get(name, name): value for name, value in row.items()} for row in rows]
        assert [{name: row[name] for name in kept[0]} for row in after[table]] == kept, table
    assert {row["origin"] for row in after["claims"]} == {"made"}
    assert {row["origin"] for row in after["encounters"]} == {"received"}


@pytest.mark.parametrize("version", [1, 2])
def test_an_older_ledger_becomes_what_a_new_one_is(tmp_path: Path, version: int) -> None:
    path = an_older_ledger(tmp_path / "old.sqlite", version)
    Ledger.open(path, DurableSteps()).close()
    new = tmp_path / "new.sqlite"
    Ledger.open(new, DurableSteps()).close()
    assert tables_of(path) == tables_of(new)


def test_an_older_ledger_is_copied_before_it_is_changed(tmp_path: Path) -> None:
    path = an_older_ledger(tmp_path / "ledger.sqlite", 2)
    before = rows_of(path)
    Ledger.open(path, DurableSteps()).close()
    copy = tmp_path / "ledger.sqlite.v2"
    assert rows_of(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_migrated_ledger_is_read_and_written(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    an_older_ledger(config.ledger_path, 2)
    ledger = Ledger.open(config.ledger, DurableSteps())
    ledger.begin_run("2026-11-20T06:00:00")
    with ledger.transaction("look") as connection:
        rows = claims.all_claims(connection)
        assert [row.state for row in rows] == ["rejected", "paid", "partly_paid"]
        assert all(answers.of_claim(connection, row.id) for row in rows)
        assert encounters.latest(connection, "N00001") is not None
        assert len(decisions.waivers(connection, "N00009", "d" * 64)) == 1
        number = files.next_control_number(connection, ("ZZ", "CHILDHOSP", "ZZ", "CLRHOUSE"))
        assert number == 2
    ledger.close()


class _Stopped(Exception):
    pass


class _StopAt(DurableSteps):
    """Stops at one durable step."""

    def __init__(self, name: str) -> None:
        self.name = name

    def step(self, name: str, *paths: Path) -> None:
        if name == self.name:
            raise _Stopped


@pytest.mark.parametrize("step", ["remove", "rename", "commit migrate"])
def test_a_migration_that_is_stopped_leaves_the_ledger_as_it_was(tmp_path: Path, step: str) -> None:
    path = an_older_ledger(tmp_path / "ledger.sqlite", 2)
    before = rows_of(path)
    with pytest.raises(_Stopped):
        Ledger.open(path, _StopAt(step))
    assert rows_of(path) == before
    Ledger.open(path, DurableSteps()).close()
    assert rows_of(path).keys() == before.keys()
    assert len(rows_of(path)["events"]) == len(before["events"])


def test_a_ledger_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger.open(path, DurableSteps()).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE settings SET value = ? WHERE name = 'version'", (str(schema.VERSION + 1),))
        connection.commit()
    for opened in (Ledger.open, Ledger.open_read_only):
        with pytest.raises(StorageError) as caught:
            opened(path, DurableSteps())
        assert "a newer program has changed it" in caught.value.line()


def test_who_only_reads_an_older_ledger_is_told_what_to_run(tmp_path: Path) -> None:
    path = an_older_ledger(tmp_path / "ledger.sqlite", 2)
    with pytest.raises(StorageError) as caught:
        Ledger.open_read_only(path, DurableSteps())
    assert "j3399 nightly" in caught.value.line()
    assert rows_of(path)["claims"]


def test_rows_that_point_nowhere_stop_a_migration(tmp_path: Path) -> None:
    path = an_older_ledger(tmp_path / "ledger.sqlite", 2)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM files")
        connection.commit()
    with pytest.raises(StorageError) as caught:
        Ledger.open(path, DurableSteps())
    assert "point to rows that are gone" in caught.value.line()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT value FROM settings WHERE name = 'version'").fetchone() == ("2",)


def test_a_night_runs_on_a_ledger_that_was_just_migrated(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    an_older_ledger(config.ledger_path, 2)
    with closing(sqlite3.connect(config.ledger_path)) as connection:
        day, name = connection.execute("SELECT day, name FROM files").fetchone()
        folder = config.folders.archive_out / day
        folder.mkdir(parents=True)
        (folder / name).write_bytes(b"x")
        connection.execute("UPDATE files SET size = 1")
        connection.commit()
    assert a_night(config)["exit_code"] == 0
