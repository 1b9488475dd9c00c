"""What people look at in the morning, over a ledger of 20,000 claims with 2,000 open items.

Two nights: one that makes a page for each open claim, and one of a day on which few things are new.
`python -m tests.benchmarks.report` measures it alone.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path

from samples.clearinghouse import Deny
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.timing import seconds
from tests.support.builders import NIGHT
from tests.support.large_ledger import REAL_CLAIMS, a_large_ledger
from tests.support.nights import a_night

_CLAIMS, _ITEMS = 20_000, 2_000
_CODES = (("252", "N395"), ("197", ""), ("50", ""), ("16", "M119"), ("29", ""))
_DENIED = {
    number: Deny(reason, remarks=(remark,) if remark else ())
    for number, (reason, remark) in zip(range(2, REAL_CLAIMS, 10), _CODES, strict=True)
}


def time_report() -> None:
    """Print the seconds of both nights and the size of the report. WrongResult where an item is missing."""
    with tempfile.TemporaryDirectory() as name:
        config = a_large_ledger(Path(name), _CLAIMS, _DENIED)
        days = [NIGHT + dt.timedelta(days=number) for number in (3, 4)]
        first, second = (seconds(lambda day=day: a_night(config, day)) for day in days)  # type: ignore[misc]
        reports = config.folders.reports
        megabytes = (reports / f"{days[1].date().isoformat()}.html").stat().st_size / 1_000_000
        items = len(json.loads((reports / "worklist.json").read_text("utf-8")))
        pages = len(list((reports / "claims").iterdir()))
    print(f"a ledger of {_CLAIMS:,} claims with {_ITEMS:,} open items, process time")
    print(f"  {'a night that makes a page of each open claim':48} {first:5.1f} s")
    print(f"  {'the next night: worklist, workbook, report, calendar':48} {second:5.1f} s")
    print(f"  {'the report':48} {megabytes:5.1f} MB")
    if (pages, items) != (_ITEMS, _ITEMS):
        raise WrongResult(f"{pages} pages of claims, {items} items")


if __name__ == "__main__":
    time_report()
