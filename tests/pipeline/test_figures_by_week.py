"""Two figures week by week, worked out by hand."""

from __future__ import annotations

import datetime as dt

from pipeline.figures.bills import Bill
from pipeline.figures.weeks import WEEKS, acceptance_by_week, days_to_payment_by_week

TODAY = dt.date(2026, 11, 25)
"""A Wednesday; its week begins on the 23rd."""


def _bill(sent: dt.date | None, passed: bool | None = None, paid: dt.date | None = None) -> Bill:
    return Bill("p", sent, passed, paid is not None, False, "", "", (), 0, 0, 0, 0, paid, ("C1",))


def test_acceptance_is_the_share_of_those_that_were_answered() -> None:
    week = dt.date(2026, 11, 16)
    bills = [_bill(week, True), _bill(week + dt.timedelta(6), False), _bill(week, None), _bill(TODAY, True)]
    found = acceptance_by_week(bills, TODAY)
    assert len(found) == WEEKS
    assert [(one.monday, one.bills, one.value) for one in found[-2:]] == [
        (week, 2, 0.5),
        (dt.date(2026, 11, 23), 1, 1.0),
    ]
    assert {one.value for one in found[:-2]} == {None}, "a week without bills has no share"


def test_days_to_payment_are_the_median_of_the_week_in_which_the_bill_went_out() -> None:
    week = dt.date(2026, 11, 2)
    bills = [_bill(week, paid=week + dt.timedelta(days)) for days in (10, 12, 40)]
    (found,) = [one for one in days_to_payment_by_week(bills, TODAY) if one.bills]
    assert (found.monday, found.value) == (week, 12.0)


def test_bills_of_other_systems_and_of_long_ago_are_in_no_week() -> None:
    bills = [_bill(None, True, TODAY), _bill(TODAY - dt.timedelta(weeks=WEEKS), True)]
    assert not any(one.bills for one in acceptance_by_week(bills, TODAY))
    assert not any(one.bills for one in days_to_payment_by_week(bills, TODAY))
