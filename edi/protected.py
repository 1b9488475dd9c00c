"""A wrapper for patient data that prints masked.

Why: a log line, a traceback or a summary must not be able to leak a name, an account
number or a birth date, even when the code that printed it has a bug. What is wrapped
here is shown only where `reveal()` stands in the code.

It must not: know what kind of data it holds, or offer a way to switch masking off.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeVar, get_args

from pydantic_core import CoreSchema, core_schema

T = TypeVar("T")

MASK = "***"


class Protected(Generic[T]):
    """A value of patient data: equal and hashable by its content, printed as `***`.

    Works as a pydantic field type (`Protected[str]`, `Protected[date]`): the plain value
    is validated as `T`, and serialised again in the clear, because a record that goes to
    the ledger must come back whole.
    """

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """The value in the clear; call it only where the value is rendered."""
        return self._value

    def __repr__(self) -> str:
        return MASK

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Protected) and self._value == other._value

    def __hash__(self) -> int:
        return hash(("Protected", self._value))

    def __bool__(self) -> bool:
        return bool(self._value)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        arguments = get_args(source)
        inner = handler.generate_schema(arguments[0] if arguments else str)
        return core_schema.no_info_after_validator_function(
            cls,
            inner,
            serialization=core_schema.plain_serializer_function_ser_schema(
                _serialised,
                when_used="always",
            ),
        )


def _serialised(wrapped: Protected[Any]) -> Any:
    value = wrapped.reveal()
    return value.isoformat() if isinstance(value, date) else value


def reveal(value: object) -> object:
    """The plain value, whether it was wrapped or not."""
    return value.reveal() if isinstance(value, Protected) else value


def shown_code(text: str, longest: int) -> str | Protected[str]:
    """A control number or an id as it stands; in a damaged file it may be anything: masked then."""
    if not text:
        return "nothing"
    return text if len(text) <= longest and text.isascii() and text.isalnum() else Protected(text)
