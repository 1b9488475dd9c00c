"""Bars on the terminal for work that takes over a second; they leave nothing behind."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING

from pipeline.progress import Tell, meter_with

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

_PATIENCE = 1.0
_BETWEEN_LOOKS = 0.1


def bars_for_people() -> AbstractContextManager[None]:
    """Shows long work while it runs, where stderr is a terminal; elsewhere nothing."""
    return meter_with(TerminalBars().bar) if sys.stderr.isatty() else nullcontext()


def no_bars_over_a_document() -> AbstractContextManager[None]:
    """For a document that is printed while it is made: no bar is drawn into it on a terminal."""
    return meter_with(None) if sys.stdout.isatty() else nullcontext()


class TerminalBars:
    """Shows pieces of work, each once it has taken `_PATIENCE` seconds, until it ends.

    `console` is where, stderr unless told; `clock` gives seconds. rich is imported with the first bar.
    """

    def __init__(self, console: Console | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._progress: Progress | None = None

    @contextmanager
    def bar(self, what: str, total: int | None) -> Iterator[Tell]:
        """One piece of work, with a bar of its own below those that run already."""
        bar = _Bar(self, what, total)
        try:
            yield bar.tell
        finally:
            bar.end()

    def seconds(self) -> float:
        return self._clock()

    def progress(self) -> Progress:
        """The bars on the screen; they begin with the first."""
        if self._progress is None:
            self._progress = _progress(self._console, self._clock)
            self._progress.start()
        return self._progress

    def rest(self) -> None:
        """Leave the screen as it was once no work is shown any more."""
        if self._progress is not None and not self._progress.tasks:
            self._progress.stop()
            self._progress = None


class _Bar:
    """One piece of work; it is drawn late and looked at seldom, so that telling costs little."""

    def __init__(self, bars: TerminalBars, what: str, total: int | None) -> None:
        self._bars, self._what, self._total = bars, what, total
        self._next_look = bars.seconds() + _PATIENCE
        self._task: TaskID | None = None

    def tell(self, done: int) -> None:
        now = self._bars.seconds()
        if now < self._next_look:
            return
        self._next_look = now + _BETWEEN_LOOKS
        progress = self._bars.progress()
        if self._task is None:
            self._task = progress.add_task(self._what, total=self._total)
        progress.update(self._task, completed=done, refresh=True)

    def end(self) -> None:
        if self._task is not None:
            self._bars.progress().remove_task(self._task)
            self._bars.rest()


def _progress(console: Console | None, clock: Callable[[], float]) -> Progress:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn, TimeElapsedColumn
    from rich.text import Text

    class HowFar(ProgressColumn):
        """Per cent, or a count where the total is not known."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.percentage:3.0f} %" if task.total else f"{task.completed:,.0f}")

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        HowFar(),
        TimeElapsedColumn(),
        console=console or Console(stderr=True),
        transient=True,
        auto_refresh=False,  # drawn when work tells of itself: no thread beside a night
        get_time=clock,
    )
