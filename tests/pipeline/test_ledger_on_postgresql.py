"""A ledger in a PostgreSQL database: who may write, versions, passwords, and what doctor says."""

from __future__ import annotations

import traceback
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from pipeline.config import LEDGER_ENVIRONMENT, load_config
from pipeline.doctor import examine
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError, LockHeld, OperationError, StorageError
from pipeline.ledger import schema
from pipeline.ledger.databases import database_at
from pipeline.ledger.place import LedgerUrl, ledger_url
from pipeline.ledger.store import Ledger
from pipeline.night import rehearse_night
from tests.support.builders import NIGHT, a_child
from tests.support.commands import j3399
from tests.support.ledgers import ledgers_are
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.postgresql import a_database, cut_connections, on_database

SECRET = "pa%24swort"
HIDDEN = ("pa%24swort", "pa$swort")


@pytest.fixture
def url() -> str:
    return a_database()


def opened(url: str) -> Ledger:
    return Ledger.open(LedgerUrl(url), DurableSteps())


def set_version(url: str, version: int) -> None:
    on_database(url, "UPDATE settings SET value = %s WHERE name = 'version'", str(version))


def version_of(url: str) -> int:
    ((value,),) = on_database(url, "SELECT value FROM settings WHERE name = 'version'")
    return int(value)


def an_older_database(url: str) -> None:
    """As the version before provider adjustments left it."""
    opened(url).close()
    on_database(url, "DROP TABLE provider_adjustments, fetched_files")
    on_database(url, "INSERT INTO patients (digest, first_seen) VALUES ('d', '2026-11-20')")
    set_version(url, 3)


def columns_of(url: str) -> list[tuple[object, ...]]:
    return on_database(
        url,
        "SELECT table_name, column_name, data_type, is_nullable, collation_name FROM "
        "information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version' "
        "ORDER BY 1, 2",
    )


def test_a_new_one_has_the_newest_version_and_compares_text_by_its_bytes(url: str) -> None:
    opened(url).close()
    assert version_of(url) == schema.VERSION
    text = [row for row in columns_of(url) if row[2] in ("text", "character varying")]
    assert len(text) > 50
    assert {row[4] for row in text} == {"C"}


def test_a_second_machine_ends_while_the_first_writes_and_may_read(url: str) -> None:
    first = opened(url)
    first.begin_run("2026-11-20T06:00:00")
    with pytest.raises(LockHeld):
        opened(url)
    reader = Ledger.open_read_only(LedgerUrl(url), DurableSteps())
    assert len(reader.patient_key()) == 32
    reader.close()
    first.close()
    opened(url).close()


def test_a_reader_sees_one_moment_and_can_change_nothing(url: str) -> None:
    writer = opened(url)
    reader = Ledger.open_read_only(LedgerUrl(url), DurableSteps())
    with reader.reading() as connection:
        before = connection.exec_driver_sql("SELECT count(*) FROM runs").scalar()
        writer.begin_run("2026-11-20T06:00:00")
        assert connection.exec_driver_sql("SELECT count(*) FROM runs").scalar() == before == 0
    with pytest.raises(StorageError), reader.reading() as connection:
        connection.exec_driver_sql("DELETE FROM runs")
    reader.close()
    writer.close()


def test_a_run_whose_connection_was_cut_writes_no_more_once_another_has_begun(url: str) -> None:
    older = opened(url)
    older.begin_run("2026-11-20T06:00:00")
    assert cut_connections(url) > 0
    newer = opened(url)
    newer.begin_run("2026-11-20T06:00:05")
    for _ in range(2):  # the cut is noticed first; then the lock is found taken
        with pytest.raises(OperationError), older.transaction("late"):
            pass
    newer.end_run("2026-11-20T06:00:09", 0)
    newer.close()
    with pytest.raises(OperationError, match="began after"), older.transaction("later still"):
        pass
    older.close()


def test_an_older_one_is_brought_up_to_date_with_its_rows(url: str) -> None:
    an_older_database(url)
    opened(url).close()
    assert version_of(url) == schema.VERSION
    assert on_database(url, "SELECT digest FROM patients") == [("d",)]
    fresh = a_database()
    opened(fresh).close()
    assert columns_of(url) == columns_of(fresh)


class _Stopped(Exception):
    pass


class _StopAtTheCommit(DurableSteps):
    def step(self, name: str, *paths: Path) -> None:
        if name == "commit migrate":
            raise _Stopped


def test_a_migration_that_is_stopped_leaves_it_as_it_was(url: str) -> None:
    an_older_database(url)
    before = columns_of(url)
    with pytest.raises(_Stopped):
        Ledger.open(LedgerUrl(url), _StopAtTheCommit())
    assert columns_of(url) == before
    assert version_of(url) == 3


