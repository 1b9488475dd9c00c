"""Bars for those who wait: only on a terminal, only for what takes over a second, and gone afterwards."""

from __future__ import annotations

import io
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.cli.progress import TerminalBars
from pipeline.progress import meter_with, metered, opened, watched
from tests.support.builders import ROOT
from tests.support.commands import command, j3399

_WIPED = "\r\x1b[2K\x1b[?25h\r"


class _Clock:
    """A clock that goes on by `step` seconds each time it is asked."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def _bars(step: float) -> tuple[TerminalBars, io.StringIO]:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=80, legacy_windows=False)
    return TerminalBars(console, _Clock(step)), screen


def test_long_work_is_shown_with_its_name_and_how_far_it_is() -> None:
    bars, screen = _bars(0.6)
    with meter_with(bars.bar):
        assert list(watched("abcdefghij", "claims", 10)) == list("abcdefghij")
    shown = screen.getvalue()
    assert "claims" in shown
    assert " 20 %" in shown
    assert shown.endswith(_WIPED), "the bar is wiped away"


def test_work_without_a_known_total_shows_its_count() -> None:
    bars, screen = _bars(0.6)
    with meter_with(bars.bar), metered("rows") as tell:
        for done in (1_000, 2_000, 3_000, 4_000):
            tell(done)
    assert "2,000" in screen.getvalue()


def test_short_work_draws_nothing() -> None:
    bars, screen = _bars(0.05)
    with meter_with(bars.bar):
        assert sum(watched(range(10), "claims", 10)) == 45
    assert screen.getvalue() == ""


def test_work_within_work_has_a_bar_of_its_own_and_both_end() -> None:
    bars, screen = _bars(0.6)
    with meter_with(bars.bar):
        for _ in watched(range(3), "files", 3):
            list(watched(range(3), "claims", 3))
        assert "files" in screen.getvalue()
        assert "claims" in screen.getvalue()
        before = len(screen.getvalue())
        assert list(watched(range(1), "short", 1)) == [0]
    assert len(screen.getvalue()) == before, "nothing is drawn once all has ended"


def test_work_that_fails_takes_its_bar_away() -> None:
    bars, screen = _bars(0.6)
    with meter_with(bars.bar), pytest.raises(ValueError, match="bad"):
        list(watched(_failing(), "claims", 9))
    assert screen.getvalue().endswith(_WIPED)


def _failing() -> Iterator[int]:
    yield from range(5)
    raise ValueError("bad")


def test_a_file_that_is_opened_tells_the_bytes_that_were_read(tmp_path: Path) -> None:
    path = tmp_path / "a.x12"
    path.write_bytes(b"x" * 100)
    bars, screen = _bars(0.6)
    with meter_with(bars.bar), opened(path) as source:
        assert [len(source.read(25)) for _ in range(5)] == [25, 25, 25, 25, 0]
    assert "a.x12" in screen.getvalue()
    assert " 50 %" in screen.getvalue()


@pytest.fixture(scope="module")
def large_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of claims that takes some seconds."""
    sample = next((ROOT / "samples" / "files").glob("837I*.x12")).read_bytes()
    path = tmp_path_factory.mktemp("large") / "claims.x12"
    path.write_bytes(sample * (6_000_000 // len(sample)))
    return path


@pytest.mark.slow
def test_a_command_draws_bars_on_a_terminal_alone(large_file: Path) -> None:
    on_terminal = _stderr_on_a_terminal("validate", str(large_file))
    assert b"claims.x12" in on_terminal
    assert b"%" in on_terminal
    assert "%" not in j3399("validate", str(large_file)).stderr


def _stderr_on_a_terminal(*arguments: str) -> bytes:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ):
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b""))
    os.close(ours)
    return shown


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # how Linux says that nobody writes to a terminal any more
        return b""
