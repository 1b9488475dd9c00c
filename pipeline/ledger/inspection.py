"""Whether a ledger is whole, looked at without writing to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import LedgerBusy, StorageError
from pipeline.ledger.place import LedgerUrl, Place
from pipeline.ledger.schema import VERSION

_MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Look:
    """What a ledger lies in, with versions, and what is wrong with it: at most 20 faults, () where it is whole."""

    kind: str
    faults: tuple[str, ...]


def look_at(place: Place) -> Look | None:
    """A look at the ledger at a place; None where there is none yet.

    LedgerBusy where another program has it locked; StorageError where it is no ledger or
    cannot be read.
    """
    if isinstance(place, LedgerUrl):
        return _look_at_database(place)
    if not place.is_file():
        return None
    return Look(f"SQLite {sqlite3.sqlite_version}", tuple(_faults_of_file(place)))


def _look_at_database(url: LedgerUrl) -> Look | None:
    """PostgreSQL watches its pages and keys itself; what is left is the schema version."""
    from pipeline.ledger.store import Ledger

    server, version = Ledger.versions_at(url)
    if version is None:
        return None
    faults = () if 0 < version <= VERSION else (_other_schema(version),)
    return Look(f"PostgreSQL {server}, schema {version}", faults)


def _other_schema(version: object) -> str:
    return f"it has schema {version}, this program {VERSION}"


def _faults_of_file(path: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2)) as connection:
            return _faults(connection)
    except sqlite3.DatabaseError as error:
        words = str(error)
        if "locked" in words or "busy" in words:
            raise LedgerBusy(str(path), "Ask again when the other program has ended") from None
        raise StorageError(f"ledger {path}: {words}", "Restore it from its backup") from None


def _faults(connection: sqlite3.Connection) -> list[str]:
    found = [row[0] for row in connection.execute(f"PRAGMA quick_check({_MOST_FAULTS})")]
    faults = [words for words in found if words != "ok"]
    broken = connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_FAULTS)
    faults += [f"a row of {row[0]} points to a row of {row[2]} that is gone" for row in broken]
    version = connection.execute("SELECT value FROM settings WHERE name = 'version'").fetchone()
    if version is None or not version[0].isdigit() or int(version[0]) > VERSION:
        faults.append(_other_schema(version[0] if version else "none"))
    return faults[:_MOST_FAULTS]
