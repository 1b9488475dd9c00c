"""What a guide checker says about one segment, before it is put into words.

Why: two checkers judge a file, our own and pyx12. Both say what they found in these terms,
so that one report words it and the two can be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from edi.guide.tables import ElementOrComposite, LoopDefinition, SegmentDefinition
from edi.tokens import Segment


class Placing(StrEnum):
    """Trouble with where, or how often, a segment or loop stands."""

    MISSING = "missing"
    LOOP_TOO_OFTEN = "loop too often"
    SEGMENT_TOO_OFTEN = "segment too often"
    NOT_USED = "not used"


@dataclass(frozen=True, slots=True)
class PlacingTrouble:
    """`definition` is the segment that is missing (of a missing loop: its first), or what stands too often."""

    kind: Placing
    definition: SegmentDefinition | LoopDefinition


class Kind(StrEnum):
    """Trouble with an element."""

    MISSING = "missing"
    TOGETHER = "together"
    EXCLUSIVE = "exclusive"
    SURPLUS = "surplus"
    COMPONENTS = "components"
    REPETITION = "repetition"
    SHORT = "short"
    LONG = "long"
    FORM = "form"
    CODE = "code"
    PATTERN = "pattern"
    DATE = "date"
    TIME = "time"
    NOT_USED = "unused"
    NUMBER = "number"
    CHILDREN = "children"


@dataclass(frozen=True, slots=True)
class ElementTrouble:
    """`label` is the element (`CLM05-3`); `expected` is given where its definition does not say it."""

    kind: Kind
    label: str
    definition: ElementOrComposite | None = None
    expected: str | None = None


class Reason(StrEnum):
    """Why the guide has no place for a segment."""

    UNKNOWN = "the guide has no such segment"
    ORDER = "it may stand, but not after what stands before"
    QUALIFIER = "segments of its id may stand here, but not with this qualifier"
    NOWHERE = "nothing near tells its place, as where its loop never began"


@dataclass(frozen=True, slots=True)
class Misplaced:
    """`after` is the last segment that had a place, `near` the definitions that come closest."""

    reason: Reason
    after: SegmentDefinition
    near: tuple[SegmentDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierTrouble:
    """Trouble with an element of an earlier segment, which only this one shows."""

    segment: Segment
    definition: SegmentDefinition
    trouble: ElementTrouble


@dataclass(slots=True)
class Verdict:
    """All that is wrong with one segment; `definition` is None where it is misplaced."""

    definition: SegmentDefinition | None = None
    misplaced: Misplaced | None = None
    placing: list[PlacingTrouble] = field(default_factory=list)
    trailing_separators: bool = False
    empty: bool = False
    elements: list[ElementTrouble] = field(default_factory=list)
    earlier: list[EarlierTrouble] = field(default_factory=list)

    @property
    def has_troubles(self) -> bool:
        """Whether anything is wrong."""
        return bool(
            self.misplaced
            or self.placing
            or self.trailing_separators
            or self.empty
            or self.elements
            or self.earlier
        )


class Unfinished(Exception):
    """A checker cannot go on: from here no segment of the transaction set is judged."""


class Engine(Protocol):
    """A checker of one transaction set with the headers above it and the trailers below.

    `judge` takes the segments in their order, headers first. None: nothing is wrong with it.
    `first_unsure` goes past segments that `judge` need not be asked about, because they are
    surely clean; it gives the first that is not, to be judged next, or None at the end. Of those
    that carry a number (a level, a claim, a line) `enter` is told.
    """

    def judge(self, segment: Segment) -> Verdict | None: ...

    def first_unsure(
        self, segments: Iterator[Segment], enter: Callable[[Segment], None]
    ) -> Segment | None: ...
