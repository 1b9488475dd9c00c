"""Options that several commands share, and what they become."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from pipeline.config import Config, find_config, load_config
from pipeline.errors import ConfigurationError

F = TypeVar("F", bound=Callable[..., Any])
_LONGEST_WORDS = 200


class Moment(click.ParamType[dt.datetime]):
    """A date or a date with time, in ISO form."""

    name = "date-time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.datetime:
        if isinstance(value, dt.datetime):
            return value
        try:
            moment = dt.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail("give a date (2026-11-25) or a date and time (2026-11-25T22:00)", param, ctx)
        return moment.replace(tzinfo=None, microsecond=0)


class Day(click.ParamType[dt.date]):
    """A date in ISO form."""

    name = "day"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dt.date:
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError:
            self.fail("give a date (2026-11-25)", param, ctx)


class Words(click.ParamType[str]):
    """A short text on one line."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = value.strip()
        if not text or len(text) > _LONGEST_WORDS or not text.isprintable():
            self.fail(f"give 1 to {_LONGEST_WORDS} characters on one line", param, ctx)
        return text


def day_option(flag: str, name: str, words: str) -> Callable[[F], F]:
    """An option that takes a day."""

    def add(command: F) -> F:
        return click.option(flag, name, type=Day(), metavar="DAY", help=words)(command)

    return add


def config_option(command: F) -> F:
    """--config FILE."""
    return click.option(
        "--config",
        "config_path",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Configuration (TOML). Default: $J3399_CONFIG, then ./j3399.toml.",
    )(command)


def as_of_option(command: F) -> F:
    """--as-of MOMENT."""
    return click.option(
        "--as-of",
        type=Moment(),
        help="Count this date and time as now, so that the same input gives the same bytes.",
    )(command)


def moment(as_of: dt.datetime | None) -> dt.datetime:
    """The time that counts as now: local time, whole seconds."""
    return as_of or dt.datetime.now().replace(microsecond=0)


def required_config(path: Path | None) -> Config:
    """The configuration of a command that cannot do without one."""
    found = find_config(path)
    if found is None:
        raise ConfigurationError(
            "no configuration was given", "Give one with --config, or put j3399.toml here"
        )
    return load_config(found)
