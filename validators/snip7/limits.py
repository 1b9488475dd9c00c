"""Limits of one payer: the amounts that it can hold, and the days in which it takes a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.finding import Place
from edi.protected import Protected
from validators.checks import CHANGES_ANOTHER, ClaimCheck
from validators.registry import Fault, claim_rule

_FIRST_PAYER = "P"
_NEAR_DAYS = 14
_SATURDAY = 5
_WEEKEND = 2


@claim_rule(
    "payer-money-limit", source="Medi-Cal newsflash 30356, 2020-04-22: an example; FACTS B1", of_void=False
)
def payer_money_limit(check: ClaimCheck) -> Iterator[Fault]:
    """No charge is above what the payer's system can hold.

    What: a line's charge, or the claim's, is above the limit in the payer's profile.
    Why: the payer rejects the claim, or cuts off digits and pays a fraction.
    Fix: bill the drug on as many lines as the payer allows (drug_lines of its profile); a claim above its limit goes as the payer's manual says.
    """
    of_line, of_claim = check.payer.line_charge_maximum, check.payer.claim_charge_maximum
    if of_line is not None:
        for line in check.claim.lines:
            if line.charge is not None and line.charge > of_line:
                place = check.line_place(line, "SV2", "SV203")
                yield _too_much("A line's charge is above this payer's limit.", place, of_line, line.charge)
    total = check.claim.total_charge
    if of_claim is not None and total is not None and total > of_claim:
        place = check.claim_place("CLM", element="CLM02")
        yield _too_much("The claim's charge is above this payer's limit.", place, of_claim, total)


def _too_much(template: str, place: Place, limit: Decimal, found: Decimal) -> Fault:
    return Fault(template, place, expected=f"at most {limit:f}", found=f"{found:f}")


@claim_rule("filing-limit-near", source="payers' filing limits, from the profile; FACTS E2")
def filing_limit_near(check: ClaimCheck) -> Iterator[Fault]:
    """The last day on which the payer takes the claim is more than two weeks away.

    What: the payer's filing limit is reached today or in the next 14 days.
    Why: a claim that is rejected at the front door must be corrected and be there again within the limit.
    Fix: send the claim today, and look for the payer's answer each day until it is accepted.
    """
    last = check.once(_last_day)
    if last is not None and 0 <= (last - check.today).days <= _NEAR_DAYS:
        yield Fault(
            "This payer takes the claim until {last}, in {days} days.",
            check.claim_place("DTP", "434", "DTP03"),
            fields={"last": _shown(last), "days": (last - check.today).days},
            expected=f"more than {_NEAR_DAYS} days left",
            found=f"{(last - check.today).days} days left",
        )


@claim_rule("filing-limit-passed", source="payers' filing limits, from the profile; FACTS E2")
def filing_limit_passed(check: ClaimCheck) -> Iterator[Fault]:
    """The payer still takes the claim, or the claim says why it is late.

    What: the last day of the payer's filing limit is past, and there is no delay reason (CLM20).
    Why: the payer denies a late claim, and the hospital cannot bill the family for it (CARC 29).
    Fix: where one of the guide's reasons holds, enter it in delay_reason and keep the proof; else ask the payer for an exception before it goes.
    """
    last = check.once(_last_day)
    if last is not None and check.today > last and not check.claim.delay_reason:
        yield Fault(
            "This payer took the claim until {last}, and it gives no reason for the delay.",
            check.claim_place("CLM", element="CLM20"),
            fields={"last": _shown(last)},
            expected="sent by that day, or a delay reason",
            found=f"{(check.today - last).days} days late",
        )


def _shown(day: dt.date) -> Protected[str]:
    """A day that tells the one of the service; masked."""
    return Protected(day.isoformat())


def _last_day(check: ClaimCheck) -> dt.date | None:
    """The last day on which the payer takes the claim; None where that is not known.

    A replacement or a void counts from the remittance, which the ledger alone knows.
    """
    claim, payer = check.claim, check.payer
    days: int | None
    if claim.frequency in CHANGES_ANOTHER:
        first, days = _remitted(check), payer.correction_days
    elif claim.subscriber.responsibility == _FIRST_PAYER:
        first, days = claim.statement_through, payer.filing_days
    elif payer.filing_days_secondary is not None:
        first, days = _decided(check), payer.filing_days_secondary
    else:
        return None
    if first is None or days is None or days + _WEEKEND > (dt.date.max - first).days:
        return None
    last = first + dt.timedelta(days)
    if payer.filing_extends_over_weekends and last.weekday() >= _SATURDAY:
        last += dt.timedelta(7 - last.weekday())
    return last


def _remitted(check: ClaimCheck) -> dt.date | None:
    """The day of the last remittance of the claim that this one replaces or voids."""
    if check.prior is None:
        return None
    claim = check.claim
    chain = check.prior.chain(claim.patient_control_number, claim.reference("F8"), check.payer.key)
    return max((one.remitted for one in chain if one.remitted is not None), default=None)


def _decided(check: ClaimCheck) -> dt.date | None:
    """The day of the last decision of another payer (DTP*573 of 2330B and 2430)."""
    days = [one.adjudicated for one in check.claim.other_coverages]
    days += [one.adjudicated for line in check.claim.lines for one in line.adjudications]
    return max((day for day in days if day is not None), default=None)
