"""Rows of events, as the statements of an answer give them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from pipeline.inbound.extract import Statement
from pipeline.inbound.match.account_key import ACCOUNT
from pipeline.inbound.match.references import claims_named
from pipeline.inbound.positions import bodies_of_claims
from pipeline.ledger.answers import PARKED, EventRow
from pipeline.sent_files import SentFiles


def events_of(connection: Connection, sent: SentFiles, digest: str, statement: Statement) -> list[EventRow]:
    """The events of one statement: one for each claim of the batch, file or set that it names.

    One that names an account, or nothing that is known, is a single parked event.
    """
    parked = _event(digest, statement)
    if statement.reference.kind == ACCOUNT:
        return [parked]
    named = claims_named(connection, statement.reference)
    bodies = bodies_of_claims(connection, sent, statement.body, named)
    return [replace(parked, claim=claim.id, body=bodies[claim.id]) for claim in named] or [parked]


def _event(digest: str, statement: Statement) -> EventRow:
    return EventRow(
        digest=digest,
        position=statement.position,
        claim=PARKED,
        reference=statement.reference.text(),
        stage=statement.stage,
        day=statement.day,
        verdict=statement.verdict,
        payer_claim_control_number=statement.payer_claim_control_number or None,
        paid_cents=statement.paid_cents,
        body=statement.body,
        clearinghouse_number=(statement.clues.clearinghouse_number or None) if statement.clues else None,
        clues=statement.clues.as_dict() if statement.clues else None,
    )
