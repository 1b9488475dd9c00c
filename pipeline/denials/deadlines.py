"""Until when something must be done, and which deadline that is.

Days come from the payer's profile. Where it does not know its limit for replacements, the days
that are assumed for corrections count, and the words say so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from mapping.profile_models import PayerProfile
from pipeline.denials.case import Case
from validators.filing_days import last_day


@dataclass(frozen=True, slots=True)
class Deadline:
    """A last day, None where it is not known, and what it is the last day of."""

    day: dt.date | None
    words: str = ""


NO_DEADLINE = Deadline(None)


def appeal(decided: dt.date | None, payer: PayerProfile) -> Deadline:
    """The last day to appeal or dispute a decision."""
    return Deadline(last_day(decided, payer.appeal_days, payer), f"appeal within {payer.appeal_days} days")


def replacement(decided: dt.date | None, payer: PayerProfile) -> Deadline:
    """The last day on which a replacement is taken."""
    known = payer.filing_days_correction
    if known is not None:
        return Deadline(last_day(decided, known, payer), f"replacement within {known} days")
    days = payer.correction_days
    return Deadline(last_day(decided, days, payer), f"correction within {days} days, which are assumed")


def filing(
    through: dt.date | None, decided_before: dt.date | None, order: int, payer: PayerProfile
) -> Deadline:
    """The last day on which a claim is taken: from the statement's end, or from the decision before."""
    if order == 0:
        first, days, since = through, payer.filing_days, "the statement's end"
    else:
        first, days, since = decided_before, payer.filing_days_secondary, "the decision before"
    return Deadline(last_day(first, days, payer), f"filing limit of {days} days from {since}" if days else "")


def of_actions(case: Case, actions: Sequence[str], decided: dt.date | None) -> Deadline:
    """The deadline of what is to be done first; that of an appeal where one is to follow.

    `decided` is the day that the answer states itself.
    """
    if not actions or actions[0] in ("none", "wait"):
        return NO_DEADLINE
    if "appeal" in actions:
        return appeal(decided, case.payer)
    if actions[0] == "new_claim":
        through = case.sent.statement_through if case.sent is not None else None
        limit = filing(through, case.decided_before, case.claim.payer_order, case.payer)
        if limit.day is not None:
            return limit
    return replacement(decided, case.payer)
