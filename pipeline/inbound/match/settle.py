"""Events given to the claims they mean, and taken back where more is known.

All events that name an account are looked at together each time one of them comes, with those that
share a number with them where no claim has the account. At the end of a run so are all that may find
another claim than they have. So the claims of an event depend on what is known, and not on when.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from pipeline.inbound.extract import Reference
from pipeline.inbound.match.account_key import ACCOUNT, account_key, account_of, is_of_account
from pipeline.inbound.match.accounts import Key, Outcome, Versions
from pipeline.inbound.match.elsewhere import Elsewhere
from pipeline.inbound.match.unsettled import unsettled_accounts
from pipeline.ledger import answers, claims, files
from pipeline.ledger.answers import BY_ACCOUNT, PARKED, EventClues, EventRow
from pipeline.ledger.claims import ClaimRow


@dataclass(slots=True)
class Settled:
    """What became of events: the claims whose events changed, those newly matched, and the parked ones
    with the claims that fit each."""

    touched: set[str] = field(default_factory=set)
    matched: set[Key] = field(default_factory=set)
    parked: dict[Key, tuple[str, ...]] = field(default_factory=dict)


def settle(connection: Connection, accounts: Iterable[str]) -> Settled:
    """Give the events of these accounts to their claims, with those that share a number with one of them."""
    giving = _Giving(connection)
    at_home: list[EventRow] = []
    homeless: dict[Key, EventClues] = {}
    for account in sorted({account_key(one) for one in accounts}):
        named = _claims_under(connection, account)
        if named:
            at_home += _settle_account(connection, account, named, giving)
        else:
            homeless |= {_key(event): event for event in _homeless_under(connection, account)}
    homeless |= _that_share_numbers(connection, homeless, at_home)
    for key, (means, fitting) in Elsewhere(connection, list(homeless.values())).outcomes().items():
        giving.give(homeless[key], means, fitting)
    giving.settled.touched |= claims.link_chains(connection)
    return giving.settled


def settle_all(connection: Connection) -> Settled:
    """The same for all events that may find another claim than they have."""
    return settle(connection, unsettled_accounts(connection))


def _claims_under(connection: Connection, account: str) -> list[ClaimRow]:
    """The claims with an account number, as far as payers give it back; none under no number."""
    if not account:
        return []
    found = claims.with_account(connection, account)
    return [claim for claim in found if account_key(claim.patient_control_number) == account]


def _homeless_under(connection: Connection, account: str) -> list[EventClues]:
    """The events under an account number that no claim has; of those under none, the ones not surely known."""
    reference = Reference(ACCOUNT, account).text()
    if not account:
        return answers.unsure_of_reference(connection, reference)
    found = answers.clues_of_references(connection, reference)
    return [event for event in found if account_of(event.reference) == account]


def _that_share_numbers(
    connection: Connection, homeless: Mapping[Key, EventClues], at_home: Iterable[EventRow]
) -> dict[Key, EventClues]:
    """The other events whose account no claim has, and that have a number of one of these, or of one of those:
    what is learned of one leads to the other."""
    found: dict[Key, EventClues] = {}
    new: list[EventRow | EventClues] = [*homeless.values(), *at_home]
    while new:
        numbers = {event.payer_claim_control_number or "" for event in new} - {""}
        others = {event.clearinghouse_number or "" for event in new} - {""}
        those = {
            _key(event): event
            for event in answers.unsure_numbered(connection, numbers, others)
            if _key(event) not in homeless and _key(event) not in found
            if is_of_account(event.reference)
            if not _claims_under(connection, account_of(event.reference))
        }
        found |= those
        new = list(those.values())
    return found


def _key(event: EventRow | EventClues) -> Key:
    return event.digest, event.position


def _settle_account(
    connection: Connection, account: str, named: list[ClaimRow], giving: _Giving
) -> list[EventRow]:
    """Give an account's events to its claims: one gets them all, of several each gets its own. What an older
    program matched stays."""
    found = answers.of_references(connection, Reference(ACCOUNT, account).text())
    events = [event for event in found if account_of(event.reference) == account]
    moving = [event for event in events if event.claim == PARKED or event.matched_by is not None]
    outcomes: dict[Key, Outcome]
    if len(named) == 1:
        outcomes = {_key(event): (named[0].id,) for event in moving}
    else:
        ids = {_key(event) for event in moving}
        known = answers.of_claims(connection, [claim.id for claim in named])
        fixed = [event for those in known.values() for event in those if _key(event) not in ids]
        days = files.days_of(connection, {claim.file for claim in named})
        sent = {claim.id: days[claim.file] for claim in named}
        outcomes = Versions(named, sent, moving, fixed).outcomes()
    for event in moving:
        giving.give(event, BY_ACCOUNT, outcomes[_key(event)])
    return events


class _Giving:
    """Writes whose an event is; what stays as it is is not written."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._candidates = answers.candidates(connection)
        self.settled = Settled()

    def give(self, event: EventRow | EventClues, means: str, fitting: tuple[str, ...]) -> None:
        """An event to its claim, or parked with those that fit it."""
        key = _key(event)
        claim = fitting[0] if len(fitting) == 1 and means else PARKED
        if claim == PARKED:
            self.settled.parked[key] = fitting
            self._keep_candidates(event, fitting if len(fitting) > 1 else ())
        elif event.claim == PARKED:
            self.settled.matched.add(key)
            self._keep_candidates(event, ())
        if claim != event.claim or (claim != PARKED and event.matched_by != means):
            answers.move(self._connection, event, claim, means if claim != PARKED else None)
            self.settled.touched |= {claim, event.claim} - {PARKED}

    def _keep_candidates(self, event: EventRow | EventClues, fitting: tuple[str, ...]) -> None:
        if set(self._candidates.get(_key(event), ())) != set(fitting):
            answers.set_candidates(self._connection, event, fitting)
