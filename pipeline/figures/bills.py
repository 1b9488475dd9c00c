"""What happened to each bill: sent, acknowledged, decided, denied, paid.

A bill is a claim with everything that was sent in its place: later versions, replacements, claims
for single lines of it, voids. It is counted once, under the payer and the day of its first claim.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.denials.answered import answered_item
from pipeline.denials.item import WorkItem
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import EXTERNAL, ClaimRow
from pipeline.life import in_order, life_of, state_said
from pipeline.worklist.answered_claims import case_of, item_of
from pipeline.worklist.desk import Desk

_VOID = "8"
_ACKNOWLEDGMENTS = ("277CA-clearinghouse", "277CA-payer")
_REFUSALS = ("TA1", "999", *_ACKNOWLEDGMENTS)
_DECISIONS = ("277", "835")
_DENIED = ("denied", "partly_paid")


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill. Money is cents.

    `sent` is None of a bill that another system made. `passed` is whether its first claim was
    accepted by every acknowledgment, None where none came that says so. `decided`: the payer paid
    or denied it, at least in part. `refusal_cause` is the likeliest cause of its first rejection or
    denial, `denial_cause` that of its first denial, "" where there was none; `found_by` are the rules that
    prevent the first and find something on the claim as it was sent, `refused_cents` what hung on it.
    `denied_cents` is what the first denial denied, `paid_then_cents` what was paid until then and by it,
    `paid_cents` what is paid now. `claims` are the ids of all its claims.
    """

    payer: str
    sent: dt.date | None
    passed: bool | None
    decided: bool
    denied: bool
    refusal_cause: str
    denial_cause: str
    found_by: tuple[str, ...]
    refused_cents: int
    denied_cents: int
    paid_then_cents: int
    paid_cents: int
    paid_first: dt.date | None
    claims: tuple[str, ...]


def claims_by_bill(desk: Desk) -> list[list[ClaimRow]]:
    """The claims of each bill, the first one first."""
    groups: dict[tuple[str, ...], list[ClaimRow]] = {}
    known = {claim.id: claim for claim in desk.all_claims}
    for claim in desk.all_claims:
        groups.setdefault(_bill_key(claim, known), []).append(claim)
    return [sorted(group, key=_order) for group in groups.values()]


def _bill_key(claim: ClaimRow, known: dict[str, ClaimRow]) -> tuple[str, ...]:
    """The encounter, part and payer of the first claim; that claim alone where another system made it."""
    first = claim
    while first.replaces is not None and first.replaces in known:
        first = known[first.replaces]
    if first.origin == EXTERNAL:
        return (first.id,)
    return first.encounter, first.part, str(first.payer_order)


def _order(claim: ClaimRow) -> tuple[int, bool, str]:
    return claim.file, claim.replaces is not None, claim.id


def bill_of(desk: Desk, claims: Sequence[ClaimRow]) -> Bill:
    """The bill of its claims; to be asked within a walk."""
    first = claims[0]
    ours = first.origin != EXTERNAL
    events = [event for claim in claims for event in desk.events(claim)]
    paid = [event.day for event in events if event.paid_cents > 0 and event.day]
    refused = _first_refusal(desk, claims, ("rejected", *_DENIED))
    denied = refused if refused is None or refused.is_denial else _first_refusal(desk, claims, _DENIED)
    return Bill(
        payer=first.payer,
        sent=desk.sent_day(first) if ours else None,
        passed=_passed(desk.events(first)) if ours else None,
        decided=any(_decides(event) for event in events),
        denied=denied is not None,
        refusal_cause=refused.item.causes[0].cause.id if refused else "",
        denial_cause=denied.item.causes[0].cause.id if denied else "",
        found_by=refused.found_by if refused else (),
        refused_cents=refused.item.amount_at_risk_cents if refused else 0,
        denied_cents=denied.item.amount_at_risk_cents if denied else 0,
        paid_then_cents=denied.paid_cents if denied else 0,
        paid_cents=sum(event.paid_cents for event in events),
        paid_first=dt.date.fromisoformat(min(paid)) if paid else None,
        claims=tuple(claim.id for claim in claims),
    )


def _passed(events: Iterable[EventRow]) -> bool | None:
    found = list(events)
    if any(event.stage in _REFUSALS and event.verdict == "rejected" for event in found):
        return False
    accepted = any(event.stage in _ACKNOWLEDGMENTS and event.verdict == "accepted" for event in found)
    return True if accepted else None


def _decides(event: EventRow) -> bool:
    """Whether an answer pays or denies: a remittance that is not only pending, a final denial of a 277."""
    if event.stage not in _DECISIONS or event.verdict == "reversal":
        return False
    return state_said(event) in ("paid", *_DENIED)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """The first time a bill was rejected or denied: its item as it was, whether that answer denied it, what was
    paid until then, rules."""

    item: WorkItem
    is_denial: bool
    paid_cents: int
    found_by: tuple[str, ...]


def _first_refusal(desk: Desk, claims: Sequence[ClaimRow], states: Sequence[str]) -> _Refusal | None:
    """The first answer that put a claim into one of these states, with what was heard until then."""
    paid = 0
    for claim in claims:
        events = in_order(desk.events(claim))
        for number, event in enumerate(events, start=1):
            if claim.frequency != _VOID and (said := state_said(event)) in states:
                found = _refusal(desk, claim, said, events[:number], paid)
                if found is not None:
                    return found
        paid += sum(event.paid_cents for event in events)
    return None


def _refusal(desk: Desk, claim: ClaimRow, said: str, heard: Sequence[EventRow], paid: int) -> _Refusal | None:
    case, life = case_of(desk, claim), life_of(heard)
    # mostly the refusal is what still holds, and its item is in the worklist
    item = item_of(desk, case) if life == case.life else answered_item(replace(case, life=life))
    if item is None:
        return None
    prevents = item.causes[0].cause.prevented_by
    found_by = tuple(rule for rule in prevents if rule in case.evidence.findings)
    return _Refusal(item, said in _DENIED, paid + sum(event.paid_cents for event in heard), found_by)
