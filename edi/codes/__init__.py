"""Code lists with short meanings of our own; each row says where it was looked up and when.

An unknown code is kept and shown as unknown; it is never an error of the reader. What is
known of each table is in `tables`; diagnoses, without meanings, in `icd10cm` and `poa_exempt`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Code:
    """One code. `kind` says what it does to a claim: denial, not_denial, information, pending, or ""."""

    code: str
    meaning: str
    kind: str
    status: str
    source: str

    def words(self) -> str:
        """Its meaning, or that the list has none."""
        return self.meaning or "no short meaning on file"


@cache
def code_table(name: str) -> Mapping[str, Code]:
    """A list with meanings by name: `carc`, `revenue`, `value` and the like."""
    text = files(__package__).joinpath(f"{name}.csv").read_text(encoding="utf-8")
    return {
        row["code"]: Code(
            row["code"], row["short_meaning"], row.get("kind", ""), row["list_status"], row["source"]
        )
        for row in csv.DictReader(text.splitlines())
    }


def knows(table: str, code: str) -> bool:
    """Whether a list with meanings has the code, retired ones among them."""
    return code in code_table(table)


def code_words(name: str, code: str) -> str:
    """The meaning of a code, or that the list does not know it."""
    known = code_table(name).get(code)
    return known.words() if known else "a code the list does not know"
