"""A remittance with one claim of ours among the hospital's others: taken in, and what the others cost later nights.

`python -m tests.benchmarks.others CLAIMS` measures one size, in a process of its own. Time a claim
should not grow.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from pipeline.config import Config
from samples.clearinghouse import Pay, Script, answers
from tests.benchmarks.guide import WrongResult
from tests.benchmarks.remittance import a_remittance
from tests.benchmarks.timing import seconds
from tests.support.builders import NIGHT, a_child
from tests.support.memory import peak_kilobytes
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

_SIZES = (2_000, 20_000)
_FILES = 4
_OURS = "NGT00001"
_LATER = NIGHT + dt.timedelta(days=2)


def time_others() -> None:
    """Print the times of each size. Raises WrongResult."""
    print(
        f"{_FILES} remittances of so many other claims, one of ours in each: microseconds a claim "
        "to take them in, and for the next night; most memory"
    )
    for count in _SIZES:
        done = subprocess.run(
            [sys.executable, "-m", __spec__.name, str(count)], check=True, capture_output=True, text=True
        )
        taken_in, later, megabytes, wrong = json.loads(done.stdout)
        print(f"  {count:>8} claims  {taken_in:6.0f} us  {later:6.1f} us  {megabytes:5} MB")
        if wrong:
            raise WrongResult(wrong)


def measure(count: int) -> tuple[float, float, int, str]:
    """Microseconds a claim to take in and to keep, megabytes, and what was wrong in words."""
    with tempfile.TemporaryDirectory() as name:
        config = a_workspace(Path(name))
        put_encounters(config, "a.ndjson", [a_child(1)])
        a_night(config)
        a_night(config, _LATER)  # what is loaded and drawn for the first time counts to none
        idle = seconds(lambda: a_night(config, _LATER))
        _put_remittances(config, count)
        summaries = []
        taken_in = seconds(lambda: summaries.append(a_night(config, _LATER))) - idle
        later = seconds(lambda: summaries.append(a_night(config, _LATER))) - idle
    wrong = ""
    for summary in summaries:
        if summary["counts"]["answers_without_a_claim"] != _FILES * count:
            wrong = f"{summary['counts']} of {_FILES} times {count} answers of others"
        if summary["claims_by_state"] != {"paid": 1} or summary["counts"].get("work_items"):
            wrong = f"{summary['claims_by_state']} and {summary['counts']} where ours was paid"
    of_all = 1e6 / (_FILES * count)
    return taken_in * of_all, later * of_all, peak_kilobytes() // 1024, wrong


def _put_remittances(config: Config, count: int) -> None:
    """Each file pays other claims, and one pays ours."""
    (sent,) = outbox(config).values()
    (paid,) = answers(sent, Script(claims={_OURS: Pay()}, kinds=("835",)), _LATER)
    (ours,) = re.findall(rb"CLP.*?(?=SE\*)", paid.data, re.DOTALL)
    others = a_remittance(count)
    for number in range(_FILES):
        data = others
        for name in (b"TRACE", b"ACCT", b"ICN"):
            data = data.replace(name, b"%s%d" % (name, number))
        if not number:
            data = data.replace(b"CLP*ACCT00000050*", ours + b"CLP*ACCT00000050*")
        put_answer(config, f"{number}.835", data)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))
