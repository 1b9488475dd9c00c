"""The segments of a claim, each part with what the guide calls it.

Source: the names of the guide's map, read by `edi.guide.map_file`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from edi.claim837i.model import Claim
from edi.claim837i.patient_elements import patient_elements
from edi.guide.map_file import load_guide
from edi.guide.tables import CompositeDefinition, SegmentDefinition
from edi.tokens import Segment

_GUIDE = ("00501", "HC", "005010X223A2")
_HIDDEN = "•••"
"""Stands for patient data; stars would look like separators here."""


@dataclass(frozen=True, slots=True)
class SegmentPart:
    """An element as it stands, its label (`CLM05`) and name; "" where the guide has none."""

    text: str
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class ShownSegment:
    """A segment to be shown: its position (ST = 1), loop, and parts."""

    position: int
    loop: str
    id: str
    name: str
    parts: tuple[SegmentPart, ...]


def shown_segments(claim: Claim, *, show_phi: bool = False) -> list[ShownSegment]:
    """The claim's segments in their order; patient data masked unless `show_phi`."""
    return [_shown(loop, segment, show_phi) for loop, segment in claim.segments]


def _shown(loop: str, segment: Segment, show_phi: bool) -> ShownSegment:
    qualifier = segment.element(1)
    hidden = frozenset() if show_phi else patient_elements(loop, segment.id, segment.elements[1:])
    definition = _definition(loop, segment.id, qualifier.partition(segment.separators.component)[0])
    parts = []
    for number, text in enumerate(segment.elements[1:], start=1):
        known = definition.elements[number - 1] if definition and number <= len(definition.elements) else None
        shown = _HIDDEN if number in hidden and text else text
        parts.append(SegmentPart(shown, f"{segment.id}{number:02d}", _name(known)))
    return ShownSegment(
        segment.position, loop, segment.id, definition.name if definition else "", tuple(parts)
    )


def _name(definition: object) -> str:
    if isinstance(definition, CompositeDefinition):
        return "; ".join(part.name for part in definition.components if part.name) or definition.name
    return str(getattr(definition, "name", ""))


def _definition(loop: str, segment_id: str, qualifier: str) -> SegmentDefinition | None:
    """The guide's segment of a loop: the one its qualifier names, else the only one of its id."""
    found = _definitions().get((loop, segment_id), ())
    named = [one for one in found if qualifier in one.key_codes]
    return next(iter(named or found), None)


@cache
def _definitions() -> dict[tuple[str, str], list[SegmentDefinition]]:
    found: dict[tuple[str, str], list[SegmentDefinition]] = {}
    for definition in load_guide(*_GUIDE).segments():
        found.setdefault((definition.loop.id, definition.id), []).append(definition)
    return found
