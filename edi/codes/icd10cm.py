"""ICD-10-CM diagnoses: whether a code is billable, a header of others, or unknown.

Source: ICD-10-CM release of April 2026, by way of `tables.toml`; codes only, no descriptions.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

from edi.codes.grouped import has_longer, is_listed

TABLE = "icd10cm"
_CHANGES = "icd10cm_changes"


class Diagnosis(Enum):
    """What the list says of a code."""

    BILLABLE = "billable"
    HEADER = "header"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Change:
    """When a code came at the earliest, or when it was billable for the last time at the latest."""

    first_day: dt.date | None
    last_day: dt.date | None


def diagnosis(code: str, day: dt.date | None = None) -> Diagnosis:
    """What a code without its dot is; with a day, a code that was billable until then is so."""
    if is_listed(TABLE, code):
        return Diagnosis.BILLABLE
    if day is not None and was_billable(code, day):
        return Diagnosis.BILLABLE
    if code and has_longer(TABLE, code):
        return Diagnosis.HEADER
    return Diagnosis.UNKNOWN


def was_billable(code: str, day: dt.date) -> bool:
    """Whether a code that is billable no more still was on that day, as far as is known."""
    change = changes().get(code)
    return change is not None and change.last_day is not None and day <= change.last_day


@cache
def changes() -> Mapping[str, Change]:
    """Codes that came or went in the last years."""
    text = files(__package__).joinpath(f"{_CHANGES}.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Change(_day(row["first_day"]), _day(row["last_day"]))
        for row in csv.DictReader(text.splitlines())
    }


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
