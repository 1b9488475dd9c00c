"""Making a work item that does not come from the codes of an answer.

Its cause is one of the cause table or, of what no payer can say (a held encounter, an answer
that fits nothing), a kind of `kinds.csv`.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from pipeline.denials.deadlines import NO_DEADLINE, Deadline
from pipeline.denials.item import CodeEntry, LineEntry, WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.denials.tables import Cause, causes
from pipeline.ledger.claims import ClaimRow


@cache
def own_kinds() -> Mapping[str, Cause]:
    """What calls for somebody though no payer said so, in the form of a cause."""
    text = files(__package__).joinpath("kinds.csv").read_text(encoding="utf-8")
    return {
        row["kind"]: Cause(
            id=row["kind"],
            meaning=row["what it means"],
            actions={},
            condition="",
            steps=tuple(step.strip() for step in row["steps in words"].split(";")),
            owner=row["owner"],
            prevented_by=(),
        )
        for row in csv.DictReader(text.splitlines())
    }


def cause_named(name: str) -> Cause:
    """A cause of the table, or a kind of our own."""
    return causes().get(name) or own_kinds()[name]


def certain(name: str, evidence: Sequence[str]) -> tuple[RankedCause, ...]:
    """A cause about which there is no doubt."""
    return (RankedCause(cause_named(name), 1.0, tuple(evidence)),)


def about_claim(
    claim: ClaimRow,
    kind: str,
    causes: tuple[RankedCause, ...],
    *,
    state: str,
    stage: str,
    cents: int,
    actions: Sequence[str],
    steps: Sequence[str],
    deadline: Deadline = NO_DEADLINE,
    facts: Sequence[str] = (),
    codes: Sequence[CodeEntry] = (),
    lines: Sequence[LineEntry] = (),
    key: str = "",
) -> WorkItem:
    """An item about a claim; its owner is the first cause's, its key of the claim where none is given."""
    return WorkItem(
        kind=kind,
        key=key or f"{claim.id}:{kind}",
        claim=claim.id,
        encounter=claim.encounter,
        payer=claim.payer,
        state=state,
        stage=stage,
        amount_at_risk_cents=cents,
        codes=tuple(codes),
        causes=causes,
        actions=tuple(actions),
        steps=tuple(dict.fromkeys(steps)),
        owner=causes[0].cause.owner,
        due=deadline.day,
        deadline=deadline.words,
        facts=tuple(facts),
        lines=tuple(lines),
    )


def days_words(days: int) -> str:
    """`in 3 days`, `today`, `2 days ago`."""
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"in {days} {unit}" if days > 0 else f"{-days} {unit} ago"
