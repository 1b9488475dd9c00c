"""What a status category (STC01-1) means, and what the levels and kinds of a 277 are.

Tables `categories.csv` and `levels.toml`. Source: FACTS D2 and D3.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Category:
    """One status category: its outcome, and whether it rejects by itself. Its words: `edi.codes`."""

    code: str
    outcome: str
    rejects: bool


@dataclass(frozen=True, slots=True)
class LevelKind:
    """One kind of level (HL03): the letter of its loops, its depth, whether claims stand there."""

    letter: str
    depth: int
    patient: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of answer: its guides, BHT01 and BHT06, a level it alone has, and its categories."""

    guides: tuple[str, ...]
    structure: str
    type: str
    level: str
    categories: tuple[str, ...]


def category(code: str) -> Category | None:
    """The category of a code, or None for a code that the table does not have."""
    return _categories().get(code)


def level_kind(code: str) -> LevelKind | None:
    """The kind of level of HL03, or None for a code that no guide has."""
    return _levels().get(code)


def patient_kind() -> LevelKind:
    """The kind of a patient level, for a level whose own code is unknown."""
    return _levels()["PT"]


@cache
def report_kinds() -> Mapping[str, ReportKind]:
    """The kinds of answer by name: `277CA` and `277`."""
    return {
        name: ReportKind(
            tuple(row["guides"]), row["structure"], row["type"], row["level"], tuple(row["categories"])
        )
        for name, row in _document()["kinds"].items()
    }


@cache
def _categories() -> Mapping[str, Category]:
    text = files(__package__).joinpath("categories.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Category(row["code"], row["outcome"], row["rejects"] == "yes")
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _levels() -> Mapping[str, LevelKind]:
    return {code: LevelKind(**row) for code, row in _document()["levels"].items()}


@cache
def _document() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("levels.toml").read_text(encoding="utf-8"))
