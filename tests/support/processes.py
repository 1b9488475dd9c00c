"""Nights in processes of their own, which can be killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pipeline.durable import DurableSteps

DIED = 9


class DyingSteps(DurableSteps):
    """Durable steps that end the process, without any clean-up, before the n-th of them.

    With `busy`, somebody else does something before each step, as a partner's agent would.
    """

    def __init__(self, die_at: int, busy: Callable[[], None] = lambda: None) -> None:
        self._left = die_at
        self._busy = busy

    def step(self, name: str, *paths: Path) -> None:
        self._busy()
        self._left -= 1
        if self._left == 0:
            os._exit(DIED)


def say_into(path: Path) -> None:
    """What this process says from now on goes into a file; for a child, whose parent's output is left alone."""
    stream = path.open("w", encoding="utf-8", buffering=1)
    for number in (1, 2):
        os.dup2(stream.fileno(), number)
    sys.stdout = sys.stderr = stream


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended: its exit code (negative: the signal that killed it), and how long after its signal."""

    code: int
    seconds: float


def in_child(work: Callable[[], None], kill_after: float | None = None) -> int:
    """Run `work` in a forked process; with `kill_after`, SIGKILL it after so many seconds.

    Returns its exit code: 0, `DIED`, 70 for an exception, or -9 where it was killed.
    """
    return signalled(work, signal.SIGKILL, kill_after).code


def signalled(work: Callable[[], None], number: int, after: float | None) -> Ending:
    """Run `work` in a forked process, send it a signal after so many seconds, wait for its end."""
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            work()
            code = 0
        except SystemExit as ending:
            code = ending.code if isinstance(ending.code, int) else 70
        finally:
            os._exit(code)
    if after is not None:
        time.sleep(after)
        os.kill(pid, number)
    began = time.perf_counter()
    _, status = os.waitpid(pid, 0)
    return Ending(os.waitstatus_to_exitcode(status), time.perf_counter() - began)
