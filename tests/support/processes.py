"""Nights in processes of their own, which can be killed."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.durable import DurableSteps

DIED = 9


class DyingSteps(DurableSteps):
    """Durable steps that end the process, without any clean-up, before the n-th of them."""

    def __init__(self, die_at: int) -> None:
        self._left = die_at

    def step(self, name: str, *paths: Path) -> None:
        self._left -= 1
        if self._left == 0:
            os._exit(DIED)


def in_child(work: Callable[[], None], kill_after: float | None = None) -> int:
    """Run `work` in a forked process; with `kill_after`, SIGKILL it after so many seconds.

    Returns its exit code: 0, `DIED`, 70 for an exception, or -9 where it was killed.
    """
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException:
            os._exit(70)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)
