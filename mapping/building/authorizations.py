"""Which of a coverage's prior authorizations a claim carries.

A claim has room for one number (REF*G1). Source: FACTS A4, F.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from mapping.encounter import Authorization, Coverage

Scope = Literal["drug", "admission"]


def authorization_to_send(
    coverage: Coverage, scope: Scope, day: dt.date | None
) -> tuple[int, Authorization] | None:
    """The authorization whose number goes out, with its place in the list; None where none is approved.

    The first approved one of the scope that holds on the day (of service), else the first of
    the scope, else the first approved one. What an approved one lacks, rules say.
    """
    approved = [
        (number, item)
        for number, item in enumerate(coverage.authorizations)
        if item.status == "approved" and item.number
    ]
    of_scope = [pair for pair in approved if pair[1].scope == scope]
    current = [pair for pair in of_scope if day is not None and holds_on(pair[1], day)]
    return next(iter([*current, *of_scope, *approved]), None)


def holds_on(authorization: Authorization, day: dt.date) -> bool:
    """Whether the day lies within the authorization's dates; a date that is not given sets no limit."""
    first, last = authorization.first_date, authorization.last_date
    return (first is None or first <= day) and (last is None or day <= last)
