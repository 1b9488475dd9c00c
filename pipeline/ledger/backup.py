"""Copies of a ledger as a file of SQLite, whatever it lies in.

A file is copied by SQLite's backup API only: a plain copy of a live one can be torn. A database is
copied row by row out of one snapshot.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.durable import FILE_MODE, DurableSteps
from pipeline.ledger.place import LedgerUrl, Place


def copy_ledger(source: Place, target: Path) -> None:
    """A consistent copy of a ledger, readable by its owner only; of a database without tables, an empty file."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT, FILE_MODE)
    os.close(descriptor)
    if isinstance(source, LedgerUrl):
        _copy_rows(source, target)
        return
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)


def _copy_rows(source: LedgerUrl, target: Path) -> None:
    from sqlalchemy import create_engine, insert, select

    from pipeline.ledger.schema import metadata
    from pipeline.ledger.store import Ledger

    _, version = Ledger.versions_at(source)
    if version is None:
        return
    ledger = Ledger.open_read_only(source, DurableSteps())
    copy = create_engine(f"sqlite:///{target}", hide_parameters=True)
    try:
        with ledger.reading() as original, copy.begin() as connection:
            metadata.create_all(connection)
            for table in metadata.sorted_tables:
                rows = [dict(row) for row in original.execute(select(table)).mappings()]
                if rows:
                    connection.execute(insert(table), rows)
    finally:
        copy.dispose()
        ledger.close()
