"""Rows over the whole ledger at once, for lists and figures. Nothing here writes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from pipeline.ledger.schema import encounters


@dataclass(frozen=True, slots=True)
class Record:
    """The newest content of an encounter, as it is stored."""

    encounter: str
    revision: int
    content: str


def newest_records(connection: Connection) -> Iterator[Record]:
    """The newest record of each encounter, by encounter id."""
    newest = (
        select(encounters.c.encounter, func.max(encounters.c.revision).label("revision"))
        .group_by(encounters.c.encounter)
        .subquery()
    )
    statement = (
        select(encounters.c.encounter, encounters.c.revision, encounters.c.content)
        .join(
            newest,
            (encounters.c.encounter == newest.c.encounter) & (encounters.c.revision == newest.c.revision),
        )
        .order_by(encounters.c.encounter)
    )
    for row in connection.execute(statement):
        yield Record(row.encounter, row.revision, row.content)
