"""What a claim's record could not carry: the segments concerned, and a finding for each.

Why: a record has a place for all that the guide has. Whatever else a file holds must not
vanish without a word: the segment stays reachable, and the finding says where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from edi.claim837i import VERSION
from edi.claim837i.model.details import LoopSegment
from edi.finding import Finding, Place
from edi.protected import Protected
from edi.reading_rules import GUIDE
from edi.tokens import Segment

_SOURCE = f"X12N {VERSION}"


@dataclass(slots=True)
class Losses:
    """Gathers them while a claim, or a level above it, is read. `place` is that of the whole.

    With `silent` only the segments are kept: in a file of another guide nearly all would be named.
    """

    place: Place
    silent: bool = False
    findings: list[Finding] = field(default_factory=list)
    segments: list[LoopSegment] = field(default_factory=list)

    def unreadable(self, loop: str, segment: Segment, element: str, expected: str, found: str) -> None:
        """A value that is not what its element holds: it is None in the record."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "{element} is not {expected}; the value is left out of the claim as read.",
            element=element,
            fields={"element": element, "expected": expected},
            expected=expected,
            found=Protected(found) if found else "nothing",
            fix="Correct the value where the file was made.",
        )

    def not_carried(self, loop: str, segment: Segment, element: str) -> None:
        """An element that the guide does not use here."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "{element} holds what the guide has no use for; it is left out of the claim as read.",
            element=element,
            fields={"element": element},
            fix="Leave the element empty.",
        )

    def no_place(self, loop: str, segment: Segment) -> None:
        """A segment that the guide does not have here, or not so often."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "Segment {segment} has no place in {loop}, or stands there too often; "
            "it is left out of the claim as read.",
            fields={"segment": segment.id, "loop": f"loop {loop}" if loop else "any loop here"},
            fix="Move or remove the segment.",
        )

    def another_guide(self, version: str) -> None:
        """The whole transaction set is not of an institutional guide."""
        self.findings.append(
            Finding.of(
                GUIDE,
                "The version names no guide of institutional claims; "
                "only what these claims share with them is read.",
                expected=VERSION,
                found=version or "nothing",
                fix="Read this file with a tool for its own guide, or correct ST03 and GS08.",
                source=_SOURCE,
                place=replace(self.place, segment="ST", segment_position=1),
            )
        )

    def add(self, other: Losses) -> None:
        """Take over what another gathered."""
        self.findings += other.findings
        self.segments += other.segments

    def _keep(self, loop: str, segment: Segment) -> None:
        if not self.segments or self.segments[-1].segment is not segment:
            self.segments.append(LoopSegment(loop, segment))

    def _report(
        self, loop: str, segment: Segment, template: str, *, element: str | None = None, **rest: object
    ) -> None:
        if self.silent:
            return
        place = replace(
            self.place,
            loop=loop or None,
            segment=segment.id,
            segment_position=segment.position or None,
            element=element,
        )
        self.findings.append(Finding.of(GUIDE, template, source=_SOURCE, place=place, **rest))
