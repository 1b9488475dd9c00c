"""The report of a night: one page with the night in a line, the worklist, figures, and its health.

It must not: read the ledger; it is given the summary, the items and the figures.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi.values import dollars
from pipeline.denials.item import WorkItem
from pipeline.pages.render import render
from pipeline.pages.shown_items import Choice, ShownItem, choices, shown_items
from pipeline.worklist.unmatched_answers import KIND as UNMATCHED

_MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that people look for first; `tone` is good, bad or ""."""

    name: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure: a picture (data URI, "" where there is nothing to draw), its words, its numbers."""

    title: str
    picture: str
    alternative: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table of the night's health; `empty` stands in it where it has no row."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str = "none"


@dataclass(frozen=True, slots=True)
class Report:
    """What the template shows."""

    day: dt.date
    headline: str
    tiles: Sequence[Tile]
    alarms: Sequence[str]
    items: Sequence[ShownItem]
    choices: Sequence[Choice]
    figures: Sequence[ShownFigure]
    tables: Sequence[ShownTable]
    links: Sequence[tuple[str, str]]
    made: str


def report_page(
    day: dt.date,
    summary: Mapping[str, Any],
    items: Sequence[WorkItem],
    figures: Sequence[ShownFigure] = (),
    *,
    claim_pages: Path | None = None,
    links: Sequence[tuple[str, str]] = (),
) -> str:
    """The page as HTML, self-contained. `claim_pages` and `links` are relative to where it lies."""
    shown = shown_items(items, day, claim_pages)
    tiles = _tiles(summary, shown)
    report = Report(
        day=day,
        headline=_headline(summary, shown),
        tiles=tiles,
        alarms=_alarms(summary, shown),
        items=shown,
        choices=choices(shown),
        figures=figures,
        tables=_tables(summary),
        links=links,
        made=f"Run {summary['run']}, begun {summary['started']}, exit code {summary['exit_code']}.",
    )
    return render("report.html.j2", report=report)


def _count(summary: Mapping[str, Any], name: str) -> int:
    return int(summary["counts"].get(name, 0))


def _headline(summary: Mapping[str, Any], items: Sequence[ShownItem]) -> str:
    out, answers = _count(summary, "claims_released"), _count(summary, "answer_files")
    risk = dollars(sum(item.cents for item in items))
    return (
        f"{_number(out, 'claim')} went out, {_number(answers, 'answer file')} came in; "
        f"{_number(len(items), 'item')} open, {risk} at risk."
    )


def _number(count: int, name: str) -> str:
    return f"{count:,} {name}{'' if count == 1 else 's'}"


def _tiles(summary: Mapping[str, Any], items: Sequence[ShownItem]) -> list[Tile]:
    states = summary["claims_by_state"]
    denied = sum(states.get(state, 0) for state in ("denied", "partly_paid", "rejected"))
    late = sum(1 for item in items if item.days_left is not None and item.days_left < 0)
    waiting = len(summary["claims_without_answer"])
    return [
        Tile("at risk", f"${sum(item.cents for item in items) // 100:,}", "bad" if items else "good"),
        Tile("items open", f"{len(items):,}"),
        Tile("past their date", f"{late:,}", "bad" if late else "good"),
        Tile("claims out tonight", f"{_count(summary, 'claims_released'):,}"),
        Tile("answer files tonight", f"{_count(summary, 'answer_files'):,}"),
        Tile("claims paid", f"{states.get('paid', 0):,}", "good"),
        Tile("claims denied or rejected", f"{denied:,}", "bad" if denied else "good"),
        Tile("without an answer", f"{waiting:,}"),
    ]


def _alarms(summary: Mapping[str, Any], items: Sequence[ShownItem]) -> list[str]:
    found = []
    if summary["quarantined"]:
        found.append(
            f"{_number(len(summary['quarantined']), 'file')} could not be read and lies in quarantine: "
            f"{', '.join(summary['quarantined'][:5])}. j3399 quarantine list says why."
        )
    if summary["refused"]:
        found.append(f"{_number(len(summary['refused']), 'claim')} would have been denied and stayed here.")
    if summary["held"]:
        found.append(f"{_number(len(summary['held']), 'encounter')} newly held before a claim was made.")
    unmatched = sum(1 for item in items if item.kind == UNMATCHED)
    if unmatched:
        found.append(f"Answers that may be about a claim of ours, and fit none or several: {unmatched:,}.")
    late = [item for item in items if item.days_left is not None and item.days_left < 0]
    if late:
        found.append(
            f"{_number(len(late), 'item')} past the date, {dollars(sum(item.cents for item in late))}."
        )
    return found


def _tables(summary: Mapping[str, Any]) -> list[ShownTable]:
    files = tuple(
        (
            file["name"],
            file["partner"],
            str(file["control_number"]),
            str(len(file["claims"])),
            file["sha256"][:16],
        )
        for file in summary["files"][:_MOST_ROWS]
    )
    states = tuple(
        (name.replace("_", " "), f"{count:,}") for name, count in summary["claims_by_state"].items()
    )
    rules = tuple((rule, f"{count:,}") for rule, count in summary["findings_by_rule"].items())
    counts = tuple((name.replace("_", " "), f"{count:,}") for name, count in summary["counts"].items())
    amounts = tuple((name, f"${value}") for name, value in summary["amounts"].items())
    return [
        ShownTable(
            "Files sent", ("file", "partner", "control number", "claims", "SHA-256"), files, "no file"
        ),
        ShownTable("Claims by state", ("state", "claims"), states, "no claim"),
        ShownTable("Findings by rule", ("rule", "findings"), rules, "no finding"),
        ShownTable("Counts", ("what", "count"), counts + amounts, "nothing"),
    ]
