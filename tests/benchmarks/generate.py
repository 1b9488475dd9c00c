"""`generate` beside pyx12 alone: process time from encounters to a released file, and to validate that file.

pyx12 has its map loaded before the clock starts. Each round makes new children in an empty workspace;
opening the ledger, the recovery and the worklist of the run count. Where the time goes is measured in
one more run, by the part that works.
"""

from __future__ import annotations

import gc
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any
from unittest.mock import patch

from edi.guide.check import check_guide
from pipeline import night
from pipeline.durable import DurableSteps
from pipeline.folders import finished_files
from pipeline.outbound import release
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.timing import ratios, seconds, spread
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_workspace, outbox, put_encounters

_CLAIMS = (200, 1_000)
_ROUNDS = 5
_PARTS = (
    (night, "take_in", "read and check records, keep them"),
    (release, "file_bytes", "write the file"),
    (release, "judge_file", "read it again and validate it"),
    (release, "_commit", "claims into the ledger"),
    (release, "publish", "publish"),
    (night, "_finish", "worklist and summary"),
)
"""Each of them is in none of the others; what is left is the gate, building claims, the start."""


def time_generate() -> None:
    """Print the speeds, and the parts. Raises WrongResult."""
    print(
        f"generate, microseconds of process time a claim, {_ROUNDS} interleaved rounds; how many times pyx12's speed"
    )
    _generated(_CLAIMS[0])
    for count in _CLAIMS:
        own, pyx12 = [], []
        for _ in range(_ROUNDS):
            taken, data = _generated(count)
            own.append(taken / count * 1e6)
            pyx12.append(seconds(lambda data=data: _judged_by_pyx12(data)) / count * 1e6)
        label = f"encounters to a released file, {count} claims"
        print(f"  {label:46} {spread(own, 'us')}  {spread(ratios(pyx12, own), 'x')}")
    _print_parts(_CLAIMS[-1])


def _print_parts(claims: int) -> None:
    parts: dict[str, float] = defaultdict(float)
    with _timed(parts):
        taken, _ = _generated(claims)
    parts["gate, building claims, start"] = taken - sum(parts.values())
    for name, spent in parts.items():
        print(f"    {name:44} {spent / claims * 1e6:7.0f} us  {100 * spent / taken:3.0f} %")


@contextmanager
def _timed(parts: dict[str, float]) -> Iterator[None]:
    """Adds the process time of each part to `parts` by its name."""
    patches = [
        patch.object(module, name, _adding(getattr(module, name), parts, words))
        for module, name, words in _PARTS
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def _adding(work: Callable[..., Any], parts: dict[str, float], words: str) -> Callable[..., Any]:
    @wraps(work)
    def timed(*given: Any, **named: Any) -> Any:
        started = time.process_time()
        try:
            return work(*given, **named)
        finally:
            parts[words] += time.process_time() - started

    return timed


def _generated(claims: int) -> tuple[float, bytes]:
    """Process time, and the file."""
    with tempfile.TemporaryDirectory() as name:
        config = a_workspace(Path(name))
        put_encounters(config, "a.ndjson", [a_child(number) for number in range(claims)])
        paths = finished_files(config.folders.encounters)
        gc.collect()  # what pyx12 left behind is not ours
        taken = seconds(lambda: night.run_generate(config, DurableSteps(), NIGHT, paths))
        (data,) = outbox(config).values()
    if data.count(b"CLM*") != claims:
        raise WrongResult(f"{data.count(b'CLM*')} claims were sent of {claims}")
    return taken, data


def _judged_by_pyx12(data: bytes) -> None:
    if check_guide(data, engine="pyx12"):
        raise WrongResult("pyx12 finds something in a released file")
