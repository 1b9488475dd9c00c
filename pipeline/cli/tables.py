"""Tables for the terminal, from 80 columns; colours only where the terminal has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from edi.values import dollars, from_cents
from pipeline.denials.answer_codes import OTHER
from pipeline.denials.item import LineEntry, WorkItem
from pipeline.worklist.decisions import Entry
from pipeline.worklist.totals import cause_of, totals

_LABEL = 8
_CLAIM_ID = 11
_LESS_LIKELY = 3


def print_worklist(
    entries: Sequence[Entry], today: dt.date, hidden: int = 0, unfit: int = 0, brief: bool = False
) -> None:
    """Each item as a block, or in one line: what it is worth, why, what to do, who and by when.

    `hidden` items are closed or snoozed and not shown, `unfit` ones left out by a filter.
    """
    console = Console(highlight=False)
    if not entries:
        console.print("Nothing to do: no item is open." if not unfit else "No item fits.")
    elif brief:
        console.print(_lines(entries, today))
    else:
        for number, entry in enumerate(entries, start=1):
            console.print(_block(number, entry, today))
    for line in _totals(entries, today, hidden, unfit):
        console.print(line)


def _totals(entries: Sequence[Entry], today: dt.date, hidden: int, unfit: int) -> list[str]:
    found = totals([entry.item for entry in entries], today)
    lines = []
    if entries:
        money = f"{_items(found.items)}, {dollars(found.cents_at_risk)} at risk"
        lines.append(f"{money}; {found.overdue} overdue, {found.due_soon} due within 7 days")
    if unfit:
        lines.append(f"{_items(unfit)} left out by the filter")
    if hidden:
        lines.append(f"{_items(hidden)} closed or snoozed (--all shows them)")
    return lines


def _items(number: int) -> str:
    return f"{number} item" if number == 1 else f"{number} items"


def _block(number: int, entry: Entry, today: dt.date) -> Panel:
    item = entry.item
    rows = Table.grid(expand=True, padding=(0, 1))
    rows.add_column(width=_LABEL)
    rows.add_column(ratio=1)
    for label, words in _rows(entry, today):
        rows.add_row(label, words)
    where = ", ".join(part for part in (item.encounter, item.payer, item.kind.replace("-", " ")) if part)
    title = Text(f"{number}. {item.key}  {dollars(item.amount_at_risk_cents)}")
    return Panel(Group(*_heading(item, where), rows), title=title, title_align="left")


def _heading(item: WorkItem, where: str) -> Iterator[Text]:
    yield Text(where, style="dim")
    if item.causes:
        first = item.causes[0]
        yield Text.assemble((first.cause.meaning, "bold"), f"  ({first.cause.id}, {first.score:.0%} likely)")


def _rows(entry: Entry, today: dt.date) -> Iterator[tuple[str, Text]]:
    """Labels, and what they say."""
    item = entry.item
    for words in item.causes[0].evidence if item.causes else item.facts:
        yield "because", Text(words)
    for line in item.lines if len(item.lines) > 1 else ():
        yield "line", Text(_line(line))
    if item.actions:
        yield "do", Text(" then ".join(action.replace("_", " ") for action in item.actions), style="bold")
    for place, step in enumerate(item.steps):
        yield "do" if not item.actions and not place else "", Text(step)
    yield "who", Text(item.owner)
    yield "by", Text(_due(item, today), style="bold red" if item.due and item.due < today else "")
    others = [f"{other.cause.id} {other.score:.0%}" for other in item.causes[1 : 1 + _LESS_LIKELY]]
    if others:
        yield "or", Text(", ".join(others), style="dim")
    if entry.decision is not None:
        yield "decided", Text(entry.words(), style="yellow")


def _line(line: LineEntry) -> str:
    became = f"denied ({line.cause})" if line.denied else f"paid {dollars(line.paid_cents)}"
    what = "" if line.kind == OTHER else f"{line.kind} "
    return f"{line.line} {what}{line.code} {dollars(line.charge_cents)}: {became}".strip()


def _due(item: WorkItem, today: dt.date) -> str:
    if item.due is None:
        return "no date"
    left = (item.due - today).days
    days = "today" if left == 0 else f"{left} days" if left > 0 else f"{-left} days ago"
    return f"{item.due.isoformat()} ({', '.join(part for part in (days, item.deadline) if part)})"


def _lines(entries: Sequence[Entry], today: dt.date) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold underline")
    table.add_column("due", no_wrap=True)
    table.add_column("$ at risk", justify="right", no_wrap=True)
    table.add_column("item", overflow="fold", min_width=_CLAIM_ID)
    table.add_column("payer", overflow="fold")
    table.add_column("cause", overflow="fold")
    table.add_column("owner", overflow="fold")
    for entry in entries:
        item = entry.item
        late = item.due is not None and item.due < today
        due = Text(item.due.isoformat() if item.due else "", style="bold red" if late else "")
        money = f"{from_cents(item.amount_at_risk_cents):,.0f}"
        style = "dim" if entry.is_hidden else ""
        table.add_row(due, money, item.key, item.payer, cause_of(item), item.owner, style=style)
    return table
