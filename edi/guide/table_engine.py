"""Our own guide checker: one walk over the segments, by the tables of the guide.

Source: 005010X223A2 as `edi.guide.map_file` reads it. Where its verdict differs from that of
pyx12, `docs/pyx12.md` says so, with the reason.
"""

from __future__ import annotations

from functools import cache

from edi.guide.elements import element_troubles
from edi.guide.numbering import NUMBERED, Numbering
from edi.guide.tables import Guide
from edi.guide.verdict import Verdict
from edi.guide.walk import Steps, Walker, why_misplaced
from edi.tokens import Segment


@cache
def _steps(guide: Guide) -> Steps:
    """The ways through a guide: found while checking, kept for all files."""
    return Steps(guide)


class TableEngine:
    """Judges the segments of one transaction set, headers and trailers with it."""

    def __init__(self, guide: Guide) -> None:
        self._steps = _steps(guide)
        self._walker = Walker(self._steps)
        self._numbering = Numbering()
        self._headers = {segment_id: guide.envelope(segment_id) for segment_id in ("ISA", "GS")}

    def judge(self, segment: Segment) -> Verdict | None:
        """The verdict on the next segment, None where it is clean."""
        placing = None
        header = self._headers.get(segment.id)
        if header is not None:
            self._walker.begin(header)
            definition = header
        else:
            found, placing = self._walker.step(segment)
            if found is None:
                self._numbering.take(None, segment)
                return Verdict(misplaced=why_misplaced(self._steps, self._walker.here, segment))
            definition = found
        separators = segment.separators
        verdict = Verdict(definition, placing=placing or [])
        if segment.id in NUMBERED:
            verdict.elements, verdict.earlier = self._numbering.take(definition, segment)
        verdict.trailing_separators = segment.text.endswith(separators.element)
        verdict.empty = not segment.text[len(segment.id) :].strip(separators.element + separators.component)
        verdict.elements += element_troubles(definition, segment)
        if placing or verdict.elements or verdict.earlier or verdict.trailing_separators or verdict.empty:
            return verdict
        return None
