"""The work item of a claim that was rejected, denied or denied in part.

The drug's line and the infusion's are told apart: where the drug was denied, its codes say the
cause; the other denied lines stand beside with the likeliest cause of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.denials.actions import BUNDLED, actions_for
from pipeline.denials.answer_codes import DRUG, OTHER, codes_of, decided_lines, line_kind, of_lines
from pipeline.denials.case import Case
from pipeline.denials.deadlines import of_actions
from pipeline.denials.item import CodeEntry, LineEntry, WorkItem
from pipeline.denials.ranking import RankedCause, rank
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
    codes = codes_of(event.stage, event.body, case.lines)
    lines = _lines(case, event.stage, event.body, codes)
    line, named = _denied_first(case, codes, lines)
    telling = of_lines(codes, named) or list(codes)
    pairs = [code.pair() for code in telling]
    ranked = rank(pairs, case.evidence)
    first = ranked[0].cause
    actions = actions_for(
        first, life.stage, case.payer, set(pairs), case.evidence, line=line, part=claim.part
    )
    if actions == ["none"] and (first.id in _OWN_CAUSES or first.id == BUNDLED):
        return None
    day = dt.date.fromisoformat(event.day) if event.day else None
    deadline = of_actions(case, actions, day)
    fired = [rule for rule in first.prevented_by if rule in case.evidence.findings]
    return WorkItem(
        kind=KINDS[life.state],
        key=claim.id,
        claim=claim.id,
        encounter=claim.encounter,
        payer=claim.payer,
        state=life.state,
        stage=life.stage,
        amount_at_risk_cents=_at_risk(case, event.stage, event.body),
        codes=codes,
        causes=tuple(item for item in ranked if item.score >= _LEAST_SCORE),
        actions=tuple(actions),
        steps=steps_for(case, first, actions, set(pairs), line),
        owner=first.owner,
        due=deadline.day,
        prevented_by=tuple(fired) or first.prevented_by,
        deadline=deadline.words,
        lines=lines,
    )


def _lines(case: Case, stage: str, body: dict[str, Any], codes: Sequence[CodeEntry]) -> tuple[LineEntry, ...]:
    """The decided lines of a remittance, each denied one with its likeliest cause; () of other answers."""
    if stage != "835":
        return ()
    decided = decided_lines(body, case.lines, case.product, case.payer)
    return tuple(
        replace(line, cause=_first_cause(case, codes, line.line).cause.id) if line.denied else line
        for line in decided
    )


def _first_cause(case: Case, codes: Sequence[CodeEntry], line: str) -> RankedCause:
    return rank([code.pair() for code in of_lines(codes, [line])], case.evidence)[0]


def _denied_first(
    case: Case, codes: Sequence[CodeEntry], lines: Sequence[LineEntry]
) -> tuple[str, list[str]]:
    """What was denied, the drug first, and the numbers of the lines whose codes tell the cause."""
    kinds = {line.line: line.kind for line in lines if line.denied}
    if not kinds:
        sent = {row.control_number: row.code for row in case.lines}
        named = [code.line for code in codes if code.line]
        kinds = {name: line_kind(sent.get(name, ""), case.product, case.payer) for name in named}
    if not kinds or DRUG in kinds.values():
        return DRUG, [name for name, kind in kinds.items() if kind == DRUG]
    return (next(iter(kinds.values())) if len(set(kinds.values())) == 1 else OTHER), list(kinds)


def _at_risk(case: Case, stage: str, body: dict[str, Any]) -> int:
    """What hangs on the item: the charge of the denied lines, or the whole claim's."""
    if stage != "835" or adjudication(body) == "denied":
        return case.claim.total_cents
    return sum(line["charge_cents"] for line in body["lines"] if is_denied_line(line))
