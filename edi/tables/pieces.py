"""Pieces of rows that answers have in common: references in one text, contacts, masked and unread values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi.answer_parts import Contact, ProcedureCode, Reference

Row = tuple[object, ...]
TableRow = tuple[str, Row]
"""The name of a table, and a row of it."""

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


def read_amount(amount: int, element: str, unreadable: tuple[str, ...]) -> int | None:
    """An amount in cents, None where its element could not be read."""
    return None if element in unreadable else amount
