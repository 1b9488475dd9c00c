"""`check_guide`: what in an 837I file does not meet its implementation guide.

Why: the file is cut into pieces of one transaction set each, so that a broken one does not
hide the next; each piece is judged by an engine and reported in one wording.

It must not: judge control numbers and trailer counts (the envelope reader does), or be used
on answers that came in.

Source: 005010X223A2; codes of IK304 and IK403: 005010X231A1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

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

EngineMaker = Callable[[Guide, list[Segment]], Engine]
"""Makes an engine for a guide and the segments that it will be given."""


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
    guide = load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION)
    make = ENGINES[engine]
    findings: list[Finding] = []
    pieces = 0
    for piece in _pieces(list(segments)):
        pieces += 1
        findings += _Check(guide, make, piece, file).run()
    if not pieces:
        findings.append(
            Finding.of(
                GUIDE,
                "No interchange was found; the guide checker judged nothing.",
                expected="ISA",
                fix="Check that the right file was given.",
                source=f"X12N {VERSION}",
                place=Place(file=file),
            )
        )
    return findings


def _tables(guide: Guide, segments: list[Segment]) -> Engine:
    return TableEngine(guide)


def _pyx12(guide: Guide, segments: list[Segment]) -> Engine:
    from edi.guide.pyx12_engine import Pyx12Engine  # its import costs 0.1 s that few need

    return Pyx12Engine(guide, segments)


ENGINES: dict[str, EngineMaker] = {"tables": _tables, "pyx12": _pyx12}
"""Our own checker, and pyx12 as a second opinion that is some fifty times slower."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a file with one transaction set: its segments are `fresh`.

    `replayed` are the ISA and GS that it stands under, where those belong to an earlier
    piece: they are shown to the engine again, but not judged again. `before` is the segment
    in front of it, in the same interchange.
    """

    replayed: list[Segment]
    fresh: list[Segment]
    before: Segment | None


def _pieces(segments: list[Segment]) -> Iterator[_Piece]:
    """Cut a file into pieces with one transaction set each."""
    start = 0
    replayed: list[Segment] = []
    isa: Segment | None = None
    gs: Segment | None = None
    for at in [at for at, segment in enumerate(segments) if segment.id in _OPENERS]:
        segment = segments[at]
        under_header = at > start and segments[at - 1].id in _HEADERS
        if segment.id == "ISA" or not under_header:
            if at > start:
                yield _Piece(replayed, segments[start:at], segments[start - 1] if replayed else None)
            start = at
            if segment.id == "ISA":
                isa, gs = segment, None
            heads = {"ST": (isa, gs), "GS": (isa,)}.get(segment.id, ())
            replayed = [head for head in heads if head is not None]
        if segment.id == "GS":
            gs = segment
    if start < len(segments):
        yield _Piece(replayed, segments[start:], segments[start - 1] if replayed else None)


class _Check:
    """Judges one transaction set, with the headers and trailers around it."""

    def __init__(self, guide: Guide, make_engine: EngineMaker, piece: _Piece, file: str | None) -> None:
        self._guide = guide
        self._make_engine = make_engine
        self._replayed = piece.replayed
        self._fresh = piece.fresh
        self._before = piece.before
        self._report = GuideReport(guide, file)

    def run(self) -> list[Finding]:
        if self._knows_version():
            self._judge()
        return self._report.findings

    def _knows_version(self) -> bool:
        """Whether ISA12 and GS08 name the guide at hand; if not, say so and judge nothing."""
        for segment in [*self._replayed, *self._fresh]:
            if segment.id == "GS" and not self._report.in_interchange:
                return self._refuse(segment, None, INTERCHANGE_VERSION)
            if segment.id in CONTEXT:
                self._report.enter(segment)
            match segment.id:
                case "ISA":
                    if segment.element(12) != INTERCHANGE_VERSION:
                        return self._refuse(segment, "ISA12", INTERCHANGE_VERSION)
                case "GS":
                    return segment.element(8) == VERSION or self._refuse(segment, "GS08", VERSION)
                case "TA1" | "IEA":
                    continue
                case _:
                    return self._refuse(segment, None, VERSION)
        return True

    def _refuse(self, segment: Segment, element: str | None, expected: str) -> bool:
        """Report once for an interchange or group, not again for its later transaction sets."""
        if any(segment is one for one in self._fresh):
            self._report.unknown_version(segment, element, expected)
        return False

    def _judge(self) -> None:
        report = self._report
        segments = [*self._replayed, *self._fresh]
        report.enter(segments[0])
        try:
            engine = self._make_engine(self._guide, segments)
            for header in self._replayed:
                report.enter(header)
                engine.judge(header)
        except Unfinished:
            report.unfinished(self._fresh[0])
        else:
            self._judge_fresh(engine)
            report.end_astray()

    def _judge_fresh(self, engine: Engine) -> None:
        report = self._report
        segments = iter(self._fresh)
        before, segment = self._before, next(segments, None)
        has_blanks = any(map(_has_blanks, {one.tail: one for one in self._fresh}.values()))
        while segment is not None:
            if segment.id in CONTEXT:
                report.enter(segment)
            try:
                verdict = engine.judge(segment)
            except Unfinished:
                report.unfinished(segment)
                break
            if before is not None and _has_blanks(before):
                report.blanks_before(segment)
            if verdict is not None:
                report.take(verdict, segment)
                if verdict.misplaced is not None and segment.id == "ST":
                    # a transaction set of another kind: its segments would all be in the wrong place
                    report.unfinished(segment, judged=True)
                    break
            elif report.is_astray:
                report.end_astray()
            if has_blanks or report.is_astray:
                before, segment = segment, next(segments, None)
            else:
                before, segment = None, engine.first_unsure(segments, report.enter)


def _has_blanks(segment: Segment) -> bool:
    between = segment.tail.partition(segment.separators.terminator)[2]
    return " " in between or "\t" in between
