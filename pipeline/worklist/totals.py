"""Sums over items. A claim that has several counts once, with the item that is worth most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.denials.item import WorkItem

_SOON = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many items, what hangs on them in cents, how many are late, and due in the next seven days."""

    items: int
    cents_at_risk: int
    overdue: int
    due_soon: int


def totals(items: Iterable[WorkItem], today: dt.date) -> Totals:
    """The totals of items as they are on a day."""
    found = list(items)
    due = [item.due for item in found if item.due is not None]
    return Totals(
        items=len(found),
        cents_at_risk=cents_at_risk(found),
        overdue=sum(day < today for day in due),
        due_soon=sum(today <= day <= today + _SOON for day in due),
    )


def cents_at_risk(items: Iterable[WorkItem]) -> int:
    """What hangs on items in cents, each claim once."""
    most: dict[str, int] = {}
    for item in items:
        subject = item.claim or item.encounter or item.key
        most[subject] = max(most.get(subject, 0), item.amount_at_risk_cents)
    return sum(most.values())


def cause_of(item: WorkItem) -> str:
    """The likeliest cause of a denial or rejection; what the item is about where it has no cause."""
    return item.causes[0].cause.id if item.causes else item.kind
