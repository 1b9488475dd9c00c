"""The events of a ledger whose claim is not known."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.ledger import answers
from pipeline.ledger.answers import PARKED, EventRow, of_transaction


def parked_events(connection: Connection) -> list[tuple[EventRow, tuple[str, ...]]]:
    """Each with the claims that it fits: several, or none."""
    return [
        (event, shown.fitting)
        for shown in list(answers.parked_events(connection, ()))
        for event in of_transaction(connection, shown.digest)
        if event.claim == PARKED and event.position == shown.position
    ]
