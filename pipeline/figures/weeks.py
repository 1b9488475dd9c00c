"""Two figures week by week: what was accepted as first sent, and how long payment took.

A bill counts in the week in which its first claim went out; a week begins on a Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.figures.bills import Bill

WEEKS = 26
"""So many weeks are shown, the last one that of today."""


@dataclass(frozen=True, slots=True)
class Week:
    """One week: how many bills were counted, and the measure; None where there were none."""

    monday: dt.date
    bills: int
    value: float | None


def acceptance_by_week(bills: Sequence[Bill], today: dt.date) -> list[Week]:
    """The share of bills whose first claim every 277CA accepted, of those that one answered."""
    answered = [bill for bill in bills if bill.passed is not None]
    return _by_week(answered, today, lambda group: sum(bool(bill.passed) for bill in group) / len(group))


def days_to_payment_by_week(bills: Sequence[Bill], today: dt.date) -> list[Week]:
    """The median of the days from the first claim to the first payment, of bills that were paid."""
    paid = [bill for bill in bills if bill.paid_first is not None]
    return _by_week(paid, today, lambda group: float(median(_days(bill) for bill in group)))


def _days(bill: Bill) -> int:
    assert bill.paid_first is not None
    assert bill.sent is not None
    return (bill.paid_first - bill.sent).days


def _by_week(bills: Sequence[Bill], today: dt.date, measure: Callable[[Sequence[Bill]], float]) -> list[Week]:
    groups: dict[dt.date, list[Bill]] = {}
    for bill in bills:
        if bill.sent is not None:
            groups.setdefault(_monday(bill.sent), []).append(bill)
    mondays = [_monday(today) - dt.timedelta(weeks=back) for back in reversed(range(WEEKS))]
    return [
        Week(monday, len(groups.get(monday, ())), measure(groups[monday]) if monday in groups else None)
        for monday in mondays
    ]


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
