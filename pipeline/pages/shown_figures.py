"""The figures of a ledger as pictures with their words and numbers.

It must not: count anything; `pipeline.figures` does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from pipeline.denials.item import WorkItem
from pipeline.figures.bills import Bill
from pipeline.figures.measures import ALL, Figure, figures_of
from pipeline.figures.weeks import Week, acceptance_by_week, days_to_payment_by_week
from pipeline.pages.charts import bar_chart, line_chart
from pipeline.pages.report_page import ShownFigure

_MOST_BARS = 12
_Row = dict[str, Any]


def shown_figures(bills: Sequence[Bill], items: Iterable[WorkItem], today: dt.date) -> list[ShownFigure]:
    """All figures of the report, in its order."""
    tables = {figure.name: figure for figure in figures_of(bills, items, today)}
    return [
        _bars(tables["at-risk"], "days", "at_risk_amount", _dollars),
        _denials_by_cause(tables["denials"]),
        _bars(tables["first-pass"], "payer", "rate", _percent),
        _bars(tables["days"], "payer", "median", _days),
        _line("First-pass acceptance by week", acceptance_by_week(bills, today), "share", _percent),
        _line("Days to payment by week (median)", days_to_payment_by_week(bills, today), "days", _days),
        _bars(tables["preventable"], "cause", "found", str),
        _bars(tables["recovered"], "payer", "recovered_amount", _dollars),
    ]


def _denials_by_cause(figure: Figure) -> ShownFigure:
    """The causes over all payers as bars; the table has each payer."""
    rows = [row for row in figure.rows() if row["payer"] == ALL and row["cause"] != ALL]
    return _drawn(figure, rows, "cause", "denied", str)


def _bars(figure: Figure, label: str, value: str, words: Callable[[Any], str]) -> ShownFigure:
    rows = [row for row in figure.rows() if row[label] != ALL]
    return _drawn(figure, rows, label, value, words)


def _drawn(
    figure: Figure, rows: Sequence[_Row], label: str, value: str, words: Callable[[Any], str]
) -> ShownFigure:
    drawn = [row for row in rows if row[value] is not None][:_MOST_BARS]
    labels, shown = [str(row[label]) for row in drawn], [words(row[value]) for row in drawn]
    picture = bar_chart(labels, [float(row[value]) for row in drawn], shown) if drawn else ""
    said = "; ".join(f"{name} {amount}" for name, amount in zip(labels, shown, strict=True))
    header = tuple(str(name).replace("_", " ") for name in figure.table.columns)
    cells = tuple(tuple(_cell(name, row[name]) for name in figure.table.columns) for row in figure.rows())
    return ShownFigure(figure.title, picture, said or "Nothing to count yet.", header, cells)


def _line(title: str, weeks: Sequence[Week], unit: str, words: Callable[[Any], str]) -> ShownFigure:
    known = [week for week in weeks if week.value is not None]
    labels, values = [f"{week.monday:%d %b}" for week in weeks], [week.value for week in weeks]
    picture = line_chart(labels, values, unit) if known else ""
    said = "; ".join(f"week of {week.monday} {words(week.value)}" for week in known)
    rows = tuple((week.monday.isoformat(), str(week.bills), words(week.value)) for week in known)
    return ShownFigure(title, picture, said or "Nothing to count yet.", ("week of", "bills", unit), rows)


def _cell(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_amount"):
        return _dollars(value)
    return _percent(value) if name == "rate" else str(value)


def _dollars(value: Decimal) -> str:
    return f"${value:,.0f}"


def _percent(value: float) -> str:
    return f"{value:.0%}"


def _days(value: float) -> str:
    return f"{value:g} days"
