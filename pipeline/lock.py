"""One run at a time: a lock on a file that dies with its process.

Taken before anything heavy is imported, so that a run that may not start ends at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.durable import FILE_MODE, DurableSteps
from pipeline.errors import LockHeld


@contextmanager
def run_lock(state: Path, steps: DurableSteps) -> Iterator[None]:
    """Hold `state/lock` while the block runs; LockHeld at once where another run holds it."""
    steps.make_folder(state)
    lock = FileLock(state / "lock", mode=FILE_MODE)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise LockHeld(str(state / "lock"), "Wait for it to end, or see which process holds it") from None
    try:
        yield
    finally:
        lock.release()
