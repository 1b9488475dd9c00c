"""Long lists of codes without meanings: a line for each category of three characters, with the
endings of its codes.

A line is split when a code of its category is first asked for: a run that looks up twenty
diagnoses must not pay for seventy thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

CATEGORY_LENGTH = 3
_REMEMBERED = 4096
"""The claims of a day have few codes, again and again; a damaged file may have any number."""


@lru_cache(maxsize=_REMEMBERED)
def is_listed(table: str, code: str) -> bool:
    """Whether the list has the code, written without a dot."""
    return code[CATEGORY_LENGTH:] in _endings(table, code[:CATEGORY_LENGTH])


def has_longer(table: str, code: str) -> bool:
    """Whether the list has codes that begin with this one and go on; a category is the shortest beginning."""
    start = code[CATEGORY_LENGTH:]
    endings = _endings(table, code[:CATEGORY_LENGTH])
    return any(ending != start and ending.startswith(start) for ending in endings)


def size(table: str) -> int:
    """How many codes the list has."""
    return sum(len(_endings(table, category)) for category in _lines(table))


def _endings(table: str, category: str) -> frozenset[str]:
    # a category the list does not have is not kept: it may come from a damaged file
    return _split(table, category) if category in _lines(table) else frozenset()


@cache
def _split(table: str, category: str) -> frozenset[str]:
    return frozenset(_lines(table)[category].split(" "))


@cache
def _lines(table: str) -> Mapping[str, str]:
    text = files(__package__).joinpath(f"{table}.csv").read_text(encoding="utf-8")
    return dict(line.split(",", 1) for line in text.splitlines()[1:])
