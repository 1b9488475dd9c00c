"""The work item of a claim that was rejected, denied or denied in part."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.denials.actions import BUNDLED
from pipeline.denials.case import Case
from pipeline.denials.deadlines import of_actions
from pipeline.denials.item import WorkItem
from pipeline.denials.judged import judged
from pipeline.denials.steps import steps_for
from pipeline.life import adjudication, is_denied_line

KINDS = {"rejected": "rejected", "denied": "denied", "partly_paid": "partly-denied"}
_LEAST_SCORE = 0.005
_OWN_CAUSES = frozenset({"contractual", "pending"})
"""Causes that are no denial."""


def answered_item(case: Case) -> WorkItem | None:
    """The item of an answered claim; None where nothing is to do."""
    claim, life = case.claim, case.life
    event = life.deciding
    if event is None or life.stage not in ("rejected", "denied"):
        return None
    found = judged(case)
    if found is None:
        return None
    first, actions = found.causes[0].cause, found.actions
    if actions == ("none",) and (first.id in _OWN_CAUSES or first.id == BUNDLED):
        return None
    day = dt.date.fromisoformat(event.day) if event.day else None
    deadline = of_actions(case, actions, day)
    fired = [rule for rule in first.prevented_by if case.evidence.fired(rule)]
    return WorkItem(
        kind=KINDS[life.state],
        key=claim.id,
        claim=claim.id,
        encounter=claim.encounter,
        payer=claim.payer,
        state=life.state,
        stage=life.stage,
        amount_at_risk_cents=_at_risk(case, event.stage, event.body),
        codes=found.codes,
        causes=tuple(item for item in found.causes if item.score >= _LEAST_SCORE),
        actions=actions,
        steps=steps_for(case, first, actions, found.said, found.line),
        owner=first.owner,
        due=deadline.day,
        prevented_by=tuple(fired) or first.prevented_by,
        deadline=deadline.words,
        lines=found.lines,
    )


def _at_risk(case: Case, stage: str, body: dict[str, Any]) -> int:
    """What hangs on the item: the charge of the denied lines, or the whole claim's."""
    if stage != "835" or adjudication(body) == "denied":
        return case.claim.total_cents
    return sum(line["charge_cents"] for line in body["lines"] if is_denied_line(line))
