"""The encounter record as a tree of fields, read off the model.

Whatever is added to `mapping.encounter` appears here by itself, and so in the columns of
CSV and Parquet files.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from edi.protected import Protected
from mapping.encounter import Encounter


class Kind(StrEnum):
    """What one value is."""

    TEXT = "text"
    EXACT = "a decimal number"
    WHOLE = "a whole number"
    BOOLEAN = "true or false"
    DATE = "a date"
    MOMENT = "a date with time"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list; all elements are alike."""

    element: Shape


@dataclass(frozen=True, slots=True)
class Member:
    """A field of an object. `default` is what it is where it is not given."""

    shape: Shape
    is_required: bool
    default: Any


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """An object with named fields."""

    members: Mapping[str, Member]


Shape = Kind | ListOf | ObjectOf

_KINDS: dict[Any, Kind] = {
    Decimal: Kind.EXACT,
    bool: Kind.BOOLEAN,
    int: Kind.WHOLE,
    dt.datetime: Kind.MOMENT,
    dt.date: Kind.DATE,
}


@cache
def encounter_shape() -> ObjectOf:
    """The tree of a whole encounter."""
    return object_shape(Encounter)


def object_shape(model: type[BaseModel]) -> ObjectOf:
    """The tree of a model's fields."""
    return ObjectOf(
        {
            name: Member(
                _shape(field.annotation),
                field.is_required(),
                None if field.is_required() else field.get_default(call_default_factory=True),
            )
            for name, field in model.model_fields.items()
        }
    )


def _shape(annotation: Any) -> Shape:
    """The shape of a type. What has no shape of its own (choices, unions of kinds) is text."""
    origin = get_origin(annotation)
    if origin in (Annotated, Protected):
        return _shape(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        chosen = [argument for argument in get_args(annotation) if argument is not type(None)]
        return _shape(chosen[0]) if len(chosen) == 1 else Kind.TEXT
    if origin is list:
        return ListOf(_shape(get_args(annotation)[0]))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return object_shape(annotation)
    return _KINDS.get(annotation, Kind.TEXT)
