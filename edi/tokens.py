"""Bytes to segments, without losing a byte.

Why: everything else stands on this. A segment knows the bytes it came from, so a file can
be written back unchanged, and a finding can say where it is. The reader keeps going after
trouble: it reports it and reads on.

It must not: know any transaction set.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from edi import separators as isa_header
from edi.finding import Finding, Place, RuleKey
from edi.reading_rules import ReadingRules
from edi.separators import Separators

_LINE_ENDS = " \t\r\n"
_BYTE_ORDER_MARK = "\xef\xbb\xbf"


class Segment:
    """One segment: its text without terminator, its byte span, and its position (ST = 1).

    `lead` and `tail` hold what stood before and after it (terminator, line ends), so that
    joining `lead + text + tail` of all segments gives the file again.
    """

    __slots__ = ("text", "separators", "start", "lead", "tail", "position", "_elements")

    def __init__(
        self, text: str, separators: Separators, start: int = 0, lead: str = "", tail: str = ""
    ) -> None:
        self.text = text
        self.separators = separators
        self.start = start
        self.lead = lead
        self.tail = tail
        self.position = 0
        self._elements: list[str] | None = None

    @property
    def elements(self) -> list[str]:
        """The elements, with the segment id at index 0."""
        if self._elements is None:
            self._elements = self.text.split(self.separators.element)
        return self._elements

    @property
    def id(self) -> str:
        return self.elements[0]

    @property
    def end(self) -> int:
        """The byte offset after the text (before its terminator)."""
        return self.start + len(self.text)

    def element(self, number: int) -> str:
        """The element at 1-based `number` as it stands, or "" where there is none."""
        elements = self.elements
        return elements[number] if number < len(elements) else ""

    def components(self, number: int) -> list[str]:
        """The components of the element at `number` (one empty string where there is none)."""
        return self.element(number).split(self.separators.component)

    def component(self, number: int, part: int) -> str:
        """The component at 1-based `part` of the element at `number`, or ""."""
        parts = self.components(number)
        return parts[part - 1] if part <= len(parts) else ""

    def __repr__(self) -> str:
        return f"<Segment {self.id} at {self.position or self.start}>"


class SegmentReader:
    """Reads the segments of a file that holds one or more interchanges.

    Separators are detected anew at every ISA. What is odd is appended to `findings`.
    `trailing` is the text after the last segment.
    """

    def __init__(self, data: bytes, rules: ReadingRules, file: str | None = None) -> None:
        self._text = data.decode("latin-1")
        self._rules = rules
        self._file = file
        self._position = 0
        self.findings: list[Finding] = []
        self.trailing = ""

    def __iter__(self) -> Iterator[Segment]:
        text, position = self._text, 0
        found_any = False
        while True:
            start, header = self._find_header(position)
            if header is None:
                self._finish_outside(text[position:], position, found_any)
                return
            self._check_outside(text[position:start], position)
            found_any = True
            yield from self._read_interchange(start, header, text[position:start])
            position = self._position

    def _find_header(self, position: int) -> tuple[int, isa_header.Header | None]:
        while True:
            start = self._text.find("ISA", position)
            if start < 0:
                return start, None
            header = isa_header.detect(self._text, start)
            if header is not None:
                return start, header
            position = start + 1

    def _read_interchange(self, start: int, header: isa_header.Header, lead: str) -> Iterator[Segment]:
        text, separators = self._text, header.separators
        if not header.fixed_width or header.padded:
            self._report(
                self._rules.header_width,
                "ISA is padded or not of fixed width; its separators were found by counting.",
                start,
                segment="ISA",
                fix="Write ISA with elements of fixed width, the terminator right after ISA16.",
            )
        position = start
        while position < len(text):
            end = text.find(separators.terminator, position)
            if end < 0:
                self._report_cut(position)
                yield self._segment(text[position:], separators, position, lead, "")
                self._position = len(text)
                return
            if position > start and self._begins_header(position):
                self._report_missing_trailer(position)
                self._end_interchange(position, lead)
                return
            after = self._skip_line_ends(end + 1, separators)
            content, tail = text[position:end], text[end:after]
            content, tail = self._trim(content, tail, header)
            if content:
                segment = self._segment(content, separators, position, lead, tail)
                lead = ""
                yield segment
                if segment.id == "IEA":
                    self._position = after
                    return
            else:
                self._report_empty(position)
                lead += content + tail
            position = after
        self._report_cut(position)
        self._end_interchange(position, lead)

    def _end_interchange(self, position: int, lead: str) -> None:
        """Go on at `position`; text that no segment has taken yet is read again as text outside."""
        self._position = position - len(lead)

    def _segment(self, content: str, separators: Separators, start: int, lead: str, tail: str) -> Segment:
        segment = Segment(content, separators, start, lead, tail)
        if not (2 <= len(segment.id) <= 3 and segment.id.isalnum() and segment.id.isascii()):
            self._report(
                self._rules.segment_id,
                "A segment begins with no segment id.",
                start,
                fix="A segment id is two or three letters or digits at the start of the segment.",
            )
        return segment

    def _trim(self, content: str, tail: str, header: isa_header.Header) -> tuple[str, str]:
        """Move padding and the carriage return of a CR LF terminator from the content to the tail."""
        stripped = content.rstrip(" \t") if header.padded else content
        if header.separators.terminator == "\n":
            stripped = stripped.rstrip("\r")
        return stripped, content[len(stripped) :] + tail

    def _skip_line_ends(self, position: int, separators: Separators) -> int:
        text = self._text
        while (
            position < len(text) and text[position] in _LINE_ENDS and text[position] != separators.terminator
        ):
            position += 1
        return position

    def _begins_header(self, position: int) -> bool:
        return self._text.startswith("ISA", position) and isa_header.detect(self._text, position) is not None

    def _check_outside(self, outside: str, position: int) -> None:
        if position == 0 and outside.startswith(_BYTE_ORDER_MARK):
            outside = outside[len(_BYTE_ORDER_MARK) :]
        if outside.strip(_LINE_ENDS):
            self._report(
                self._rules.outside_text,
                "{count} bytes stand outside any interchange.",
                position,
                fields={"count": len(outside.strip(_LINE_ENDS))},
                fix="Nothing but line ends may stand before ISA or after IEA.",
            )

    def _finish_outside(self, outside: str, position: int, found_any: bool) -> None:
        self.trailing = outside
        if found_any:
            self._check_outside(outside, position)
        else:
            self._report(
                self._rules.not_x12,
                "This is no X12 file: no ISA segment was found.",
                0,
                expected="ISA with 16 elements",
                found="an empty file" if not outside.strip() else "other text",
                fix="Check that the right file was given, and that it is neither packed nor encrypted.",
            )

    def _report_cut(self, position: int) -> None:
        self._report(
            self._rules.cut,
            "The file ends inside an interchange.",
            position,
            expected="IEA and its terminator",
            found="end of file",
            fix="Get the whole file again; what was read of it is not to be trusted.",
        )

    def _report_missing_trailer(self, position: int) -> None:
        self._report(
            self._rules.cut,
            "A new ISA begins before the interchange before it has ended.",
            position,
            expected="IEA",
            found="ISA",
            fix="Get the whole file again; the first interchange has no end.",
        )

    def _report_empty(self, position: int) -> None:
        self._report(
            self._rules.empty_segment,
            "An empty segment stands here.",
            position,
            fix="Remove the doubled segment terminator.",
        )

    def _report(
        self,
        rule: RuleKey,
        template: str,
        offset: int,
        *,
        fields: Mapping[str, object] | None = None,
        segment: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        fix: str = "",
    ) -> None:
        self.findings.append(
            Finding.of(
                rule,
                template + " (byte {offset})",
                fields={**(fields or {}), "offset": offset},
                expected=expected,
                found=found,
                fix=fix,
                place=Place(file=self._file, segment=segment),
            )
        )
