"""Dates, numbers and answers as people and exports write them, refused where they are not clear.

Why: pydantic takes the number 20261109 for seconds since 1970, `true` for the whole number 1
and `1_0` for ten. A record with such a value would be read, and say something else.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidatorFunctionWrapHandler, WrapValidator

_ONLY_A_NUMBER = re.compile(r"\s*[-+]?[\d.]+\s*")
_PLAIN_NUMBER = re.compile(r"\s*[-+]?[0-9.]+([eE][-+]?[0-9]+)?\s*")
_MOST_KNOWN = 4096
_CLEAR_ANSWERS = frozenset({"true", "false", "yes", "no", "y", "n", "1", "0"})


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _ONLY_A_NUMBER.fullmatch(value) is not None
    return isinstance(value, (int, float, Decimal))


def _day_as_text(value: Any) -> Any:
    if _is_number(value):
        raise ValueError('write a date as text with hyphens ("2026-11-09"), not as a number')
    return value


def _moment_as_text(value: Any) -> Any:
    if _is_number(value):
        raise ValueError('write date and time as text ("2026-11-09T09:30:00"), not as a number')
    return value


def _hospital_time(value: dt.datetime) -> dt.datetime:
    """The time on the hospital's clock; its distance from world time is of no use after that."""
    if value.tzinfo is not None and not value.utcoffset():
        raise ValueError("write date and time as the hospital's clock shows them, not in world time (UTC, Z)")
    return value.replace(tzinfo=None)


def _exact_number(value: Any) -> Any:
    if isinstance(value, float):
        raise ValueError('write money and quantities as text ("2125000.00"), not as a binary float')
    if isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        raise ValueError('write a decimal number with the digits 0 to 9 and a point only ("2125000.00")')
    return value


def _whole_number(value: Any) -> Any:
    if isinstance(value, (bool, float, Decimal)):
        raise ValueError("write a whole number without a decimal point (50), and not as true or false")
    if isinstance(value, str) and not _PLAIN_NUMBER.fullmatch(value):
        raise ValueError("write a whole number with the digits 0 to 9 only (50)")
    return value


def _clear_answer(value: Any) -> Any:
    is_clear = isinstance(value, bool) or (
        isinstance(value, str) and value.strip().casefold() in _CLEAR_ANSWERS
    )
    if not is_clear:
        raise ValueError("write true or false")
    return value


def _once_a_text(prepare: Callable[[Any], Any]) -> WrapValidator:
    """What prepares a value, and then lets pydantic judge it; both once for texts that are alike.

    Records share many days, amounts and quantities. What is remembered belongs to one field's type:
    another one has other limits.
    """
    known: dict[str, Any] = {}

    def judged(value: Any, judge: ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, str):
            return judge(prepare(value))
        found = known.get(value)
        if found is None:
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = known[value] = judge(prepare(value))
        return found

    return WrapValidator(judged)


def exact() -> WrapValidator:
    """Makes a Decimal refuse binary floats. It stands behind the limits: pydantic judges those in its own code then."""
    return _once_a_text(_exact_number)


Day = Annotated[dt.date, _once_a_text(_day_as_text)]
"""A date, ISO 8601."""
Moment = Annotated[dt.datetime, BeforeValidator(_moment_as_text), AfterValidator(_hospital_time)]
"""A date with its time of day at the hospital, ISO 8601. World time is refused: near midnight it is another day."""
Whole = Annotated[int, BeforeValidator(_whole_number)]
"""A whole number."""
Answer = Annotated[bool, BeforeValidator(_clear_answer)]
"""True or false."""
