"""Tables for the terminal, from 80 columns; colours only where the terminal has them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from edi.values import from_cents
from pipeline.denials.item import WorkItem


def print_worklist(items: Sequence[WorkItem]) -> None:
    """Each item as a block: what it is worth, why, what to do, who and by when."""
    console = Console()
    if not items:
        console.print("Nothing to do: no claim is rejected or denied.")
        return
    for number, item in enumerate(items, start=1):
        console.print(_block(number, item))
    total = from_cents(sum(item.amount_at_risk_cents for item in items))
    console.print(f"{len(items)} open, ${total:,} at risk")


def _block(number: int, item: WorkItem) -> Panel:
    first = item.causes[0]
    text = Text()
    text.append(f"{first.cause.meaning}", style="bold")
    text.append(f"  ({first.cause.id}, {first.score:.0%} likely)\n")
    for words in first.evidence:
        text.append(f"  because  {words}\n")
    text.append(f"  do       {' then '.join(item.actions)}\n", style="bold")
    for step in item.steps:
        text.append(f"           {step}\n")
    due = item.due.isoformat() if item.due else "no date"
    text.append(f"  who      {item.owner}, by {due}")
    others = [f"{other.cause.id} {other.score:.0%}" for other in item.causes[1:4]]
    if others:
        text.append(f"\n  or       {', '.join(others)}", style="dim")
    amount = from_cents(item.amount_at_risk_cents)
    title = (
        f"{number}. {item.claim}  {item.encounter}  {item.payer}  {item.state.replace('_', ' ')}  ${amount:,}"
    )
    return Panel(text, title=title, title_align="left")
