"""`make bench`: speeds side by side in one run, as ratios with their spread.

Fails on a wrong result, never on a slow machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from edi.guide.check import check_guide
from mapping.profile_store import ProfileStore
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_encounters
from validators.validate import ValidationContext, validate_bytes

_CLAIMS = 100
_ROUNDS = 5


def main() -> int:
    """Time a night of 100 claims and the validation of its file beside the guide check alone."""
    with tempfile.TemporaryDirectory() as name:
        nights = [_night(Path(name) / str(number)) for number in range(_ROUNDS)]
    data = nights[0][1]
    context = ValidationContext(ProfileStore(), NIGHT.date())
    if validate_bytes(data, context).has_errors:
        print("wrong result: the released file has errors")
        return 1
    guide = [_seconds(lambda: check_guide(data)) for _ in range(_ROUNDS)]
    whole = [_seconds(lambda: validate_bytes(data, context)) for _ in range(_ROUNDS)]
    print(f"{_CLAIMS} claims, {_ROUNDS} interleaved rounds; ratio to the guide check by pyx12 alone")
    _print("validate with all rules", whole, guide)
    _print("a whole night", [seconds for seconds, _ in nights], guide)
    return 0


def _night(folder: Path) -> tuple[float, bytes]:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(_CLAIMS)])
    seconds = _seconds(lambda: a_night(config))
    (data,) = outbox(config).values()
    return seconds, data


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _print(name: str, times: list[float], floor: list[float]) -> None:
    ratios = sorted(one / other for one, other in zip(times, floor, strict=True))
    print(f"{name:26} {statistics.median(ratios):.2f} x  ({ratios[0]:.2f} to {ratios[-1]:.2f})")


if __name__ == "__main__":
    sys.exit(main())
