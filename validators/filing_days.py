"""The last day of a payer's limit: so many days on, over a weekend where the payer extends it."""

from __future__ import annotations

import datetime as dt

from mapping.profile_models import PayerProfile

_SATURDAY = 5
_WEEKEND = 2


def last_day(first: dt.date | None, days: int | None, payer: PayerProfile) -> dt.date | None:
    """The day so many days on, after a weekend where the payer extends it; None where something is not known."""
    if first is None or days is None or days + _WEEKEND > (dt.date.max - first).days:
        return None
    last = first + dt.timedelta(days)
    if payer.filing_extends_over_weekends and last.weekday() >= _SATURDAY:
        last += dt.timedelta(7 - last.weekday())
    return last
