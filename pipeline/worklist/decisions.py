"""What people decided about items: closed, snoozed, reopened; a claim appealed or written off.

A decision is tied to the item's key and to the fingerprint of its facts. While both hold, the item
is hidden: for good, or until a day. Where the facts have changed, or the day has come, it is back
and says what was decided before, and why.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.denials.item import WorkItem
from pipeline.errors import NotDecidable
from pipeline.inbound.states import update_states
from pipeline.ledger import answers, decisions
from pipeline.ledger.decisions import APPEALED, CLOSED, REOPENED, SNOOZED, TAKEN_BACK, Decision
from pipeline.ledger.store import Ledger
from pipeline.life import basis_of, life_of

_APPEALABLE = ("denied", "partly-denied")
_WRITABLE_OFF = ("rejected", "denied", "partly-denied")


@dataclass(frozen=True, slots=True)
class Entry:
    """An item, the last decision on it, and what that means today: hidden, or back and why."""

    item: WorkItem
    decision: Decision | None = None
    is_hidden: bool = False
    is_back_because: str = ""

    def words(self) -> str:
        """The decision in words; "" where there is none."""
        if self.decision is None:
            return ""
        until = f" until {self.decision.until}" if self.decision.until else ""
        said = f"{self.decision.kind}{until} on {self.decision.at[:10]} by {self.decision.by}: {self.decision.reason}"
        return f"{said.rstrip('.')}; {self.is_back_because}" if self.is_back_because else said

    def as_dict(self) -> dict[str, Any]:
        """The item as JSON, with the decision on it."""
        one = self.decision
        said = None
        if one is not None:
            names = ("kind", "reason", "by", "at", "until")
            said = {name: getattr(one, name) for name in names} | {
                "back_because": self.is_back_because or None
            }
        return self.item.as_dict() | {"hidden": self.is_hidden, "decision": said}


def entries(ledger: Ledger, items: Iterable[WorkItem], today: dt.date) -> list[Entry]:
    """Each item with the last decision on it, in the order of the items."""
    with ledger.reading() as connection:
        latest = decisions.latest_by_subject(connection, decisions.ITEM_KINDS)
    return [_entry(item, latest.get(item.key), today) for item in items]


def _entry(item: WorkItem, decision: Decision | None, today: dt.date) -> Entry:
    if decision is None or decision.kind == REOPENED:
        return Entry(item, decision)
    if decision.fingerprint != item.fingerprint:
        return Entry(item, decision, is_back_because="the facts have changed since")
    if decision.until is not None and today >= dt.date.fromisoformat(decision.until):
        return Entry(item, decision, is_back_because="that day has come")
    return Entry(item, decision, is_hidden=True)


def find(entries: Sequence[Entry], name: str) -> Entry:
    """The entry of a key, or the only one of a claim or an encounter; NotDecidable where there is none."""
    exact = [entry for entry in entries if entry.item.key == name]
    alike = exact or [entry for entry in entries if name in (entry.item.claim, entry.item.encounter)]
    if len(alike) == 1:
        return alike[0]
    if not alike:
        raise NotDecidable(f"no item is named {name!r}", "`j3399 worklist list --all` names them")
    keys = ", ".join(entry.item.key for entry in alike)
    raise NotDecidable(f"{name!r} has several items", f"Name one of them: {keys}")


def decide(ledger: Ledger, entry: Entry, decision: Decision, state: str = "") -> bool:
    """Record a decision on an item, and the state that it gives its claim; False where it stands already.

    `state` is `appealed` or `written_off`. NotDecidable where the item is not of such a claim.
    """
    item = entry.item
    _check(entry, decision.kind, state)
    with ledger.transaction(f"worklist {decision.kind}") as connection:
        said = decisions.latest(connection, item.claim, decisions.STATE_KINDS) if item.claim else None
        if entry.is_hidden and _same(entry.decision, decision) and state in ("", said.kind if said else ""):
            return False
        decisions.add(connection, decision)
        if decision.kind == REOPENED and said is not None and said.kind != TAKEN_BACK:
            state = TAKEN_BACK
        if state:
            basis = basis_of(life_of(answers.of_claim(connection, item.claim)))
            given = replace(decision, subject=item.claim, kind=state, fingerprint=basis, until=None)
            decisions.add(connection, given)
            update_states(connection, {item.claim})
    return True


def _check(entry: Entry, kind: str, state: str) -> None:
    item = entry.item
    if kind == REOPENED and not entry.is_hidden:
        raise NotDecidable(f"{item.key} is open")
    allowed = _APPEALABLE if state == APPEALED else _WRITABLE_OFF
    if state and (item.kind not in allowed or item.key != item.claim):
        raise NotDecidable(
            f"{item.key} is {item.kind} and cannot be {state.replace('_', ' ')}",
            f"That is for claims that are {' or '.join(allowed)}",
        )


def _same(before: Decision | None, now: Decision) -> bool:
    return before is not None and before.kind == now.kind and before.until == now.until


def decision_on(
    item: WorkItem, kind: str, *, reason: str, by: str, at: str, until: dt.date | None = None
) -> Decision:
    """A decision on an item as it is now. `kind` is closed, snoozed or reopened."""
    assert kind in (CLOSED, SNOOZED, REOPENED)
    return Decision(item.key, kind, item.fingerprint, reason, by, at, until.isoformat() if until else None)
