"""The columns of a flat file: names, what each may hold, and the header that is checked.

A column is named by its path in the record: `patient.last_name`, `coverages[0].payer`.
Columns that begin with `service_lines.` belong to the row's own service line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import MappingProxyType

from mapping.intake.fields import Kind, ListOf, Member, ObjectOf, Shape, encounter_shape
from mapping.intake.record import Location, path_words

ID = "id"
ACCOUNT = "patient_control_number"
LINES = "service_lines"
_NAME = re.compile(r"[a-z][a-z0-9_]*(\[[0-9]{1,3}\])*(\.[a-z][a-z0-9_]*(\[[0-9]{1,3}\])*)*", re.ASCII)
_PART = re.compile(r"[a-z][a-z0-9_]*|[0-9]+", re.ASCII)
_LONGEST_SHOWN = 120
_OWN_NAME = re.compile(r"[a-z]+(_[a-z]+)+", re.ASCII)
"""What only a column is called, never a person or a place."""
_LOWER_PATH = re.compile(r"[a-z][a-z_]*[0-9]?([.\[\]]+[a-z_0-9]{1,40})*\]?", re.ASCII)
DEFAULT_WIDTHS: Mapping[str, int] = MappingProxyType(
    {
        "coverages": 2,
        "diagnoses": 12,
        "procedures": 3,
        "occurrence_codes": 4,
        "occurrence_spans": 2,
        "value_codes": 4,
        "clinical.baseline_labs": 7,
        "clinical.prior_therapies": 2,
        "attachments": 2,
    }
)
"""How many columns of a list of objects the printed header has, where it is not one. Readers take any number."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `location` is its place in the encounter or, with `is_of_line`, in the service line.

    `shape` is a kind of value; a list of values, which stand in one cell; or any other
    list or object, of which a cell can only say that it is there and empty.
    """

    name: str
    location: Location
    shape: Shape
    is_of_line: bool

    @property
    def is_list_of_values(self) -> bool:
        return isinstance(self.shape, ListOf) and isinstance(self.shape.element, Kind)


@dataclass(frozen=True, slots=True)
class HeaderFault:
    """What is wrong with a column; the file as a whole cannot be read."""

    column: str
    reason: str
    fix: str


@dataclass(frozen=True)
class Header:
    """The columns of a file by their position; a position without a name has none."""

    columns: tuple[Column | None, ...]
    faults: tuple[HeaderFault, ...]

    @cached_property
    def positions(self) -> Mapping[str, int]:
        """Where each column stands."""
        return {column.name: at for at, column in enumerate(self.columns) if column is not None}

    @cached_property
    def encounter_positions(self) -> tuple[int, ...]:
        """Where the columns of the encounter stand, its id left out."""
        return tuple(
            at
            for at, column in enumerate(self.columns)
            if column is not None and not column.is_of_line and column.name != ID
        )


def find_column(name: str) -> Column | None:
    """The column of that name, or None where no encounter record has such a field."""
    if not _NAME.fullmatch(name):
        return None
    location: Location = tuple(int(part) if part.isdigit() else part for part in _PART.findall(name))
    is_of_line = len(location) > 1 and location[0] == LINES and isinstance(location[1], str)
    shape: Shape | None = encounter_shape()
    for part in (LINES, 0, *location[1:]) if is_of_line else location:
        shape = _inside(shape, part)
    if shape is None:
        return None
    return Column(name, location[1:] if is_of_line else location, shape, is_of_line)


def _inside(shape: Shape | None, part: int | str) -> Shape | None:
    if isinstance(shape, ListOf) and isinstance(part, int):
        return shape.element
    if isinstance(shape, ObjectOf) and isinstance(part, str) and part in shape.members:
        return shape.members[part].shape
    return None


def read_header(names: Sequence[str]) -> Header:
    """The header of a file, checked as a whole."""
    columns = tuple(find_column(name) for name in names)
    faults = [
        HeaderFault(shown(name, at), "there is no such column", suggestion(name))
        for at, (name, column) in enumerate(zip(names, columns, strict=True), start=1)
        if name and column is None
    ]
    faults += _twice([column for column in columns if column is not None])
    faults += [
        HeaderFault(name, "the column is missing", "Add the column; every encounter has a value in it.")
        for name in _missing({column.name for column in columns if column is not None})
    ]
    return Header(columns, tuple(faults))


def is_header(names: Sequence[str]) -> bool:
    """Whether a row of cells names columns. Without that, none of its cells may be shown: they may be data."""
    known = sum(find_column(name) is not None for name in names)
    return known > 0 and (any(name.casefold() == ID for name in names) or known * 2 >= len(names))


def default_header() -> list[str]:
    """The columns that `j3399 schema --csv` prints: those of the encounter, then those of its service lines."""
    members = encounter_shape().members
    encounter = [name for name in _names(encounter_shape(), "") if not name.startswith(LINES)]
    lines = members[LINES].shape
    assert isinstance(lines, ListOf)
    return encounter + list(_names(lines.element, LINES))


def _names(shape: Shape, name: str) -> Iterator[str]:
    if isinstance(shape, ObjectOf):
        for key, member in shape.members.items():
            inner = f"{name}.{key}" if name else key
            if says_more_when_empty(member):
                yield inner
            yield from _names(member.shape, inner)
    elif isinstance(shape, ListOf) and not isinstance(shape.element, Kind):
        if name != LINES:
            for number in range(DEFAULT_WIDTHS.get(name, 1)):
                yield from _names(shape.element, f"{name}[{number}]")
    else:
        yield name


def says_more_when_empty(member: Member) -> bool:
    """Whether an empty list of objects differs from none (`clinical.prior_therapies`), so that a column says it."""
    is_list_of_objects = isinstance(member.shape, ListOf) and not isinstance(member.shape.element, Kind)
    return is_list_of_objects and not member.is_required and member.default is None


def shown(name: str, number: int) -> str:
    """An unknown column as findings show it: by its name only where that looks like one, else by its number.

    Where a header has lost its line end, the cells that follow are a child's.
    """
    looks_like_one = _OWN_NAME.fullmatch(name) or (_LOWER_PATH.fullmatch(name) and _alike(name))
    return name if len(name) <= _LONGEST_SHOWN and looks_like_one else f"column {number}"


def _twice(columns: Sequence[Column]) -> Iterator[HeaderFault]:
    fix = "Give each field one column."
    places: set[tuple[bool, Location]] = set()
    for column in columns:
        place = (column.is_of_line, column.location)
        if place in places:
            yield HeaderFault(column.name, "the column stands twice", fix)
        places.add(place)
    lists = {(column.is_of_line, column.location) for column in columns if column.is_list_of_values}
    has_lines = any(column.is_of_line for column in columns)
    for column in columns:
        if (column.is_of_line, column.location[:-1]) in lists:
            reason = "the list has a column for its elements and one for the whole"
            yield HeaderFault(column.name, reason, fix)
        if has_lines and not column.is_of_line and column.location[0] == LINES:
            reason = "service lines stand in rows and in numbered columns at once"
            yield HeaderFault(column.name, reason, f"Use `{LINES}.…` columns, one row a service line.")


def _missing(names: set[str]) -> Iterator[str]:
    """Columns without which no record can fit. A list needs any column of its own."""
    for name in _required(encounter_shape(), ""):
        if name not in names and not any(given.startswith((f"{name}[", f"{name}.")) for given in names):
            yield name


def _required(shape: ObjectOf, name: str) -> Iterator[str]:
    for key, member in shape.members.items():
        if not member.is_required:
            continue
        inner = f"{name}.{key}" if name else key
        if isinstance(member.shape, ObjectOf):
            yield from _required(member.shape, inner)
        else:
            yield inner


def suggestion(name: str) -> str:
    """What to do about an unknown column: the known one that is most like it, if any is."""
    alike = _alike(name)
    if alike is None:
        return "Take the column out, or name it as `j3399 schema --csv` does."
    return f"Is `{alike}` meant? `j3399 schema --csv` prints the columns."


def _alike(name: str) -> str | None:
    """The known column that is most like a name, with the name's own numbers."""
    numbered = re.sub(r"\.([0-9]{1,3})(?=\.|$)", r"[\1]", name[:_LONGEST_SHOWN].strip().lower())
    numbers = iter(re.findall(r"\[([0-9]{1,3})\]", numbered))
    generic = re.sub(r"\[[0-9]{1,3}\]", "[0]", numbered)
    alike = difflib.get_close_matches(generic, _generic_names(), n=1, cutoff=0.6)
    return re.sub(r"\[0\]", lambda _: f"[{next(numbers, '0')}]", alike[0]) if alike else None


@cache
def _generic_names() -> tuple[str, ...]:
    return tuple(dict.fromkeys(re.sub(r"\[[0-9]+\]", "[0]", name) for name in default_header()))


def name_of(location: Location) -> str:
    """The column of a place in a record; of a service line, without its number."""
    if len(location) > 2 and location[0] == LINES and isinstance(location[1], int):
        return f"{LINES}.{path_words(location[2:])}"
    return path_words(location)
