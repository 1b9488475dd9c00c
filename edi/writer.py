"""Segments to bytes: envelopes, counts, and a last defence against forged segments.

Counts in SE, GE and IEA are taken from what was written. A separator or a control
character inside an element is refused here with an exception, because by then it is a
bug: the builder folds names and refuses ids before.

Source: FACTS A1 (envelope), RFI 1526 (trailing separators are never written).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from edi.separators import Separators

Composite = Sequence[str]
Element = str | Composite | None
SegmentValues = Sequence[Element]


_UNSAFE = "an element holds a separator, a control character or a character outside ASCII"


class UnsafeElement(ValueError):
    """An element holds a separator, a control character or a character outside ASCII."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What ISA and GS carry for one pair of trading partners, and how the file is laid out."""

    sender_qualifier: str
    sender: str
    receiver_qualifier: str
    receiver: str
    application_sender: str
    application_receiver: str
    functional_id: str
    version: str
    usage: str
    separators: Separators = Separators()
    line_end: str = ""
    acknowledgment_requested: str = "0"


def write_segment(values: SegmentValues, separators: Separators) -> str:
    """One segment without its terminator: trailing empty elements and components are left out."""
    check_safe("".join([value for value in values if isinstance(value, str)]), separators)
    texts = [value if isinstance(value, str) else _composite(value, separators) for value in values]
    while texts and not texts[-1]:
        texts.pop()
    return separators.element.join(texts)


def write_segments(segments: Iterable[SegmentValues], separators: Separators) -> list[str]:
    """What `write_segment` makes of each of them, in a fraction of the time.

    Joined first, all are looked at together: a mark more than was put between elements and components
    stood in one of them.
    """
    element, component = separators.element, separators.component
    texts: list[str] = []
    elements = components = 0
    for values in segments:
        try:
            text = element.join(values)  # type: ignore[arg-type]
        except TypeError:
            parts = []
            for value in values:
                if isinstance(value, str):
                    parts.append(value)
                else:
                    filled = _without_empty_end(value)
                    parts.append(component.join(filled))
                    components += max(len(filled) - 1, 0)
            text = element.join(parts)
        elements += len(values) - 1
        texts.append(text)
    whole = "".join(texts)
    check_safe(whole, separators, but=element + component)
    if whole.count(element) != elements or whole.count(component) != components:
        raise UnsafeElement(_UNSAFE)
    return [text.rstrip(element) for text in texts]


def _composite(value: Composite | None, separators: Separators) -> str:
    parts = _without_empty_end(value)
    check_safe("".join(parts), separators)
    return separators.component.join(parts)


def _without_empty_end(value: Composite | None) -> Composite:
    """The components of a composite up to the last that is not empty; none where there is no composite."""
    if value is None:
        return ()
    count = len(value)
    while count and not value[count - 1]:
        count -= 1
    return value[:count]


def check_safe(text: str, separators: Separators, but: str = "") -> None:
    """Raise `UnsafeElement` for text that could be taken for structure; the marks in `but` may stand in it."""
    is_plain = text.isascii() and text.isprintable()  # blank to tilde, asked in a fraction of the time
    if is_plain and not any(mark in text for mark in separators.all() if mark not in but):
        return
    if _unsafe(separators, but).search(text):
        raise UnsafeElement(_UNSAFE)


@cache
def _unsafe(separators: Separators, but: str) -> re.Pattern[str]:
    marks = "".join(mark for mark in separators.all() if mark not in but)
    return re.compile(f"[^ -~{re.escape(but)}]|[{re.escape(marks)}]")


def write_interchange(
    envelope: Envelope,
    transactions: Iterable[Sequence[SegmentValues]],
    *,
    control_number: int,
    group_control_number: int,
    at: datetime,
) -> bytes:
    """One interchange with one group of the given transactions.

    Each transaction is its segments from ST to the last before SE; SE is added here with
    the count of segments and the control number of ST02.
    """
    if not 1 <= control_number <= 999_999_999:
        raise ValueError("ISA13 has nine digits: 1 to 999999999")
    separators = envelope.separators
    lines = [
        _isa(envelope, control_number, at),
        write_segment(_gs(envelope, group_control_number, at), separators),
    ]
    count = 0
    for segments in transactions:
        count += 1
        lines += write_segments(segments, separators)
        transaction_control_number = str(segments[0][2])
        lines.append(write_segment(("SE", str(len(segments) + 1), transaction_control_number), separators))
    lines.append(write_segment(("GE", str(count), str(group_control_number)), separators))
    lines.append(write_segment(("IEA", "1", f"{control_number:09d}"), separators))
    end = separators.terminator + envelope.line_end
    return (end.join(lines) + end).encode("ascii")


def _isa(envelope: Envelope, control_number: int, at: datetime) -> str:
    separators = envelope.separators
    elements = (
        "ISA",
        "00",
        " " * 10,
        "00",
        " " * 10,
        envelope.sender_qualifier,
        f"{envelope.sender:<15}",
        envelope.receiver_qualifier,
        f"{envelope.receiver:<15}",
        f"{at:%y%m%d}",
        f"{at:%H%M}",
        separators.repetition or "U",
        "00501",
        f"{control_number:09d}",
        envelope.acknowledgment_requested,
        envelope.usage,
        separators.component,
    )
    return separators.element.join(elements)


def _gs(envelope: Envelope, group_control_number: int, at: datetime) -> SegmentValues:
    return (
        "GS",
        envelope.functional_id,
        envelope.application_sender,
        envelope.application_receiver,
        f"{at:%Y%m%d}",
        f"{at:%H%M}",
        str(group_control_number),
        "X",
        envelope.version,
    )
