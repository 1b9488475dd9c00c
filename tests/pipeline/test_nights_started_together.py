"""Nights that really start at one moment, and a holder that is killed at work: one night at a time.

Row R4 of docs/reliability.md.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import LockHeld
from pipeline.lock import run_lock
from tests.support.builders import ROOT, a_child
from tests.support.commands import assert_clean, command, j3399
from tests.support.nights import a_workspace, put_encounters
from tests.support.promises import assert_promises_kept

pytestmark = pytest.mark.slow

AS_OF = ("--as-of", "2026-11-16T22:00")
NIGHTS = 20
CHILDREN = 15
SECONDS_TO_END = 2
# Waits at the start line with the command line imported, as a machine does that has the files at hand.
_AT_THE_LINE = """
import sys, time
from pathlib import Path

import pytest
import pipeline.cli.nightly
from pipeline.cli.main import run
line, mine = Path(sys.argv.pop(1)), sys.argv.pop(1)
Path(line.parent, f"ready-{mine}").touch()
while not line.exists():
    time.sleep(0.001)
run(sys.argv[1:])
"""


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def _accounts(config: Config) -> set[str]:
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, CHILDREN + 1)])
    return {f"NGT{number:05d}" for number in range(1, CHILDREN + 1)}


@pytest.mark.slow
def test_of_twenty_nights_started_at_one_moment_one_works_and_the_others_end_with_4(tmp_path: Path) -> None:
    config = a_workspace(tmp_path / "w")
    accounts = _accounts(config)
    line = tmp_path / "go"
    nightly = ["nightly", "--config", str(tmp_path / "w" / "j3399.toml"), *AS_OF]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _AT_THE_LINE, str(line), str(number), *nightly],
            env=_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(NIGHTS)
    ]
    until = time.monotonic() + 120
    while len(list(tmp_path.glob("ready-*"))) < NIGHTS and time.monotonic() < until:
        time.sleep(0.01)
    line.touch()
    said = [process.communicate(timeout=120)[1] for process in running]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    codes = sorted(process.returncode for process in running)
    assert codes == [0] + [4] * (NIGHTS - 1)
    refused = [text for process, text in zip(running, said, strict=True) if process.returncode == 4]
    assert all("Another run holds the lock" in text and text.count("\n") == 1 for text in refused)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"R4: {NIGHTS} nights started together used {used:.1f} s of process time")
    taken = tmp_path / "taken"
    taken.mkdir()
    assert_promises_kept(config, taken, accounts)
    began = time.process_time()
    with run_lock(config.folders.state, DurableSteps()):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        assert_clean(j3399(*nightly), 4)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime < SECONDS_TO_END
    assert time.process_time() - began < SECONDS_TO_END


def test_a_night_that_is_killed_at_work_lets_the_next_one_start_at_once(tmp_path: Path) -> None:
    """Two nights killed while they hold the lock; the next needs no wait and no hand."""
    config = a_workspace(tmp_path / "w")
    accounts = _accounts(config)
    nightly = ("nightly", "--config", str(tmp_path / "w" / "j3399.toml"), *AS_OF)
    for _ in range(2):
        holder = subprocess.Popen(
            command(*nightly), env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while not _is_held(config) and holder.poll() is None:
            time.sleep(0.005)
        assert_clean(j3399(*nightly), 4)
        holder.send_signal(signal.SIGKILL)
        assert holder.wait() == -signal.SIGKILL
        assert not _is_held(config)
    assert_clean(j3399(*nightly), 0)
    taken = tmp_path / "taken"
    taken.mkdir()
    assert_promises_kept(config, taken, accounts)


def _is_held(config: Config) -> bool:
    try:
        with run_lock(config.folders.state, DurableSteps()):
            return False
    except LockHeld:
        return True
