"""Two machines with one ledger on PostgreSQL: the connection of one is cut, the other goes on.

Row R28 of docs/reliability.md. The lock on the folder is left out: between machines it may not hold.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import exit_codes
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import OperationError
from pipeline.night import run_night
from tests.support.builders import NIGHT, a_child
from tests.support.ledgers import ledgers_are
from tests.support.nights import a_workspace, put_encounters
from tests.support.postgresql import cut_connections
from tests.support.promises import assert_promises_kept

pytestmark = pytest.mark.slow

_DEADLINE = 120
_CHILDREN = 12


class _SlowSteps(DurableSteps):
    """Gives the cut a night to happen in."""

    def step(self, name: str, *paths: Path) -> None:
        time.sleep(0.01)


def _started(work: Callable[[], int]) -> int:
    """`work` in a process of its own, which ends with what it returns."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = exit_codes.BUG
        try:
            code = work()
        finally:
            os._exit(code)
    return pid


def _ended(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _first(config: Config) -> int:
    try:
        run_night(config, _SlowSteps(), NIGHT)
    except OperationError as error:
        return error.exit_code
    return 0


def _waiting(config: Config) -> int:
    """Another machine, which tries until it may; its connection may be met by the cut too."""
    until = time.monotonic() + _DEADLINE
    while time.monotonic() < until:
        try:
            run_night(config, DurableSteps(), NIGHT)
        except OperationError:
            time.sleep(0.02)
        else:
            return 0
    return exit_codes.LOCKED


def _cut_in_mid_night(folder: Path, chance: random.Random) -> int:
    """How the machine ended whose connection was cut."""
    with ledgers_are("postgresql"):
        config = a_workspace(folder)
    assert config.ledger_url is not None
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, _CHILDREN + 1)])
    first = _started(lambda: _first(config))
    time.sleep(0.3)
    second = _started(lambda: _waiting(config))
    time.sleep(chance.uniform(0, 2.5))
    cut_connections(config.ledger_url.secret)
    end_of_first = _ended(first)
    assert _ended(second) == 0
    taken = folder / "taken"
    taken.mkdir()
    assert_promises_kept(config, taken, {f"NGT{number:05d}" for number in range(1, _CHILDREN + 1)})
    return end_of_first


def test_a_machine_that_was_cut_off_stops_and_the_other_finishes(tmp_path: Path) -> None:
    assert _cut_in_mid_night(tmp_path / "night", random.Random(1)) in (
        0,
        exit_codes.STORAGE,
        exit_codes.LOCKED,
    )


@pytest.mark.soak
def test_cuts_at_any_moment_lose_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(28)
    ends = [_cut_in_mid_night(tmp_path / f"{number}", chance) for number in range(30)]
    print(f"R28: {len(ends)} nights cut, {sum(end != 0 for end in ends)} of them stopped by it")
    assert set(ends) <= {0, exit_codes.STORAGE, exit_codes.LOCKED}
    assert exit_codes.STORAGE in ends
