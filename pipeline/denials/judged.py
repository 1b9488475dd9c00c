"""What the last answer of a claim means: its codes, the causes they point to, the actions that follow.

The drug's line and the infusion's are told apart: where the drug was denied, its codes say the
cause; the other denied lines stand beside with the likeliest cause of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.denials.actions import actions_for
from pipeline.denials.answer_codes import DRUG, OTHER, codes_of, decided_lines, line_kind, of_lines
from pipeline.denials.case import Case
from pipeline.denials.evidence import answer_facts
from pipeline.denials.item import CodeEntry, LineEntry
from pipeline.denials.ranking import RankedCause, rank
from pipeline.denials.tables import code_weights

_PAID = "paid"
_SHARES = {"contractual"}
_DECIDED = ("paid", "reversed")


@dataclass(frozen=True, slots=True)
class Judgement:
    """An answer as it is understood. `stage` is the column of the cause table, `line` what was refused,
    `said` the codes that tell the cause."""

    stage: str
    codes: tuple[CodeEntry, ...]
    said: frozenset[tuple[str, str]]
    line: str
    lines: tuple[LineEntry, ...]
    causes: tuple[RankedCause, ...]
    actions: tuple[str, ...]


def judged(case: Case) -> Judgement | None:
    """The last answer of a claim, understood; None where none has come that says more than that it was taken in."""
    claim, life = case.claim, case.life
    event = life.deciding
    stage = life.stage or (_PAID if life.state in _DECIDED else "")
    if event is None or not stage:
        return None
    codes = codes_of(event.stage, event.body, case.lines)
    evidence = case.evidence.with_facts(answer_facts(event.stage, event.body))
    lines = _lines(case, event.stage, event.body, codes)
    line, named = _denied_first(case, codes, lines)
    telling = of_lines(codes, named) or list(codes)
    said = frozenset(code.pair() for code in telling)
    ranked = rank(_clues(telling, stage), evidence, line)
    actions = actions_for(
        ranked[0].cause, stage, case.payer, said, evidence, line=line or DRUG, part=claim.part
    )
    return Judgement(stage, codes, said, line or DRUG, lines, tuple(ranked), tuple(actions))


def _clues(codes: Sequence[CodeEntry], stage: str = "denied") -> list[tuple[str, str]]:
    """What the codes say of causes. What only says who bears a part is no reason beside a denial."""
    found = [clue for code in codes for clue in code.clues()]
    return (
        found if stage == _PAID else [clue for clue in found if set(code_weights().get(clue, ())) != _SHARES]
    )


def _lines(case: Case, stage: str, body: dict[str, Any], codes: Sequence[CodeEntry]) -> tuple[LineEntry, ...]:
    """The decided lines of a remittance, each denied one with its likeliest cause; () of other answers."""
    if stage != "835":
        return ()
    decided = decided_lines(body, case.lines, case.product, case.payer)
    return tuple(
        replace(line, cause=_first_cause(case, codes, line).cause.id) if line.denied else line
        for line in decided
    )


def _first_cause(case: Case, codes: Sequence[CodeEntry], line: LineEntry) -> RankedCause:
    """The likeliest cause of a line's own codes."""
    return rank(_clues(of_lines(codes, [line.line])), case.evidence, line.kind)[0]


def _denied_first(
    case: Case, codes: Sequence[CodeEntry], lines: Sequence[LineEntry]
) -> tuple[str, list[str]]:
    """What was denied, the drug first, and the numbers of the lines whose codes tell the cause.

    "" where the answer speaks of the claim as a whole.
    """
    kinds = {line.line: line.kind for line in lines if line.denied}
    if not kinds:
        sent = {row.control_number: row.code for row in case.lines}
        named = [code.line for code in codes if code.line]
        kinds = {name: line_kind(sent.get(name, ""), case.product, case.payer) for name in named}
    if not kinds:
        return "", []
    if DRUG in kinds.values():
        return DRUG, [name for name, kind in kinds.items() if kind == DRUG]
    return (next(iter(kinds.values())) if len(set(kinds.values())) == 1 else OTHER), list(kinds)
