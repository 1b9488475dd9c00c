"""Bytes to segments, without losing a byte and without holding a file in memory.

Why: everything else stands on this. A segment knows the bytes it came from, so a file can
be written back unchanged, and a finding can say where it is. The reader keeps going after
trouble: it reports it and reads on. It takes a file in chunks and hands out segments in
batches; how large the chunks are never changes what is read.

It must not: know any transaction set.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import BinaryIO

from edi import separators as isa_header
from edi.finding import Finding
from edi.reading_log import TokenLog
from edi.reading_rules import ReadingRules
from edi.separators import BLANKS, ISA_WIDTH, LOOKAHEAD, Header, Separators
from edi.window import OutsideText, Window
from edi.writer import write_segment

CHUNK_SIZE = 16 * 1024  # larger ones are slower: more young objects for the garbage collector to walk
CHUNK_SIZE_OF_RUNS = 64 * 1024
RUN = "run of segments"
_LONGEST_TAIL_IN_RUNS = 2
_ENOUGH_TO_KNOW_AN_ID = 8
_BYTE_ORDER_MARK = "\xef\xbb\xbf"
_PADDING = BLANKS + "\x00\x1a"
_SEGMENT_ID = re.compile("[A-Za-z0-9]{2,3}")
_MOST_PREFIXES = 4096
_MOST_WITHOUT_RUN = 1024
_LONGEST_START_SHOWN = 20
_ENDS_OF_A_PART = {"ST": ("SE", "GE", "IEA"), "GS": ("GE", "IEA")}


class Segment:
    """One segment: its text without terminator, its byte span, and its position (ST = 1).

    `lead` and `tail` hold what stood before and after it (terminator, line ends), so that
    joining `lead + text + tail` of all segments gives the file again. `start` and `end` are
    byte offsets of the text. `elements` has the segment id at index 0.
    """

    __slots__ = ("id", "text", "separators", "start", "lead", "tail", "position", "_elements")

    def __init__(
        self,
        text: str,
        separators: Separators,
        start: int = 0,
        lead: str = "",
        tail: str = "",
        segment_id: str = "",
    ) -> None:
        self.id = segment_id or text.partition(separators.element)[0]
        self.text = text
        self.separators = separators
        self.start = start
        self.lead = lead
        self.tail = tail
        self.position = 0
        self._elements: list[str] | None = None

    @property
    def elements(self) -> list[str]:
        """The id and the elements; the text is split when somebody asks."""
        elements = self._elements
        if elements is None:
            self._elements = elements = self.text.split(self.separators.element)
        return elements

    def split(self) -> None:
        """Split it now: for who will ask all segments for their elements, that is quicker."""
        self._elements = self.text.split(self.separators.element)

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

    def with_element(self, number: int, value: str | Sequence[str]) -> Segment:
        """The same segment with another element (a sequence: its components) at 1-based `number`.

        No other byte changes; elements that are missing before it are added empty. Raises
        `UnsafeElement` for text that could be taken for structure, and ValueError for number 0
        and for what would move or change the separators that an ISA declares.
        """
        if number < 1:
            raise ValueError("elements are counted from 1; the segment id is not to be changed")
        text = write_segment(("", value), self.separators)[1:]
        if self.id == "ISA" and (number in (11, 16) or len(text) != len(self.element(number))):
            raise ValueError("elements of ISA have a fixed width, and ISA11 and ISA16 declare separators")
        elements = [*self.elements, *[""] * (number + 1 - len(self.elements))]
        elements[number] = text
        changed = Segment(
            self.separators.element.join(elements), self.separators, self.start, self.lead, self.tail
        )
        changed.position = self.position
        return changed

    def __repr__(self) -> str:
        return f"<Segment {self.id} at {self.position or self.start}>"


class Run:
    """Segments as one text, where nothing is odd: only ids that were asked for, all tails the same.

    `text` has every segment with its `tail`; `start` is its byte offset, `position` that of its
    first segment. `id` is `RUN`, which no segment has.
    """

    __slots__ = ("text", "separators", "start", "tail", "position", "_count")

    id = RUN

    def __init__(
        self, text: str, separators: Separators, start: int, tail: str, count: int | None = None
    ) -> None:
        self.text = text
        self.separators = separators
        self.start = start
        self.tail = tail
        self.position = 0
        self._count = count

    @property
    def count(self) -> int:
        """How many segments it has; counted once."""
        if self._count is None:
            self._count = self.text.count(self.separators.terminator)
        return self._count

    def followed_by(self, run: Run) -> Run:
        """This and a run that follows it, with the same separators and tails, as one."""
        both = Run(self.text + run.text, self.separators, self.start, self.tail, self.count + run.count)
        both.position = self.position
        return both

    def parted_at(self, begin: str) -> tuple[Run, Run] | None:
        """What stands before the first segment that begins so, and the rest; None where there is none."""
        at = 0 if self.text.startswith(begin) else self.text.find(self.tail + begin) + len(self.tail)
        return self._parted(at) if self.text.startswith(begin, at) else None

    def parted_at_last(self, begin: str) -> tuple[Run, Run] | None:
        """The same at the last segment that begins so and is not the first of all."""
        at = self.text.rfind(self.tail + begin)
        return self._parted(at + len(self.tail)) if at >= 0 else None

    def _parted(self, at: int) -> tuple[Run, Run]:
        head = Run(self.text[:at], self.separators, self.start, self.tail)
        rest = Run(self.text[at:], self.separators, self.start + at, self.tail)
        shorter, longer = (head, rest) if at < len(rest.text) else (rest, head)
        longer._count = self.count - shorter.count  # counting is what takes the time
        head.position, rest.position = self.position, self.position + head.count
        return head, rest

    def texts(self) -> list[str]:
        """The texts of its segments, without their tails."""
        texts = self.text.split(self.tail)
        del texts[-1]
        return texts

    def segments(self) -> Iterator[Segment]:
        """Its segments with their positions, as if they had been read one by one."""
        return segments_of(self.texts(), self.separators, self.start, self.tail, self.position)


def segments_of(
    texts: Sequence[str], separators: Separators, start: int, tail: str, position: int
) -> Iterator[Segment]:
    """The segments of texts that follow one another from byte `start`, each with the same tail.

    `position` is that of the first, 0 where they have none.
    """
    for number, text in enumerate(texts):
        segment = Segment(text, separators, start, "", tail)
        segment.position = position and position + number
        yield segment
        start += len(text) + len(tail)


class _Lead:
    """Text that no segment has taken yet, in pieces: joined once, however much it is."""

    def __init__(self, keep: bool) -> None:
        self._keep = keep
        self.pieces: list[str] = []

    def add(self, text: str) -> None:
        """More of it; where it is not kept, the last piece stands for all."""
        if not text:
            return
        if not self._keep:
            self.pieces.clear()
        self.pieces.append(text)

    def take(self) -> str:
        """All of it, for the next segment."""
        text = "".join(self.pieces)
        self.pieces.clear()
        return text


class RunFinder:
    """Finds where a run of segments with these ids ends."""

    def __init__(self, ids: Collection[str], element: str) -> None:
        self._begin = f"(?:{'|'.join(map(re.escape, sorted(ids)))}){re.escape(element)}"
        self._begins = re.compile(self._begin)
        self._odd_ends: dict[str, re.Pattern[str]] = {}

    def begins(self, text: str, limit: int) -> bool:
        """Whether a text begins with a segment of the run."""
        return self._begins.match(text, 0, limit) is not None

    def has_isa(self, text: str, start: int) -> bool:
        """Whether `ISA` stands in a text from `start` on."""
        return text.find("ISA", start) >= 0

    def odd_end(self, text: str, tail: str, first: int, limit: int) -> tuple[int, int | None]:
        """The first terminator from `first` on after which stands something else than the tail and a segment
        of the run, -1 where there is none; and how many stand from `first` to before it, where that is known.
        """
        if tail not in self._odd_ends:
            terminator, line_ends = re.escape(tail[:1]), re.escape(tail[1:])
            self._odd_ends[tail] = re.compile(f"{terminator}(?!{line_ends}{self._begin})")
        odd = self._odd_ends[tail].search(text, first, limit)
        return (odd.start() if odd else -1), None


class RunIds(frozenset[str]):
    """The ids of segments that may stand in runs."""

    def finder(self, element: str) -> RunFinder:
        """Who finds the end of a run where elements are separated so."""
        return RunFinder(self, element)


class SegmentReader:
    """Reads the segments of a file that holds one or more interchanges.

    `source` is bytes or a binary file. Separators are detected anew at every ISA. What is odd
    is in `findings`; `trailing` is the text after the last segment. Without `keep_outside`,
    what stands outside segments is counted and dropped (`lead` and `trailing` are not to be
    used then), so that memory is bounded by the chunk and the longest segment.

    With `run_ids`, `pieces` may give runs of segments with these ids, which must be none of envelopes.
    """

    def __init__(
        self,
        source: bytes | BinaryIO,
        rules: ReadingRules,
        file: str | None = None,
        *,
        chunk_size: int = CHUNK_SIZE,
        keep_outside: bool = True,
        run_ids: Collection[str] | None = None,
    ) -> None:
        self._window = Window(source, chunk_size)
        self._run_ids = run_ids
        self._log = TokenLog(rules, file)
        self._keep_outside = keep_outside
        self._lead = _Lead(keep_outside)
        self.trailing = ""

    @property
    def findings(self) -> list[Finding]:
        """What was odd in what was read so far."""
        return self._log.all()

    def __iter__(self) -> Iterator[Segment]:
        return chain.from_iterable(self.batches())

    def batches(self) -> Iterator[list[Segment]]:
        """The segments in lists of no promised length, which is faster than one by one."""
        for batch in self.pieces():
            yield list(batch.segments()) if isinstance(batch, Run) else batch

    def pieces(self) -> Iterator[list[Segment] | Run]:
        """The same, with runs in the place of segments where they were asked for."""
        window = self._window
        self._skip_to_text()
        empty, found_any = not window.text, False
        window.fill(LOOKAHEAD)
        separators = isa_header.guess(window.text, 0)
        if separators is not None:
            self._log.guessed_separators(window.offset, window.text[:2])
            yield from self._interchange(Header(separators, 0, fixed_width=True, padded=False))
            found_any = True
        while True:
            outside = OutsideText(window.offset)
            header = self._next_header(outside)
            if header is None:
                break
            self._report_outside(outside)
            yield from self._interchange(header)
            found_any = True
        self.trailing = self._lead.take()
        if found_any:
            self._report_outside(outside, at_end_of_file=True)
        else:
            self._log.not_x12(empty)

    def _skip_to_text(self) -> None:
        """Go over a byte order mark and blanks: they are no fault before the first segment."""
        window = self._window
        window.fill(len(_BYTE_ORDER_MARK))
        if window.text.startswith(_BYTE_ORDER_MARK):
            self._drop(len(_BYTE_ORDER_MARK))
        while True:
            self._drop(len(window.text) - len(window.text.lstrip(BLANKS)))
            if window.text or not window.grow():
                return

    def _drop(self, count: int) -> str:
        """Take text that belongs to no segment; it is kept as the lead of the next one."""
        text = self._window.take(count)
        if self._keep_outside:
            self._lead.add(text)
        return text

    def _next_header(self, outside: OutsideText) -> Header | None:
        """Go on to the next ISA; None where the file has no more."""
        window, at = self._window, 0
        while True:
            at = window.text.find("ISA", at)
            if at < 0:
                at = len(window.text) if window.at_end else max(0, len(window.text) - len("IS"))
                outside.feed(self._drop(at))
                if window.at_end:
                    return None
                window.grow()
                at = 0
            elif len(window.text) - at < LOOKAHEAD and not window.at_end:
                outside.feed(self._drop(at))
                window.fill(LOOKAHEAD)
                at = 0
            else:
                header = isa_header.detect(window.text, at)
                if header is not None:
                    outside.feed(self._drop(at))
                    return header
                at += 1

    def _report_outside(self, outside: OutsideText, at_end_of_file: bool = False) -> None:
        if outside.count:
            self._log.outside_text(outside.first, outside.count)
        if outside.hides_interchange(at_end_of_file):
            self._log.lost_interchange(outside.first)

    def _interchange(self, header: Header) -> Iterator[list[Segment] | Run]:
        """The segments from ISA (or the GS or ST that a file begins with) to IEA, or as far as it goes."""
        reader = _InterchangeReader(self._window, self._log, header, self._lead)
        if self._run_ids is not None:
            reader.look_for_runs(self._run_ids)
        yield from reader.batches()


class _InterchangeReader:
    """Reads one interchange. `lead` is what no segment has taken yet, before it and after."""

    def __init__(self, window: Window, log: TokenLog, header: Header, lead: _Lead) -> None:
        self._lead = lead
        self._window = window
        self._log = log
        self._header = header
        self._separators = header.separators
        self._control_number = ""
        self._begins_with = self._last_id = window.text[:2]
        self._nul_at: int | None = None
        self._ended = False
        terminator = re.escape(header.separators.terminator)
        self._blanks = line_ends = "".join(mark for mark in BLANKS if mark != header.separators.terminator)
        self._line_ends = re.compile(f"[{line_ends}]*")
        self._tails = re.compile(f"({terminator}[{line_ends}]*)")
        self._trims = header.padded or header.separators.terminator == "\n"
        # The segment id by the first four characters of a segment. ISA and IEA never get in:
        # they are looked at each time.
        self._ids: dict[str, str] = {}
        self._runs: RunFinder | None = None
        self._without_isa = 0  # no ISA begins before this byte, but for that of the first segment
        self._segments_without_run = 1

    def look_for_runs(self, ids: Collection[str]) -> None:
        """Give runs of segments with these ids; where segments have to be trimmed, there are none."""
        if not self._trims:
            known = ids if isinstance(ids, RunIds) else RunIds(ids)
            self._runs = known.finder(self._separators.element)

    def batches(self) -> Iterator[list[Segment] | Run]:
        window = self._window
        if self._header.length:
            yield [self._isa()]
        while not self._ended:
            if window.text.startswith("ISA"):
                window.fill(LOOKAHEAD)
                if isa_header.detect(window.text, 0) is not None:
                    self._log.missing_trailer(window.offset)
                    break
            limit, new_header = self._limit()
            offset = window.offset
            if self._runs is None:
                yield self._whole_segments(limit)
            else:
                run = self._run(limit, self._runs)
                yield self._some_segments(limit) if run is None else run
            if window.offset > offset:
                continue
            if new_header:
                yield self._rest(limit, at_end_of_file=False)
            elif not window.grow():
                yield self._rest(len(window.text), at_end_of_file=True)
        if self._nul_at is not None:
            self._log.nul(self._nul_at)

    def _isa(self) -> Segment:
        window, header = self._window, self._header
        if header.component_guessed:
            self._log.no_component_separator(window.offset, header.separators.component)
        elif not header.fixed_width or header.padded:
            self._log.odd_header(window.offset)
        if header.repetition_taken:
            self._log.repetition_taken(window.offset)
        end = header.length
        while True:
            after = window.text.index(header.separators.terminator, end) + 1
            after = self._line_ends.match(window.text, after).end()  # type: ignore[union-attr]
            if after < len(window.text) or not window.grow():
                break
        start, text = window.offset, self._take(after)
        segment = Segment(text[:end], header.separators, start, self._lead.take(), text[end:])
        self._control_number = segment.element(13).strip(" ")
        return segment

    def _limit(self) -> tuple[int, bool]:
        """How far segments may be read, and whether a new ISA begins there, if need be in mid segment.

        A mailbox puts a file that was cut and the next one together without a line end. An
        ISA in mid segment counts only if it is of fixed width and begins a line or has our
        element separator: no data can hold that.
        """
        window, at = self._window, 1
        text, at_end = window.text, window.at_end
        start = max(at, self._without_isa - window.offset)
        has_isa = text.find("ISA", start) >= 0 if self._runs is None else self._runs.has_isa(text, start)
        if not has_isa:  # nearly always, and quicker than the pattern
            self._without_isa = window.offset + len(text) - len("IS")
            return len(text), False
        while found := isa_header.FIXED_HEADER.search(text, at):
            at = found.start()
            if found[1] == self._separators.element or text[at - 1] in "\r\n":
                if len(text) - at < LOOKAHEAD and not at_end:
                    return at, False
                if isa_header.detect(text, at) is not None:
                    return at, True
            at += 1
        if not at_end:
            unsure = text.find("ISA", max(at, len(text) - ISA_WIDTH))
            if unsure >= 0:
                return unsure, False
        return len(text), False

    def _run(self, limit: int, finder: RunFinder) -> Run | list[Segment] | None:
        """The run that begins here, as far as is sure: what comes after a segment tells that its tail is whole.

        Nothing (and not None) where more of the file has to be seen.
        """
        window, separators = self._window, self._separators
        text, terminator = window.text, separators.terminator
        if self._lead.pieces or not finder.begins(text, limit):
            return None
        first = text.find(terminator, 0, limit)
        if first < 0:
            return None
        tail = terminator + self._line_ends.match(text, first + 1, limit)[0]  # type: ignore[index]
        if len(tail) > 1 + _LONGEST_TAIL_IN_RUNS:
            return None
        odd, count = finder.odd_end(text, tail, first, limit)
        end = text.rfind(terminator, 0, odd if odd >= 0 else limit)
        if end < 0:
            is_short = odd >= 0 and len(text) - (odd + 1) < _ENOUGH_TO_KNOW_AN_ID
            return [] if is_short and limit == len(text) and not window.at_end else None
        self._segments_without_run = 1
        self._last_id = ""
        offset = window.offset
        return Run(self._take(end + len(tail)), separators, offset, tail, count)

    def _some_segments(self, limit: int) -> list[Segment]:
        """Segments where no run begins: more each time, for who knows how many are odd."""
        text, end = self._window.text, -1
        for _ in range(self._segments_without_run):
            end = text.find(self._separators.terminator, end + 1, limit)
            if end < 0:
                return self._whole_segments(limit)
        self._segments_without_run = min(4 * self._segments_without_run, _MOST_WITHOUT_RUN)
        return self._whole_segments(self._line_ends.match(text, end + 1, limit).end())  # type: ignore[union-attr]

    def _whole_segments(self, limit: int) -> list[Segment]:
        """Take the segments that end before `limit`, up to IEA or to what may be a new ISA."""
        window, separators = self._window, self._separators
        text = window.text
        end = text.rfind(separators.terminator, 0, limit) + 1
        end = self._line_ends.match(text, end, limit).end() if end else 0  # type: ignore[union-attr]
        texts, tails = self._texts_and_tails(text[:end])
        if texts and end == len(text) and not window.at_end:
            del texts[-1]  # more line ends may follow
        batch: list[Segment] = []
        append, known = batch.append, self._ids.get
        start, lead = window.offset, self._lead
        pieces = lead.pieces  # looked at for each segment: a list is quicker asked than an object
        for content, tail in zip(texts, tails, strict=False):
            segment_id = known(content[:4])
            if segment_id is None:
                if not content:
                    if not pieces:
                        self._log.empty_segment(start)
                    lead.add(tail)
                    start += len(tail)
                    continue
                if content.startswith("ISA") and start > window.offset:
                    break
                segment_id = self._identify(content, start)
            append(Segment(content, separators, start, lead.take() if pieces else "", tail, segment_id))
            start += len(content) + len(tail)
            if segment_id == "IEA":
                self._ended = True
                break
        self._take(start - window.offset)
        if batch:
            self._last_id = batch[-1].id
        return batch

    def _texts_and_tails(self, text: str) -> tuple[list[str], Iterable[str]]:
        """The texts of whole segments, and their tails: endlessly the one that they all have, or each its own."""
        tail = self._one_tail(text)
        if tail:
            texts = text.split(tail)
            del texts[-1]
            return texts, repeat(tail)
        # texts and tails by turns, in one flat list: tuples would cost the garbage collector's time
        parts = self._tails.split(text)
        del parts[-1]
        if self._trims:
            self._trim(parts)
        return parts[::2], parts[1::2]

    def _one_tail(self, text: str) -> str:
        """The tail that all segments of a text have, or "": nearly always there is one, and splitting by it is quick."""
        terminator = self._separators.terminator
        at = text.find(terminator)
        if at < 0 or self._trims:
            return ""
        tail = terminator + self._line_ends.match(text, at + 1)[0]  # type: ignore[index]
        if text.count(tail) < text.count(terminator) or any(tail + mark in text for mark in self._blanks):
            return ""
        return tail

    def _trim(self, parts: list[str]) -> None:
        """Move padding and the carriage return of a CR LF terminator from the texts to their tails."""
        marks = (" \t" if self._header.padded else "") + ("\r" if self._separators.terminator == "\n" else "")
        for at in range(0, len(parts), 2):
            content = parts[at]
            parts[at] = content.rstrip(marks)
            parts[at + 1] = content[len(parts[at]) :] + parts[at + 1]

    def _identify(self, content: str, start: int) -> str:
        segment_id = content.partition(self._separators.element)[0]
        if segment_id == "ISA":
            self._log.missing_trailer(start)
        elif not _SEGMENT_ID.fullmatch(segment_id):
            self._log.no_segment_id(start, segment_id[:_LONGEST_START_SHOWN])
        elif segment_id != "IEA" and len(self._ids) < _MOST_PREFIXES:
            self._ids[content[:4]] = segment_id
        return segment_id

    def _rest(self, end: int, at_end_of_file: bool) -> list[Segment]:
        """The last, cut segment before a new ISA or the end of the file, if there is one.

        An IEA that lacks nothing but its terminator is whole: its control number is that of ISA.
        """
        self._ended = True
        window, separators = self._window, self._separators
        rest = window.text[:end]
        content = rest.rstrip(_PADDING)
        is_part = not self._header.length
        if is_part and not content and self._last_id in _ENDS_OF_A_PART[self._begins_with]:
            return []
        elements = content.split(separators.element)
        if elements[0] == "IEA" and self._control_number and elements[2:] == [self._control_number]:
            self._log.unterminated(window.offset)
        else:
            content = rest
            if at_end_of_file:
                self._log.cut(window.offset)
            else:
                self._log.missing_trailer(window.offset)
        if not rest:
            return []
        segment = Segment(content, separators, window.offset, self._lead.take(), rest[len(content) :])
        if not _SEGMENT_ID.fullmatch(segment.id):
            self._log.no_segment_id(window.offset, segment.id[:_LONGEST_START_SHOWN])
        self._take(end)
        return [segment]

    def _take(self, count: int) -> str:
        if self._nul_at is None and "\x00" not in self._separators.all():
            at = self._window.text.find("\x00", 0, count)
            self._nul_at = None if at < 0 else self._window.offset + at
        return self._window.take(count)
