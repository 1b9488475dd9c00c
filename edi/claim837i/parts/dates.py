"""DTP: dates by qualifier. Source: 005010X223A2, DTP of loops 2300, 2330B, 2400, 2430."""

from __future__ import annotations

from datetime import date, datetime

from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.tokens import Segment
from edi.values import (
    format_date,
    format_date_hour,
    format_date_range,
    parse_date_hour,
    parse_date_range,
    parse_day,
)
from edi.writer import SegmentValues

Span = tuple[date | None, date | None]

_LENGTHS_WITHOUT_TIME = (8, 17)


def read_day(loop: Loop, qualifier: str, losses: Losses) -> date | None:
    """A single date (D8)."""
    segment = loop.take("DTP", qualifier)
    if segment is None:
        return None
    value = parse_day(segment.element(3))
    _check(segment, value, ("D8",), "a date as CCYYMMDD", loop, losses)
    return value


def read_span(loop: Loop, qualifier: str, losses: Losses) -> Span:
    """The two dates of RD8, or the one of D8 twice."""
    segment = loop.take("DTP", qualifier)
    if segment is None:
        return None, None
    text = segment.element(3)
    value = parse_date_range(text) if len(text) in _LENGTHS_WITHOUT_TIME else None
    _check(segment, value, ("D8", "RD8"), "dates as CCYYMMDD-CCYYMMDD", loop, losses)
    return value or (None, None)


def read_moment(loop: Loop, qualifier: str, losses: Losses) -> date | datetime | None:
    """A date with its hour where that is given (D8 or DT)."""
    segment = loop.take("DTP", qualifier)
    if segment is None:
        return None
    value = parse_day(segment.element(3)) or parse_date_hour(segment.element(3))
    _check(segment, value, ("D8", "DT"), "a date as CCYYMMDD or CCYYMMDDHHMM", loop, losses)
    return value


def read_hour(loop: Loop, qualifier: str, losses: Losses) -> str:
    """A time HHMM (TM), as it stands."""
    segment = loop.take("DTP", qualifier)
    if segment is None:
        return ""
    _check(segment, segment.element(3), ("TM",), "a time as HHMM", loop, losses)
    return segment.element(3)


def _check(
    segment: Segment, value: object, forms: tuple[str, ...], expected: str, loop: Loop, losses: Losses
) -> None:
    if not value:
        losses.unreadable(loop.id, segment, "DTP03", expected, segment.element(3))
    elif segment.element(2) not in forms:
        losses.unreadable(loop.id, segment, "DTP02", " or ".join(forms), segment.element(2))
    for number in range(4, len(segment.elements)):
        if segment.element(number):
            losses.not_carried(loop.id, segment, f"DTP{number:02d}")


def write_day(qualifier: str, value: date) -> SegmentValues:
    """DTP with D8."""
    return ("DTP", qualifier, "D8", format_date(value))


def write_span(qualifier: str, first: date, last: date) -> SegmentValues:
    """DTP with RD8."""
    return ("DTP", qualifier, "RD8", format_date_range(first, last))


def write_moment(qualifier: str, value: date | datetime) -> SegmentValues:
    """DTP with DT where the hour is known, else with D8."""
    if isinstance(value, datetime):
        return ("DTP", qualifier, "DT", format_date_hour(value))
    return write_day(qualifier, value)


def write_hour(qualifier: str, value: str) -> SegmentValues:
    """DTP with TM."""
    return ("DTP", qualifier, "TM", value)
