"""HL and LX: numbers that count, and levels that name their parent and their children.

Source: 005010X223A2, HL01 to HL04 and 2400 LX01; FACTS A2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from edi.guide.tables import ElementDefinition, LoopDefinition, SegmentDefinition
from edi.guide.verdict import EarlierTrouble, ElementTrouble, Kind
from edi.tokens import Segment

NUMBERED = frozenset({"ST", "HL", "CLM", "LX", "SE"})

_CHILD_FOLLOWS = "1"


@dataclass(slots=True)
class _Level:
    """An HL that is still open. `number` is its own by count; `said` is HL04, "" where the guide knows it."""

    segment: Segment
    definition: SegmentDefinition
    number: int
    said: str
    has_child: bool = False

    @property
    def is_wrong(self) -> bool:
        """Whether HL04 says of the levels below what is not so."""
        return self.said != "" and (self.said == _CHILD_FOLLOWS) != self.has_child


class Numbering:
    """Counts the HL of a transaction set and the LX of a claim."""

    def __init__(self) -> None:
        self._levels: list[_Level] = []
        self._hl = 0
        self._lx = 0

    def accepts(self, definition: SegmentDefinition, segment: Segment) -> bool:
        """Count a segment whose numbers are as they should be written, and close right levels.

        Where False, nothing was counted: `take` is to say what is wrong, if anything is.
        """
        mark = segment.separators.element
        match definition.id:
            case "LX":
                if segment.text != f"LX{mark}{self._lx + 1}":
                    return False
                self._lx += 1
            case "CLM":
                self._lx = 0
            case "HL":
                return self._accepts_level(definition, segment)
            case _:
                return False
        return True

    def _accepts_level(self, definition: SegmentDefinition, segment: Segment) -> bool:
        depth = self._depth(definition.loop)
        if any(level.is_wrong for level in self._levels[depth:]):
            return False
        parent = self._levels[depth - 1] if depth else None
        mark = segment.separators.element
        above = parent.number if parent is not None else ""
        if not segment.text.startswith(f"HL{mark}{self._hl + 1}{mark}{above}{mark}"):
            return False
        del self._levels[depth:]
        self._open(definition, segment)
        return True

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
                earlier = self._close(self._depth(definition.loop))
                return self._level(definition, segment), earlier
            case "CLM":
                self._lx = 0
            case "LX":
                self._lx += 1
                return _same(segment, 1, str(self._lx)), []
            case "SE":
                return [], self._close(0)
        return [], []

    def _level(self, definition: SegmentDefinition, segment: Segment) -> list[ElementTrouble]:
        parent = self._levels[-1] if self._levels else None
        self._open(definition, segment)
        troubles = [] if _number(segment.element(1)) == self._hl else _same(segment, 1, str(self._hl))
        if parent is None:
            if segment.element(2):
                troubles += _same(segment, 2, "nothing: no HL stands above it")
        elif segment.element(2) and _number(segment.element(2)) != parent.number:
            troubles += _same(segment, 2, str(parent.number))
        return troubles

    def _open(self, definition: SegmentDefinition, segment: Segment) -> None:
        self._hl += 1
        if self._levels:
            self._levels[-1].has_child = True
        self._levels.append(_Level(segment, definition, self._hl, _child_code(definition, segment)))

    def _depth(self, loop: LoopDefinition) -> int:
        """How many of the open levels the loop of a new HL lies in."""
        depth = len(self._levels)
        while depth:
            above = self._levels[depth - 1].definition.loop
            if above is not loop and above.holds(loop):
                break
            depth -= 1
        return depth

    def _close(self, depth: int) -> list[EarlierTrouble]:
        """Close all levels but the first `depth`."""
        closed = self._levels[depth:]
        del self._levels[depth:]
        return [
            EarlierTrouble(level.segment, level.definition, _children_trouble(level))
            for level in closed
            if level.is_wrong
        ]


def _same(segment: Segment, number: int, expected: str) -> list[ElementTrouble]:
    if segment.element(number).rstrip(segment.separators.component) == expected:
        return []
    return [ElementTrouble(Kind.NUMBER, f"{segment.id}{number:02d}", None, expected)]


def _child_code(definition: SegmentDefinition, segment: Segment) -> str:
    """HL04, which says whether levels follow below. "" where the guide leaves no choice, or it is no code."""
    codes = _child_codes(definition)
    if not codes:
        return ""
    # split here, not by `segment`: it would keep the list, which costs the garbage collector's time
    elements = segment.text.split(segment.separators.element)
    return elements[4] if len(elements) > 4 and elements[4] in codes else ""


@cache
def _child_codes(definition: SegmentDefinition) -> frozenset[str]:
    element = definition.element("HL04")
    codes = element.codes if isinstance(element, ElementDefinition) else frozenset[str]()
    return codes if len(codes) > 1 else frozenset()


def _children_trouble(level: _Level) -> ElementTrouble:
    expected = "1, because a level follows below" if level.has_child else "0, because no level follows below"
    return ElementTrouble(Kind.CHILDREN, "HL04", None, expected)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
