"""A night that brings an older ledger up to date may die anywhere in it: the next night does both, once.

Rows R1 and R2 of docs/reliability.md.
"""

from __future__ import annotations

import os
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger import schema
from tests.support.builders import a_child, claims_of
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child

pytestmark = pytest.mark.usefixtures("plain_charts")

DUMP = (Path(__file__).parent / "ledgers" / "version-2.sql").read_text("utf-8")


def an_older_workspace(folder: Path) -> Config:
    """A ledger of version 2 with its archived file, and a new encounter to be sent."""
    config = a_workspace(folder)
    with closing(sqlite3.connect(config.ledger_path)) as connection:
        connection.executescript(DUMP)
        connection.execute("UPDATE files SET size = 1")
        day, name = connection.execute("SELECT day, name FROM files").fetchone()
        connection.commit()
    archive = config.folders.archive_out / day
    archive.mkdir(parents=True)
    (archive / name).write_bytes(b"x")
    put_encounters(config, "new.ndjson", [a_child(70_001)])
    return config


def rows(config: Config, statement: str) -> list[Any]:
    with closing(sqlite3.connect(config.ledger_path)) as connection:
        return connection.execute(statement).fetchall()


def assert_brought_up_to_date_once(config: Config) -> None:
    """The next night: the newest version, every old claim and event, one file with the new claim, no other."""
    before = an_older_claims()
    a_night(config)
    assert rows(config, "PRAGMA integrity_check") == [("ok",)]
    assert rows(config, "PRAGMA foreign_key_check") == []
    assert rows(config, "SELECT value FROM settings WHERE name = 'version'") == [(str(schema.VERSION),)]
    assert {claim for (claim,) in rows(config, "SELECT id FROM claims")} > before
    (path,) = config.folders.ready.iterdir()
    assert Counter(claim.patient_control_number for claim in claims_of(path.read_bytes())) == {"NGT70001": 1}
    assert list(config.folders.staging.iterdir()) == []


def an_older_claims() -> set[str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(DUMP)
        return {claim for (claim,) in connection.execute("SELECT id FROM claims")}


class _Watched(DyingSteps):
    """Dies at a step; knows whether the run had begun by then, so that the migration was over."""

    def step(self, name: str, *paths: Path) -> None:
        if name == "commit begin run":
            os._exit(0)
        super().step(name, *paths)


def test_a_night_that_dies_at_any_durable_step_of_its_migration_is_finished_by_the_next(
    tmp_path: Path,
) -> None:
    number, code = 0, DIED
    while code == DIED:
        number += 1
        config = an_older_workspace(tmp_path / f"{number}")
        code = in_child(lambda c=config, n=number: a_night(c, steps=_Watched(n)) and None)  # type: ignore[misc]
        assert_brought_up_to_date_once(config)
    print(f"R2: died at each of {number - 1} durable steps of a migration")
    assert number > 5


def _die_at_statement(number: int) -> None:
    """End this process before the n-th statement that a migration executes, or when the run begins."""
    counted = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def count(_c: Any, _u: Any, statement: str, _p: Any, _x: Any, _m: bool) -> None:
        nonlocal counted
        if statement.startswith("INSERT INTO runs ") and "SELECT" not in statement:
            os._exit(0)
        counted += 1
        if counted == number:
            os._exit(DIED)


@pytest.mark.parametrize("every", [29, pytest.param(1, marks=pytest.mark.soak)])
def test_a_night_that_dies_between_statements_of_its_migration_is_finished_by_the_next(
    tmp_path: Path, every: int
) -> None:
    number, code, died = 1, DIED, 0
    while code == DIED:
        config = an_older_workspace(tmp_path / f"{number}")

        def work(config: Config = config, number: int = number) -> None:
            _die_at_statement(number)
            a_night(config, steps=DurableSteps())

        code = in_child(work)
        died += code == DIED
        assert_brought_up_to_date_once(config)
        number += every
    print(f"R2: died at {died} statements of a migration")
    assert died > 2
