"""DTP: dates by qualifier. Source: 005010X223A2, DTP of loops 2300, 2330B, 2400, 2430."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Generic, TypeVar

from edi.claim837i.layouts import DTP
from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.tokens import Segment
from edi.values import (
    format_date,
    format_date_hour,
    format_date_range,
    parse_date_hour,
    parse_date_range,
    parse_day,
    parse_time,
)
from edi.writer import SegmentValues

T = TypeVar("T")
Span = tuple[date | None, date | None]

_read_form_and_value = DTP.reads("form", "value")
_LENGTH_OF_FORM = {"D8": 8, "RD8": 17, "DT": 12, "TM": 4}
"""Data element 1250, and how long a value of each form is."""


class Forms(Generic[T]):
    """The forms that a value may have in some place, and what reads it from any of them."""

    def __init__(self, forms: tuple[str, ...], words: str, parse: Callable[[str], T | None]) -> None:
        self.words = words
        self.names = " or ".join(forms)
        self._lengths = {form: _LENGTH_OF_FORM[form] for form in forms}
        # the claims of a file share many days
        self._parse = lru_cache(maxsize=1024)(parse)
        self.read = remembered(self._read)

    def parse(self, text: str) -> T | None:
        """The value, or None where the text has none of the forms."""
        return self._parse(text) if len(text) in self._lengths.values() else None

    def fit(self, form: str, text: str) -> bool:
        """Whether the qualifier names one of the forms, and the value has it."""
        return self._lengths.get(form) == len(text)

    def _read(self, segment: Segment, loop: str, losses: Losses) -> T | None:
        """The value of a DTP. One in another form than it says is said."""
        form, text = _read_form_and_value(segment, loop, losses)
        value = self.parse(text)
        if value is None:
            losses.unreadable(loop, segment, "DTP03", self.words, text)
        elif not self.fit(form, text):
            losses.not_as_prescribed(loop, segment, "DTP02", self.names, form)
        return value


def read_day(loop: Loop, qualifier: str, losses: Losses) -> date | None:
    """A single date (D8)."""
    return _read(loop, qualifier, _DAY, losses)


def read_span(loop: Loop, qualifier: str, losses: Losses) -> Span:
    """The two dates of RD8, or the one of D8 twice."""
    return _read(loop, qualifier, _SPAN, losses) or (None, None)


def read_moment(loop: Loop, qualifier: str, losses: Losses) -> date | datetime | None:
    """A date with its hour where that is given (D8 or DT)."""
    return _read(loop, qualifier, _MOMENT, losses)


def read_hour(loop: Loop, qualifier: str, losses: Losses) -> str:
    """A time HHMM (TM), "" where there is none."""
    return _read(loop, qualifier, _HOUR, losses) or ""


def _parse_moment(text: str) -> date | datetime | None:
    return parse_day(text) or parse_date_hour(text)


def _parse_hour(text: str) -> str | None:
    return text if len(text) == 4 and parse_time(text) is not None else None


_DAY = Forms(("D8",), "a date as CCYYMMDD", parse_day)
_SPAN = Forms(("D8", "RD8"), "a date as CCYYMMDD, or two as CCYYMMDD-CCYYMMDD", parse_date_range)
_MOMENT = Forms(("D8", "DT"), "a date as CCYYMMDD, or with its time as CCYYMMDDHHMM", _parse_moment)
_HOUR = Forms(("TM",), "a time as HHMM", _parse_hour)


def _read(loop: Loop, qualifier: str, forms: Forms[T], losses: Losses) -> T | None:
    """The value of the first DTP with the qualifier."""
    segment = loop.take("DTP", qualifier)
    return None if segment is None else forms.read(segment, loop.id, losses)


def write_day(qualifier: str, value: date) -> SegmentValues:
    """DTP with D8."""
    return ("DTP", qualifier, "D8", format_date(value))


def write_span(qualifier: str, first: date, last: date) -> SegmentValues:
    """DTP with RD8."""
    return ("DTP", qualifier, "RD8", format_date_range(first, last))


def write_moment(qualifier: str, value: date | datetime) -> SegmentValues:
    """DTP with DT where the hour is known, else with D8. Raises ValueError for seconds."""
    if isinstance(value, datetime):
        if value.second or value.microsecond:
            raise ValueError("a date with its hour has no place for seconds")
        return ("DTP", qualifier, "DT", format_date_hour(value))
    return write_day(qualifier, value)


def write_hour(qualifier: str, value: str) -> SegmentValues:
    """DTP with TM."""
    return ("DTP", qualifier, "TM", value)
