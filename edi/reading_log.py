"""What the reader met, in words: one method for each kind of trouble with bytes and segments.

Why: the reader says what happened and where; how it is called (`ReadingRules`), worded and
mended stands here. No file can fill the memory with findings.
"""

from __future__ import annotations

from edi.finding import Finding, Place, RuleKey
from edi.protected import Protected
from edi.reading_rules import ReadingRules

MAXIMUM_OF_A_KIND = 1000


class FindingLog:
    """Findings in their order, of one kind no more than a thousand."""

    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._counts: dict[str, int] = {}

    def add(self, finding: Finding) -> None:
        """Take a finding; where there are enough of its kind, only count it."""
        count = self._counts[finding.template] = self._counts.get(finding.template, 0) + 1
        if count <= MAXIMUM_OF_A_KIND:
            self._findings.append(finding)

    def all(self) -> list[Finding]:
        """The findings, then one for each kind of which there were more."""
        more = []
        for template, count in self._counts.items():
            if count > MAXIMUM_OF_A_KIND:
                first = next(finding for finding in self._findings if finding.template == template)
                more.append(
                    Finding.of(
                        RuleKey(first.rule, first.snip, first.severity),
                        "{count} more findings of one kind are not listed.",
                        fields={"count": count - MAXIMUM_OF_A_KIND},
                        fix="Mend those that are listed, and read the file again.",
                        place=Place(file=first.place.file),
                    )
                )
        return [*self._findings, *more]


class TokenLog(FindingLog):
    """Findings about bytes and segments; each says at which byte."""

    def __init__(self, rules: ReadingRules, file: str | None) -> None:
        super().__init__()
        self._rules = rules
        self._file = file

    def not_x12(self, empty: bool) -> None:
        self._report(
            self._rules.not_x12,
            "This is no X12 file: no ISA segment was found.",
            0,
            expected="ISA with 16 elements",
            found="an empty file" if empty else "other text",
            fix="Check that the right file was given, and that it is neither packed nor encrypted.",
        )

    def odd_header(self, offset: int) -> None:
        self._report(
            self._rules.header_width,
            "ISA is padded or not of fixed width; its separators were found by counting.",
            offset,
            segment="ISA",
            fix="Write ISA with elements of fixed width, the terminator right after ISA16.",
        )

    def no_component_separator(self, offset: int, guessed: str) -> None:
        self._report(
            self._rules.header_width,
            "ISA16 holds no component separator; it was guessed from the segments after it.",
            offset,
            segment="ISA",
            element="ISA16",
            expected="a mark that stands in no data",
            found=f"nothing of use, read as {guessed}",
            fix="Write the component separator as ISA16, then the segment terminator.",
        )

    def repetition_taken(self, offset: int) -> None:
        self._report(
            self._rules.header_width,
            "ISA11 is a mark that separates something else already; repetitions cannot be told.",
            offset,
            segment="ISA",
            element="ISA11",
            expected="a mark of its own",
            fix="Write four different separators: elements, components, repetitions, segments.",
        )

    def guessed_separators(self, offset: int, segment_id: str) -> None:
        self._report(
            self._rules.structure,
            "The file begins with {id} and has no ISA before it; its separators were guessed.",
            offset,
            fields={"id": segment_id},
            segment=segment_id,
            expected="ISA",
            found=segment_id,
            fix="Get the whole file with its ISA and IEA; without them it has no interchange control number.",
        )

    def outside_text(self, offset: int, count: int) -> None:
        self._report(
            self._rules.outside_text,
            "{count} bytes stand outside any interchange.",
            offset,
            fields={"count": count},
            fix="Nothing but line ends may stand before ISA or after IEA.",
        )

    def lost_interchange(self, offset: int) -> None:
        self._report(
            self._rules.cut,
            "An interchange of this file could not be read: its ISA is cut or damaged.",
            offset,
            segment="ISA",
            expected="a whole ISA",
            found="a part of one, or other envelope segments",
            fix="Get the whole file again; an interchange of it is missing.",
        )

    def cut(self, offset: int) -> None:
        self._report(
            self._rules.cut,
            "The file ends inside an interchange.",
            offset,
            expected="IEA and its terminator",
            found="end of file",
            fix="Get the whole file again; what was read of it is not to be trusted.",
        )

    def missing_trailer(self, offset: int) -> None:
        self._report(
            self._rules.cut,
            "A new ISA begins before the interchange before it has ended.",
            offset,
            expected="IEA",
            found="ISA",
            fix="Get the whole file again; the first interchange has no end.",
        )

    def unterminated(self, offset: int) -> None:
        self._report(
            self._rules.unterminated,
            "The last IEA has no segment terminator; its control number shows that it is whole.",
            offset,
            segment="IEA",
            expected="the terminator that ISA declares",
            found="nothing",
            fix="Write the terminator after every segment, the last one too.",
        )

    def empty_segment(self, offset: int) -> None:
        self._report(
            self._rules.empty_segment,
            "An empty segment stands here.",
            offset,
            fix="Remove the doubled segment terminator.",
        )

    def no_segment_id(self, offset: int, start: str) -> None:
        self._report(
            self._rules.segment_id,
            "A segment begins with no segment id.",
            offset,
            expected="two or three letters or digits",
            found=Protected(start),
            fix="A segment id is two or three letters or digits at the start of the segment.",
        )

    def nul(self, offset: int) -> None:
        self._report(
            self._rules.segment_id,
            "A NUL byte stands inside an interchange.",
            offset,
            found="a byte 0x00",
            fix="Get the file again; it was damaged on its way, or padded inside.",
        )

    def _report(
        self,
        rule: RuleKey,
        template: str,
        offset: int,
        *,
        fields: dict[str, object] | None = None,
        segment: str | None = None,
        element: str | None = None,
        expected: str | None = None,
        found: str | Protected[str] | None = None,
        fix: str,
    ) -> None:
        self.add(
            Finding.of(
                rule,
                template + " (byte {offset})",
                fields={**(fields or {}), "offset": offset},
                expected=expected,
                found=found,
                fix=fix,
                place=Place(file=self._file, segment=segment, element=element),
            )
        )
