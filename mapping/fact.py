"""A property that is worked out once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")


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
