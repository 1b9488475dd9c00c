"""Our own guide checker: one walk over the segments, by the tables of the guide.

Source: 005010X223A2 as `edi.guide.map_file` reads it. Where its verdict differs from that of
pyx12, `docs/pyx12.md` says so, with the reason.
"""

from __future__ import annotations

from functools import cache, lru_cache

from edi.guide.elements import element_troubles
from edi.guide.numbering import NUMBERED, Numbering
from edi.guide.patterns import Patterns
from edi.guide.tables import Guide, SegmentDefinition
from edi.guide.verdict import ElementTrouble, PlacingTrouble, Verdict
from edi.guide.walk import Steps, Walker, why_misplaced
from edi.separators import Separators
from edi.tokens import Segment

_SEPARATORS_KEPT = 8


@cache
def _steps(guide: Guide) -> Steps:
    """The ways through a guide: found while checking, kept for all files."""
    return Steps(guide)


@lru_cache(maxsize=_SEPARATORS_KEPT)
def _patterns(guide: Guide, separators: Separators) -> Patterns:
    return Patterns(guide, separators)


class TableEngine:
    """Judges the segments of one transaction set, headers and trailers with it.

    Without `use_patterns` each segment is looked at in full: slower, and the same verdict.
    """

    def __init__(self, guide: Guide, use_patterns: bool = True) -> None:
        self._guide = guide
        self._steps = _steps(guide)
        self._walker = Walker(self._steps)
        self._numbering = Numbering()
        self._headers = {segment_id: guide.envelope(segment_id) for segment_id in ("ISA", "GS")}
        self._use_patterns = use_patterns
        self._patterns: Patterns | None = None

    def judge(self, segment: Segment) -> Verdict | None:
        """The verdict on the next segment, None where it is clean."""
        segment_id = segment.id
        placing: list[PlacingTrouble] | None = None
        if segment_id in self._headers:
            definition: SegmentDefinition | None = self._begin(segment)
        else:
            definition, placing = self._walker.step(segment)
        if segment_id not in NUMBERED:
            if definition is None:
                return self._misplaced(segment)
            if self._patterns is not None and self._patterns.is_clean(definition, segment.text):
                return None if placing is None else Verdict(definition, placing=placing)
            return self._full(definition, segment, placing, Verdict(definition))
        numbers, earlier = self._numbering.take(definition, segment)
        if definition is None:
            return self._misplaced(segment)
        return self._full(
            definition, segment, placing, Verdict(definition, elements=numbers, earlier=earlier)
        )

    def _begin(self, segment: Segment) -> SegmentDefinition:
        """Stand on ISA or GS, and take the patterns for the separators that hold from there."""
        definition = self._headers[segment.id]
        self._walker.begin(definition)
        self._patterns = _patterns(self._guide, segment.separators) if self._use_patterns else None
        return definition

    def _misplaced(self, segment: Segment) -> Verdict:
        return Verdict(misplaced=why_misplaced(self._steps, self._walker.here, segment))

    def _full(
        self,
        definition: SegmentDefinition,
        segment: Segment,
        placing: list[PlacingTrouble] | None,
        verdict: Verdict,
    ) -> Verdict | None:
        """Look at every element, unless the pattern knows the segment for clean."""
        text, separators = segment.text, segment.separators
        verdict.placing = placing or []
        troubles: list[ElementTrouble] = []
        if self._patterns is None or not self._patterns.is_clean(definition, text):
            verdict.trailing_separators = text.endswith(separators.element)
            verdict.empty = not text[len(segment.id) :].strip(separators.element + separators.component)
            troubles = element_troubles(definition, segment)
        verdict.elements += troubles
        if placing or verdict.elements or verdict.earlier or verdict.trailing_separators or verdict.empty:
            return verdict
        return None
