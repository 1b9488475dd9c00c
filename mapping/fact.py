"""What is worked out once for an object, however often it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Value = TypeVar("Value")
_MOST_ITEMS = 1024


class fact(Generic[Value]):  # noqa: N801 - used as `property` is
    """A property worked out once for an object, when the first one asks for it.

    `cached_property` does the same, but takes a lock for each, which costs more than most facts.
    """

    def __init__(self, work_out: Callable[[Any], Value]) -> None:
        self._work_out = work_out
        self._name = work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, item: Any, owner: type) -> Value:
        value = item.__dict__[self._name] = self._work_out(item)
        return value


def once_for_each(work_out: Callable[[Item], Value]) -> Callable[[Item], Value]:
    """The same function, called once for each object: for few that live long, such as profiles.

    An object is known by itself, and kept: two profiles of one key may say different things.
    """
    known: dict[int, tuple[Item, Value]] = {}

    @wraps(work_out)
    def worked_out(item: Item) -> Value:
        found = known.get(id(item))
        if found is None:
            if len(known) >= _MOST_ITEMS:
                known.clear()
            found = known[id(item)] = item, work_out(item)
        return found[1]

    return worked_out
