"""The UB-04 form as text for a terminal, taken from the form itself: one place says what a box holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import html

_LINE_BREAK = "\n"


def form_text(form: str) -> list[str]:
    """The boxes that hold something (form locator, title, value), then the lines and the payers as tables.

    A box or cell with findings ends with their numbers in brackets.
    """
    page = html.fragment_fromstring(form)
    for node in page.iter("br"):
        node.tail = f"{_LINE_BREAK}{node.tail or ''}"
    return [*_boxes(page), "", *_table(page, "lines"), "", *_table(page, "payers")]


def _boxes(page: Any) -> Iterator[str]:
    for box in page.find_class("box"):
        number, title = _label(box)
        value = "; ".join(filter(None, _text(box.find_class("value")[0]).split(_LINE_BREAK)))
        said = f"{value}{_marks(box)}".strip()
        if said:
            yield f"{number:>8}  {title:<34} {said}"


def _label(box: Any) -> tuple[str, str]:
    label = box.find_class("label")[0]
    number = _text(label.find_class("fl")[0])
    return number, _text(label).removeprefix(number).strip()


def _table(page: Any, name: str) -> Iterator[str]:
    table = page.find_class(name)[0]
    rows = [[_cell(cell) for cell in row] for row in table.xpath(".//tr") if row.get("aria-hidden") is None]
    widths = [
        max(map(len, column))
        for column in zip(*(row for row in rows if len(row) == len(rows[0])), strict=True)
    ]
    for row in rows:
        if len(row) == len(widths) and any(row):
            yield "  ".join(
                text.ljust(width) for text, width in zip(row, widths, strict=True) if width
            ).rstrip()


def _cell(cell: Any) -> str:
    marks = _marks(cell)
    for mark in cell.find_class("mark"):
        mark.drop_tree()
    return _text(cell) + marks


def _marks(node: Any) -> str:
    numbers = [mark.get("href", "").rpartition("-")[2] for mark in node.find_class("mark")]
    return f" [{', '.join(numbers)}]" if numbers else ""


def _text(node: Any) -> str:
    lines = str(node.text_content()).split(_LINE_BREAK)
    return _LINE_BREAK.join(" ".join(line.split()) for line in lines).strip()
