"""The events of a ledger whose claim is not known."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.ledger.answers import PARKED, EventRow, of_transaction, parked_with_candidates


def parked_events(connection: Connection) -> list[tuple[EventRow, tuple[str, ...]]]:
    """Each with the claims that it fits: several, or none."""
    return [
        (event, fitting)
        for shown, fitting in list(parked_with_candidates(connection))
        for event in of_transaction(connection, shown.digest)
        if event.claim == PARKED and event.position == shown.position
    ]
