"""The worklist as a workbook: a summary, all items, and a sheet for each cause.

Headers are frozen and filtered, money and dates are numbers and dates, and no cell is a formula.
The same items at the same time give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from edi.values import from_cents
from pipeline.denials.item import WorkItem
from pipeline.spreadsheets import neutral_cell
from pipeline.worklist.decisions import Entry
from pipeline.worklist.formats import as_row
from pipeline.worklist.totals import cause_of, cents_at_risk, totals

_WIDTHS = {
    "key": 22,
    "kind": 14,
    "claim": 14,
    "encounter": 14,
    "payer": 20,
    "amount_at_risk": 16,
    "cause": 22,
    "score": 8,
    "actions": 26,
    "owner": 20,
    "due": 12,
    "deadline": 26,
    "codes": 22,
    "steps": 60,
    "evidence": 60,
    "decision": 50,
}
_LONGEST_NAME = 31
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def as_xlsx(entries: Sequence[Entry], now: dt.datetime) -> bytes:
    """The workbook as bytes. `now` is told as the time that it was made."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, _OPTIONS)
    book.set_properties({"title": "j3399 worklist", "created": now})
    formats = _Formats(book)
    _write_summary(book, formats, [entry.item for entry in entries], now.date())
    names = {"summary", "all items"}
    _write_items(book, formats, "all items", entries)
    for cause in sorted({cause_of(entry.item) for entry in entries}):
        of_cause = [entry for entry in entries if cause_of(entry.item) == cause]
        _write_items(book, formats, _sheet_name(cause, names), of_cause)
    book.close()
    return stream.getvalue()


class _Formats:
    """The formats of cells."""

    def __init__(self, book: Any) -> None:
        self.header = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.title = book.add_format({"bold": True, "font_size": 13})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.money = book.add_format({"num_format": "#,##0.00", "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
        self.share = book.add_format({"num_format": "0%", "valign": "top"})


def _sheet_name(cause: str, taken: set[str]) -> str:
    """A name that a workbook takes, and that it has not yet."""
    plain = cause.translate(_NOT_IN_NAMES).strip() or "none"
    name, number = plain[:_LONGEST_NAME], 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _LONGEST_NAME - 4]} {number}"
    taken.add(name.casefold())
    return name


def _write_items(book: Any, formats: _Formats, name: str, entries: Sequence[Entry]) -> None:
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, (column, width) in enumerate(_WIDTHS.items()):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, column.replace("_", " "), formats.header)
    for number, entry in enumerate(entries, start=1):
        for place, value in enumerate(_cells(entry)):
            _write(sheet, number, place, value, formats)
    sheet.autofilter(0, 0, max(len(entries), 1), len(_WIDTHS) - 1)


def _cells(entry: Entry) -> Iterable[object]:
    """What stands in the columns, by its own type."""
    item = entry.item
    typed: dict[str, object] = {
        "amount_at_risk": from_cents(item.amount_at_risk_cents),
        "score": item.causes[0].score if item.causes else None,
        "due": item.due,
    }
    row = as_row(entry)
    return [typed[name] if name in typed else row[name] for name in _WIDTHS]


def _write(sheet: Any, row: int, place: int, value: object, formats: _Formats) -> None:
    match value:
        case None | "":
            return
        case Decimal():
            sheet.write_number(row, place, value, formats.money)
        case float():
            sheet.write_number(row, place, value, formats.share)
        case int():
            sheet.write_number(row, place, value)
        case dt.date():
            sheet.write_datetime(row, place, value, formats.day)
        case _:
            sheet.write_string(row, place, neutral_cell(str(value)), formats.text)


_GROUPS: dict[str, Callable[[WorkItem], object]] = {
    "owner": lambda item: item.owner,
    "cause": cause_of,
    "payer": lambda item: item.payer,
    "week of the due date (its Monday)": lambda item: _monday(item.due),
}


def _write_summary(book: Any, formats: _Formats, items: Sequence[WorkItem], today: dt.date) -> None:
    """What there is, then counts and money by owner, cause, payer and week."""
    sheet = book.add_worksheet("summary")
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 20)
    found = totals(items, today)
    sheet.write_string(0, 0, "Open work", formats.title)
    lines = (
        ("as of", today),
        ("items", found.items),
        ("money at risk, each claim once", from_cents(found.cents_at_risk)),
        ("overdue", found.overdue),
        ("due within 7 days", found.due_soon),
    )
    row = 1
    for name, value in lines:
        sheet.write_string(row, 0, name)
        _write(sheet, row, 2, value, formats)
        row += 1
    for title, group_of in _GROUPS.items():
        row = _write_group(sheet, formats, row + 1, title, items, group_of)


def _write_group(
    sheet: Any,
    formats: _Formats,
    row: int,
    title: str,
    items: Sequence[WorkItem],
    group_of: Callable[[WorkItem], object],
) -> int:
    """Count and money of each group, most money first, weeks in their order; returns the next free row."""
    groups: dict[object, list[WorkItem]] = {}
    for item in items:
        groups.setdefault(group_of(item) or "none", []).append(item)
    for place, name in enumerate((title, "items", "money at risk")):
        sheet.write_string(row, place, name, formats.header)
    ordered = sorted(
        groups.items(),
        key=lambda pair: (
            pair[0].toordinal() if isinstance(pair[0], dt.date) else dt.date.max.toordinal(),
            -cents_at_risk(pair[1]),
            str(pair[0]),
        ),
    )
    for group, found in ordered:
        row += 1
        for place, value in enumerate((group, len(found), from_cents(cents_at_risk(found)))):
            _write(sheet, row, place, value, formats)
    return row + 1


def _monday(day: dt.date | None) -> dt.date | None:
    return day - dt.timedelta(days=day.weekday()) if day is not None else None
