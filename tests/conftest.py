"""Settings of all tests."""

from __future__ import annotations

import gc
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.ledgers import KINDS, ledgers_are
from tests.support.waiting import wait_for_no_disk

# A busy machine must not fail a test by being slow.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
wait_for_no_disk()

_GROWN = 64 * 2**20
"""Bytes by which a process of tests may grow before it looks for rubbish."""
_size = 0

_FIGURES = "figures"
"""The property under which a test records what it measured, as lines of text."""


@pytest.fixture(params=KINDS)
def each_ledger(request: pytest.FixtureRequest) -> Iterator[str]:
    """The test runs once on each kind of ledger; this is the kind."""
    with ledgers_are(request.param):
        yield request.param


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    """Rubbish is collected before it makes the process large: each fork copies the tables of its memory."""
    global _size
    if _resident() > _size + _GROWN:
        gc.collect()
        _size = _resident()


def _resident() -> int:
    """Bytes of memory of this process; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * resource.getpagesize()
    except OSError:
        return 0


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests measured, whether they passed or not, also where they ran on several processes."""
    lines = [line for report in _reports(terminalreporter.stats) for line in _figures(report)]
    if lines:
        terminalreporter.section(_FIGURES)
        for line in lines:
            terminalreporter.write_line(line)


def _reports(stats: dict[str, list[Any]]) -> Iterable[Any]:
    return (report for outcome in ("passed", "failed") for report in stats.get(outcome, []))


def _figures(report: Any) -> Iterable[str]:
    for name, value in getattr(report, "user_properties", ()):
        if name == _FIGURES:
            yield from value
