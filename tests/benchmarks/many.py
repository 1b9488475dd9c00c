"""Many files as tables: two processes beside one, by the clock on the wall."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path

from edi.tables.many import parse_many
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.remittance import a_remittance
from tests.benchmarks.timing import ratios, spread, wall_seconds

_ROUNDS = 3
_FILES = 16
_CLAIMS = 20_000


def time_many() -> None:
    """Print how much faster two workers are than one. Raises WrongResult."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number:02d}.835" for number in range(_FILES)]
        data = a_remittance(_CLAIMS)
        for path in paths:
            path.write_bytes(data)
        times: dict[int, list[float]] = {1: [], 2: []}
        for _ in range(_ROUNDS):
            for workers, taken in times.items():
                taken.append(wall_seconds(partial(_parse, paths, workers)))
    print(f"{_FILES} files of {_CLAIMS:,} paid claims as tables, {_ROUNDS} interleaved rounds")
    print(f"  one process                        {spread(times[1], 's')}")
    print(f"  two processes                      {spread(times[2], 's')}  {_times(times)}")


def _times(times: dict[int, list[float]]) -> str:
    return spread(ratios(times[1], times[2]), "x")


def _parse(paths: list[Path], workers: int) -> None:
    parsed = parse_many(paths, engine="processes", workers=workers)
    if parsed.tables["claims"].num_rows != _FILES * _CLAIMS or parsed.unreadable:
        raise WrongResult(f"{workers} workers lost claims of many files")
