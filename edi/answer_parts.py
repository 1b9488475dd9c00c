"""Pieces that stand in more than one answer: names, references, dates, amounts, traces.

Why: a claim status and a remittance name the same things with the same segments, so that
they share one shape. Each piece knows the position of its segment (ST = 1).

It must not: read anything; `edi.answer_reading` does. Names, identifiers and account
numbers are left out of `repr`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from edi.records import record


@record(frozen=True, slots=True)
class Name:
    """A person or an organisation: NM1, elements 01 to 09."""

    qualifier: str
    entity_type: str
    last_name: str = field(repr=False)
    first_name: str = field(repr=False)
    middle_name: str = field(repr=False)
    prefix: str = field(repr=False)
    suffix: str = field(repr=False)
    identifier_qualifier: str
    identifier: str = field(repr=False)
    segment_position: int


@record(frozen=True, slots=True)
class Reference:
    """A number by which something is known: REF01 and REF02."""

    qualifier: str
    value: str = field(repr=False)
    segment_position: int


@record(frozen=True, slots=True)
class DateEntry:
    """A date or a range of dates: DTM or DTP. Both ends are None where it could not be read."""

    qualifier: str
    first: date | None
    last: date | None
    segment_position: int


@record(frozen=True, slots=True)
class AmountEntry:
    """An amount in cents by qualifier: AMT. It is 0 where `readable` is False."""

    qualifier: str
    amount: int
    readable: bool
    segment_position: int


@record(frozen=True, slots=True)
class QuantityEntry:
    """A quantity by qualifier: QTY; None where it could not be read."""

    qualifier: str
    quantity: Decimal | None
    segment_position: int


@record(frozen=True, slots=True)
class Contact:
    """Whom to ask: PER, with its numbers as (qualifier, number): TE, FX, EM, EX, UR."""

    function: str
    name: str
    numbers: tuple[tuple[str, str], ...]
    segment_position: int


@dataclass(frozen=True, slots=True)
class Trace:
    """A number that ties this answer to something sent or paid: TRN01 to TRN04."""

    type: str
    number: str = field(repr=False)
    originator: str
    supplement: str
    segment_position: int


@dataclass(frozen=True, slots=True)
class ProcedureCode:
    """A procedure, drug or revenue code with its modifiers: the composite of SVC01 and SVC06."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = field(default="", repr=False)


def find_name(names: Iterable[Name], qualifier: str) -> Name | None:
    """The first name with the qualifier, or None."""
    return next((name for name in names if name.qualifier == qualifier), None)


def find_reference(references: Iterable[Reference], qualifier: str) -> str:
    """The first reference with the qualifier, or ""."""
    return next((entry.value for entry in references if entry.qualifier == qualifier), "")


def find_date(dates: Iterable[DateEntry], qualifier: str) -> DateEntry | None:
    """The first date with the qualifier, or None."""
    return next((entry for entry in dates if entry.qualifier == qualifier), None)


def find_amount(amounts: Iterable[AmountEntry], qualifier: str) -> int | None:
    """The first amount with the qualifier in cents, or None where there is none."""
    return next((entry.amount for entry in amounts if entry.qualifier == qualifier), None)


def find_quantity(quantities: Iterable[QuantityEntry], qualifier: str) -> Decimal | None:
    """The first quantity with the qualifier, or None where there is none."""
    return next((entry.quantity for entry in quantities if entry.qualifier == qualifier), None)
