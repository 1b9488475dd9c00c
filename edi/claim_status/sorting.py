"""Puts the segments of a 277CA or 277 into its levels, claims and lines.

A level belongs to the level that HL02 names; where that is none above it, to the nearest
one before it that may stand above, which is reported. So every claim has the levels it
stands under, however badly they are numbered.

Source: FACTS D2 and D3, annexes 2 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edi.answer_reading import Fields, Loop, Reading
from edi.claim_status.outcomes import LevelKind, level_kind, patient_kind
from edi.protected import Protected
from edi.tokens import Segment

_OF_NAME = frozenset({"NM1", "PER", "N3", "N4", "DMG"})
_OF_STATUS = frozenset({"STC", "REF", "DTP"})
_OF_TRACKING = _OF_STATUS | {"TRN", "QTY", "AMT"}
_OF_RETURN = frozenset({"PWK", "PER", "N1", "N3", "N4"})  # loop 2210D of a request for documents
_OF_CLAIM = _OF_STATUS | _OF_RETURN | {"TRN"}
_OF_LINE = _OF_STATUS | _OF_RETURN | {"SVC"}


@dataclass(slots=True)
class ClaimLoops:
    """The segments of one claim: loop 2200 and its lines, 2220."""

    loop: Loop
    lines: list[Loop] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class LevelLoops:
    """The segments of one level: loops 2000, 2100 and 2200; `parent` is an index of levels."""

    kind: LevelKind
    header: Loop
    names: Loop
    tracking: Loop
    parent: int | None
    claims: list[ClaimLoops] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


class LevelSorter:
    """Takes the segments of the transaction set one after another."""

    def __init__(self, reading: Reading) -> None:
        self.header = Loop(reading, "HEADER")
        self.levels: list[LevelLoops] = []
        self.unplaced: list[Segment] = []
        self._reading = reading
        self._by_number: dict[str, int] = {}
        self._newest_at_depth: dict[int, int] = {}

    def take(self, segment: Segment) -> None:
        """Put a segment where it belongs."""
        if segment.id == "HL":
            self._begin_level(segment)
        elif self.levels:
            self._take_into(self.levels[-1], segment)
        elif segment.id == "BHT":
            self.header.segments.append(segment)
        else:
            self.unplaced.append(segment)
            self.header.odd("Segment {id} stands before the first HL.", segment)

    def check(self) -> None:
        """Report the segments that the guide does not have where they stand."""
        self.header.expect({"BHT"}, once=("BHT",))
        for level in self.levels:
            level.names.expect({"NM1", "PER", "DMG"})
            level.tracking.expect(_OF_TRACKING)
            for claim in level.claims:
                claim.loop.expect(_OF_CLAIM, once=("TRN",))
                for line in claim.lines:
                    line.expect(_OF_LINE)

    def chain(self, index: int) -> list[int]:
        """The indexes of a level and those above it, the topmost first."""
        found: list[int] = []
        at: int | None = index
        while at is not None:
            found.append(at)
            at = self.levels[at].parent
        return found[::-1]

    def _begin_level(self, segment: Segment) -> None:
        kind = level_kind(segment.element(3).strip())
        loops = self._level(segment, kind or patient_kind())
        if kind is None:
            loops.header.odd("HL03 is no level of this guide; it was read as a patient level.", segment)
        index = len(self.levels)
        loops.parent = self._parent(segment, loops)
        number = segment.element(1).strip()
        if number in self._by_number:
            loops.header.odd("HL01 stands twice.", segment)
        if number:
            self._by_number[number] = index
        self._newest_at_depth[loops.kind.depth] = index
        self.levels.append(loops)

    def _level(self, segment: Segment, kind: LevelKind) -> LevelLoops:
        header = Loop(self._reading, f"2000{kind.letter}", segments=[segment])
        names = Loop(self._reading, f"2100{kind.letter}")
        tracking = Loop(self._reading, f"2200{kind.letter}")
        return LevelLoops(kind, header, names, tracking, None, segments=[segment])

    def _parent(self, segment: Segment, loops: LevelLoops) -> int | None:
        named = self._by_number.get(segment.element(2).strip())
        if named is not None and self.levels[named].kind.depth < loops.kind.depth:
            return named
        if loops.kind.depth > 1:
            loops.header.odd("HL02 names no level that may stand above this one.", segment)
        above = (index for depth, index in self._newest_at_depth.items() if depth < loops.kind.depth)
        return max(above, default=None)

    def _take_into(self, level: LevelLoops, segment: Segment) -> None:
        level.segments.append(segment)
        if segment.id in _OF_NAME and not (level.claims and segment.id in _OF_RETURN):
            level.names.segments.append(segment)
        elif level.kind.patient:
            self._take_into_claims(level, segment)
        else:
            level.tracking.segments.append(segment)

    def _take_into_claims(self, level: LevelLoops, segment: Segment) -> None:
        claim = level.claims[-1] if level.claims else None
        if segment.id == "TRN" and (claim is None or claim.loop.first("TRN")):
            claim = self._begin_claim(level)
        elif claim is None:
            claim = self._begin_claim(level)
            claim.loop.odd("Segment {id} stands before the TRN of its claim.", segment)
        claim.segments.append(segment)
        if segment.id == "SVC":
            name = f"2220{level.kind.letter}"
            claim.lines.append(Loop(self._reading, name, claim.loop.claim, [segment]))
        elif claim.lines and segment.id != "TRN":
            claim.lines[-1].segments.append(segment)
        else:
            claim.loop.segments.append(segment)
            if segment.id == "TRN":
                claim.loop.claim = Protected(Fields(segment, claim.loop).text(2))

    def _begin_claim(self, level: LevelLoops) -> ClaimLoops:
        claim = ClaimLoops(Loop(self._reading, f"2200{level.kind.letter}"))
        level.claims.append(claim)
        return claim
