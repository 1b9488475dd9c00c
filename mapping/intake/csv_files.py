"""CSV to rows: header, delimiter, quotes, and how to go on after a row that is broken.

Cells stay text: no number is ever made of one here.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO, TextIO

from mapping.intake.columns import Header, find_column, is_header, read_header
from mapping.intake.record import Fault, IntakeRecord, refused_file, set_aside
from mapping.intake.rows import FlatRow, read_rows
from mapping.intake.text import BLANKS, as_text

DELIMITERS = (",", ";", "\t")
_MAXIMUM_LINE = 1024 * 1024
_MAXIMUM_LINES_OF_A_ROW = 200
"""A quoted cell that goes on for longer was opened by mistake."""


@dataclass(frozen=True, slots=True)
class _Head:
    """The header line, how its cells are separated, and its cells."""

    line: int
    source: str
    delimiter: str
    names: tuple[str, ...]


def has_header(stream: BinaryIO) -> bool:
    """Whether the first line that is not blank names columns of an encounter file."""
    return _head(stream) is not None


def read_csv(stream: BinaryIO, file: str | None) -> Iterator[IntakeRecord]:
    """The records of a CSV file that has a header."""
    head = _head(stream)
    assert head is not None
    header = read_header(head.names)
    if header.faults:
        yield refuse_header(head.line, header, file)
        return
    is_any = False
    for record in read_rows(lambda: _rows(stream, head), header, head.source, file):
        is_any = True
        yield record
    if not is_any:
        yield refused_file(head.line, "the file has a header and no rows", file)


def refuse_header(line: int, header: Header, file: str | None) -> IntakeRecord:
    """A file whose columns cannot be read, with a finding for each column that is wrong."""
    faults = [Fault(line, fault.column, fault.reason, fault.fix) for fault in header.faults]
    return replace(set_aside(line, faults, file, ""), whole_file=True)


def _head(stream: BinaryIO) -> _Head | None:
    with as_text(stream) as text:
        first = next((line for line in _Lines(text) if line.text.strip()), None)
    if first is None or first.is_too_long:
        return None
    heads = [_split_head(first, delimiter) for delimiter in DELIMITERS]
    best = max(heads, key=lambda head: sum(find_column(name) is not None for name in head.names))
    return best if is_header(best.names) else None


def _split_head(line: _Line, delimiter: str) -> _Head:
    names = tuple(name.strip(BLANKS) for name in _first_cells(line.text, delimiter))
    source = line.text if line.text.endswith(("\n", "\r")) else f"{line.text}\n"
    return _Head(line.number, source, delimiter, names)


def _rows(stream: BinaryIO, head: _Head) -> Iterator[FlatRow]:
    """The rows below the header, those left out that have no cell filled."""
    with as_text(stream) as text:
        lines = _Lines(text)
        for line in lines:
            if line.number <= head.line:
                continue
            row = _read_row(line, lines, head)
            if any(row.cells):
                yield row


def _read_row(line: _Line, lines: _Lines, head: _Head) -> FlatRow:
    if line.is_too_long:
        reason = f"the row is longer than {_MAXIMUM_LINE // 2**20} MB"
        return FlatRow(line.number, _first_cells(line.text, head.delimiter), f"{line.text}\n", reason)
    return _read_quoted_row(line, lines, head)


def _read_quoted_row(line: _Line, lines: _Lines, head: _Head) -> FlatRow:
    """A row of one line or, where a quoted cell has line ends in it, of several."""
    taken = [line]
    cells, reason = _cells_of(taken, head.delimiter)
    while cells is None and reason is None:
        following = lines.take() if _may_go_on(taken) else None
        if following is None:
            reason = "a quoted cell begins on this line and does not end"
            break
        taken.append(following)
        if '"' in following.text:
            cells, reason = _cells_of(taken, head.delimiter)
    width = len(head.names)
    if len(taken) > 1 and (cells is None or any(_is_whole_row(next_, head) for next_ in taken[1:])):
        # The quote was opened by mistake and would swallow the rows that follow.
        lines.give_back(taken[1:])
        taken, cells, reason = taken[:1], None, "a quoted cell begins on this line and does not end"
    if cells is None:
        cells = _first_cells(line.text, head.delimiter)
    elif len(cells) != width:
        reason = f"the row has {len(cells)} cells and the header {width}"
    source = "".join(line.text for line in taken)
    return FlatRow(line.number, cells, source if source.endswith(("\n", "\r")) else f"{source}\n", reason)


def _may_go_on(taken: list[_Line]) -> bool:
    size = sum(len(line.text) for line in taken)
    return len(taken) < _MAXIMUM_LINES_OF_A_ROW and size < _MAXIMUM_LINE and not taken[-1].is_too_long


def _cells_of(lines: list[_Line], delimiter: str) -> tuple[list[str] | None, str | None]:
    """The cells of a row; no cells and a reason where it is broken, neither where a quote is open."""
    try:
        rows = list(csv.reader((line.text for line in lines), delimiter=delimiter, strict=True))
    except csv.Error as error:
        return None, None if "unexpected end" in str(error) else f"the row is not CSV: {error}"
    return [cell.strip(BLANKS) for cell in rows[0]] if rows else [], None


def _is_whole_row(line: _Line, head: _Head) -> bool:
    return len(_first_cells(line.text, head.delimiter)) == len(head.names)


def _first_cells(text: str, delimiter: str) -> list[str]:
    """The cells of one line, as well as they can be told."""
    try:
        return [cell.strip(BLANKS) for cell in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error:
        return [cell.strip(' "\r\n') for cell in text.split(delimiter)]


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the file with its end."""

    number: int
    text: str
    is_too_long: bool = False


class _Lines:
    """The lines of a file, some of which can be given back to be read again."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._number = 0
        self._given_back: deque[_Line] = deque()

    def __iter__(self) -> Iterator[_Line]:
        while (line := self.take()) is not None:
            yield line

    def take(self) -> _Line | None:
        """The next line, or None at the end. Of one that is too long, its beginning."""
        if self._given_back:
            return self._given_back.popleft()
        text = self._text.readline(_MAXIMUM_LINE)
        if not text:
            return None
        self._number += 1
        is_too_long = False
        rest = text
        while len(rest) == _MAXIMUM_LINE and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(_MAXIMUM_LINE)
            is_too_long = is_too_long or bool(rest)
        return _Line(self._number, text, is_too_long)

    def give_back(self, lines: Iterable[_Line]) -> None:
        self._given_back.extendleft(reversed(list(lines)))
