"""Puts the segments of an 835 into its loops, one claim at a time.

N1 opens a party only before the first claim; later it stays where it stands and is
reported, so that a stray N1 cannot take adjustments away from a claim. A claim without LX
gets a group of its own.

Source: FACTS D4 and annex 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edi.answer_reading import Loop, Reading
from edi.protected import Protected
from edi.tokens import Segment

_OF_HEADER = frozenset({"BPR", "TRN", "CUR", "REF", "DTM"})
_OF_PARTY = frozenset({"N1", "N3", "N4", "REF", "PER", "RDM"})
_OF_GROUP = frozenset({"LX", "TS3", "TS2"})
OF_CLAIM: Final = frozenset({"CLP", "CAS", "NM1", "MIA", "MOA", "REF", "DTM", "PER", "AMT", "QTY"})
OF_LINE: Final = frozenset({"SVC", "DTM", "CAS", "REF", "AMT", "QTY", "LQ"})
_PARTY_LOOPS = {"PR": "1000A", "PE": "1000B"}


@dataclass(slots=True)
class ClaimSegments:
    """The segments of one claim, CLP first. `group` is its LX, loop 2000."""

    group: Loop
    segments: list[Segment]

    def loops(self) -> ClaimLoops:
        """The claim's segments by loops: 2100, and 2110 for each SVC."""
        reading, first = self.group.reading, self.segments[0]
        current = loop = Loop(reading, "2100", Protected(first.element(1).strip()))
        lines: list[Loop] = []
        for segment in self.segments:
            if segment.id == "SVC":
                current = Loop(reading, "2110", loop.claim)
                lines.append(current)
            current.segments.append(segment)
        return ClaimLoops(loop, lines, self.segments)


@dataclass(slots=True)
class ClaimLoops:
    """One claim: loop 2100 and its lines, 2110; `segments` are those of all of them."""

    loop: Loop
    lines: list[Loop]
    segments: list[Segment]


class RemittanceSorter:
    """Takes the segments of the transaction set one after another; one claim is held.

    `groups` counts the LX loops begun; `group` is the one that is open.
    """

    def __init__(self, reading: Reading) -> None:
        self.header = Loop(reading, "HEADER")
        self.parties: list[Loop] = []
        self.group: Loop | None = None
        self.footer = Loop(reading, "FOOTER")
        self.unplaced: list[Segment] = []
        self._reading = reading
        self._current: Loop = self.header
        self._claim: ClaimSegments | None = None

    def take(self, segment: Segment) -> ClaimSegments | None:
        """Put a segment where it belongs. Returns the claim that it ends."""
        done = None
        match segment.id:
            case "PLB":
                self.footer.segments.append(segment)
            case "LX":
                done = self.end()
                self._begin_group(segment)
            case "CLP":
                done = self.end()
                self._begin_claim(segment)
            case _ if self._claim is not None:
                self._claim.segments.append(segment)
            case "SVC":
                self.unplaced.append(segment)
                self._current.odd("Segment {id} stands outside any claim.", segment)
            case "N1" | "NM1" if self.group is None:
                self._begin_party(segment)
            case _:
                self._current.segments.append(segment)
        return done

    def end(self) -> ClaimSegments | None:
        """The claim that is open; it is no longer."""
        done, self._claim = self._claim, None
        return done

    def check_header(self) -> None:
        """Report the segments before the first claim that the guide does not have there."""
        self.header.expect(_OF_HEADER, once=("BPR", "TRN"))
        for party in self.parties:
            party.expect(_OF_PARTY)

    def check_group(self) -> None:
        """The same for the group that is open."""
        if self.group is not None:
            self.group.expect(_OF_GROUP)

    def _begin_party(self, segment: Segment) -> None:
        name = _PARTY_LOOPS.get(segment.element(1).strip(), "1000")
        self._current = Loop(self._reading, name, segments=[segment])
        self.parties.append(self._current)

    def _begin_group(self, segment: Segment) -> None:
        self.check_group()
        self._current = self.group = Loop(self._reading, "2000", segments=[segment])

    def _begin_claim(self, segment: Segment) -> None:
        if self.group is None:
            self.group = Loop(self._reading, "2000")
            self.group.odd("Segment {id} stands before the first LX.", segment)
        self._claim = ClaimSegments(self.group, [segment])


def check_claim(claim: ClaimLoops) -> None:
    """Report the segments of a claim that the guide does not have where they stand."""
    claim.loop.expect(OF_CLAIM, once=("MIA", "MOA"))
    for line in claim.lines:
        line.expect(OF_LINE)
