"""The claims that a parked answer fits, where it fits several."""

from __future__ import annotations

from sqlalchemy import Connection, select

from pipeline.ledger.schema import event_candidates


def of_parked(connection: Connection) -> dict[tuple[str, int], list[str]]:
    """The ids of the claims by the event's digest and position."""
    statement = select(event_candidates).order_by(
        event_candidates.c.digest, event_candidates.c.position, event_candidates.c.claim
    )
    found: dict[tuple[str, int], list[str]] = {}
    for row in connection.execute(statement):
        found.setdefault((row.digest, row.position), []).append(row.claim)
    return found
