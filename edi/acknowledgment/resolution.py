"""What a fault of a 999 or 997 is about: the claims and elements of the file that was sent.

Why: IK302 is a number of a segment. Who mends a claim needs its account number, the segment and
the element with what stood there.

It must not: look for the file that was sent; it is given its transaction set.

Source: 005010X231A1, IK3, CTX and IK4; FACTS D1.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from edi.acknowledgment.implementation import ElementError, SegmentError
from edi.envelope import Transaction
from edi.protected import Protected
from edi.tokens import Segment

_DEPTHS = {"20": 0, "22": 1, "23": 2}


@dataclass(frozen=True, slots=True)
class SentElement:
    """An element that was found wrong: its name (`HI01-2`, `HI01-2(3)` for a repetition) and value.

    `value` is what was sent, None where nothing stood there.
    """

    name: str
    code: str
    value: Protected[str] | None


@dataclass(frozen=True, slots=True)
class SentFault:
    """What a fault is about.

    `claims` are the account numbers (CLM01) that it concerns: one, or all below a level above
    claims. `segment` is the segment that was sent, None where one is missing. `elements` are in
    the order of the acknowledgment.
    """

    claims: tuple[Protected[str], ...]
    segment: Segment | None
    elements: tuple[SentElement, ...]


def element_name(segment_id: str, element: int | None, component: int | None, repetition: int | None) -> str:
    """An element as the guide writes it: `CLM05-3`, `HI01-2(3)`; the segment alone where none is given."""
    if not element:
        return segment_id
    name = f"{segment_id}{element:02d}"
    name += f"-{component}" if component else ""
    return name + (f"({repetition})" if repetition else "")


def resolve(error: SegmentError, sent: Transaction) -> SentFault:
    """Find a fault in the 837 that was sent: see `SentSet`, which is for many of them."""
    return SentSet(sent).resolve(error)


class SentSet:
    """The 837 that was sent, for looking up faults. Never raises for a position that is none of it."""

    def __init__(self, sent: Transaction) -> None:
        body = sent.body
        self._by_position = {segment.position: segment for segment in body}
        self._last = body[-1].position + 1 if body else 0
        self._claims = [segment for segment in body if segment.id == "CLM"]
        self._by_account: dict[str, Segment] = {}
        for claim in self._claims:
            self._by_account.setdefault(_account(claim), claim)
        self._marks = [segment for segment in body if segment.id in ("HL", "CLM")]
        self._claim_positions = [claim.position for claim in self._claims]
        self._mark_positions = [mark.position for mark in self._marks]

    def resolve(self, error: SegmentError) -> SentFault:
        """What a fault is about.

        A missing segment is counted where it should stand, which is where the next one stands: it
        belongs to what comes before. The account number of a CTX goes before the position.
        """
        at = self._by_position.get(error.segment_at) if error.segment_at is not None else None
        segment = at if at is not None and at.id == error.segment_id else None
        return SentFault(
            claims=_protected(self._concerned(error, missing=segment is None)),
            segment=segment,
            elements=tuple(_element(entry, error.segment_id, segment) for entry in error.elements),
        )

    def _concerned(self, error: SegmentError, *, missing: bool) -> Sequence[Segment]:
        account = error.patient_control_number
        named = self._by_account.get(account) if account else None
        if named is not None:
            return [named]
        if error.segment_at is None or not 1 <= error.segment_at <= self._last:
            return []
        position = error.segment_at - 1 if missing else error.segment_at
        at = bisect_right(self._mark_positions, position) - 1
        if at < 0:
            return self._claims
        nearest = self._marks[at]
        return [nearest] if nearest.id == "CLM" else self._below(at)

    def _below(self, at: int) -> Sequence[Segment]:
        """The claims below a level, which ends where one of its depth or above it begins."""
        level, end = self._marks[at], self._last
        for mark in self._marks[at + 1 :]:
            if mark.id == "HL" and _depth(mark) <= _depth(level):
                end = mark.position
                break
        first = bisect_right(self._claim_positions, level.position)
        return self._claims[first : bisect_left(self._claim_positions, end)]


def _element(entry: ElementError, segment_id: str, segment: Segment | None) -> SentElement:
    name = element_name(segment_id, entry.element, entry.component, entry.repetition)
    return SentElement(name, entry.code, _value(entry, segment))


def _value(entry: ElementError, segment: Segment | None) -> Protected[str] | None:
    if segment is None or not entry.element:
        return None
    text = segment.element(entry.element)
    mark = segment.separators.repetition
    if entry.repetition and mark:
        repeats = text.split(mark)
        text = repeats[entry.repetition - 1] if entry.repetition <= len(repeats) else ""
    if entry.component:
        parts = text.split(segment.separators.component)
        text = parts[entry.component - 1] if entry.component <= len(parts) else ""
    return Protected(text) if text else None


def _account(segment: Segment) -> str:
    return segment.element(1).strip()


def _depth(segment: Segment) -> int:
    return _DEPTHS.get(segment.element(3).strip(), 0)


def _protected(segments: Sequence[Segment]) -> tuple[Protected[str], ...]:
    return tuple(Protected(_account(segment)) for segment in segments)
