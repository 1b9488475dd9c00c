"""Rows that answers have in common: names, references, dates and so on; and pieces of other rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from edi.answer_parts import (
    AmountEntry,
    Contact,
    DateEntry,
    Name,
    ProcedureCode,
    QuantityEntry,
    Reference,
)
from edi.other_elements import OtherElement

_Qualified = TypeVar("_Qualified", Reference, DateEntry, AmountEntry, QuantityEntry)
Row = tuple[object, ...]
TableRow = tuple[str, Row]
"""The name of a table, and a row of it."""

Owner = tuple[int | None, int | None]
"""The numbers of a claim and of a line, None above them."""

NO_CODE = ProcedureCode("", "")


def reference_words(references: Iterable[Reference]) -> str:
    """References in one text: `2U:12345 EV:98`."""
    return " ".join(f"{entry.qualifier}:{entry.value}" for entry in references)


def contact_rows(claim: int | None, level: str, contacts: Iterable[Contact]) -> Iterator[TableRow]:
    """`contacts`: a row for each number of a PER, one for a PER without any."""
    for contact in contacts:
        for qualifier, number in contact.numbers or (("", ""),):
            head = (claim, contact.segment_position, level, contact.function, contact.name)
            yield "contacts", (*head, qualifier, number)


def name_rows(claim: int | None, level: str, names: Iterable[Name]) -> Iterator[TableRow]:
    """`names`: NM1."""
    for name in names:
        who = (name.last_name, name.first_name, name.middle_name, name.prefix, name.suffix)
        row = (level, name.qualifier, name.entity_type, *who, name.identifier_qualifier, name.identifier)
        yield "names", (claim, name.segment_position, *row)


def reference_rows(owner: Owner, level: str, entries: Iterable[Reference]) -> Iterator[TableRow]:
    """`references`: REF."""
    for entry in entries:
        yield "references", (*owner, entry.segment_position, level, entry.qualifier, entry.value)


def date_rows(owner: Owner, level: str, entries: Iterable[DateEntry]) -> Iterator[TableRow]:
    """`dates`: DTM or DTP."""
    for entry in entries:
        yield "dates", (*owner, entry.segment_position, level, entry.qualifier, entry.first, entry.last)


def amount_rows(owner: Owner, level: str, entries: Iterable[AmountEntry]) -> Iterator[TableRow]:
    """`amounts`: AMT."""
    for entry in entries:
        amount = entry.amount if entry.readable else None
        yield "amounts", (*owner, entry.segment_position, level, entry.qualifier, amount)


def quantity_rows(owner: Owner, level: str, entries: Iterable[QuantityEntry]) -> Iterator[TableRow]:
    """`quantities`: QTY."""
    for entry in entries:
        yield "quantities", (*owner, entry.segment_position, level, entry.qualifier, entry.quantity)


def other_element_rows(owner: Owner, entries: Iterable[OtherElement]) -> Iterator[TableRow]:
    """`other_elements`: what no other table has."""
    for entry in entries:
        place = (entry.segment_position, entry.loop, entry.segment, entry.element)
        yield "other_elements", (*owner, *place, entry.value)


def without_first(entries: Iterable[_Qualified], qualifiers: Iterable[str]) -> Iterator[_Qualified]:
    """The entries but for the first with each of the qualifiers, which have columns of their own."""
    held = set(qualifiers)
    for entry in entries:
        if entry.qualifier in held:
            held.remove(entry.qualifier)
        else:
            yield entry


def read_amount(amount: int, element: str, unreadable: tuple[str, ...]) -> int | None:
    """An amount in cents, None where its element could not be read."""
    return None if element in unreadable else amount
