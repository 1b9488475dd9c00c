"""Puts the segments of an 835 into its loops, one claim at a time.

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
    """The segments of one claim: loop 2100 and its lines, 2110. `group` is its LX, loop 2000."""

    loop: Loop
    group: Loop
    lines: list[Loop] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


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
        self._claim: ClaimLoops | None = None

    def take(self, segment: Segment) -> ClaimLoops | None:
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
            case "SVC":
                self._begin_line(segment)
            case "N1" | "NM1" if self.group is None:
                self._begin_party(segment)
            case _:
                self._append(segment)
        return done

    def end(self) -> ClaimLoops | None:
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
        claim = Protected(segment.element(1).strip())
        self._current = Loop(self._reading, "2100", claim, [segment])
        self._claim = ClaimLoops(self._current, self.group, segments=[segment])

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


def check_claim(claim: ClaimLoops) -> None:
    """Report the segments of a claim that the guide does not have where they stand."""
    claim.loop.expect(_OF_CLAIM, once=("MIA", "MOA"))
    for line in claim.lines:
        line.expect(_OF_LINE)
