"""In which loop of the 837I a segment stands.

The loop follows from the last HL, CLM, SBR, LX, LIN or SVD and from the qualifier of an
NM1. An HL or NM1 that fits nowhere opens a loop without a name, so that what follows it is
not taken for the loop before. Source: 005010X223A2, FACTS annex 1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from edi.claim837i.losses import Losses
from edi.claim837i.model.details import LoopSegments
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

# After a service line these can only belong to a new level whose HL is missing.
_LEVEL_WITHOUT_HL = {"SBR": SUBSCRIBER, "PAT": PATIENT}
_LEVEL_OF_NAME = {"85": BILLING, "IL": SUBSCRIBER, "PR": SUBSCRIBER, "QC": PATIENT}


Parts = Sequence[tuple[str, str, Callable[["Loop", Losses], Any]]]
"""Parts of a loop: the segment id, the field of the record, and what reads it out of the loop."""


class Loop:
    """One instance of a loop: its id, the loop it hangs on (`scope`) and its own segments.

    Whoever reads it takes the segments out one by one, by id and qualifier, in any order;
    what nobody took is `left`.
    """

    __slots__ = ("id", "scope", "segments", "_to_take", "_taken")

    def __init__(self, id: str, scope: str) -> None:
        self.id = id
        self.scope = scope
        self.segments: list[Segment] = []
        self._to_take: dict[str, list[Segment]] | None = None
        self._taken = 0

    def has(self, segment_id: str) -> bool:
        """Whether it has a segment of an id, taken or not."""
        return segment_id in (self._to_take or self._sort())

    def read(self, parts: Parts, losses: Losses) -> dict[str, Any]:
        """The fields of those parts that it has; of the others nothing is said."""
        there = self._to_take or self._sort()
        return {field: read(self, losses) for segment_id, field, read in parts if segment_id in there}

    def take(self, segment_id: str, qualifier: str | None = None) -> Segment | None:
        """Its first segment by id and, where given, element 1; None where there is none left."""
        there = (self._to_take or self._sort()).get(segment_id)
        if not there:
            return None
        if qualifier is None:
            self._taken += 1
            return there.pop(0)
        # asked of the text, for most segments need not be split
        start = len(segment_id) + 1
        end = start + len(qualifier)
        for number, segment in enumerate(there):
            text = segment.text
            if text[start:end] == qualifier and text[end : end + 1] in ("", segment.separators.element):
                self._taken += 1
                return there.pop(number)
        return None

    def take_all(self, segment_id: str) -> list[Segment]:
        """All its segments of an id, in the order of the file."""
        there = (self._to_take or self._sort()).get(segment_id)
        if not there:
            return []
        taken = there.copy()
        there.clear()
        self._taken += len(taken)
        return taken

    def take_rest(self) -> None:
        """All that is left: whoever reads it knows what it says."""
        self._to_take, self._taken = _NOTHING_LEFT, len(self.segments)

    @property
    def is_taken(self) -> bool:
        """Whether all of it was taken."""
        return self._taken == len(self.segments)

    def left(self) -> list[Segment]:
        """What was not taken, in the order of the file."""
        if self.is_taken:
            return []
        to_take = self._to_take or self._sort()
        left = {id(segment) for segments in to_take.values() for segment in segments}
        return [segment for segment in self.segments if id(segment) in left]

    def _sort(self) -> dict[str, list[Segment]]:
        to_take: dict[str, list[Segment]] = {}
        for segment in self.segments:
            there = to_take.get(segment.id)
            if there is None:
                to_take[segment.id] = [segment]
            else:
                there.append(segment)
        self._to_take = to_take
        return to_take


# not empty, for that would be sorted again
_NOTHING_LEFT: dict[str, list[Segment]] = {"": []}


def segments_of(loops: Iterable[Loop]) -> tuple[LoopSegments, ...]:
    """All segments of loops, taken or not, each with the id of its loop."""
    return tuple([(loop.id, loop.segments) for loop in loops])


def split_loops(segments: Iterable[Segment]) -> Iterator[Loop]:
    """The loops of a transaction set in their order, each with its own segments; ST and SE are of none."""
    current = Loop(HEADER, HEADER)
    append, opener_of = current.segments.append, _OPENERS.get
    for segment in segments:
        opener = opener_of(segment.id)
        if opener is _envelope:
            continue
        if opener is not None:
            opened = opener(segment, current)
            if opened is not None:
                if current.segments:
                    yield current
                current = opened
                append = current.segments.append
        append(segment)
    if current.segments:
        yield current


def _envelope(segment: Segment, current: Loop) -> None:
    """ST and SE stand in no loop."""


def _name(segment: Segment, current: Loop) -> Loop:
    segment.split()
    scope, entity = current.scope, segment.element(1)
    loop = _NAMES.get(scope, {}).get(entity)
    if loop is None and scope == LINE and entity in _LEVEL_OF_NAME:
        level = _LEVEL_OF_NAME[entity]
        return Loop(_NAMES[level][entity], level)
    return Loop(loop or NAMELESS, scope)


def _level(segment: Segment, current: Loop) -> Loop:
    segment.split()
    level = _LEVELS.get(segment.element(3), NAMELESS)
    return Loop(level, level)


def _claim(segment: Segment, current: Loop) -> Loop:
    return Loop(CLAIM, CLAIM)


def _coverage(segment: Segment, current: Loop) -> Loop | None:
    if current.scope in (CLAIM, COVERAGE):
        return Loop(COVERAGE, COVERAGE)
    return _level_without_hl(segment, current)


def _level_without_hl(segment: Segment, current: Loop) -> Loop | None:
    level = _LEVEL_WITHOUT_HL[segment.id]
    return Loop(level, level) if current.scope == LINE else None


def _line(segment: Segment, current: Loop) -> Loop:
    return Loop(LINE, LINE)


def _drug(segment: Segment, current: Loop) -> Loop | None:
    if current.scope != LINE or (current.id == DRUG and not _has(current, segment.id)):
        return None
    return Loop(DRUG, LINE)


def _adjudication(segment: Segment, current: Loop) -> Loop | None:
    return Loop(ADJUDICATION, LINE) if current.scope == LINE else None


_OPENERS: dict[str, Callable[[Segment, Loop], Loop | None]] = {
    "ST": _envelope,
    "SE": _envelope,
    "HL": _level,
    "NM1": _name,
    "CLM": _claim,
    "SBR": _coverage,
    "PAT": _level_without_hl,
    "LX": _line,
    "LIN": _drug,
    "CTP": _drug,
    "SVD": _adjudication,
}
"""By segment id: the loop that a segment opens, or None where it belongs to the current one."""


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
