"""Events given to the claims they mean, and taken back where more is known.

All events that name an account are looked at together each time one of them comes; so are all
whose account no claim has. So the claims of an event depend on what is known, and not on when.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.inbound.extract import Reference
from pipeline.inbound.match.accounts import Key, Outcome, Versions
from pipeline.inbound.match.elsewhere import Elsewhere
from pipeline.ledger import answers, claims, files
from pipeline.ledger.answers import BY_ACCOUNT, PARKED, EventRow
from pipeline.ledger.claims import ClaimRow

ACCOUNT = "account"
_ACCOUNT_WIDTH = 20
"""So many characters of CLM01 a payer gives back at least."""


@dataclass(slots=True)
class Settled:
    """What became of events: the claims whose events changed, those newly matched, and the parked ones
    with the claims that fit each."""

    touched: set[str] = field(default_factory=set)
    matched: set[Key] = field(default_factory=set)
    parked: dict[Key, tuple[str, ...]] = field(default_factory=dict)


def settle(connection: Connection, accounts: Iterable[str]) -> Settled:
    """Give the events of these accounts, and all that are parked or not surely known, to their claims."""
    settled, homeless = Settled(), dict[Key, EventRow]()
    unsure = [event for event in answers.unsure(connection) if _is_of_account(event)]
    for account in sorted({account_key(one) for one in accounts} | {_account_of(event) for event in unsure}):
        named = _claims_under(connection, account)
        events = _events_under(connection, account) if account else unsure
        events = [event for event in events if _account_of(event) == account]
        if named:
            _settle_account(connection, named, events, settled)
        else:
            homeless |= {_key(event): event for event in events}
    for key, (means, fitting) in Elsewhere(connection, list(homeless.values())).outcomes().items():
        _give(connection, homeless[key], means, fitting, settled)
    settled.touched |= claims.link_chains(connection)
    return settled


def _claims_under(connection: Connection, account: str) -> list[ClaimRow]:
    """The claims with an account number, as far as payers give it back; none under no number."""
    if not account:
        return []
    found = claims.with_account(connection, account)
    return [claim for claim in found if account_key(claim.patient_control_number) == account]


def _events_under(connection: Connection, account: str) -> list[EventRow]:
    return answers.of_references(connection, Reference(ACCOUNT, account).text())


def _key(event: EventRow) -> Key:
    return event.digest, event.position


def account_key(account: str) -> str:
    """As much of an account number as payers give back."""
    return account[:_ACCOUNT_WIDTH].strip()


def _settle_account(
    connection: Connection, named: list[ClaimRow], events: list[EventRow], settled: Settled
) -> None:
    """One claim gets them all; of several each gets its own. What an older program matched stays."""
    moving = [event for event in events if event.claim == PARKED or event.matched_by is not None]
    outcomes: dict[Key, Outcome]
    if len(named) == 1:
        outcomes = {_key(event): (named[0].id,) for event in moving}
    else:
        ids = {_key(event) for event in moving}
        known = answers.of_claims(connection, [claim.id for claim in named])
        fixed = [event for found in known.values() for event in found if _key(event) not in ids]
        days = files.days_of(connection, {claim.file for claim in named})
        sent = {claim.id: days[claim.file] for claim in named}
        outcomes = Versions(named, sent, moving, fixed).outcomes()
    for event in moving:
        _give(connection, event, BY_ACCOUNT, outcomes[_key(event)], settled)


def _give(
    connection: Connection, event: EventRow, means: str, fitting: tuple[str, ...], settled: Settled
) -> None:
    """An event to its claim, or parked with those that fit it; what stays as it is is not written."""
    key = _key(event)
    claim = fitting[0] if len(fitting) == 1 and means else PARKED
    if claim == PARKED:
        settled.parked[key] = fitting
        answers.set_candidates(connection, event, fitting)
    elif event.claim == PARKED:
        settled.matched.add(key)
        answers.set_candidates(connection, event, ())
    if claim != event.claim or (claim != PARKED and event.matched_by != means):
        answers.move(connection, event, claim, means if claim != PARKED else None)
        settled.touched |= {claim, event.claim} - {PARKED}


def _is_of_account(event: EventRow) -> bool:
    return Reference.from_text(event.reference).kind == ACCOUNT


def _account_of(event: EventRow) -> str:
    return account_key(Reference.from_text(event.reference).value)