@pytest.mark.parametrize(
    ("version", "words"),
    [
        (schema.VERSION + 1, "a newer program has changed it"),
        (2, "Restore it from its backup"),
    ],
)
def test_a_version_that_cannot_be_used_is_refused(url: str, version: int, words: str) -> None:
    opened(url).close()
    set_version(url, version)
    for open_it in (Ledger.open, Ledger.open_read_only):
        with pytest.raises(StorageError) as caught:
            open_it(LedgerUrl(url), DurableSteps())
        assert words in caught.value.line()


def test_who_only_reads_makes_no_table(url: str) -> None:
    with pytest.raises(StorageError, match="there is no ledger"):
        Ledger.open_read_only(LedgerUrl(url), DurableSteps())
    database = database_at(LedgerUrl(url))
    assert inspect(database.reader).get_table_names() == []
    database.close()


def test_a_role_without_rights_is_told_so_in_words(url: str) -> None:
    on_database(url, "DROP ROLE IF EXISTS nobody_here")
    on_database(url, "CREATE ROLE nobody_here LOGIN")
    try:
        with pytest.raises(StorageError) as caught:
            opened(url.replace("postgres:@", "nobody_here:@"))
        assert "permission denied" in caught.value.line()
    finally:
        on_database(url, "DROP ROLE nobody_here")


def test_a_fault_shows_no_value_of_a_row(url: str) -> None:
    ledger = opened(url)
    row = "INSERT INTO patients (digest, first_seen) VALUES ('CANARY', '2026-11-20')"
    with pytest.raises(IntegrityError) as caught, ledger.transaction("twice") as connection:
        connection.execute(text(row.replace("'CANARY'", ":digest")), {"digest": "CANARY"})
        connection.execute(text(row.replace("'CANARY'", ":digest")), {"digest": "CANARY"})
    ledger.close()
    assert "patients_pkey" in str(caught.value)
    assert "CANARY" not in "".join(traceback.format_exception(caught.value))


def test_no_message_has_the_password() -> None:
    place = ledger_url(f"postgresql://j3399:{SECRET}@localhost:1/ledger?connect_timeout=1", "here")
    with pytest.raises(StorageError) as caught:
        Ledger.open(place, DurableSteps())
    said = f"{caught.value.line()} {place} {place!r} {place.masked('x pa$swort')}"
    assert "localhost:1/ledger" in said
    assert not any(word in said for word in HIDDEN)


@pytest.mark.parametrize(
    "url",
    ["mysql://a@b/c", "postgresql://a@b", "ledger.sqlite", "postgresql://a@b:port/c", "postgresql://[/c"],
)
def test_what_is_no_url_of_postgresql_is_refused(tmp_path: Path, url: str) -> None:
    path = tmp_path / "j3399.toml"
    path.write_text(f'[ledger]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_config(path)
    assert "postgresql://USER@HOST/DATABASE" in caught.value.line()


@pytest.mark.parametrize("url", [f"postgresql://a:{SECRET}@b/c", f"postgresql://a@b/c?password={SECRET}"])
def test_a_password_is_taken_from_the_environment_and_not_from_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    path = tmp_path / "j3399.toml"
    path.write_text(f'[ledger]\nurl = "{url}"\n', encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        load_config(path)
    assert "has a password" in caught.value.line() and SECRET not in caught.value.line()
    monkeypatch.setenv(LEDGER_ENVIRONMENT, url)
    config = load_config(path)
    assert config.ledger == LedgerUrl(url)
    assert not any(word in repr(config) for word in HIDDEN)


def test_the_commands_and_doctor_work_on_it(tmp_path: Path) -> None:
    with ledgers_are("postgresql"):
        config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    assert "none yet" in next(one.detail for one in examine(config, NIGHT) if one.check == "ledger")
    a_night(config)
    assert not config.ledger_path.exists()
    assert rehearse_night(config, DurableSteps(), NIGHT)["dry_run"]
    assert config.ledger_url is not None
    assert on_database(config.ledger_url.secret, "SELECT count(*) FROM runs") == [(1,)]
    (remark,) = [one for one in examine(config, NIGHT) if one.check == "ledger"]
    assert remark.state == "ok" and f"PostgreSQL 18.4, schema {schema.VERSION}" in remark.detail
    shown = j3399("worklist", "--config", str(tmp_path / "j3399.toml"))
    assert shown.returncode == 0, shown.stderr


def test_doctor_says_that_a_server_does_not_answer(tmp_path: Path) -> None:
    config = replace(a_workspace(tmp_path), ledger_url=LedgerUrl("postgresql://a@localhost:1/c"))
    (remark,) = [one for one in examine(config, NIGHT) if one.check == "ledger"]
    assert remark.state == "error" and "See that the server runs" in remark.next_step
