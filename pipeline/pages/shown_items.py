"""A work item as a page shows it: words ready to be set, days left, commands to copy.

It must not: decide anything; it words what the item says.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from edi.codes import code_words
from edi.values import dollars
from pipeline.denials.item import CodeEntry, WorkItem

_COMMAND = re.compile(r"`(j3399 [^`]+)`")
_SOON = 7
_MOST_CAUSES = 3
_TABLES = {"carc": "carc", "rarc": "rarc", "status": "claim_status"}


@dataclass(frozen=True, slots=True)
class ShownCause:
    """A likely cause: percent of likelihood and evidence in words."""

    id: str
    meaning: str
    percent: int
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    """One row of the worklist on a page. `page` is the claim's page, relative; "" where there is none."""

    kind: str
    claim: str
    encounter: str
    payer: str
    stage: str
    owner: str
    cause: str
    meaning: str
    cents: int
    due: dt.date | None
    days_left: int | None
    causes: tuple[ShownCause, ...]
    codes: tuple[str, ...]
    actions: tuple[str, ...]
    steps: tuple[str, ...]
    commands: tuple[str, ...]
    prevented_by: tuple[str, ...]
    deadline: str
    page: str

    @property
    def left(self) -> str:
        """The days left in words."""
        days = self.days_left or 0
        if days < 0:
            return f"{-days} days late" if days < -1 else "1 day late"
        return "today" if days == 0 else f"{days} days left" if days > 1 else "1 day left"

    @property
    def urgency(self) -> str:
        """`late`, `soon` or ""."""
        days = self.days_left or 0
        return "late" if days < 0 else "soon" if days <= _SOON else ""


def shown_items(items: Iterable[WorkItem], today: dt.date, pages: Path | None = None) -> list[ShownItem]:
    """The items in their order. `pages` is the folder of claim pages as the report links to it."""
    return [_shown(item, today, pages) for item in items]


def _shown(item: WorkItem, today: dt.date, pages: Path | None) -> ShownItem:
    first = item.causes[0].cause
    commands = [match for step in item.steps for match in _COMMAND.findall(step)]
    return ShownItem(
        kind=item.kind,
        claim=item.claim,
        encounter=item.encounter,
        payer=item.payer,
        stage=item.stage,
        owner=item.owner,
        cause=first.id,
        meaning=first.meaning or first.id,
        cents=item.amount_at_risk_cents,
        due=item.due,
        days_left=(item.due - today).days if item.due else None,
        causes=tuple(
            ShownCause(ranked.cause.id, ranked.cause.meaning, round(ranked.score * 100), ranked.evidence)
            for ranked in item.causes[:_MOST_CAUSES]
        ),
        codes=tuple(dict.fromkeys(code_in_words(code) for code in item.codes)),
        actions=item.actions,
        steps=tuple(step.replace("`", "") for step in item.steps),
        commands=tuple(dict.fromkeys(commands)),
        prevented_by=item.prevented_by,
        deadline=item.deadline,
        page=f"{pages.as_posix()}/{item.claim}.html" if pages is not None and item.claim else "",
    )


def code_in_words(code: CodeEntry) -> str:
    """A code with its amount and its meaning: `CO-197 $2,125,000.00: prior authorization missing`."""
    kind, value = code.pair()
    name = code.name
    amount = f" {dollars(code.amount_cents)}" if code.amount_cents is not None else ""
    words = f": {code_words(_TABLES[kind], value)}" if kind in _TABLES else ""
    return f"{name}{amount}{words}"


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter of the worklist: its title, the attribute it looks at, the values that occur."""

    title: str
    name: str
    values: tuple[str, ...]


def choices(items: Sequence[ShownItem]) -> list[Choice]:
    """The filters that have something to choose from."""
    titles = {"owner": "Who", "payer": "Payer", "cause": "Cause", "kind": "Kind", "stage": "Stage"}
    found = [
        Choice(title, name, tuple(sorted({str(getattr(item, name)) for item in items} - {""})))
        for name, title in titles.items()
    ]
    return [choice for choice in found if len(choice.values) > 1]
