"""HL and LX: numbers that count, and levels that name their parent and their children.

Source: 005010X223A2, HL01 to HL04 and 2400 LX01; FACTS A2.
"""

from __future__ import annotations

from dataclasses import dataclass

from edi.guide.tables import ElementDefinition, LoopDefinition, SegmentDefinition
from edi.guide.verdict import EarlierTrouble, ElementTrouble, Kind
from edi.tokens import Segment

NUMBERED = frozenset({"ST", "HL", "CLM", "LX", "SE"})


@dataclass(slots=True)
class _Level:
    """An HL that is still open, with the number it has by count."""

    segment: Segment
    definition: SegmentDefinition
    number: int
    has_child: bool = False

    @property
    def loop(self) -> LoopDefinition:
        return self.definition.loop


class Numbering:
    """Counts the HL of a transaction set and the LX of a claim."""

    def __init__(self) -> None:
        self._levels: list[_Level] = []
        self._hl = 0
        self._lx = 0

    def take(
        self, definition: SegmentDefinition | None, segment: Segment
    ) -> tuple[list[ElementTrouble], list[EarlierTrouble]]:
        """What is wrong with the numbers of a segment, and with earlier levels that it closes.

        A segment without a place in the guide (`definition` None) has its number, too.
        """
        match segment.id:
            case "ST":
                self.__init__()  # type: ignore[misc]
            case "HL" if definition is None:
                self._hl += 1
            case "HL":
                assert definition is not None
                earlier = self._close_levels(definition.loop)
                return self._level(definition, segment), earlier
            case "CLM":
                self._lx = 0
            case "LX":
                self._lx += 1
                return self._same(segment, 1, str(self._lx)), []
            case "SE":
                return [], self._close_levels(None)
        return [], []

    def _level(self, definition: SegmentDefinition, segment: Segment) -> list[ElementTrouble]:
        self._hl += 1
        troubles = [] if _number(segment.element(1)) == self._hl else self._same(segment, 1, str(self._hl))
        parent = self._levels[-1] if self._levels else None
        if parent is not None:
            parent.has_child = True
            if segment.element(2) and _number(segment.element(2)) != parent.number:
                troubles += self._same(segment, 2, str(parent.number))
        elif segment.element(2):
            troubles += self._same(segment, 2, "nothing: no HL stands above it")
        self._levels.append(_Level(segment, definition, self._hl))
        return troubles

    def _same(self, segment: Segment, number: int, expected: str) -> list[ElementTrouble]:
        if segment.element(number).rstrip(segment.separators.component) == expected:
            return []
        return [ElementTrouble(Kind.NUMBER, f"{segment.id}{number:02d}", None, expected)]

    def _close_levels(self, loop: LoopDefinition | None) -> list[EarlierTrouble]:
        """Close the levels that the loop of a new HL does not lie in; None closes all."""
        closed = []
        while self._levels and not (self._levels[-1].loop is not loop and self._levels[-1].loop.holds(loop)):
            closed.append(self._levels.pop())
        return [
            EarlierTrouble(level.segment, level.definition, trouble)
            for level in reversed(closed)
            if (trouble := _children_trouble(level)) is not None
        ]


def _children_trouble(level: _Level) -> ElementTrouble | None:
    """HL04 says whether levels follow below. Only where the guide leaves both open."""
    said = level.segment.element(4)
    element = level.definition.element("HL04")
    codes = element.codes if isinstance(element, ElementDefinition) else frozenset[str]()
    if said not in codes or len(codes) < 2 or (said == "1") == level.has_child:
        return None
    expected = "1, because a level follows below" if level.has_child else "0, because no level follows below"
    return ElementTrouble(Kind.NUMBER, "HL04", None, expected)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
