"""`make bench`: speeds side by side in one run, as ratios with their spread.

Fails on a wrong result, never on a slow machine.
"""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from edi.guide.check import check_guide
from mapping.profile_store import ProfileStore
from tests.benchmarks.generate import time_generate
from tests.benchmarks.guide import WrongResult, time_guide
from tests.benchmarks.ledger import time_ledgers
from tests.benchmarks.many import time_many
from tests.benchmarks.others import time_others
from tests.benchmarks.remittance import time_remittances
from tests.benchmarks.report import time_report
from tests.benchmarks.timing import ratios, seconds, spread
from tests.benchmarks.validation import time_validation
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_encounters
from validators.validate import ValidationContext, validate_bytes

_CLAIMS = 100
_ROUNDS = 5


def main() -> int:
    """Time all; 1 where a result is wrong."""
    try:
        time_guide()
        time_validation()
        time_remittances()
        time_many()
        _time_nights()
        time_generate()
        if wrong_ledgers := time_ledgers():
            raise WrongResult("; ".join(wrong_ledgers))
        time_others()
        time_report()
    except WrongResult as wrong:
        print(f"wrong result: {wrong}")
        return 1
    return 0


def _time_nights() -> None:
    """A night of 100 claims, and the validation of its file, beside the guide check alone."""
    nights, whole, guide = [], [], []
    context = ValidationContext(ProfileStore(), NIGHT.date())
    with tempfile.TemporaryDirectory() as name:
        for number in range(_ROUNDS):
            taken, data = _night(Path(name) / str(number))
            nights.append(taken)
            if validate_bytes(data, context).has_errors:
                raise WrongResult("the released file has errors")
            guide.append(seconds(partial(check_guide, data)))
            whole.append(seconds(partial(validate_bytes, data, context)))
    print(f"{_CLAIMS} claims, {_ROUNDS} interleaved rounds; how many times as long as our guide check")
    print(f"  {'validate with all rules':40} {spread(ratios(whole, guide), 'x')}")
    print(f"  {'a whole night':40} {spread(ratios(nights, guide), 'x')}")


def _night(folder: Path) -> tuple[float, bytes]:
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(_CLAIMS)])
    taken = seconds(lambda: a_night(config))
    (data,) = outbox(config).values()
    return taken, data


if __name__ == "__main__":
    sys.exit(main())
