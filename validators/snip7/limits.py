"""Limits of one payer: the amounts that it can hold, and the days in which it takes a claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from edi.finding import Place
from edi.protected import Protected
from validators.checks import REPLACEMENT, ClaimCheck
from validators.filing_days import last_day
from validators.registry import Fault, claim_rule

_FIRST_PAYER = "P"
_NEAR_DAYS = 14
_ASSUMED_LIMIT = (
    "The days that are assumed for a replacement end on {last}; until when this payer takes it is not known."
)
_ASSUMED_LIMIT_FIX = (
    "ask the payer how long it takes replacements, and enter that as filing_days_correction in its profile."
)


@claim_rule(
    "payer-money-limit",
    source="Medi-Cal newsflash 30356, 2020-04-22: an example; FACTS B1",
    of_void=False,
    of_payer=lambda payer: payer.line_charge_maximum is not None or payer.claim_charge_maximum is not None,
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


@dataclass(frozen=True, slots=True)
class _Limit:
    """The last day on which a payer takes a claim; `is_assumed`: by a count of days that no payer's fact is."""

    last: dt.date
    is_assumed: bool = False


@claim_rule("filing-limit-near", source="payers' filing limits, from the profile; FACTS E2", of_void=False)
def filing_limit_near(check: ClaimCheck) -> Iterator[Fault]:
    """The last day on which the payer takes the claim is more than two weeks away.

    What: the payer's filing limit is reached today or in the next 14 days; or, of a replacement whose
    limit the profile does not know, the days that are assumed for it (correction_days) are nearly over.
    Why: a claim that is rejected at the front door must be corrected and be there again within the limit.
    Fix: send the claim today, and look for the payer's answer each day until it is accepted.
    """
    limit = check.once(_limit_of)
    if limit is None:
        return
    days = (limit.last - check.today).days
    if days <= _NEAR_DAYS and (days >= 0 or limit.is_assumed):
        yield Fault(
            _ASSUMED_LIMIT
            if limit.is_assumed
            else "This payer takes the claim until {last}, in {days} days.",
            check.claim_place("DTP", "434", "DTP03"),
            fields={"last": _shown(limit.last), "days": days},
            expected=f"more than {_NEAR_DAYS} days left",
            found=f"{days} days left" if days >= 0 else f"{-days} days late",
            fix=_ASSUMED_LIMIT_FIX if limit.is_assumed else "",
        )


@claim_rule("filing-limit-passed", source="payers' filing limits, from the profile; FACTS E2", of_void=False)
def filing_limit_passed(check: ClaimCheck) -> Iterator[Fault]:
    """The payer still takes the claim, or the claim says why it is late.

    What: the last day of the payer's filing limit is past, and there is no delay reason (CLM20). A limit
    that is only assumed is for filing-limit-near.
    Why: the payer denies a late claim, and the hospital cannot bill the family for it (CARC 29).
    Fix: where one of the guide's reasons holds, enter it in delay_reason and keep the proof; else ask the payer for an exception before it goes.
    """
    limit = check.once(_limit_of)
    if limit is None or limit.is_assumed or check.today <= limit.last or check.claim.delay_reason:
        return
    yield Fault(
        "This payer took the claim until {last}, and it gives no reason for the delay.",
        check.claim_place("CLM", element="CLM20"),
        fields={"last": _shown(limit.last)},
        expected="sent by that day, or a delay reason",
        found=f"{(check.today - limit.last).days} days late",
    )


def _shown(day: dt.date) -> Protected[str]:
    """A day that tells the one of the service; masked."""
    return Protected(day.isoformat())


def _limit_of(check: ClaimCheck) -> _Limit | None:
    """The last day on which the payer takes the claim; None where that is not known.

    A replacement counts from the remittance, which the ledger alone knows.
    """
    claim, payer = check.claim, check.payer
    if claim.frequency == REPLACEMENT:
        known = payer.filing_days_correction
        last = last_day(_remitted(check), payer.correction_days if known is None else known, payer)
        return _Limit(last, is_assumed=known is None) if last is not None else None
    if claim.subscriber.responsibility == _FIRST_PAYER:
        last = last_day(claim.statement_through, payer.filing_days, payer)
    else:
        last = last_day(_decided(check), payer.filing_days_secondary, payer)
    return _Limit(last) if last is not None else None


def _remitted(check: ClaimCheck) -> dt.date | None:
    """The day of the last remittance of the claim that this one replaces."""
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
