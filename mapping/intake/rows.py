"""Rows of a flat file to records: rows that follow one another under one id are an encounter.

A claim with a line missing is worse than no claim. So wherever a row cannot be given to
its encounter for certain, the encounters it may belong to are set aside with it; and an
id that comes back after other rows is set aside in all its places.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapping.intake.cells import EMPTY_LIST, EMPTY_OBJECT, split_list
from mapping.intake.columns import ACCOUNT, ID, LINES, Column, Header, name_of
from mapping.intake.fields import Kind, ListOf
from mapping.intake.record import (
    Fault,
    IntakeRecord,
    Location,
    is_key,
    path_words,
    read_record,
    set_aside,
)
from mapping.intake.spreadsheet import damage, lost_zeros
from mapping.intake.text import is_utf8

MAXIMUM_ROWS = 999
"""The most rows of one encounter: as many as a claim has lines."""
_FIX_ROW = "Correct the row in the source system and send the encounter again with all its rows."


@dataclass(frozen=True, slots=True)
class FlatRow:
    """A row of a flat file: its line, its cells as text ("" where empty), and its own text.

    `fault` says why its cells cannot be told apart; then they are only what could be read.
    """

    line: int
    cells: Sequence[str]
    source: str = ""
    fault: str | None = None


@dataclass(slots=True)
class _Group:
    """Rows that follow one another under one id; without an id, one row that has none."""

    key: str
    rows: list[FlatRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    number_of_rows: int = 0

    def add(self, row: FlatRow) -> None:
        self.number_of_rows += 1
        if row.fault is not None:
            self.faults.append(Fault(row.line, "row", row.fault, _FIX_ROW))
        if self.number_of_rows <= MAXIMUM_ROWS:
            self.rows.append(row)
        elif self.number_of_rows == MAXIMUM_ROWS + 1:
            reason = f"the encounter has more than {MAXIMUM_ROWS} rows"
            self.faults.append(Fault(row.line, "row", reason, _FIX_ROW))

    @property
    def shown_key(self) -> str | None:
        """The id where it may be shown: where a whole row says it, so that it is no piece of another cell."""
        is_sound = is_key(self.key) and any(row.fault is None for row in self.rows)
        return self.key if is_sound else None


def read_rows(
    rows: Callable[[], Iterable[FlatRow]], header: Header, header_source: str, file: str | None
) -> Iterator[IntakeRecord]:
    """The records of a flat file. `rows` gives its rows from the first, and is called twice.

    The first time only the ids are noted, to know those that come back.
    """
    times = Counter(group.key for group in _groups(rows(), header) if group.key)
    scattered = {key for key, number in times.items() if number > 1}
    del times
    for group in _groups(rows(), header):
        if group.key in scattered:
            reason = "the rows of this id do not stand together: other rows lie between them"
            fix = "Sort the export by encounter id and send it again; nothing of this encounter was used."
            group.faults.append(Fault(group.rows[0].line, "id", reason, fix))
        yield _Reading(header, group, file).record(header_source)


def _groups(rows: Iterable[FlatRow], header: Header) -> Iterator[_Group]:
    """Rows under their ids. A row whose id cannot be told stands alone.

    A row that may be a line of the encounter before or after it, because its id may be
    misspelt or lost, marks that encounter.
    """
    group: _Group | None = None
    strays: list[FlatRow] = []
    for row in rows:
        key = _key_of(row, header, group)
        if group is not None and key == group.key:
            group.add(row)
            continue
        if group is not None and _is_headless(row, header):
            group.faults.append(_neighbour_fault(row))
        elif group is not None and _is_alike(row, group.rows[0], header):
            group.faults.append(_alike_fault(row))
        if key is None:
            strays.append(row)
            continue
        if group is not None:
            yield group
        yield from map(_alone, strays)
        before = [*strays, *(group.rows[:1] if group is not None else [])]
        group, strays = _Group(key), []
        group.add(row)
        group.faults += [_alike_fault(other) for other in before if _is_alike(other, row, header)]
        if row.fault is None and _is_headless(row, header):
            reason = "the first row of an id holds the columns of its encounter; this one holds none"
            group.faults.append(Fault(row.line, "id", reason, _FIX_ROW))
    if group is not None:
        yield group
    yield from map(_alone, strays)


def _key_of(row: FlatRow, header: Header, group: _Group | None) -> str | None:
    """The id of a row, or None where it is not certain.

    Of a row with too many or too few cells the id is certain in the first column only,
    which nothing can have moved, or where it is the same as in the row before.
    """
    position = header.positions[ID]
    key = row.cells[position] if position < len(row.cells) else ""
    if not key:
        return None
    if row.fault is not None and position > 0 and (group is None or group.key != key):
        return None
    return key


def _is_headless(row: FlatRow, header: Header) -> bool:
    """Whether a row holds nothing of an encounter, as later rows of one may.

    Of a row whose cells cannot be told apart: whether it has no more than such a row.
    """
    if row.fault is not None:
        of_lines = sum(column is not None and column.is_of_line for column in header.columns)
        return sum(map(bool, row.cells)) <= of_lines + 1
    return not any(row.cells[at] for at in header.encounter_positions)


def _is_alike(row: FlatRow, other: FlatRow, header: Header) -> bool:
    """Whether two rows under different ids have one account number: an encounter has its own."""
    if not (row.cells and other.cells):
        # Nothing of a row could be read: it may be of any encounter.
        return True
    position = header.positions[ACCOUNT]
    accounts = [each.cells[position] for each in (row, other) if each.fault is None and each.cells[position]]
    if len(accounts) == 2 or not accounts:
        return len(accounts) == 2 and accounts[0] == accounts[1]
    broken = next((each for each in (row, other) if each.fault is not None), None)
    if broken is None:
        return False
    # Of a broken row the cells may run into one another; a short number would be found anywhere.
    return any(cell == accounts[0] or (len(accounts[0]) > 3 and accounts[0] in cell) for cell in broken.cells)


def _neighbour_fault(row: FlatRow) -> Fault:
    reason = "this row does not say for certain whose it is, and may be a line of the encounter beside it"
    return Fault(row.line, "id", reason, _FIX_ROW)


def _alike_fault(row: FlatRow) -> Fault:
    reason = "the row beside this encounter, under another id or none, has the same account number"
    fix = "Give all rows of one encounter one id, and each encounter an account number of its own."
    return Fault(row.line, "id", reason, fix)


def _alone(row: FlatRow) -> _Group:
    group = _Group("")
    group.add(row)
    if row.fault is None:
        group.faults.append(Fault(row.line, "id", "the row has no id", _FIX_ROW))
    return group


class _Reading:
    """One group on its way to a record."""

    def __init__(self, header: Header, group: _Group, file: str | None) -> None:
        self._header = header
        self._group = group
        self._file = file
        self._faults = list(group.faults)
        self._line_rows: list[FlatRow] = []

    def record(self, header_source: str) -> IntakeRecord:
        """The encounter of the rows, or their findings with the rows as they came."""
        first = self._group.rows[0]
        if not self._faults:
            value = self._value()
            damaged = {fault.path for fault in self._faults}
            record = read_record(value, first.line, self._file, self._line_of, self._hint_of)
            if not self._faults and record.encounter is not None:
                return record
            self._faults += [
                Fault(finding.place.line or first.line, path, str(finding.fields["reason"]), finding.fix)
                for finding in record.findings
                if (path := finding.place.path or "record") not in damaged
            ]
        content = "".join([header_source, *(row.source for row in self._group.rows)])
        return set_aside(first.line, self._faults, self._file, content, self._group.shown_key, ".csv")

    def _value(self) -> dict[str, Any]:
        """The record as JSON would have it. What is wrong with single cells goes to the faults."""
        rows = self._group.rows
        self._check_repeated(rows)
        tree: dict[int | str, Any] = {}
        self._put_cells(tree, rows[0], of_line=False, place=())
        lines: dict[int | str, Any] = {}
        for row in rows:
            line: dict[int | str, Any] = {}
            place: Location = (LINES, len(self._line_rows))
            if self._put_cells(line, row, of_line=True, place=place):
                lines[len(self._line_rows)] = line
                self._line_rows.append(row)
            elif row is not rows[0]:
                self._faults.append(Fault(row.line, LINES, "the row holds no service line", _FIX_ROW))
        if lines:
            tree[LINES] = lines
        value = self._closed(tree, ())
        assert isinstance(value, dict)
        return value

    def _check_repeated(self, rows: Sequence[FlatRow]) -> None:
        """Columns of the encounter say in every row what they say in the first, or nothing."""
        first = rows[0].cells
        for row in rows[1:]:
            for at in self._header.encounter_positions:
                if row.cells[at] and row.cells[at] != first[at]:
                    column = self._header.columns[at]
                    assert column is not None
                    reason = f"another value than on line {rows[0].line}, where the encounter begins"
                    self._faults.append(Fault(row.line, column.name, reason, _FIX_ROW))

    def _put_cells(self, tree: dict[int | str, Any], row: FlatRow, of_line: bool, place: Location) -> bool:
        """Put the cells of the encounter, or of the line, into the tree; False where all are empty."""
        is_any = False
        for at, cell in enumerate(row.cells):
            if not cell:
                continue
            column = self._header.columns[at]
            if column is None:
                if not of_line:
                    reason = f"cell {at + 1} holds a value, but its column has no name"
                    self._faults.append(Fault(row.line, "row", reason, _FIX_ROW))
            elif column.is_of_line == of_line:
                is_any = True
                self._put(tree, column, cell, row.line, (*place, *column.location))
        return is_any

    def _put(
        self, tree: dict[int | str, Any], column: Column, cell: str, line: int, location: Location
    ) -> None:
        reason = _wrong(column, cell)
        if reason is not None:
            self._faults.append(Fault(line, path_words(location), reason))
        *parents, last = column.location
        for part in parents:
            tree = tree.setdefault(part, {})
            if not isinstance(tree, dict):
                self._faults.append(Fault(line, path_words(location), "said to be empty and given at once"))
                return
        if last in tree:
            self._faults.append(Fault(line, path_words(location), "said to be empty and given at once"))
        elif isinstance(column.shape, Kind):
            tree[last] = cell
        else:
            tree[last] = split_list(cell) if isinstance(column.shape, ListOf) else _EMPTY

    def _closed(self, node: Any, location: Location) -> Any:
        """A node of the tree as object or list. A list has no places left out: order has a meaning."""
        if node is _EMPTY:
            return {}
        if not isinstance(node, dict):
            return node
        parts = {part: self._closed(inner, (*location, part)) for part, inner in node.items()}
        if not any(isinstance(part, int) for part in parts):
            return parts
        numbers = sorted(part for part in parts if isinstance(part, int))
        gap = next((place for place, number in enumerate(numbers) if place != number), None)
        if gap is not None:
            where = (*location, gap)
            reason = "nothing stands here, but a later place of the list is filled"
            self._faults.append(Fault(self._line_of(where), path_words(where), reason))
        return [parts[number] for number in numbers]

    def _line_of(self, location: Location) -> int:
        """The line of the file on which a field of the record stands."""
        if len(location) > 1 and location[0] == LINES and isinstance(location[1], int) and self._line_rows:
            return self._line_rows[min(location[1], len(self._line_rows) - 1)].line
        return self._group.rows[0].line

    def _hint_of(self, location: Location) -> str:
        """Words on zeros that may be lost, from the cell of a field that did not fit."""
        name = name_of(location)
        line = self._line_of(location)
        for at, column in enumerate(self._header.columns):
            if column is not None and column.name == name and column.shape is Kind.TEXT:
                row = next(row for row in self._group.rows if row.line == line)
                return lost_zeros(row.cells[at])
        return ""


_EMPTY = object()


def _wrong(column: Column, cell: str) -> str | None:
    """What is wrong with a cell as such; whether the value fits is the model's to say."""
    if not is_utf8(cell):
        return "the cell is not UTF-8 text"
    if isinstance(column.shape, Kind):
        return damage(column.shape, cell)
    if isinstance(column.shape, ListOf) and isinstance(column.shape.element, Kind):
        kind = column.shape.element
        return next((reason for element in split_list(cell) if (reason := damage(kind, element))), None)
    wanted = EMPTY_LIST if isinstance(column.shape, ListOf) else EMPTY_OBJECT
    if cell != wanted:
        return (
            f"the column takes only {wanted}, which says that it is empty; other columns give what is in it"
        )
    return None


def csv_line(cells: Iterable[str], delimiter: str = ",") -> str:
    """Cells as a line of CSV, as the rows of a set-aside encounter are kept."""
    text = io.StringIO()
    # With this line end the writer quotes both kinds of line end within a cell.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue()
