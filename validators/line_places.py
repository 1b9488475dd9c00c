"""What a service line is called, and where its segments stand, told from others by their qualifier."""

from __future__ import annotations

from edi.claim837i.model import LoopSegment, ServiceLine
from edi.finding import Place
from edi.protected import Protected, shown_code
from validators.checks import ClaimCheck

_LONGEST_NUMBER = 6


def line_number(line: ServiceLine) -> str | Protected[str]:
    """LX01 as a message may show it: in a damaged file it may be anything."""
    return shown_code(line.number, _LONGEST_NUMBER)


def line_segment(line: ServiceLine, segment_id: str, qualifier: str) -> LoopSegment | None:
    """The line's first segment with that id and first element; None where there is none."""
    for item in line.segments:
        if item.segment.id == segment_id and item.segment.element(1) == qualifier:
            return item
    return None


def qualified_place(
    check: ClaimCheck, line: ServiceLine, segment_id: str, qualifier: str, element: str
) -> Place:
    """The place of such a segment, or of the line's LX where it is missing."""
    item = line_segment(line, segment_id, qualifier)
    return check.line_place(line, "LX") if item is None else check.claim.place_of(item, element)
