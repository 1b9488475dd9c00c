"""Copies of a ledger, by SQLite's backup API only: a plain copy of a live database can be torn."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.durable import FILE_MODE


def copy_ledger(source: Path, target: Path) -> None:
    """A consistent copy of a ledger, readable by its owner only."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT, FILE_MODE)
    os.close(descriptor)
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as original,
        closing(sqlite3.connect(target)) as copy,
    ):
        original.backup(copy)
