"""Nights over ledgers of two sizes: time a claim, and the most memory; each size in a process of its own.

`python -m tests.benchmarks.ledger CLAIMS` measures one size. What grows with the ledger shows in the
columns: time a claim should not grow from the small ledger to the large one.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from mapping.profile_store import ProfileStore
from pipeline.doctor import examine
from pipeline.durable import DurableSteps
from pipeline.figures.one_walk import items_and_bills
from pipeline.ledger.store import Ledger
from pipeline.pages.shown_figures import shown_figures
from pipeline.worklist.desk import Desk
from pipeline.worklist.items import open_items
from tests.benchmarks.timing import seconds
from tests.support.builders import NIGHT, a_child
from tests.support.large_ledger import REAL_CLAIMS, a_large_ledger
from tests.support.memory import peak_kilobytes
from tests.support.nights import a_night, put_encounters

_SIZES = (2_000, 20_000)
_LATER = NIGHT + dt.timedelta(days=3)


@dataclass(frozen=True)
class Measured:
    """Seconds of a night, a worklist, the figures of the report and `doctor`; the most memory of the night."""

    claims: int
    night: float
    worklist: float
    figures: float
    doctor: float
    megabytes: int
    items: int
    faults: list[str]


def time_ledgers() -> list[str]:
    """Print the times of each size. What was wrong, in words."""
    wrong = []
    print(
        "a ledger of so many claims: ms a claim for a night, a worklist, the figures and doctor; most memory"
    )
    for claims in _SIZES:
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, str(claims)], check=True, capture_output=True, text=True
        )
        found = Measured(**json.loads(done.stdout))
        times = (found.night, found.worklist, found.figures, found.doctor)
        shown = "  ".join(f"{1000 * taken / claims:6.2f}" for taken in times)
        print(f"  {claims:>8} claims  {shown} ms  {found.megabytes:5} MB")
        if found.items != claims // REAL_CLAIMS:
            wrong.append(f"{found.items} open items of {claims} claims")
        wrong += found.faults
    return wrong


def measure(claims: int) -> Measured:
    """One size, in this process."""
    with tempfile.TemporaryDirectory() as name:
        config = a_large_ledger(Path(name), claims)
        put_encounters(config, "b.ndjson", [a_child(REAL_CLAIMS + 1)])
        night = seconds(lambda: a_night(config, _LATER))
        peak = peak_kilobytes() // 1024
        ledger = Ledger.open(config.ledger_path, DurableSteps())
        with ledger.reading() as connection:
            desk = Desk(config, connection, ProfileStore(), _LATER.date())
            items = open_items(desk)
            again = Desk(config, connection, ProfileStore(), _LATER.date())
            worklist = seconds(lambda: open_items(again))
            figures = seconds(lambda: shown_figures(items_and_bills(again)[1], items, _LATER.date()))
        ledger.close()
        doctor = seconds(lambda: examine(config, _LATER))
        remarks = [one for one in examine(config, _LATER) if one.check == "ledger"]
        faults = [one.detail for one in remarks if one.state != "ok"]
    return Measured(claims, night, worklist, figures, doctor, peak, len(items), faults)


if __name__ == "__main__":
    print(json.dumps(asdict(measure(int(sys.argv[1])))))
