"""The public causes (`causes.csv`), what each code points to (`codes.csv`) and what is evidence (`evidence.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: what it means, the action by where the claim is, the steps, who does them.

    `actions` has the columns rejected, denied, pending, paid of the table; `condition` is when
    the first of two actions `a|b` is right; `prevented_by` are the rules that would have stopped
    the claim.
    """

    id: str
    meaning: str
    actions: Mapping[str, str]
    condition: str
    steps: tuple[str, ...]
    owner: str
    prevented_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clue:
    """What a finding says of causes: it multiplies each of them by `found`, its absence by `silent`.

    `rule` is the rule whose finding it is; of a fact that no rule judges, the kind of fact.
    """

    rule: str
    causes: tuple[str, ...]
    found: float
    silent: float


@cache
def causes() -> Mapping[str, Cause]:
    """All causes by id, in the order of the table."""
    result = {}
    for row in _rows("causes.csv"):
        result[row["cause"]] = Cause(
            id=row["cause"],
            meaning=row["what it means"],
            actions={stage: row[stage] for stage in ("rejected", "denied", "pending", "paid")},
            condition=row["first choice when"],
            steps=tuple(step.strip() for step in row["steps in words"].split(";") if step.strip()),
            owner=row["owner"],
            prevented_by=tuple(row["prevented by"].split()),
        )
    return result


@cache
def code_weights() -> Mapping[tuple[str, str], Mapping[str, float]]:
    """(list, code) to the causes it points to, each with a weight between 0 and 1."""
    result: dict[tuple[str, str], dict[str, float]] = {}
    for row in _rows("codes.csv"):
        result.setdefault((row["list"], row["code"]), {})[row["cause"]] = float(row["weight"])
    return result


@cache
def clues() -> Mapping[str, Clue]:
    """The clues by key: a rule, or a rule and what it is about (`encounter-mismatch/member id`)."""
    result = {}
    for row in _rows("evidence.csv"):
        key = f"{row['rule']}/{row['about']}" if row["about"] else row["rule"]
        result[key] = Clue(
            row["rule"], tuple(row["causes"].split()), float(row["found"]), float(row["silent"])
        )
    return result


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files(__package__).joinpath(name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())
