"""Puts the segments of an 835 into its loops.

N1 opens a party only before the first claim; later it stays where it stands and is
reported, so that a stray N1 cannot take adjustments away from a claim. A claim without LX
gets a group of its own.

Source: FACTS D4 and annex 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from edi.answer_reading import Loop, Reading
from edi.protected import Protected
from edi.tokens import Segment

_OF_HEADER = frozenset({"BPR", "TRN", "CUR", "REF", "DTM"})
_OF_PARTY = frozenset({"N1", "N3", "N4", "REF", "PER", "RDM"})
_OF_GROUP = frozenset({"LX", "TS3", "TS2"})
_OF_CLAIM = frozenset({"CLP", "CAS", "NM1", "MIA", "MOA", "REF", "DTM", "PER", "AMT", "QTY"})
_OF_LINE = frozenset({"SVC", "DTM", "CAS", "REF", "AMT", "QTY", "LQ"})
_PARTY_LOOPS = {"PR": "1000A", "PE": "1000B"}


@dataclass(slots=True)
class ClaimLoops:
    """The segments of one claim: loop 2100 and its lines, 2110."""

    loop: Loop
    lines: list[Loop] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class GroupLoops:
    """The segments of one LX, loop 2000, and its claims."""

    loop: Loop
    claims: list[ClaimLoops] = field(default_factory=list)


class RemittanceSorter:
    """Takes the segments of the transaction set one after another."""

    def __init__(self, reading: Reading) -> None:
        self.header = Loop(reading, "HEADER")
        self.parties: list[Loop] = []
        self.groups: list[GroupLoops] = []
        self.footer = Loop(reading, "FOOTER")
        self.unplaced: list[Segment] = []
        self._reading = reading
        self._current: Loop = self.header
        self._claim: ClaimLoops | None = None

    def take(self, segment: Segment) -> None:
        """Put a segment where it belongs."""
        match segment.id:
            case "PLB":
                self.footer.segments.append(segment)
            case "LX":
                self._begin_group(segment)
            case "CLP":
                self._begin_claim(segment)
            case "SVC":
                self._begin_line(segment)
            case "N1" | "NM1" if not self.groups:
                self._begin_party(segment)
            case _:
                self._append(segment)

    def check(self) -> None:
        """Report the segments that the guide does not have where they stand."""
        self.header.expect(_OF_HEADER, once=("BPR", "TRN"))
        for party in self.parties:
            party.expect(_OF_PARTY)
        for group in self.groups:
            group.loop.expect(_OF_GROUP)
            for claim in group.claims:
                claim.loop.expect(_OF_CLAIM, once=("MIA", "MOA"))
                for line in claim.lines:
                    line.expect(_OF_LINE)

    def _begin_party(self, segment: Segment) -> None:
        name = _PARTY_LOOPS.get(segment.element(1).strip(), "1000")
        self._current = Loop(self._reading, name, segments=[segment])
        self.parties.append(self._current)

    def _begin_group(self, segment: Segment) -> None:
        self._current = Loop(self._reading, "2000", segments=[segment])
        self._claim = None
        self.groups.append(GroupLoops(self._current))

    def _begin_claim(self, segment: Segment) -> None:
        if not self.groups:
            self.groups.append(GroupLoops(Loop(self._reading, "2000")))
            self.groups[-1].loop.odd("Segment {id} stands before the first LX.", segment)
        claim = Protected(segment.element(1).strip())
        self._current = Loop(self._reading, "2100", claim, [segment])
        self._claim = ClaimLoops(self._current, segments=[segment])
        self.groups[-1].claims.append(self._claim)

    def _begin_line(self, segment: Segment) -> None:
        if self._claim is None:
            self.unplaced.append(segment)
            self._current.odd("Segment {id} stands outside any claim.", segment)
            return
        self._claim.segments.append(segment)
        self._current = Loop(self._reading, "2110", self._claim.loop.claim, [segment])
        self._claim.lines.append(self._current)

    def _append(self, segment: Segment) -> None:
        self._current.segments.append(segment)
        if self._claim is not None:
            self._claim.segments.append(segment)
