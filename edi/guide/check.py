"""`check_guide`: what in an 837I file does not meet its implementation guide.

Why: the file is cut into pieces of one transaction set each, so that a broken one does not
hide the next; each piece is judged by an engine and reported in one wording.

It must not: judge control numbers and trailer counts (the envelope reader does), or be used
on answers that came in.

Source: 005010X223A2; codes of IK304 and IK403: 005010X231A1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from edi.envelope import read_document
from edi.finding import Finding, Place
from edi.guide.map_file import load_guide
from edi.guide.report import CONTEXT, GUIDE, GuideReport
from edi.guide.table_engine import TableEngine
from edi.guide.tables import Guide
from edi.guide.verdict import Engine, Unfinished
from edi.tokens import Segment

VERSION = "005010X223A2"
INTERCHANGE_VERSION = "00501"
FUNCTIONAL_ID = "HC"

_HEADERS = frozenset({"ISA", "GS"})

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
    for replayed, fresh in _pieces(segments):
        pieces += 1
        findings += _Check(guide, make, replayed, fresh, file).run()
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


def _pieces(segments: Iterable[Segment]) -> Iterator[tuple[list[Segment], list[Segment]]]:
    """Cut a file into pieces with one transaction set each.

    With each comes the ISA and GS that it stands under, where those belong to an earlier
    piece: they are shown to the engine again, but not judged again.
    """
    replayed: list[Segment] = []
    fresh: list[Segment] = []
    isa: Segment | None = None
    gs: Segment | None = None
    for segment in segments:
        segment_id = segment.id
        if segment_id in ("ISA", "GS", "ST"):
            under_header = bool(fresh) and fresh[-1].id in _HEADERS
            if segment_id == "ISA" or not under_header:
                if fresh:
                    yield replayed, fresh
                    fresh = []
                if segment_id == "ISA":
                    isa, gs = segment, None
                heads = (isa, gs) if segment_id == "ST" else (isa,) if segment_id == "GS" else ()
                replayed = [head for head in heads if head is not None]
            if segment_id == "GS":
                gs = segment
        fresh.append(segment)
    if fresh:
        yield replayed, fresh


class _Check:
    """Judges one transaction set, with the headers and trailers around it."""

    def __init__(
        self,
        guide: Guide,
        make_engine: EngineMaker,
        replayed: list[Segment],
        fresh: list[Segment],
        file: str | None,
    ) -> None:
        self._guide = guide
        self._make_engine = make_engine
        self._replayed = replayed
        self._fresh = fresh
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
        engine: Engine | None = None
        before: Segment | None = None
        plain_tail = ""
        replayed = len(self._replayed)
        segments = [*self._replayed, *self._fresh]
        for number, segment in enumerate(segments):
            if segment.id in CONTEXT:
                report.enter(segment)
            try:
                engine = engine or self._make_engine(self._guide, segments)
                verdict = engine.judge(segment)
            except Unfinished:
                report.unfinished(segment if number >= replayed else self._fresh[0])
                break
            if number >= replayed:
                if before is not None and before.tail != plain_tail:
                    if _has_blanks(before):
                        report.blanks_before(segment)
                    else:
                        plain_tail = before.tail
                if verdict is not None:
                    report.take(verdict, segment)
                elif report.is_astray:
                    report.end_astray()
            if verdict is not None and verdict.misplaced is not None and segment.id == "ST":
                # a transaction set of another kind: its segments would all be in the wrong place
                report.unfinished(segment, judged=True)
                break
            before = segment
        report.end_astray()


def _has_blanks(segment: Segment) -> bool:
    between = segment.tail.partition(segment.separators.terminator)[2]
    return " " in between or "\t" in between
