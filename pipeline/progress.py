"""How far long work has come, for whoever waits for it.

Work tells how far it is through `watched` or `metered`; who shows it (`meter_with`) is the command line,
on a terminal. Nobody watches a night of cron, and then nothing is shown and next to nothing is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO, TypeVar, cast

T = TypeVar("T")
Tell = Callable[[int], None]
"""Takes how much is done, in the unit of the work's total."""
Meter = Callable[[str, int | None], AbstractContextManager[Tell]]
"""Shows one piece of work: its name, and its total where that is known."""

_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


def _untold(done: int) -> None:
    """Nobody watches."""


@contextmanager
def meter_with(meter: Meter | None) -> Iterator[None]:
    """All work inside is shown by this meter; by none where it is None."""
    before = _meter.set(meter)
    try:
        yield
    finally:
        _meter.reset(before)


@contextmanager
def metered(what: str, total: int | None = None) -> Iterator[Tell]:
    """A piece of work that says itself how much of its total is done. `what` holds no patient data."""
    meter = _meter.get()
    if meter is None:
        yield _untold
    else:
        with meter(what, total) as tell:
            yield tell


def watched(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items one by one; what was handed out before counts as done."""
    with metered(what, total) as tell:
        for done, item in enumerate(items):
            tell(done)
            yield item


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file opened for reading whose bytes count as done once they are read."""
    with path.open("rb") as source, metered(path.name, path.stat().st_size) as tell:
        yield cast(BinaryIO, _Told(source, tell))


class _Told:
    """A stream that tells how much of it was read; the readers of X12 ask for no more than this."""

    def __init__(self, source: BinaryIO, tell: Tell) -> None:
        self._source = source
        self._tell = tell
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._done += len(data)
        self._tell(self._done)
        return data
