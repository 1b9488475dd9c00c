"""What a fault of a 999 or 997 is about: the claims and elements of the file that was sent.

Why: IK302 is a number of a segment. Who mends a claim needs its account number, the segment and
the element with what stood there.

It must not: look for the file that was sent; it is given its transaction set.

Source: 005010X231A1, IK3, CTX and IK4; FACTS D1.
"""

from __future__ import annotations

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


def resolve(error: SegmentError, sent: Transaction) -> SentFault:
    """Find a fault in the 837 that was sent. Never raises for a position that is none of it.

    A missing segment is counted where it should stand, which is where the next one stands: it
    belongs to what comes before. The account number of a CTX goes before the position.
    """
    body = sent.body
    at = next((segment for segment in body if segment.position == error.segment_at), None)
    segment = at if at is not None and at.id == error.segment_id else None
    return SentFault(
        claims=_claims(error, body, missing=segment is None),
        segment=segment,
        elements=tuple(_element(entry, error.segment_id, segment) for entry in error.elements),
    )


def _claims(error: SegmentError, body: Sequence[Segment], *, missing: bool) -> tuple[Protected[str], ...]:
    accounts = [segment for segment in body if segment.id == "CLM"]
    named = [segment for segment in accounts if _account(segment) == error.patient_control_number]
    if named:
        return _protected(named[:1])
    last = body[-1].position + 1 if body else 0
    if error.segment_at is None or not 1 <= error.segment_at <= last:
        return ()
    position = error.segment_at - 1 if missing else error.segment_at
    before = [segment for segment in body if segment.position <= position and segment.id in ("HL", "CLM")]
    if not before:
        return _protected(accounts)
    nearest = before[-1]
    if nearest.id == "CLM":
        return _protected([nearest])
    end = next(
        (
            segment.position
            for segment in body
            if segment.id == "HL"
            and segment.position > nearest.position
            and _depth(segment) <= _depth(nearest)
        ),
        last,
    )
    return _protected([segment for segment in accounts if nearest.position < segment.position < end])


def _element(entry: ElementError, segment_id: str, segment: Segment | None) -> SentElement:
    name = f"{segment_id}{entry.element or 0:02d}"
    name += f"-{entry.component}" if entry.component else ""
    name += f"({entry.repetition})" if entry.repetition else ""
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
