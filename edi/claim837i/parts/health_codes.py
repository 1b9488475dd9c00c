"""HI: diagnoses, procedures, occurrences, values and conditions, one composite each.

Source: 005010X223A2, the HI segments of loop 2300 in their order; FACTS A4, A5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.claim837i.model.details import HealthCode
from edi.claim837i.parts.dates import Forms
from edi.tokens import Segment
from edi.values import (
    format_amount,
    format_date,
    format_date_range,
    parse_amount,
    parse_date_range,
)
from edi.writer import SegmentValues

# How many composites one segment may hold, where it is not twelve.
_ROOM = {"ABK": 1, "BK": 1, "ABJ": 1, "BJ": 1, "APR": 3, "PR": 3, "DR": 1, "BBR": 1, "BR": 1, "CAH": 1}
_ROOM_OF_OTHERS = 12
_DATES = Forms(("D8", "RD8"), "a date or two dates", parse_date_range)
_COMPONENTS = 9
_READ_COMPONENTS = frozenset({1, 2, 3, 4, 5, 9})


def read_health_codes(loop: Loop, losses: Losses) -> tuple[HealthCode, ...]:
    """All composites of all HI segments."""
    codes: list[HealthCode] = []
    for segment in loop.take_all("HI"):
        codes += _codes(segment, loop.id, losses)
    return tuple(codes)


@remembered
def _codes(segment: Segment, loop: str, losses: Losses) -> tuple[HealthCode, ...]:
    separator, elements = segment.separators.component, segment.elements
    if not any(elements[1:]):
        losses.says_nothing(loop, segment)
    composites = ((number, elements[number].split(separator)) for number in range(1, len(elements)))
    return tuple(_code(parts, segment, number, loop, losses) for number, parts in composites if any(parts))


def _code(parts: list[str], segment: Segment, number: int, loop: str, losses: Losses) -> HealthCode:
    if len(parts) == 2:
        return HealthCode(parts[0], parts[1])
    element = f"HI{number:02d}"
    for component, part in enumerate(parts, start=1):
        if part and component not in _READ_COMPONENTS:
            losses.not_carried(loop, segment, f"{element}-{component}")
    qualifier, code, form, date_text, amount_text, _, _, _, present_on_admission = (
        parts + [""] * (_COMPONENTS - len(parts))
    )[:_COMPONENTS]
    dates, amount = _DATES.parse(date_text), parse_amount(amount_text)
    if date_text and dates is None:
        losses.unreadable(loop, segment, f"{element}-4", _DATES.words, date_text)
    elif (form or date_text) and not _DATES.fit(form, date_text):
        losses.not_as_prescribed(loop, segment, f"{element}-3", _DATES.names, form)
    if amount_text and amount is None:
        losses.unreadable(loop, segment, f"{element}-5", "an amount", amount_text)
    first, last = dates or (None, None)
    return HealthCode(
        qualifier, code, first, last if "-" in date_text else None, amount, present_on_admission
    )


def write_health_codes(codes: Iterable[HealthCode]) -> Iterator[SegmentValues]:
    """HI segments, each with neighbours of one qualifier. Raises ValueError for a span without a begin."""
    for qualifier, group in groupby(codes, key=lambda code: code.qualifier):
        composites = [_composite(code) for code in group]
        room = _ROOM.get(qualifier, _ROOM_OF_OTHERS)
        for start in range(0, len(composites), room):
            yield ("HI", *composites[start : start + room])


def _composite(code: HealthCode) -> Sequence[str]:
    form = date = ""
    if code.first is None and code.last is not None:
        raise ValueError("a span needs its first day")
    if code.first is not None:
        form, date = "D8", format_date(code.first)
        if code.last is not None:
            form, date = "RD8", format_date_range(code.first, code.last)
    amount = "" if code.amount is None else format_amount(code.amount)
    return (code.qualifier, code.code, form, date, amount, "", "", "", code.present_on_admission)
