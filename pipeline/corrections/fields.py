"""Fields of the encounter record by the names that people type: `therapy.kits[0].volume_ml`.

The names are those of `j3399 schema --csv`; service lines are counted from 0 like other lists.
Which fields are patient data is read off the model.
"""

from __future__ import annotations

import copy
import re
import types
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from edi.protected import Protected
from mapping.encounter import Encounter
from mapping.intake.cells import split_list
from mapping.intake.columns import find_column
from mapping.intake.fields import Kind, ListOf
from mapping.intake.record import Location
from pipeline.errors import NotCorrectable

_PART = re.compile(r"[a-z][a-z0-9_]*|[0-9]+", re.ASCII)
_NAME_LIKE = re.compile(r"[a-z][a-z0-9_.\[\]]{0,60}", re.ASCII)
"""What may be shown of a name that no field has: anything else may be a person's."""
_SCHEMA = "`j3399 schema --csv` prints the names; lists count from 0: service_lines[0].hcpcs"
NUMBER_PATH = "replaces.payer_claim_control_number"
"""The payer's number of the claim that is replaced or voided, where no answer gave it."""
_REPLACES = "replaces"
_FIXED = frozenset({"id", "patient_control_number"})
_CODED = (
    "diagnoses",
    "procedures",
    "drg",
    "condition_codes",
    "occurrence_codes",
    "occurrence_spans",
    "value_codes",
    "service_lines",
    "therapy",
)
"""What a coder answers for: a change of these names who approved it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of the record set to another value; None takes it out.

    `source` says where the value comes from, `reason` why it is better.
    """

    path: str
    value: Any = field(repr=False)
    source: str
    reason: str = ""

    @property
    def location(self) -> Location:
        """The parts of the path."""
        return tuple(int(part) if part.isdigit() else part for part in _PART.findall(self.path))

    @property
    def is_protected(self) -> bool:
        """Whether the value is patient data."""
        return is_protected(self.location)

    @property
    def is_coding(self) -> bool:
        """Whether it changes what was coded or charged."""
        return self.location[0] in _CODED


def field_value(name: str, text: str) -> Any:
    """The value that a text gives a field; None where it is empty. NotCorrectable for a field that there is not.

    A list of values stands in one text, separated by `|`, as in a CSV file.
    """
    check_name(name)
    column = find_column(name)
    if text == "":
        return None
    if column is not None and isinstance(column.shape, ListOf) and isinstance(column.shape.element, Kind):
        return split_list(text)
    return text


def check_name(name: str) -> None:
    """NotCorrectable where no record has a field of that name, or it may not be changed."""
    column = find_column(name)
    if column is None:
        shown = name if _NAME_LIKE.fullmatch(name) else "(a name not shown)"
        raise NotCorrectable(f"an encounter record has no field {shown}", _SCHEMA)
    if column.is_of_line:
        wanted = name.replace("service_lines.", "service_lines[0].", 1)
        raise NotCorrectable(f"{name} does not say which line", f"Say which, counted from 0: {wanted}")
    if column.location[0] in _FIXED:
        raise NotCorrectable(
            f"{name} names the encounter and cannot be changed by a correction",
            "Send the record under the right number; void the wrong claim",
        )
    if column.location[0] == _REPLACES and name != NUMBER_PATH:
        raise NotCorrectable(f"{name} follows from what the claim becomes", "Say what with --as")


def changed_record(record: dict[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    """A copy of the record with the changes. NotCorrectable for a place that it does not have."""
    changed = copy.deepcopy(record)
    for change in changes:
        _set(changed, change)
    return changed


def value_at(record: Any, location: Location) -> Any:
    """What stands there; None where nothing does."""
    for part in location:
        if isinstance(record, list) and isinstance(part, int) and part < len(record):
            record = record[part]
        elif isinstance(record, dict) and isinstance(part, str):
            record = record.get(part)
        else:
            return None
    return record


def _set(record: dict[str, Any], change: Change) -> None:
    *parents, last = change.location
    place: Any = record
    for at, part in enumerate(parents):
        following = change.location[at + 1]
        place = _step(place, part, [] if isinstance(following, int) else {}, change.path)
    if isinstance(place, list) and isinstance(last, int):
        _step(place, last, None, change.path)
        if change.value is None:
            del place[last]
        else:
            place[last] = change.value
    elif isinstance(place, dict):
        if change.value is None:
            place.pop(last, None)
        else:
            place[last] = change.value


def _step(place: Any, part: int | str, empty: Any, path: str) -> Any:
    """What stands under a part, made where it is next in a list or missing in an object."""
    if isinstance(place, dict):
        if place.get(part) is None:
            place[part] = empty
        return place[part]
    if not isinstance(place, list) or not isinstance(part, int) or part > len(place):
        raise NotCorrectable(
            f"{path}: the record has no such place", "The next free number of a list adds an entry to it"
        )
    if part == len(place):
        place.append(empty)
    return place[part]


def is_protected(location: Location) -> bool:
    """Whether a field, something above it or something in it is patient data."""
    annotation: Any = Encounter
    for part in location:
        found = _unwrapped(annotation)
        if found is Protected:
            return True
        annotation = _inside(found, part)
    return _holds_protected(annotation)


def _unwrapped(annotation: Any) -> Any:
    """The model, list or kind that an annotation means; `Protected` where it wraps patient data."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not type(None))
        else:
            return Protected if origin is Protected else annotation


def _inside(annotation: Any, part: int | str) -> Any:
    if get_origin(annotation) is list:
        return get_args(annotation)[0]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and isinstance(part, str):
        return annotation.model_fields[part].annotation
    return object


def _holds_protected(annotation: Any) -> bool:
    found = _unwrapped(annotation)
    if found is Protected:
        return True
    if get_origin(found) is list:
        return _holds_protected(get_args(found)[0])
    if isinstance(found, type) and issubclass(found, BaseModel):
        return any(_holds_protected(one.annotation) for one in found.model_fields.values())
    return False
