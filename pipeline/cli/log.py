"""`--log FILE` and `--log-format`: where the events of a run are written, and how."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.durable import FILE_MODE
from pipeline.errors import exit_code_of
from pipeline.run_log import LOGGER, event

F = TypeVar("F", bound=Callable[..., Any])
_CARRIED = ("run", "rehearsal")
"""Fields that every later line of a run repeats, so that the lines of one run can be found in a file of many."""


def log_options(command: F) -> F:
    """--log FILE and --log-format text|json."""

    @click.option(
        "--log",
        "log_path",
        type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
        help="Append what the run does to this file, without patient data; - is stderr.",
    )
    @click.option(
        "--log-format",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help="Lines of words, or one JSON object a line.",
    )
    @functools.wraps(command)
    def logged(*arguments: Any, log_path: Path | None, log_format: str, **options: Any) -> Any:
        if log_path is None:
            return command(*arguments, **options)
        with logging_to(log_path, log_format):
            return command(*arguments, **options)

    return logged  # type: ignore[return-value]


@contextmanager
def logging_to(path: Path, form: str) -> Iterator[None]:
    """The log is written while the block runs; an exception that ends the block is its last line."""
    handler = _Handler() if str(path) == "-" else _File(path)
    handler.setFormatter(_Lines(form == "json"))
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield
    except Exception as error:
        event("run_failed", exit_code=exit_code_of(error), error=type(error).__name__)
        raise
    except BaseException:
        event("run_stopped")
        raise
    finally:
        LOGGER.setLevel(logging.NOTSET)
        LOGGER.removeHandler(handler)
        handler.close()


class _Handler(logging.StreamHandler[Any]):
    """A log that cannot be written costs the log alone: said once, and the run goes on."""

    _has_failed = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        if not self._has_failed:
            self._has_failed = True
            with contextlib.suppress(OSError):
                click.echo("j3399: the log cannot be written; the run goes on", err=True)


class _File(_Handler):
    """A file, 0600 where it is new; lines are put at its end."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, FILE_MODE)
        super().__init__(os.fdopen(descriptor, "a", encoding="utf-8"))

    def close(self) -> None:
        try:
            self.stream.close()
        except OSError:
            self.handleError(logging.makeLogRecord({}))
        super().close()


class _Lines(logging.Formatter):
    """An event as a line, with UTC time; what ends has the seconds since it began."""

    def __init__(self, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._carried: dict[str, Any] = {}
        self._begun: dict[str, float] = {}

    def format(self, record: logging.LogRecord) -> str:
        at = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds")
        name = record.getMessage()
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        self._carried |= {key: fields[key] for key in _CARRIED if key in fields}
        shown = {
            "at": at.replace("+00:00", "Z"),
            "event": name,
            **self._carried,
            **fields,
            **self._seconds(name, str(fields.get("stage", ""))),
        }
        if self._as_json:
            return json.dumps(shown)
        head, words = f"{shown.pop('at')} {shown.pop('event')}", [f"{k}={_text(v)}" for k, v in shown.items()]
        return " ".join([head, *words])

    def _seconds(self, name: str, stage: str) -> dict[str, float]:
        what, _, change = name.partition("_")
        key = f"{what} {stage}"
        if change == "begun":
            self._begun[key] = time.monotonic()
        elif change in ("ended", "failed", "stopped") and key in self._begun:
            return {"seconds": round(time.monotonic() - self._begun[key], 3)}
        return {}


def _text(value: Any) -> str:
    """A value as one word; what has blanks or marks of its own as JSON."""
    return value if isinstance(value, str) and value.isprintable() and " " not in value else json.dumps(value)
