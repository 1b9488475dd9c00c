"""Ages in whole months, and the last day on which a child may be infused.

A child born on 29 February has its birthday on 1 March in other years, as a comparison
of month and day has it.
"""

from __future__ import annotations

import datetime as dt

from edi.records import record
from mapping.profile_models import PayerProfile, ProductProfile


@record(frozen=True, slots=True)
class AgeLimit:
    """The birthday that sets the limit, and whether that day itself is still allowed."""

    birthday: dt.date
    inclusive: bool
    months: int

    def allows(self, day: dt.date) -> bool:
        return day <= self.birthday if self.inclusive else day < self.birthday


def age_limit(born: dt.date, product: ProductProfile, payer: PayerProfile) -> AgeLimit:
    """The product's limit, or the payer's own where its profile sets one."""
    months = payer.age_limit_months if payer.age_limit_months is not None else product.age_limit_months
    inclusive = payer.age_limit_inclusive
    return AgeLimit(
        add_months(born, months), product.age_limit_inclusive if inclusive is None else inclusive, months
    )


def limit_words(limit: AgeLimit) -> str:
    """The limit without the birth date: `under 24 months`."""
    return months_words(limit.months, limit.inclusive)


def months_words(months: int, inclusive: bool) -> str:
    """A limit of age: `under 24 months`, or `24 months or younger` where the birthday itself is allowed."""
    return f"{months} months or younger" if inclusive else f"under {months} months"


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months on; the first of the next where there is none."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year >= dt.MAXYEAR:
        return dt.date.max
    try:
        return dt.date(year, month + 1, day.day)
    except ValueError:
        year, month = divmod(index + 1, 12)
        return dt.date(year, month + 1, 1)
