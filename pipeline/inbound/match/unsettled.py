"""Which accounts have events that may find another claim than they have.

Why: a hospital's remittances hold its other claims, too. Their events wait for a claim that never
comes, a thousand more each night, and only few of all are worth looking at.

It must not leave out one that a step of matching would give a claim to. Those that are given one by a
number which is learned on the way are found by `settle`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from pipeline.batches import batches
from pipeline.inbound.clues import Clues
from pipeline.inbound.match.account_key import account_key, account_of, is_of_account
from pipeline.ledger import answers, claim_clues
from pipeline.ledger.answers import PARKED, EventClues


def unsettled_accounts(connection: Connection) -> set[str]:
    """The accounts (`account_key`) of events that have a claim which is not sure, or may find one."""
    held = {account_key(number) for number in claim_clues.account_numbers(connection)} - {""}
    fitting = answers.candidates(connection)
    found = set()
    events = (event for event in answers.unsure_events(connection) if is_of_account(event.reference))
    for some in batches(events):
        found |= {
            account
            for event in some
            if (account := account_of(event.reference)) in held
            or event.claim != PARKED
            or (event.digest, event.position) in fitting
        }
        found |= {account_of(event.reference) for event in _with_a_clue(connection, some)}
    return found


def _with_a_clue(connection: Connection, events: Sequence[EventClues]) -> Iterator[EventClues]:
    """Those that have a number of a claim, or a patient with the charge of one."""
    clues = [Clues.from_json(event.clues) for event in events]
    numbers = {event.payer_claim_control_number or "" for event in events}
    of_clearinghouse = {event.clearinghouse_number or "" for event in events}
    known = claim_clues.numbered(connection, numbers - {""})
    sent = claim_clues.numbered_by_clearinghouse(connection, of_clearinghouse - {""})
    charges = claim_clues.of_patients(connection, {one for clue in clues for one in clue.patients})
    for event, clue in zip(events, clues, strict=True):
        if (
            event.payer_claim_control_number in known
            or event.clearinghouse_number in sent
            or any(clue.charge_cents in charges[one].values() for one in clue.patients if one in charges)
        ):
            yield event
