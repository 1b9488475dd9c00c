"""The life of a claim: a pure function of the set of its events.

No arrival time, file name or row id counts, so the order in which answers come does not
matter. Events are ordered by stage, then by the date the answer states itself, then the
worse verdict. Money is the sum of all payments, reversals negative.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from edi.codes import code_table
from pipeline.ledger.answers import EventRow
from pipeline.ledger.decisions import APPEALED, WRITTEN_OFF, Decision

STAGES = ("TA1", "999", "277CA-clearinghouse", "277CA-payer", "277", "835")
_VERDICT_RANK = {
    "accepted": 0,
    "pending": 1,
    "paid": 2,
    "partly_paid": 3,
    "unknown": 3,
    "denied": 4,
    "rejected": 5,
}
_DENYING = frozenset({"denial", "information"})
"""Kinds of CARC under which a charge that brought no money was refused: one that only informs is a reason too."""


@dataclass(frozen=True, slots=True)
class ClaimLife:
    """Where a claim is: `state`, the event that decided it, what was paid, the newest payer number.

    `stage` is the column of the cause table: rejected, denied, pending or paid ("" where
    nothing calls for an action).
    """

    state: str
    stage: str
    deciding: EventRow | None
    paid_cents: int
    payer_claim_control_number: str


def life_of(events: Iterable[EventRow]) -> ClaimLife:
    """The state that follows from the events; `ready` where there are none."""
    ordered = in_order(events)
    paid = sum(event.paid_cents for event in ordered)
    numbers = [
        event.payer_claim_control_number
        for event in ordered
        if event.payer_claim_control_number and event.verdict != "reversal"
    ]
    remittances = [event for event in ordered if event.stage == "835"]
    state, deciding = _adjudicated(remittances) if remittances else _before_remittance(ordered)
    return ClaimLife(state, _stage(state), deciding, paid, numbers[-1] if numbers else "")


def state_said(event: EventRow) -> str:
    """The state that follows from one answer alone."""
    return _adjudicated([event])[0] if event.stage == "835" else _before_remittance([event])[0]


def in_order(events: Iterable[EventRow]) -> list[EventRow]:
    """The events as they follow each other: by stage, then the day they state, then the worse verdict."""
    return sorted(events, key=_order)


def basis_of(life: ClaimLife) -> str:
    """The answer that a decision on the claim rests on: it changes when another answer decides."""
    return f"{life.deciding.digest}:{life.deciding.position}" if life.deciding else ""


def state_of(life: ClaimLife, decision: Decision | None) -> str:
    """The state by the events, or the one that somebody decided on, while the same answer decides."""
    decided = decision is not None and decision.kind in (APPEALED, WRITTEN_OFF)
    if decision is not None and decided and decision.fingerprint == basis_of(life):
        return decision.kind
    return life.state


def _order(event: EventRow) -> tuple[int, str, int, str, int]:
    verdict = adjudication(event.body) if event.verdict == "adjudicated" else event.verdict
    rank = _VERDICT_RANK.get(verdict, 3)
    return STAGES.index(event.stage), event.day or "", rank, event.digest, event.position


def conflicts(events: Iterable[EventRow]) -> list[tuple[EventRow, EventRow]]:
    """Answers of one stage and day that disagree: the one that holds, and one that says another thing.

    Remittances are none of them: a payment and its reversal of one day are two facts.
    """
    answers = sorted((event for event in events if event.stage != "835"), key=_order)
    found = []
    for (_, day), group in groupby(answers, key=lambda event: (event.stage, event.day)):
        *others, last = group
        differing = [event for event in others if event.verdict != last.verdict]
        if day and differing:
            found.append((last, differing[-1]))
    return found


def unpaired_reversal(events: Iterable[EventRow]) -> tuple[EventRow, str] | None:
    """The last reversal that stands alone, and what is missing: its `original` or its `correction`.

    None where every reversal has a payment before it and one after it.
    """
    remittances = sorted((event for event in events if event.stage == "835"), key=_order)
    reversals = [event for event in remittances if event.verdict == "reversal"]
    payments = len(remittances) - len(reversals)
    if not reversals or payments > len(reversals):
        return None
    return reversals[-1], "original" if payments < len(reversals) else "correction"


def _adjudicated(remittances: list[EventRow]) -> tuple[str, EventRow]:
    payments = [event for event in remittances if event.verdict != "reversal"]
    reversals = len(remittances) - len(payments)
    if reversals >= len(payments):
        return "reversed", remittances[-1]
    return adjudication(payments[-1].body), payments[-1]


def adjudication(body: dict[str, Any]) -> str:
    """What a remittance says of a claim: paid, partly paid, denied, pending.

    Denied means no money and an adjustment that denies; CLP02 = 4 alone does not.
    """
    parts = [_kinds(part["adjustments"]) for part in (body, *body["lines"])]
    denied_lines = [line for line in body["lines"] if is_denied_line(line)]
    if body["paid_cents"] > 0:
        return "partly_paid" if denied_lines else "paid"
    if any(_denies(kinds) for kinds in parts):
        return "denied"
    return "pending" if any("pending" in kinds for kinds in parts) else "paid"


def is_denied_line(line: dict[str, Any]) -> bool:
    """A line that was charged, not paid, and has an adjustment that denies."""
    return bool(line["charge_cents"] > 0 and line["paid_cents"] == 0 and _denies(_kinds(line["adjustments"])))


def _kinds(adjustments: Iterable[dict[str, Any]]) -> set[str]:
    return {_kind(adjustment["reason"]) for adjustment in adjustments}


def _denies(kinds: set[str]) -> bool:
    """Whether a line, or the claim as a whole, was refused; what is undecided (CARC 133) is not."""
    return bool(kinds & _DENYING) and "pending" not in kinds


def _kind(reason: str) -> str:
    """What a CARC does; one the list does not know counts as a denial, so that a person looks."""
    known = code_table("carc").get(reason)
    return known.kind if known and known.kind else "denial"


def _before_remittance(ordered: list[EventRow]) -> tuple[str, EventRow | None]:
    if not ordered:
        return "ready", None
    latest = ordered[-1]
    if latest.verdict == "rejected":
        return "rejected", latest
    if latest.verdict == "denied":
        return "denied", latest
    if latest.stage in ("TA1", "999"):
        return "received", latest
    return ("accepted" if latest.verdict == "accepted" else "pending"), latest


def _stage(state: str) -> str:
    return {"rejected": "rejected", "denied": "denied", "partly_paid": "denied", "pending": "pending"}.get(
        state, ""
    )
