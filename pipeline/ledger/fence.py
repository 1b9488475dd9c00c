"""Durable steps that are only done while this run may write.

A machine that lost its connection to the ledger has lost the lock with it, and another may already
work in the same folders: it must not touch a file any more.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.durable import DurableSteps


class FencedSteps(DurableSteps):
    """Other steps, each after a check that raises where the run may write no more."""

    def __init__(self, steps: DurableSteps, check: Callable[[], None]) -> None:
        self._steps = steps
        self._check = check

    def step(self, name: str, *paths: Path) -> None:
        """The check, then what the other steps do before a step."""
        self._check()
        self._steps.step(name, *paths)
