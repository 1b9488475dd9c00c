"""Whether a ledger is whole, looked at without writing to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.errors import LedgerBusy, StorageError
from pipeline.ledger.schema import VERSION

_MOST_FAULTS = 20


def faults_of(path: Path) -> list[str]:
    """What is wrong with the ledger at a path, at most 20 faults; [] where it is whole.

    LedgerBusy where another program has it locked; StorageError where it is no ledger or
    cannot be read.
    """
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
        has = version[0] if version else "none"
        faults.append(f"it has schema {has}, this program {VERSION}")
    return faults[:_MOST_FAULTS]
