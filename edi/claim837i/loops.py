"""In which loop of the 837I a segment stands.

The loop follows from the last HL, CLM, SBR, LX, LIN or SVD and from the qualifier of an
NM1. An HL or NM1 that fits nowhere opens a loop without a name, so that what follows it is
not taken for the loop before. Source: 005010X223A2, FACTS annex 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edi.tokens import Segment

NAMELESS = ""
HEADER = "header"
BILLING, SUBSCRIBER, PATIENT = "2000A", "2000B", "2000C"
CLAIM, COVERAGE, LINE = "2300", "2320", "2400"
DRUG, ADJUDICATION = "2410", "2430"
ABOVE_CLAIMS = frozenset({HEADER, BILLING, SUBSCRIBER, PATIENT, NAMELESS})
"""Scopes in which no claim is open."""

_LEVELS = {"20": BILLING, "22": SUBSCRIBER, "23": PATIENT}

# Which loops an NM1 opens, by the loop it is found below.
_NAMES = {
    HEADER: {"41": "1000A", "40": "1000B"},
    BILLING: {"85": "2010AA", "87": "2010AB", "PE": "2010AC"},
    SUBSCRIBER: {"IL": "2010BA", "PR": "2010BB"},
    PATIENT: {"QC": "2010CA"},
    CLAIM: {"71": "2310A", "72": "2310B", "ZZ": "2310C", "82": "2310D", "77": "2310E", "DN": "2310F"},
    COVERAGE: {
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
    LINE: {"72": "2420A", "ZZ": "2420B", "82": "2420C", "DN": "2420D"},
}

_OPENERS = {"CLM": CLAIM, "LX": LINE}

# After a service line these can only belong to a new level whose HL is missing.
_LEVEL_WITHOUT_HL = {"SBR": SUBSCRIBER, "PAT": PATIENT}
_LEVEL_OF_NAME = {"85": BILLING, "IL": SUBSCRIBER, "PR": SUBSCRIBER, "QC": PATIENT}


@dataclass(slots=True)
class Loop:
    """One instance of a loop: its id, the loop it hangs on (`scope`) and its own segments.

    Whoever reads it takes the segments out one by one, by id and qualifier, in any order;
    what nobody took is `left`.
    """

    id: str
    scope: str
    segments: list[Segment] = field(default_factory=list)
    _by_id: dict[str, list[Segment]] = field(default_factory=dict, repr=False, compare=False)

    def take(self, segment_id: str, qualifier: str | None = None) -> Segment | None:
        """Its first segment by id and, where given, element 1; None where there is none left."""
        there = (self._by_id or self._sort()).get(segment_id)
        if not there:
            return None
        if qualifier is None:
            return there.pop(0)
        for number, segment in enumerate(there):
            if segment.element(1) == qualifier:
                return there.pop(number)
        return None

    def take_all(self, segment_id: str) -> list[Segment]:
        """All its segments of an id, in the order of the file."""
        by_id = self._by_id or self._sort()
        there, by_id[segment_id] = by_id.get(segment_id, []), []
        return there

    def left(self) -> list[Segment]:
        """What was not taken, in the order of the file."""
        by_id = self._by_id or self._sort()
        if not any(by_id.values()):
            return []
        left = {id(segment) for segments in by_id.values() for segment in segments}
        return [segment for segment in self.segments if id(segment) in left]

    def _sort(self) -> dict[str, list[Segment]]:
        by_id = self._by_id
        for segment in self.segments:
            there = by_id.get(segment.id)
            if there is None:
                by_id[segment.id] = [segment]
            else:
                there.append(segment)
        return by_id


def split_loops(segments: Iterable[Segment]) -> Iterator[Loop]:
    """The loops of a transaction set in their order, each with its own segments."""
    current = Loop(HEADER, HEADER)
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
    if segment_id == "NM1":
        loop = _NAMES.get(scope, {}).get(segment.element(1))
        if loop is None and scope == LINE and segment.element(1) in _LEVEL_OF_NAME:
            level = _LEVEL_OF_NAME[segment.element(1)]
            return Loop(_NAMES[level][segment.element(1)], level)
        return Loop(loop or NAMELESS, scope)
    if segment_id == "HL":
        level = _LEVELS.get(segment.element(3), NAMELESS)
        return Loop(level, level)
    if segment_id in _OPENERS:
        opened = _OPENERS[segment_id]
        return Loop(opened, opened)
    if segment_id == "SBR" and scope in (CLAIM, COVERAGE):
        return Loop(COVERAGE, COVERAGE)
    if segment_id in _LEVEL_WITHOUT_HL and scope == LINE:
        return Loop(_LEVEL_WITHOUT_HL[segment_id], _LEVEL_WITHOUT_HL[segment_id])
    if segment_id in ("LIN", "CTP") and scope == LINE:
        return None if current.id == DRUG and not _has(current, segment_id) else Loop(DRUG, scope)
    if segment_id == "SVD" and scope == LINE:
        return Loop(ADJUDICATION, scope)
    return None


def by_id(loops: Iterable[Loop]) -> dict[str, Loop]:
    """The first loop of each id."""
    found: dict[str, Loop] = {}
    for loop in loops:
        found.setdefault(loop.id, loop)
    return found


def grouped(loops: Iterable[Loop], opener: str) -> list[list[Loop]]:
    """The loops of an id, each with those that hang on it."""
    groups: list[list[Loop]] = []
    for loop in loops:
        if loop.id == opener:
            groups.append([loop])
        elif loop.scope == opener:
            groups[-1].append(loop)
    return groups


def _has(loop: Loop, segment_id: str) -> bool:
    return any(segment.id == segment_id for segment in loop.segments)
