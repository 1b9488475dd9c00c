"""The open items of a ledger: everything that needs somebody, by money and due date.

Built from the ledger each time; nothing of an item is stored. Each kind of item has a source of
its own: a module that looks at one claim of a `Desk`, or at the ledger as a whole. A new kind is a new
source in one of the lists here. Sources of claims are asked in one walk over all claims.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence

from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.denials.answered import answered_item
from pipeline.denials.item import WorkItem
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.decisions import WRITTEN_OFF
from pipeline.ledger.store import Ledger
from pipeline.worklist.answered_claims import answered_claims, case_of
from pipeline.worklist.changed_encounters import changed_encounters
from pipeline.worklist.desk import Desk
from pipeline.worklist.doubtful_answers import doubtful_answers
from pipeline.worklist.money_watch import money_watch
from pipeline.worklist.moved_money import moved_money
from pipeline.worklist.next_payers import next_payers
from pipeline.worklist.requested_documents import requested_documents
from pipeline.worklist.unanswered import unanswered
from pipeline.worklist.unmatched_answers import unmatched_answers
from pipeline.worklist.waiting_encounters import waiting_encounters

OF_CLAIMS: Sequence[Callable[[Desk, ClaimRow], Iterable[WorkItem]]] = (
    answered_claims,
    unanswered,
    requested_documents,
    doubtful_answers,
    money_watch,
)
OF_LEDGER: Sequence[Callable[[Desk], Iterable[WorkItem]]] = (
    waiting_encounters,
    changed_encounters,
    unmatched_answers,
    moved_money,
    next_payers,
)


def open_items(desk: Desk) -> list[WorkItem]:
    """All open items, in the order of `in_order`."""
    of_claims = [item for claim in desk.walk(desk.all_claims) for item in items_of_claim(desk, claim)]
    return in_order([*of_claims, *items_of_ledger(desk)])


def items_of_claim(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """What one claim needs; to be asked within a walk. Of one that somebody gave up only what was decided on."""
    if claim.id in desk.counting:
        for source in OF_CLAIMS:
            yield from source(desk, claim)
    elif claim.state == WRITTEN_OFF:
        yield from answered_claims(desk, claim)


def items_of_ledger(desk: Desk) -> Iterator[WorkItem]:
    """What the ledger as a whole needs beside its claims."""
    for source in OF_LEDGER:
        yield from source(desk)


def in_order(items: Iterable[WorkItem]) -> list[WorkItem]:
    """Most money first, then the nearest due date, then the key."""
    return sorted(items, key=lambda item: (-item.amount_at_risk_cents, item.due or dt.date.max, item.key))


class WorkItems:
    """Builds the open items of a ledger as they are on a day."""

    def __init__(self, config: Config, ledger: Ledger, profiles: ProfileStore, today: dt.date) -> None:
        self._config = config
        self._ledger = ledger
        self._profiles = profiles
        self._today = today

    def open_items(self) -> list[WorkItem]:
        """All open items, in the order of `open_items`."""
        with self._ledger.reading() as connection:
            return open_items(Desk(self._config, connection, self._profiles, self._today))

    def item_of(self, claim: str) -> WorkItem | None:
        """The item of one claim that was rejected or denied, named by its id; None where it has none."""
        with self._ledger.reading() as connection:
            desk = Desk(self._config, connection, self._profiles, self._today)
            found = next((row for row in desk.claims if row.id == claim), None)
            return answered_item(case_of(desk, found)) if found is not None else None
