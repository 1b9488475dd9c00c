"""Rows of files fetched from partners, so that one that stays there is not fetched again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from pipeline.file_names import stored_name
from pipeline.ledger.schema import fetched_files


@dataclass(frozen=True, slots=True)
class FetchedRow:
    """A file as it lay at a partner's: name, bytes, time of change in nanoseconds, digest; when it was fetched."""

    partner: str
    name: str
    size: int
    changed: int
    sha256: str
    fetched: str


def add(connection: Connection, row: FetchedRow) -> None:
    connection.execute(
        insert(fetched_files).values(
            partner=row.partner,
            name=stored_name(row.name),
            size=row.size,
            changed=row.changed,
            sha256=row.sha256,
            fetched=row.fetched,
        )
    )


def lying_there(connection: Connection, partner: str) -> list[FetchedRow]:
    """The files of a partner that were fetched and not cleared away there, oldest first."""
    statement = (
        select(fetched_files)
        .where(fetched_files.c.partner == partner, fetched_files.c.cleared.is_(None))
        .order_by(fetched_files.c.id)
    )
    return [
        FetchedRow(row.partner, row.name, row.size, row.changed, row.sha256, row.fetched)
        for row in connection.execute(statement)
    ]


def set_cleared(connection: Connection, row: FetchedRow, at: str) -> None:
    """The file was removed or moved there, or has gone."""
    connection.execute(
        update(fetched_files)
        .where(
            fetched_files.c.partner == row.partner,
            fetched_files.c.name == row.name,
            fetched_files.c.size == row.size,
            fetched_files.c.changed == row.changed,
            fetched_files.c.sha256 == row.sha256,
        )
        .values(cleared=at)
    )
