"""Rows of files sent. States: `committed` (the number is taken), `published`, and of a partner over
the wire `sent`, or `unknown` where it may have been.

A file in state `external` was sent by another system; it lies in the archive beside our own.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from pipeline.ledger.schema import files

_CONTROL_NUMBER = re.compile(r"0*[0-9]{1,9}")
Parties = tuple[str, str, str, str]
EXTERNAL = "external"
PUBLISHED, SENT, UNKNOWN = "published", "sent", "unknown"
OPEN = (PUBLISHED, UNKNOWN)
"""What a delivery is not done with."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file under its control number. `day` is the archive folder, `sha256` of its bytes."""

    row: int
    partner: str
    parties: Parties
    control_number: int
    name: str
    day: str
    sha256: str
    size: int
    state: str


def next_control_number(connection: Connection, parties: Parties) -> int:
    """The number after the highest that we ever took for these parties (ISA05 to ISA08).

    One that another system used is passed over, so that answers can be told apart.
    """
    same = _same_parties(parties)
    statement = select(func.max(files.c.control_number)).where(*same, files.c.state != EXTERNAL)
    number = (connection.execute(statement).scalar() or 0) + 1
    used = select(files.c.control_number).where(
        *same, files.c.state == EXTERNAL, files.c.control_number >= number
    )
    taken = set(connection.execute(used).scalars())
    while number in taken:
        number += 1
    return number


def add(connection: Connection, file: FileRow, epoch: int) -> int:
    """Take the number: the row of a file about to be published. Returns its row id."""
    sender_qualifier, sender, receiver_qualifier, receiver = file.parties
    result = connection.execute(
        insert(files).values(
            partner=file.partner,
            sender_qualifier=sender_qualifier,
            sender=sender,
            receiver_qualifier=receiver_qualifier,
            receiver=receiver,
            control_number=file.control_number,
            name=file.name,
            day=file.day,
            sha256=file.sha256,
            size=file.size,
            state=file.state,
            epoch=epoch,
        )
    )
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def set_state(connection: Connection, name: str, state: str) -> None:
    connection.execute(update(files).where(files.c.name == name).values(state=state))


def all_files(connection: Connection) -> list[FileRow]:
    return [_record(row) for row in connection.execute(select(files).order_by(files.c.id))]


def in_states(connection: Connection, partner: str | None, states: Collection[str]) -> list[FileRow]:
    """The files in some states, of one partner or of all, oldest first."""
    statement = select(files).where(files.c.state.in_(states)).order_by(files.c.id)
    if partner is not None:
        statement = statement.where(files.c.partner == partner)
    return [_record(row) for row in connection.execute(statement)]


def by_name(connection: Connection, name: str) -> FileRow | None:
    """The file of that name; None where there is none."""
    found = connection.execute(select(files).where(files.c.name == name)).first()
    return _record(found) if found is not None else None


def by_row(connection: Connection, row: int) -> FileRow:
    return _record(connection.execute(select(files).where(files.c.id == row)).one())


def days_of(connection: Connection, rows: Collection[int]) -> dict[int, str]:
    """The days on which some files were made, by row."""
    statement = select(files.c.id, files.c.day).where(files.c.id.in_(rows))
    return {row.id: row.day for row in connection.execute(statement)}


def control_number(text: str) -> int | None:
    """What an answer or a file has for ISA13 or GS06, as a number; None where it is none of nine digits."""
    return int(text) if _CONTROL_NUMBER.fullmatch(text) else None


def control_numbers(connection: Connection) -> set[tuple[Parties, int]]:
    """Parties and number of every file."""
    statement = select(
        files.c.sender_qualifier,
        files.c.sender,
        files.c.receiver_qualifier,
        files.c.receiver,
        files.c.control_number,
    )
    return {
        ((one, two, three, four), number) for one, two, three, four, number in connection.execute(statement)
    }


def by_control_number(connection: Connection, parties: Parties, control_number: int) -> FileRow | None:
    """The file that went from these parties under this number; None where two systems used it."""
    statement = select(files).where(*_same_parties(parties), files.c.control_number == control_number)
    found = connection.execute(statement).all()
    return _record(found[0]) if len(found) == 1 else None


def has_hash(connection: Connection, sha256: str) -> bool:
    """Whether a file of these bytes is known."""
    return connection.execute(select(files.c.id).where(files.c.sha256 == sha256)).first() is not None


def _same_parties(parties: Parties) -> list[Any]:
    columns = (files.c.sender_qualifier, files.c.sender, files.c.receiver_qualifier, files.c.receiver)
    return [column == value for column, value in zip(columns, parties, strict=True)]


def _record(row: Row[Any]) -> FileRow:
    return FileRow(
        row=row.id,
        partner=row.partner,
        parties=(row.sender_qualifier, row.sender, row.receiver_qualifier, row.receiver),
        control_number=row.control_number,
        name=row.name,
        day=row.day,
        sha256=row.sha256,
        size=row.size,
        state=row.state,
    )
