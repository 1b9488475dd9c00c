"""What a claim's record could not carry: the segments concerned, and a finding for each.

Why: a record has a place for all that the guide has. Whatever else a file holds must not
vanish without a word: the segment stays reachable, and the finding says where it is.

Findings are limited for each claim, so that one broken segment cannot fill the memory; the
segments are kept all the same, and how many findings were left out is said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from edi.claim837i import VERSION
from edi.claim837i.model.details import LoopSegment, LoopSegments, Source
from edi.finding import Finding, Place
from edi.protected import Protected, shown_code
from edi.reading_rules import GUIDE
from edi.tokens import Segment

_SOURCE = f"X12N {VERSION}"
_MOST_FINDINGS = 100
_LONGEST_ID = 3


@dataclass(slots=True)
class Losses:
    """Gathers them while a claim, or a level above it, is read. `place` is that of the whole.

    With `silent` only the segments are kept: in a file of another guide nearly all would be named.
    `told` counts all losses, whatever was kept of them.
    """

    place: Place
    silent: bool = False
    told: int = 0
    findings: list[Finding] = field(default_factory=list)
    segments: list[LoopSegment] = field(default_factory=list)
    _kept: set[int] = field(default_factory=set)
    _left_out: int = 0

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

    def not_as_prescribed(self, loop: str, segment: Segment, element: str, expected: str, found: str) -> None:
        """A value other than the one that the guide prescribes here."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "{element} must be {expected}; the claim as read says nothing else.",
            element=element,
            fields={"element": element, "expected": expected},
            expected=expected,
            found=Protected(found) if found else "nothing",
            fix="Correct the value where the file was made.",
        )

    def not_carried(self, loop: str, segment: Segment, element: str) -> None:
        """An element that the guide does not use here, or that holds a separator."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "{element} holds what the guide has no use for; it is left out of the claim as read.",
            element=element,
            fields={"element": element},
            fix="Leave the element empty, or take the separator out of it.",
        )

    def says_nothing(self, loop: str, segment: Segment) -> None:
        """A segment without a value."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "Segment {segment} holds no value.",
            fields={"segment": shown_code(segment.id, _LONGEST_ID)},
            fix="Give the value, or leave the segment out.",
        )

    def no_place(self, loop: str, segment: Segment) -> None:
        """A segment that the guide does not have here, or not so often."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "Segment {segment} has no place in {loop}, or stands there too often; "
            "it is left out of the claim as read.",
            fields={
                "segment": shown_code(segment.id, _LONGEST_ID),
                "loop": f"loop {loop}" if loop else "any loop here",
            },
            fix="Move or remove the segment.",
        )

    def no_claim(self, segments: Iterable[LoopSegment]) -> None:
        """A level of the hierarchy under which no claim stands."""
        for number, item in enumerate(segments):
            self._keep(item.loop, item.segment)
            if number == 0:
                self._report(
                    item.loop,
                    item.segment,
                    "No claim stands under this level; it is in no claim as read.",
                    fix="Look for a CLM segment that is missing or damaged.",
                )

    def no_beginning(self, loop: str, segment: Segment) -> None:
        """A level that begins without its HL."""
        self._report(
            loop,
            segment,
            "A new level begins here without its HL segment; it was taken for loop {loop}.",
            fields={"loop": loop},
            expected="HL",
            fix="Look for an HL segment that is missing or damaged.",
        )

    def another_parent(self, loop: str, segment: Segment, expected: str) -> None:
        """A level that names another parent than the level it stands under."""
        self._keep(loop, segment)
        self._report(
            loop,
            segment,
            "HL02 names another level than the one that this one stands under.",
            element="HL02",
            expected=expected or "nothing",
            found=Protected(segment.element(2)) if segment.element(2) else "nothing",
            fix="Put the level under the one that it belongs to.",
        )

    def no_level(self, loop: str, claim: Segment) -> None:
        """A claim that stands under no billing provider, or no subscriber."""
        self._report(
            "2300",
            claim,
            "No loop {loop} stands above this claim: whose claim it is cannot be told.",
            fields={"loop": loop},
            expected=f"loop {loop}",
            fix="Look for an HL segment that is missing or damaged.",
        )

    def another_guide(self, version: str) -> None:
        """The whole transaction set is not of the guide that is read here."""
        self.findings.append(
            Finding.of(
                GUIDE,
                "The version names another guide; only what its claims share with this one is read.",
                expected=VERSION,
                found=shown_code(version, len(VERSION)),
                fix="Read this file with a tool for its own guide, or correct ST03 and GS08 where they are wrong.",
                source=_SOURCE,
                place=replace(self.place, segment="ST", segment_position=1),
            )
        )

    def source(self, loops: tuple[LoopSegments, ...]) -> Source:
        """All of it, for the loops that were read."""
        findings = list(self.findings)
        if self._left_out:
            template = "{count} more findings of the same claim or level are left out."
            fields = {"count": self._left_out}
            findings.append(Finding.of(GUIDE, template, fields=fields, source=_SOURCE, place=self.place))
        return Source(loops, tuple(self.segments), tuple(findings))

    def _keep(self, loop: str, segment: Segment) -> None:
        self.told += 1
        if id(segment) not in self._kept:
            self._kept.add(id(segment))
            self.segments.append(LoopSegment(loop, segment))

    def _report(
        self, loop: str, segment: Segment, template: str, *, element: str | None = None, **rest: object
    ) -> None:
        self.told += 1
        if self.silent:
            return
        if len(self.findings) >= _MOST_FINDINGS:
            self._left_out += 1
            return
        segment_id = shown_code(segment.id, _LONGEST_ID)
        place = replace(
            self.place,
            loop=loop or None,
            segment=segment_id if isinstance(segment_id, str) else None,
            segment_position=segment.position or None,
            element=element,
        )
        self.findings.append(Finding.of(GUIDE, template, source=_SOURCE, place=place, **rest))
