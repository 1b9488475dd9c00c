"""What is known of each code table: title, source, date, when to refresh it, what it lacks.

The facts are in `tables.toml`, one entry for each table of this folder.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Table:
    """A code table. `complete` says whether a code that it lacks is no code; `note` what it lacks.

    `label` is what one of its codes is called, as in `CARC 197`; `refresh_by` is the day from
    which a newer list may be in force.
    """

    name: str
    label: str
    title: str
    source: str
    list_date: dt.date
    refresh_by: dt.date
    complete: bool
    note: str

    def is_due(self, today: dt.date) -> bool:
        """Whether the table should have been refreshed."""
        return today >= self.refresh_by


@cache
def tables() -> Mapping[str, Table]:
    """All tables by name, in the order of `tables.toml`."""
    text = files(__package__).joinpath("tables.toml").read_text(encoding="utf-8")
    return {name: Table(name=name, **facts) for name, facts in tomllib.loads(text).items()}
