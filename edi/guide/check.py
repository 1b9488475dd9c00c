"""`check_guide`: what in an 837I file does not meet its implementation guide.

Why: the file is cut into pieces of one transaction set each, so that a broken one does not
hide the next; each piece is judged by an engine and reported in one wording.

It must not: judge control numbers and trailer counts (the envelope reader does), or be used
on answers that came in.

Source: 005010X223A2; codes of IK304 and IK403: 005010X231A1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter

from edi.envelope import read_document
from edi.finding import Finding, Place
from edi.guide.map_file import load_guide
from edi.guide.report import CONTEXT, GuideReport
from edi.guide.table_engine import TableEngine
from edi.guide.tables import Guide
from edi.guide.verdict import Engine, Unfinished
from edi.reading_rules import GUIDE
from edi.tokens import Segment

VERSION = "005010X223A2"
INTERCHANGE_VERSION = "00501"
FUNCTIONAL_ID = "HC"

_HEADERS = frozenset({"ISA", "GS"})
_OPENERS = frozenset({"ISA", "GS", "ST"})
_id_of, _tail_of = attrgetter("id"), attrgetter("tail")

EngineMaker = Callable[[Guide, Iterator[Segment]], Engine]
"""Makes an engine for a guide; the segments are those that it is asked about, each at hand when it is."""


def check_guide(data: bytes, file: str | None = None, engine: str = "tables") -> list[Finding]:
    """What in an outbound 837I file does not meet its implementation guide.

    `data` is the whole file, `engine` one of `ENGINES`. A finding has its place (loop,
    segment, position with ST = 1, element) and the 999 codes IK304 and IK403; the value at
    fault is `found`, protected. A clean file gives []. Never raises for what the file holds:
    what could not be judged is a finding too. Empty segments, counts and control numbers are
    the envelope reader's.
    """
    return check_segments(read_document(data, file=file).segments, file, engine)


def check_segments(
    segments: Iterable[Segment], file: str | None = None, engine: str = "tables"
) -> list[Finding]:
    """The same for the segments of a file that was read already."""
    check = GuideCheck(file, engine)
    return check.take(list(segments)) + check.end()


class GuideCheck:
    """The same for a file that is not held: its segments are given as they come, in their order.

    `take` and `end` return what was found since the last call. Nothing of the file is kept but
    the headers that hold.
    """

    def __init__(self, file: str | None = None, engine: str = "tables") -> None:
        self._guide = load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION)
        self._make_engine = ENGINES[engine]
        self._file = file
        self._piece: _Piece | None = None
        self._before: Segment | None = None
        self._isa: Segment | None = None
        self._gs: Segment | None = None

    @property
    def judges(self) -> bool:
        """Whether the transaction set that is open is of the guide at hand, and judged by it."""
        return self._piece is not None and self._piece.is_judging

    def take(self, segments: Sequence[Segment]) -> list[Finding]:
        """Judge the next segments of the file, however many; each must have its position by now."""
        findings: list[Finding] = []
        start = 0
        for at in _openers(segments):
            segment = segments[at]
            before = segments[at - 1] if at else self._before
            if segment.id == "ISA" or before is None or before.id not in _HEADERS:
                if at > start:
                    findings += self._continue(segments[start:at])
                findings += self._begin(segment, before)
                start = at
            if segment.id == "GS":
                self._gs = segment
        if start < len(segments):
            findings += self._continue(segments[start:] if start else segments)
        if segments:
            self._before = segments[-1]
        return findings

    def end(self) -> list[Finding]:
        """The file is through."""
        if self._before is not None:
            return self._end_piece()
        return [
            Finding.of(
                GUIDE,
                "No interchange was found; the guide checker judged nothing.",
                expected="ISA",
                fix="Check that the right file was given.",
                source=f"X12N {VERSION}",
                place=Place(file=self._file),
            )
        ]

    def _begin(self, opener: Segment, before: Segment | None) -> list[Finding]:
        """Begin a new piece, under the headers that hold; what the end of the last one showed."""
        findings = self._end_piece()
        if opener.id == "ISA":
            self._isa, self._gs = opener, None
        heads = {"ST": (self._isa, self._gs), "GS": (self._isa,)}.get(opener.id, ())
        replayed = [head for head in heads if head is not None]
        self._piece = self._new_piece(replayed, before if replayed else None)
        return findings

    def _continue(self, segments: Sequence[Segment]) -> list[Finding]:
        if self._piece is None:
            self._piece = self._new_piece([], None)
        return self._piece.take(segments)

    def _new_piece(self, replayed: list[Segment], before: Segment | None) -> _Piece:
        return _Piece(self._guide, self._make_engine, self._file, replayed, before)

    def _end_piece(self) -> list[Finding]:
        if self._piece is None:
            return []
        piece, self._piece = self._piece, None
        return piece.end()


def _tables(guide: Guide, segments: Iterator[Segment]) -> Engine:
    return TableEngine(guide)


def _pyx12(guide: Guide, segments: Iterator[Segment]) -> Engine:
    from edi.guide.pyx12_engine import Pyx12Engine  # its import costs 0.1 s that few need

    return Pyx12Engine(guide, segments)


ENGINES: dict[str, EngineMaker] = {"tables": _tables, "pyx12": _pyx12}
"""Our own checker, and pyx12 as a second opinion that is some fifty times slower."""


class _Feed(Iterator[Segment]):
    """The segment that an engine is asked about next, for one that reads it itself."""

    def __init__(self) -> None:
        self.segment: Segment | None = None

    def __next__(self) -> Segment:
        if self.segment is None:
            raise StopIteration
        segment, self.segment = self.segment, None
        return segment


class _Piece:
    """A part of a file with one transaction set, judged with the headers and trailers around it.

    `replayed` are the ISA and GS that it stands under, where those belong to an earlier
    piece: they are shown to the engine again, but not judged again. `before` is the segment
    in front of it, in the same interchange.
    """

    def __init__(
        self,
        guide: Guide,
        make_engine: EngineMaker,
        file: str | None,
        replayed: list[Segment],
        before: Segment | None,
    ) -> None:
        self._guide = guide
        self._make_engine = make_engine
        self._replayed = replayed
        self._before = before
        self._report = GuideReport(guide, file)
        self._feed = _Feed()
        self._engine: Engine | None = None
        self._waiting: list[Segment] = []
        self._is_known: bool | None = None
        self._is_over = False
        for header in replayed:
            self._look_for_version(header, replayed=True)

    @property
    def is_judging(self) -> bool:
        """Whether its version is known to be that of the guide at hand."""
        return self._is_known is True

    def take(self, segments: Sequence[Segment]) -> list[Finding]:
        """Judge its next segments; those before the version is known wait for it."""
        if self._is_known is None:
            for number, segment in enumerate(segments):
                if self._is_known is not None:
                    segments = segments[number:]
                    break
                self._waiting.append(segment)
                self._look_for_version(segment)
            else:
                segments = ()
        if self._is_known:
            segments = [*self._waiting, *segments] if self._waiting else segments
            self._waiting = []
            self._judge(segments)
        return self._report.take_findings()

    def end(self) -> list[Finding]:
        """It is through; an interchange of nothing but TA1 is judged as far as it goes."""
        if self._is_known is None:
            self._judge(self._waiting)
        if self._engine is not None:
            self._report.end_astray()
        return self._report.take_findings()

    def _look_for_version(self, segment: Segment, replayed: bool = False) -> None:
        """Whether ISA12 and GS08 name the guide at hand; if not, say so and judge nothing.

        It is said once for an interchange or group, not again for its later transaction sets.
        """
        if self._is_known is not None:
            return
        report = self._report
        refused: tuple[str | None, str] | None = None
        if segment.id == "GS" and not report.in_interchange:
            refused = None, INTERCHANGE_VERSION
        else:
            if segment.id in CONTEXT:
                report.enter(segment)
            match segment.id:
                case "ISA":
                    if segment.element(12) != INTERCHANGE_VERSION:
                        refused = "ISA12", INTERCHANGE_VERSION
                case "GS":
                    self._is_known = segment.element(8) == VERSION
                    refused = None if self._is_known else ("GS08", VERSION)
                case "TA1" | "IEA":
                    pass
                case _:
                    refused = None, VERSION
        if refused is not None:
            self._is_known = False
            self._waiting = []
            if not replayed:
                report.unknown_version(segment, *refused)

    def _judge(self, segments: Sequence[Segment]) -> None:
        if not segments or self._is_over:
            return  # an engine that could not go on was told of
        if self._engine is None and not self._begin(segments[0]):
            return
        assert self._engine is not None
        self._judge_with(self._engine, segments)

    def _begin(self, first: Segment) -> bool:
        """Make the engine and show it the headers; False where it cannot go on from there."""
        report, feed = self._report, self._feed
        feed.segment = self._replayed[0] if self._replayed else first
        report.enter(feed.segment)
        try:
            engine = self._make_engine(self._guide, feed)
            for header in self._replayed:
                feed.segment = header
                report.enter(header)
                engine.judge(header)
        except Unfinished:
            report.unfinished(first)
            self._is_over = True
            return False
        self._engine = engine
        return True

    def _judge_with(self, engine: Engine, segments: Sequence[Segment]) -> None:
        report, feed = self._report, self._feed
        rest = iter(segments)
        before = self._before
        has_blanks = _any_has_blanks(segments)
        if has_blanks or report.is_astray or before is not None:
            segment = next(rest, None)
        else:
            segment = engine.first_unsure(rest, report.enter)
        while segment is not None:
            if segment.id in CONTEXT:
                report.enter(segment)
            feed.segment = segment
            try:
                verdict = engine.judge(segment)
            except Unfinished:
                report.unfinished(segment)
                self._is_over = True
                break
            if before is not None and _has_blanks(before):
                report.blanks_before(segment)
            if verdict is not None:
                report.take(verdict, segment)
                if verdict.misplaced is not None and segment.id == "ST":
                    # a transaction set of another kind: its segments would all be in the wrong place
                    report.unfinished(segment, judged=True)
                    self._is_over = True
                    break
            elif report.is_astray:
                report.end_astray()
            if has_blanks or report.is_astray:
                before, segment = segment, next(rest, None)
            else:
                before, segment = None, engine.first_unsure(rest, report.enter)
        self._before = segments[-1] if has_blanks else None


def _openers(segments: Sequence[Segment]) -> list[int]:
    """The numbers of those that may begin a piece; nearly always there are none, which is quickly told."""
    if _OPENERS.isdisjoint(map(_id_of, segments)):
        return []
    return [at for at, segment in enumerate(segments) if segment.id in _OPENERS]


def _any_has_blanks(segments: Sequence[Segment]) -> bool:
    tails = set(map(_tail_of, segments))  # hardly ever more than one
    return any(" " in tail or "\t" in tail for tail in tails) and any(map(_has_blanks, segments))


def _has_blanks(segment: Segment) -> bool:
    between = segment.tail.partition(segment.separators.terminator)[2]
    return " " in between or "\t" in between
