"""An encounter as the rows of a flat file: the way back of `mapping.intake.rows`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from edi.protected import reveal
from mapping.encounter import Encounter
from mapping.intake.cells import EMPTY_LIST, EMPTY_OBJECT, join_list
from mapping.intake.columns import ID, LINES
from mapping.intake.fields import Kind, ListOf, Shape, encounter_shape


def flatten(encounter: Encounter) -> list[dict[str, str]]:
    """The rows of an encounter, column to cell, one row a service line; only cells that are filled.

    The columns of the encounter stand in the first row; later rows carry its id alone.
    """
    members = encounter_shape().members
    of_encounter: dict[str, str] = {}
    for name, member in members.items():
        if name != LINES:
            of_encounter.update(_cells(getattr(encounter, name), member.shape, name, member.default))
    lines = members[LINES].shape
    assert isinstance(lines, ListOf)
    rows = [dict(_cells(line, lines.element, LINES, None)) for line in encounter.service_lines]
    rows[0] = {**of_encounter, **rows[0]}
    return [{ID: encounter.id, **row} for row in rows]


def columns_of(rows: Iterable[dict[str, str]]) -> list[str]:
    """The columns that the rows fill, each once, in the order they come up."""
    return list(dict.fromkeys(name for row in rows for name in row))


def _cells(value: Any, shape: Shape, name: str, default: Any) -> Iterator[tuple[str, str]]:
    value = reveal(value)
    if value is None:
        return
    if isinstance(shape, Kind):
        yield name, _text(value)
    elif isinstance(shape, ListOf):
        if not value:
            if default != []:
                yield name, EMPTY_LIST
        elif isinstance(shape.element, Kind):
            yield name, join_list(_text(reveal(element)) for element in value)
        else:
            for number, element in enumerate(value):
                yield from _cells(element, shape.element, f"{name}[{number}]", None)
    else:
        cells = [
            cell
            for key, member in shape.members.items()
            for cell in _cells(getattr(value, key), member.shape, f"{name}.{key}", member.default)
        ]
        if cells:
            yield from cells
        elif value != default:
            yield name, EMPTY_OBJECT


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
