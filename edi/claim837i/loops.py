"""In which loop of the 837I a segment stands.

The loop follows from the last HL, CLM, SBR, LX, LIN or SVD and from the qualifier of an
NM1; an NM1 that fits nowhere stays in the loop before it. Source: guide 005010X223A2,
FACTS annex 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edi.tokens import Segment

_LEVELS = {"20": "2000A", "22": "2000B", "23": "2000C"}

# Which loops an NM1 opens, by the loop it is found below.
_NAMES = {
    "header": {"41": "1000A", "40": "1000B"},
    "2000A": {"85": "2010AA", "87": "2010AB", "PE": "2010AC"},
    "2000B": {"IL": "2010BA", "PR": "2010BB"},
    "2000C": {"QC": "2010CA"},
    "2300": {"71": "2310A", "72": "2310B", "ZZ": "2310C", "82": "2310D", "77": "2310E", "DN": "2310F"},
    "2320": {
        "IL": "2330A",
        "PR": "2330B",
        "71": "2330C",
        "72": "2330D",
        "ZZ": "2330E",
        "77": "2330F",
        "82": "2330G",
        "DN": "2330H",
        "85": "2330I",
    },
    "2400": {"72": "2420A", "ZZ": "2420B", "82": "2420C", "DN": "2420D"},
}

_OPENERS = {"CLM": "2300", "LX": "2400"}


@dataclass(slots=True)
class Loop:
    """One instance of a loop: its id, the loop it hangs on (`scope`) and its own segments."""

    id: str
    scope: str
    segments: list[Segment] = field(default_factory=list)

    def first(self, segment_id: str, qualifier: str | None = None) -> Segment | None:
        """Its first segment by id and, where given, first component of element 1."""
        return next(self.all(segment_id, qualifier), None)

    def all(self, segment_id: str, qualifier: str | None = None) -> Iterator[Segment]:
        for segment in self.segments:
            if segment.id == segment_id and (qualifier is None or segment.component(1, 1) == qualifier):
                yield segment


def split_loops(segments: Iterable[Segment]) -> Iterator[Loop]:
    """The loops of a transaction set in their order, each with its own segments."""
    current = Loop("header", "header")
    for segment in segments:
        opened = _opened(segment, current)
        if opened is not None:
            if current.segments:
                yield current
            current = opened
        current.segments.append(segment)
    if current.segments:
        yield current


def _opened(segment: Segment, current: Loop) -> Loop | None:
    """The loop that a segment opens, or None where it belongs to the current one."""
    segment_id, scope = segment.id, current.scope
    if segment_id == "HL":
        level = _LEVELS.get(segment.element(3), current.id)
        return Loop(level, level)
    if segment_id in _OPENERS:
        opened = _OPENERS[segment_id]
        return Loop(opened, opened)
    if segment_id == "NM1":
        opened = _NAMES.get(scope, {}).get(segment.element(1), "")
        return Loop(opened, scope) if opened else None
    if segment_id == "SBR" and scope in ("2300", "2320"):
        return Loop("2320", "2320")
    if scope == "2400" and segment_id in ("LIN", "CTP") and current.id != "2410":
        return Loop("2410", scope)
    if scope == "2400" and segment_id == "SVD":
        return Loop("2430", scope)
    return None
