"""Our own guide checker: one walk over the segments, by the tables of the guide.

Source: 005010X223A2 as `edi.guide.map_file` reads it. Where its verdict differs from that of
pyx12, `docs/pyx12.md` says so, with the reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from edi.guide.elements import element_troubles
from edi.guide.glance import Texts, Ways, first_unsure
from edi.guide.numbering import NUMBERED, Numbering
from edi.guide.tables import Guide, SegmentDefinition
from edi.guide.verdict import EarlierTrouble, ElementTrouble, PlacingTrouble, Verdict
from edi.guide.walk import Steps, Walker, why_misplaced
from edi.separators import Separators
from edi.tokens import Segment

_SEPARATORS_KEPT = 8


@cache
def _steps(guide: Guide) -> Steps:
    """The ways through a guide: found while checking, kept for all files."""
    return Steps(guide)


@lru_cache(maxsize=_SEPARATORS_KEPT)
def known_ways(guide: Guide, separators: Separators) -> Ways:
    """What was learned of clean files with these separators; kept for the next ones."""
    return Ways(_steps(guide), separators)


WaysFor = Callable[[Guide, Separators], Ways]


class TableEngine:
    """Judges the segments of one transaction set, headers and trailers with it.

    Without `ways_for` each segment is looked at in full: slower, and the same verdict.
    """

    def __init__(self, guide: Guide, ways_for: WaysFor | None = known_ways) -> None:
        self._guide = guide
        self._steps = _steps(guide)
        self._walker = Walker(guide)
        self._numbering = Numbering()
        self._headers = {segment_id: guide.envelope(segment_id) for segment_id in ("ISA", "GS")}
        self._ways_for = ways_for
        self._ways: Ways | None = None
        self._texts: Texts = defaultdict(dict)

    def first_unsure(self, segments: Iterator[Segment], enter: Callable[[Segment], None]) -> Segment | None:
        """Go past segments that are surely clean; the first that is not, or None at the end."""
        if self._ways is None:
            return next(segments, None)
        return first_unsure(self._ways, self._walker, self._numbering, self._texts, segments, enter)

    def judge(self, segment: Segment) -> Verdict | None:
        """The verdict on the next segment, None where it is clean."""
        definition, placing, is_clean = self._place(segment)
        numbers: list[ElementTrouble] = []
        earlier: list[EarlierTrouble] = []
        if segment.id in NUMBERED:
            numbers, earlier = self._numbering.take(definition, segment)
        if definition is None:
            return Verdict(misplaced=why_misplaced(self._steps, self._walker.here, segment))
        verdict = Verdict(definition, placing=placing, elements=numbers, earlier=earlier)
        if not is_clean:
            _look(definition, segment, verdict)
        return verdict if verdict.has_troubles else None

    def _place(self, segment: Segment) -> tuple[SegmentDefinition | None, list[PlacingTrouble], bool]:
        """The place of a segment, what is wrong with it, and whether a pattern knows the segment for clean."""
        header = self._headers.get(segment.id)
        if header is not None:
            return self._begin(header, segment), [], False
        here = self._walker.here
        step = self._steps.after(here, segment)
        if step is None:
            return None, [], False
        ways = self._ways
        is_clean = ways is not None and ways.patterns.is_clean(step.target, segment.text)
        if is_clean and ways is not None:
            ways.learn(here, step, segment)
        return step.target, self._walker.take(step), is_clean

    def _begin(self, header: SegmentDefinition, segment: Segment) -> SegmentDefinition:
        """Stand on ISA or GS, and take the ways for the separators that hold from there."""
        self._walker.begin(header)
        self._ways = self._ways_for(self._guide, segment.separators) if self._ways_for else None
        self._texts.clear()
        return header


def _look(definition: SegmentDefinition, segment: Segment, verdict: Verdict) -> None:
    """Look at every element."""
    text, separators = segment.text, segment.separators
    verdict.trailing_separators = text.endswith(separators.element)
    verdict.empty = not text[len(segment.id) :].strip(separators.element + separators.component)
    verdict.elements += element_troubles(definition, segment)
