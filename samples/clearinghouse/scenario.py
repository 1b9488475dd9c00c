"""A scenario: not only what is answered, but when and how it arrives. Read from TOML.

`[deliveries.KIND]` says how answers of a kind (999, 277CA, 277, 835) are delivered:

| entry | meaning |
|---|---|
| `silent` | it never comes |
| `after_days` | it is made and sent so many days later; kinds with other days come out of order |
| `again`, `again_after_days` | it comes again: `new-envelope` has the same body under new control numbers, `new-name` is the same file under another name |
| `cut_at`, `whole_after_days` | first a part of it (0 to 1) under its own name, as a broken transfer leaves it, and the whole later |

`[[later]]` has `after_days` and `claims`: what the payer says of them then (277 and 835 alone). So a
claim is pending first and paid later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from samples.clearinghouse.answering import answers
from samples.clearinghouse.envelopes import AnswerFileContent, in_new_envelope
from samples.clearinghouse.outcomes import ScriptError
from samples.clearinghouse.script import (
    KINDS,
    REMITTANCE,
    STATUS,
    Script,
    document_of,
    expect,
    script_of,
    table,
)

NEW_ENVELOPE, NEW_NAME = "new-envelope", "new-name"


@dataclass(frozen=True, slots=True)
class Delivery:
    """How answers of one kind arrive; as made, at once, without further entries."""

    silent: bool = False
    after_days: int = 0
    again: str = ""
    again_after_days: int = 1
    cut_at: Decimal | None = None
    whole_after_days: int = 1

    def __post_init__(self) -> None:
        days = (self.after_days, self.again_after_days, self.whole_after_days)
        if not all(type(number) is int and number >= 0 for number in days):
            raise ScriptError("days are whole numbers from 0")
        if self.again not in ("", NEW_ENVELOPE, NEW_NAME):
            raise ScriptError(f"again is {NEW_ENVELOPE} or {NEW_NAME}")
        if self.cut_at is not None and not 0 < self.cut_at < 1:
            raise ScriptError("cut_at is between 0 and 1")


@dataclass(frozen=True, slots=True)
class Scenario:
    """A script, how its answers are delivered, and what is decided later (days, script)."""

    script: Script = field(default_factory=Script)
    deliveries: Mapping[str, Delivery] = field(default_factory=dict)
    later: tuple[tuple[int, Script], ...] = ()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file that arrives: when, under which name, its bytes."""

    at: datetime
    name: str
    data: bytes = field(repr=False)


def read_scenario(text: str) -> Scenario:
    """A scenario from TOML: a script (`read_script`) with `[deliveries.KIND]` and `[[later]]`.

    Raises `ScriptError`.
    """
    document = document_of(text, ("claims", "interchange", "answers", "deliveries", "later"))
    deliveries = table(document, "deliveries", KINDS)
    later = document.get("later", [])
    if not isinstance(later, list):
        raise ScriptError("later is a list of tables")
    return Scenario(
        script_of(document),
        {kind: _delivery(kind, row) for kind, row in deliveries.items()},
        tuple(_decided_later(row) for row in later),
    )


def _delivery(kind: str, row: Any) -> Delivery:
    if not isinstance(row, dict):
        raise ScriptError(f"deliveries.{kind} is no table")
    expect(row, f"deliveries.{kind}", Delivery.__slots__)
    cut_at = Decimal(row["cut_at"]) if "cut_at" in row else None
    return Delivery(**{**row, "cut_at": cut_at})


def _decided_later(row: Any) -> tuple[int, Script]:
    if not isinstance(row, dict) or type(row.get("after_days")) is not int:
        raise ScriptError("later needs after_days, a whole number")
    expect(row, "later", ("after_days", "claims"))
    return row["after_days"], script_of(row)


def arrivals(data: bytes, scenario: Scenario, as_of: datetime) -> list[Arrival]:
    """What arrives for an 837I file that was sent by `as_of`, by time; at one time as it was sent.

    Raises `NotClaims`.
    """
    found = [
        arrival
        for kind in scenario.script.kinds
        for arrival in _delivered(
            data, scenario.script, kind, as_of, scenario.deliveries.get(kind, Delivery())
        )
    ]
    for minute, (days, script) in enumerate(scenario.later, start=1):
        # At a minute of its own, so that it has control numbers and payment traces of its own.
        at = as_of + timedelta(days=days, minutes=minute)
        found += [
            arrival
            for kind in (STATUS, REMITTANCE)
            for arrival in _delivered(data, script, kind, at, Delivery())
        ]
    return sorted(found, key=lambda arrival: arrival.at)


def _delivered(data: bytes, script: Script, kind: str, at: datetime, delivery: Delivery) -> Iterator[Arrival]:
    """The answers of one kind, made at a time and delivered in a way."""
    if delivery.silent:
        return
    at += timedelta(days=delivery.after_days)
    for answer in answers(data, replace(script, kinds=(kind,)), at):
        yield from _sent(answer, delivery, at)


def _sent(answer: AnswerFileContent, delivery: Delivery, at: datetime) -> Iterator[Arrival]:
    whole = at
    if delivery.cut_at is not None:
        yield Arrival(at, answer.name, answer.data[: int(len(answer.data) * delivery.cut_at)])
        whole += timedelta(days=delivery.whole_after_days)
    yield Arrival(whole, answer.name, answer.data)
    again = whole + timedelta(days=delivery.again_after_days)
    if delivery.again == NEW_NAME:
        yield Arrival(again, f"again_{answer.name}", answer.data)
    if delivery.again == NEW_ENVELOPE:
        other = in_new_envelope(answer, again)
        yield Arrival(again, other.name, other.data)
