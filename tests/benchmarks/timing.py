"""Seconds of work, and how they are printed: medians with their spread, and ratios by round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def seconds(work: Callable[[], object]) -> float:
    """What the work took of this process, so that what else the machine does counts little."""
    started = time.process_time()
    work()
    return time.process_time() - started


def wall_seconds(work: Callable[[], object]) -> float:
    """What the work took by the clock on the wall: for work that other processes do."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def spread(values: Sequence[float], unit: str) -> str:
    """The median, with the smallest and the largest."""
    return f"{statistics.median(values):7.2f} {unit} ({min(values):.2f} to {max(values):.2f})"


def ratios(upper: Sequence[float], lower: Sequence[float]) -> list[float]:
    """One for each round: the machine may be slower in one round than in the next."""
    return [one / other for one, other in zip(upper, lower, strict=True)]
