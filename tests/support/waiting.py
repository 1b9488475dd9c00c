"""Tests do not wait for the disk.

Whether a sync is asked for is seen by who records the calls (`power_cut`), and what a kill leaves does not
hang on syncs: the operating system keeps what was written. So in a test's process, and in those it forks,
an fsync returns at once and SQLite asks for none. Commands in processes of their own wait as ever.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from pipeline.ledger.databases import Sqlite

_fsync, _pragmas = os.fsync, Sqlite._pragmas


def wait_for_no_disk() -> None:
    """From now on."""
    os.fsync = _at_once
    Sqlite._pragmas = staticmethod(_without_syncs)  # type: ignore[method-assign]


@contextmanager
def waiting_for_the_disk() -> Iterator[None]:
    """As the program does by itself, for a test of just that."""
    os.fsync = _fsync
    Sqlite._pragmas = staticmethod(_pragmas)  # type: ignore[method-assign]
    try:
        yield
    finally:
        wait_for_no_disk()


def _at_once(descriptor: object) -> None:
    os.fstat(descriptor)  # type: ignore[arg-type]  # a descriptor that is none is an error, as ever


def _without_syncs(watched: bool) -> tuple[str, ...]:
    return tuple("synchronous=OFF" if "synchronous" in one else one for one in _pragmas(watched))
