"""The 837I guide as pyx12 knows it: order, repeats, required parts, types, lengths, inline codes.

Why: pyx12 carries the implementation guide 005010X223A2 as a map, and a second pair of eyes
on every file before it leaves finds what the builder got wrong. This is the only module that
imports pyx12, so that its habits stay here:

- Its error text holds patient data. It is never read: findings are worded anew from the map
  node and the error's code, and its logger is silenced.
- It stops without a word at an empty segment or a very long one, and takes its separators
  from the first ISA alone. It is therefore fed the segments of our own reader, one
  transaction set at a time, so one broken transaction set does not hide the next.
- It raises where input is broken. That becomes a finding which says from where on nothing
  was judged.

It must not: judge control numbers and trailer counts (the envelope reader does), read any
settings file, or be used on answers that came in.

Source: 005010X223A2; codes of IK304 and IK403: 005010X231A1.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from edi.envelope import read_document
from edi.finding import Acknowledgment, Finding, Place, RuleKey, Severity
from edi.protected import Protected
from edi.tokens import Segment

GUIDE = RuleKey("guide", 2, Severity.ERROR)

_VERSION = "005010X223A2"
_INTERCHANGE_VERSION = "00501"
_MAP_FILES = {_VERSION: "837Q3.I.5010.X223.A1.xml"}
_SOURCE = f"X12N {_VERSION}"

_ISA_LOOP, _GS_LOOP = "/ISA_LOOP", "/ISA_LOOP/GS_LOOP"
_TRAILERS = frozenset({"SE", "GE", "IEA"})
_HEADERS = frozenset({"ISA", "GS"})
_MOST_CODES_SHOWN = 20
_MOST_TEXT_SHOWN = 200
_REFERENCE = re.compile(r"(?:[A-Z][A-Z0-9]{1,2})?(\d\d)(?:-0?(\d+))?")

_MEND = "Correct the value of {element}."
_KIND_OF_CODE = {"4": "short", "5": "long", "6": "form", "8": "date", "9": "time"}
_EXTERNAL_LISTS = {
    "country": "a country code",
    "currency": "a currency code",
    "remark_code": "a remittance advice remark code",
    "states": "a code of a state or province",
}
_PATTERNS = {"[0-9]{9}": "nine digits"}


@dataclass(frozen=True, slots=True)
class _Trouble:
    """The wording of one kind of trouble with an element, and its IK403 code."""

    code: str
    template: str
    fix: str = _MEND


_TROUBLES = {
    "missing": _Trouble("1", "Required element {element} is empty.", "Fill {element}."),
    "together": _Trouble(
        "2",
        "{element} is needed because of what else {segment} holds: see what was expected.",
        "Fill {element}, or empty the elements that call for it.",
    ),
    "exclusive": _Trouble(
        "10", "{element} may not stand beside the others: see what was expected.", "Empty all but one."
    ),
    "surplus": _Trouble(
        "3", "{segment} has more elements than the guide knows.", "Remove {element} and what follows it."
    ),
    "components": _Trouble(
        "13", "{element} has more components than the guide knows.", "Remove the last components."
    ),
    "short": _Trouble("4", "{element} is too short: {length} characters."),
    "long": _Trouble("5", "{element} is too long: {length} characters.", "Shorten {element}."),
    "form": _Trouble("6", "{element} holds characters, or a form, that its type does not allow."),
    "code": _Trouble(
        "7", "{element} is no code that the guide allows here.", "Put a code of the list into {element}."
    ),
    "pattern": _Trouble("7", "{element} has not the form that the guide asks for."),
    "date": _Trouble("8", "{element} is no real date, or not in the form its qualifier names."),
    "time": _Trouble("9", "{element} is no real time."),
    "unused": _Trouble("I10", "{element} holds a value, but the guide does not use it.", "Empty {element}."),
    "number": _Trouble("7", "{element} breaks the numbering: see what was expected.", "Number again from 1."),
}


def check_guide(data: bytes, file: str | None = None) -> list[Finding]:
    """What in an outbound 837I file does not meet its implementation guide.

    `data` is the whole file. A finding has its place (loop, segment, position with ST = 1,
    element) and the 999 codes IK304 and IK403; the value at fault is `found`, protected.
    A clean file gives []. Never raises for what the file holds: what could not be judged is
    a finding too. Empty segments, counts and control numbers are the envelope reader's.
    """
    segments = read_document(data, file=file).segments
    if not segments:
        return [
            Finding.of(
                GUIDE,
                "No interchange was found; the guide checker judged nothing.",
                expected="ISA",
                fix="Check that the right file was given.",
                source=_SOURCE,
                place=Place(file=file),
            )
        ]
    findings: list[Finding] = []
    for replayed, fresh in _units(segments):
        findings += _UnitCheck(replayed, fresh, file).run()
    return findings


def _units(segments: Iterable[Segment]) -> Iterator[tuple[list[Segment], list[Segment]]]:
    """Cut a file into pieces with one transaction set each.

    With each comes the ISA and GS that it stands under, where those belong to an earlier
    piece: they are shown to pyx12 again, but not judged again.
    """
    replayed: list[Segment] = []
    fresh: list[Segment] = []
    isa: Segment | None = None
    gs: Segment | None = None
    for segment in segments:
        under_header = bool(fresh) and fresh[-1].id in _HEADERS
        begins = segment.id == "ISA" or (segment.id in ("GS", "ST") and not under_header)
        if begins and fresh:
            yield replayed, fresh
            fresh = []
        if segment.id == "ISA":
            isa, gs = segment, None
        if begins:
            heads = (isa, gs) if segment.id == "ST" else (isa,) if segment.id == "GS" else ()
            replayed = [head for head in heads if head is not None]
        if segment.id == "GS":
            gs = segment
        fresh.append(segment)
    yield replayed, fresh


@dataclass(slots=True)
class _GuideMap:
    """A guide map of pyx12 with the places where a file begins."""

    root: Any
    isa: Any
    gs: Any
    segment_ids: frozenset[str]


class _Settings:
    """The settings that pyx12 asks for, fixed here: it reads no file of the user's for them."""

    def get(self, option: str) -> Any:
        return {"charset": "E"}.get(option)


@cache
def _load_guide(map_file: str) -> _GuideMap:
    """Load a map once (it takes some 0.3 s); it is only read afterwards."""
    _silence_logger()
    from pyx12.map_if import load_map_file

    settings: Any = _Settings()
    root: Any = load_map_file(map_file, settings)
    ids = frozenset(node.id for node in root.loop_segment_iterator() if node.is_segment())
    isa, gs = root.getnodebypath(f"{_ISA_LOOP}/ISA"), root.getnodebypath(f"{_GS_LOOP}/GS")
    return _GuideMap(root, isa, gs, ids)


def _silence_logger() -> None:
    """No text of pyx12 reaches a log: it holds patient data."""
    logger = logging.getLogger("pyx12")
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        logger.addHandler(logging.NullHandler())


class _SegmentStream:
    """A text stream for pyx12 that hands out one segment a read, however long it is.

    pyx12 asks for the 106 characters of ISA first, then for a buffer whenever it sees no
    terminator; more than that it does not know of a stream.
    """

    closed = False

    def __init__(self, segments: list[Segment]) -> None:
        self._segments = iter(segments)

    def read(self, size: int = -1) -> str:
        segment = next(self._segments, None)
        return "" if segment is None else segment.text + segment.separators.terminator


@dataclass(frozen=True, slots=True)
class _Misplaced:
    """Why the guide has no place for a segment: IK304, wording, and the nodes that come closest."""

    code: str
    template: str
    after: Any
    nodes: list[Any] = field(default_factory=list)

    @property
    def nowhere(self) -> bool:
        """Whether nothing near tells the segment's place, as where its loop never began."""
        return self.code == "2" and not self.nodes


@dataclass(slots=True)
class _Verdict:
    """What pyx12 said about one segment, before it is put into words."""

    node: Any = None
    misplaced: _Misplaced | None = None
    placing: list[Any] = field(default_factory=list)
    reading: list[str] = field(default_factory=list)
    components: list[Any] = field(default_factory=list)
    elements: list[Any] = field(default_factory=list)
    syntax: list[list[Any]] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)


class _Engine:
    """pyx12's reader and map walker over the segments of one interchange header and transaction set.

    Its methods raise whatever pyx12 raises (IndexError, AttributeError, EngineError, X12Error …).
    """

    def __init__(self, guide: _GuideMap, segments: list[Segment]) -> None:
        from pyx12.map_walker import walk_tree
        from pyx12.x12file import X12Reader

        stream: Any = _SegmentStream(segments)
        self._guide = guide
        self._reader: Any = X12Reader(stream)
        self._reader.check_837_lx = True
        self._source = iter(self._reader)
        self._walker: Any = walk_tree()
        self._node: Any = guide.isa

    def judge(self, segment: Segment) -> _Verdict | None:
        """The verdict on the next segment, or None where pyx12 has stopped reading."""
        data: Any = next(self._source, None)
        if data is None:
            return None
        verdict = _Verdict(counted={"HL01": self._reader.hl_count, "LX01": self._reader.lx_count})
        verdict.reading = [code for kind, code, *_ in self._reader.pop_errors() if kind == "seg"]
        verdict.node, verdict.placing = self._find(segment, data)
        if verdict.node is None:
            verdict.misplaced = self._why_misplaced(segment.id, data)
        else:
            self._node = verdict.node
            self._judge_elements(data, verdict)
        return verdict

    def _find(self, segment: Segment, data: Any) -> tuple[Any, list[Any]]:
        if segment.id == "ISA":
            self._walker.forceWalkCounterToLoopStart(_ISA_LOOP, f"{_ISA_LOOP}/ISA")
            return self._guide.isa, []
        if segment.id == "GS":
            self._walker.forceWalkCounterToLoopStart(_GS_LOOP, f"{_GS_LOOP}/GS")
            return self._guide.gs, []
        node, _, _, errors = self._walker.walk_errors(self._node, data, segment.position, 0, None)
        return node, errors

    def _why_misplaced(self, segment_id: str, data: Any) -> _Misplaced:
        """Why no place was found: unknown id, wrong order, or a qualifier that is not used here."""
        if segment_id not in self._guide.segment_ids:
            return _Misplaced("1", "Segment {id} is not part of the guide.", self._node)
        nearest: list[Any] = []
        loop = self._node.parent
        while not loop.is_map_root():
            nodes = [node for node in _entries(loop) if node.id == segment_id]
            if any(node.is_match(data) for node in nodes):
                return _Misplaced("7", "Segment {id} may not stand after {before}: out of order.", self._node)
            nearest = nearest or nodes
            loop = loop.parent
        if nearest:
            return _Misplaced("2", "The guide has no {id} with this qualifier here.", self._node, nearest)
        return _Misplaced("2", "The guide has no place for segment {id} here.", self._node)

    def _judge_elements(self, data: Any, verdict: _Verdict) -> None:
        """Types, lengths, codes; surplus components first, since pyx12 raises on them."""
        from pyx12.syntax import is_syntax_valid

        for child, held in zip(verdict.node.children, data.elements, strict=False):
            if child.is_composite() and child.usage != "N" and len(held) > len(child.children):
                verdict.components.append(child)
                held.elements = held.elements[: len(child.children)]
        _, errors = verdict.node.is_valid_errors(data)
        verdict.elements = [error for error in errors if not isinstance(error.refdes, int)]
        verdict.syntax = [rule for rule in verdict.node.syntax if not is_syntax_valid(data, rule)[0]]


class _UnitCheck:
    """Judges one transaction set, with the headers and trailers around it."""

    def __init__(self, replayed: list[Segment], fresh: list[Segment], file: str | None) -> None:
        self._replayed = replayed
        self._fresh = fresh
        self._file = file
        self._guide = _load_guide(_MAP_FILES[_VERSION])
        self._findings: list[Finding] = []
        self._interchange: str | None = None
        self._group: str | None = None
        self._transaction: str | None = None
        self._claim: Protected[str] | None = None
        self._claim_before: Protected[str] | None = None
        self._missing: set[str] = set()
        self._astray: _Misplaced | None = None
        self._unplaced: list[tuple[Segment, Place]] = []

    def run(self) -> list[Finding]:
        if self._knows_version():
            self._judge_all()
        return self._findings

    def _knows_version(self) -> bool:
        """Whether ISA12 and GS08 name the guide at hand; if not, say so and judge nothing."""
        for segment in [*self._replayed, *self._fresh]:
            self._enter(segment)
            match segment.id:
                case "GS" if self._interchange is None:
                    return self._refuse_version(segment, None, _INTERCHANGE_VERSION)
                case "ISA":
                    if segment.element(12) != _INTERCHANGE_VERSION:
                        return self._refuse_version(segment, "ISA12", _INTERCHANGE_VERSION)
                case "GS":
                    return segment.element(8) in _MAP_FILES or self._refuse_version(segment, "GS08", _VERSION)
                case "TA1" | "IEA":
                    continue
                case _:
                    return self._refuse_version(segment, None, _VERSION)
        return True

    def _refuse_version(self, segment: Segment, element: str | None, expected: str) -> bool:
        """Report once for an interchange or group, not again for its later transaction sets."""
        if any(segment is one for one in self._fresh):
            self._add(
                "The guide version is not known ({where}); no claim under it was judged.",
                segment,
                fields={"where": element or ("there is no GS" if self._interchange else "there is no ISA")},
                element=element,
                expected=expected,
                found=_shown(_value(segment, element)) if element else "nothing",
                fix=f"Write {expected} into {element or 'GS08'}; other guides are not checked here.",
            )
        return False

    def _judge_all(self) -> None:
        segments = [*self._replayed, *self._fresh]
        engine: _Engine | None = None
        for number, segment in enumerate(segments):
            self._enter(segment)
            fresh = number >= len(self._replayed)
            try:
                engine = engine or _Engine(self._guide, segments)
                verdict = engine.judge(segment)
            except Exception:  # pyx12's, of any kind; its text may hold patient data
                verdict = None
            if verdict is None:
                self._report_unfinished(segment if fresh else self._fresh[0])
                break
            if fresh:
                self._report_blanks(segments[number - 1] if number else None, segment)
                self._report(verdict, segment)
            if verdict.node is None and segment.id == "ST":
                self._report_unfinished(segment, judged=True)
                break
        self._report_unplaced()

    def _enter(self, segment: Segment) -> None:
        """Keep account of the envelope and claim that a segment stands in."""
        self._claim_before = self._claim
        match segment.id:
            case "ISA":
                self._interchange, self._group, self._transaction = segment.element(13).strip(), None, None
            case "GS":
                self._group, self._transaction = segment.element(6), None
            case "ST":
                self._transaction = segment.element(2)
            case "CLM":
                self._claim = Protected(segment.element(1))
        if segment.id in ("HL", "SE", "GE", "IEA"):
            self._claim = None
        if segment.id in ("GE", "IEA"):
            self._transaction = None

    # -- from a verdict to findings ------------------------------------------------------

    def _report(self, verdict: _Verdict, segment: Segment) -> None:
        if verdict.misplaced is not None:
            self._follow_astray(verdict.misplaced, segment)
            return
        self._report_unplaced()
        for error in verdict.placing:
            self._report_placing(error, verdict, segment)
        self._forget_missing(verdict.node)
        for code in verdict.reading:
            self._report_reading(code, verdict, segment)
        seen: set[tuple[str, str]] = set()
        for kind, label, node, rule in _element_troubles(verdict, segment):
            said = (kind, label) in seen or (kind == "together" and ("missing", label) in seen)
            if not said:
                seen.add((kind, label))
                self._report_element(kind, label, node, verdict.node, segment, rule)

    def _report_blanks(self, before: Segment | None, segment: Segment) -> None:
        """Our reader steps over blanks between segments; a strict receiver takes them into the id."""
        between = before.tail.partition(before.separators.terminator)[2] if before else ""
        if before and (" " in between or "\t" in between):
            self._add(
                "Blanks stand between a segment and segment {id} after it.",
                segment,
                fields={"id": self._known_id(segment) or Protected(segment.id)},
                expected="nothing, or a line end",
                found="blanks",
                fix="Leave out blanks between segments.",
                segment_code="1",
            )

    def _report_placing(self, error: Any, verdict: _Verdict, segment: Segment) -> None:
        """Required parts that are missing, and parts that stand too often."""
        match error.err_cde:
            case "3" | "5" if error.map_node.id in _TRAILERS:
                pass
            case "3":
                self._report_missing(error.map_node, segment)
            case "4":
                self._add(
                    "Loop {loop} stands more often than the guide allows.",
                    segment,
                    node=verdict.node,
                    fields={"loop": error.map_node.id},
                    expected=f"at most {error.map_node.get_max_repeat()}",
                    fix=f"Remove a loop {error.map_node.id}, or split what it belongs to.",
                    segment_code="4",
                )
            case "5":
                self._add(
                    "Segment {segment} stands more often in {where} than the guide allows.",
                    segment,
                    node=error.map_node,
                    fields={"segment": segment.id, "where": _where(error.map_node)},
                    expected=f"at most {error.map_node.get_max_repeat()}",
                    fix=f"Remove a segment {segment.id}, or move it where it belongs.",
                    segment_code="5",
                )
            case "2":
                self._add(
                    "The guide does not use segment {segment} in {where}.",
                    segment,
                    node=verdict.node,
                    fields={"segment": segment.id, "where": _where(verdict.node)},
                    fix=f"Remove segment {segment.id}.",
                    segment_code="I4",
                )

    def _report_missing(self, node: Any, segment: Segment) -> None:
        """A missing segment has the position of the one that stands where it was due.

        pyx12 may say it again at the next segment: it is reported once for each loop it is missing from.
        """
        if node.get_path() in self._missing:
            return
        self._missing.add(node.get_path())
        loop = _loop(node)
        begins = loop if node.is_first_seg_in_loop() else None
        template = (
            "Required loop {loop} is missing; it begins with segment {segment}."
            if begins
            else "Required segment {segment} is missing from {where}."
        )
        self._add(
            template,
            segment,
            node=node,
            missing=True,
            fields={"segment": node.id, "where": _where(node), "loop": loop},
            expected=f"{node.id} ({node.parent.name if begins else node.name})",
            found="nothing",
            fix=f"Write {f'loop {begins}' if begins else f'segment {node.id}'} before this place.",
            segment_code="3",
        )

    def _forget_missing(self, node: Any) -> None:
        """Where a loop begins again, what is missing inside it is news again."""
        if node.is_first_seg_in_loop():
            inside = node.parent.get_path() + "/"
            self._missing = {path for path in self._missing if not path.startswith(inside)}

    def _follow_astray(self, misplaced: _Misplaced, segment: Segment) -> None:
        """Report the segment that led astray; those that follow it into nowhere are only counted."""
        before = self._astray
        if before is not None and (before.nowhere or misplaced.nowhere):
            self._unplaced.append((segment, self._place(segment)))
        else:
            self._report_misplaced(misplaced, segment)
        if before is None or not before.nowhere:
            self._astray = misplaced

    def _report_unplaced(self) -> None:
        """One finding for a run of segments that went astray with the one before them."""
        if self._unplaced:
            (first, place), (last, _) = self._unplaced[0], self._unplaced[-1]
            self._add(
                "Because of the segment before, {count} segments could not be placed (to segment {last}) "
                "and were not judged.",
                first,
                place=place,
                fields={"count": len(self._unplaced), "last": last.position},
                fix="Mend the segment before, or the loop that never began, then check the file again.",
                segment_code="2",
            )
        self._astray, self._unplaced = None, []

    def _report_misplaced(self, misplaced: _Misplaced, segment: Segment) -> None:
        qualifier = _qualifier(misplaced.nodes[0]).refdes if misplaced.nodes else None
        codes = {code for node in misplaced.nodes for code in _qualifier(node).valid_codes}
        self._add(
            misplaced.template,
            segment,
            node=misplaced.after,
            fields={"id": self._known_id(segment) or Protected(segment.id), "before": misplaced.after.id},
            element=_label(segment.id, qualifier) if qualifier else None,
            expected=_code_list(codes) if codes else None,
            found=_shown(_value(segment, qualifier) if qualifier else segment.id),
            fix="Move the segment to its place in the guide, correct its qualifier, or remove it.",
            segment_code=misplaced.code,
        )

    def _report_reading(self, code: str, verdict: _Verdict, segment: Segment) -> None:
        """What pyx12's reader met: numbering, and separators without data."""
        match code:
            case "HL1" | "HL2" | "LX":
                label = {"HL1": "HL01", "HL2": "HL02", "LX": "LX01"}[code]
                counted = verdict.counted.get(label)
                expected = str(counted) if counted is not None else "HL01 of an HL above it in this branch"
                self._report_element("number", label, None, verdict.node, segment, expected)
            case "SEG1":
                self._add(
                    "Segment {segment} ends in separators with nothing after them.",
                    segment,
                    node=verdict.node,
                    fields={"segment": segment.id},
                    fix="Leave out the separators at the end of the segment.",
                    segment_code="8",
                )
            case "8":
                self._add(
                    "Segment {segment} holds no data.",
                    segment,
                    node=verdict.node,
                    fields={"segment": segment.id},
                    fix="Fill the segment or leave it out.",
                    segment_code="8",
                )

    def _report_element(
        self, kind: str, label: str, node: Any, parent: Any, segment: Segment, rule: str | None
    ) -> None:
        trouble = _TROUBLES[kind]
        value = _value(segment, label)
        self._add(
            trouble.template,
            segment,
            node=parent,
            fields={"element": label, "segment": segment.id, "length": _length(node, value)},
            element=label,
            expected=rule or _expected(kind, node, parent),
            found=_shown(value) if value else "nothing",
            fix=trouble.fix.format(element=label),
            segment_code="8",
            element_code=trouble.code,
        )

    def _report_unfinished(self, segment: Segment, judged: bool = False) -> None:
        """Say from where on nothing was judged: at this segment, or after it where it was."""
        last = segment.position if judged else segment.position - 1
        if last > 0:
            part = f"after segment {last}"
        else:
            part = "of this transaction set" if segment.position else f"from {self._known_id(segment)} on"
        self._add(
            "The guide checker could not finish; the structure {part} was not judged.",
            segment,
            fields={"part": part},
            fix="Mend this segment and what the other findings name, then check the file again.",
        )

    def _add(
        self,
        template: str,
        segment: Segment,
        *,
        node: Any = None,
        missing: bool = False,
        element: str | None = None,
        segment_code: str | None = None,
        element_code: str | None = None,
        place: Place | None = None,
        **rest: Any,
    ) -> None:
        """One finding, at a segment unless another place is given."""
        if place is None:
            place = self._place(segment, node, missing, element)
        codes = Acknowledgment(segment_code, element_code) if segment_code else None
        finding = Finding.of(GUIDE, template, source=_SOURCE, place=place, acknowledgment=codes, **rest)
        self._findings.append(finding)

    def _place(
        self, segment: Segment, node: Any = None, missing: bool = False, element: str | None = None
    ) -> Place:
        """The place of a segment; a `missing` node was due there, and may be of the claim before."""
        claim = self._claim_before if missing else self._claim
        return Place(
            file=self._file,
            interchange=self._interchange,
            group=self._group,
            transaction=self._transaction,
            claim=claim if not missing or "/2300" in node.get_path() else None,
            loop=_loop(node),
            segment=node.id if missing else self._known_id(segment),
            segment_position=segment.position or None,
            element=element,
        )

    def _known_id(self, segment: Segment) -> str | None:
        """A segment's id, unless it is no id of the guide: then it may be anything, a name even."""
        return segment.id if segment.id in self._guide.segment_ids else None


_ElementTrouble = tuple[str, str, Any, str | None]


def _element_troubles(verdict: _Verdict, segment: Segment) -> Iterator[_ElementTrouble]:
    """Kind of trouble, element, its map node, and what was expected where no node says it."""
    for node in verdict.components:
        yield "components", _label(segment.id, node.refdes), node, f"at most {len(node.children)} components"
    for error in verdict.elements:
        label = _label(segment.id, error.refdes)
        if error.map_node is not None:
            yield _kind(error, _value(segment, label)), label, error.map_node, None
            continue
        node = next((child for child in verdict.node.children if child.refdes == error.refdes), None)
        yield {"1": "missing", "5": "unused"}.get(error.err_cde, "surplus"), label, node, None
    for syntax in verdict.syntax:
        yield _syntax_trouble(syntax, segment)


def _kind(error: Any, value: str) -> str:
    """The kind of trouble behind a code that pyx12 gives to an element."""
    match error.err_cde:
        case "1":
            return "missing"
        case "10":
            return "unused"
        case "7":
            pattern = error.map_node.rec
            return "pattern" if pattern is not None and not pattern.search(value) else "code"
        case code:
            return _KIND_OF_CODE.get(code, "form")


def _syntax_trouble(syntax: list[Any], segment: Segment) -> _ElementTrouble:
    """A condition between elements: P all or none, R one at least, E one at most, C and L if the first."""
    labels = [f"{segment.id}{int(number):02d}" for number in syntax[1:]]
    filled = [label for label in labels if _value(segment, label).strip(segment.separators.component)]
    empty = [label for label in labels if label not in filled]
    first_empty = empty[0] if empty else labels[0]
    words, others = ", ".join(labels), ", ".join(labels[1:])
    match syntax[0]:
        case "E":
            return "exclusive", filled[-1] if filled else labels[-1], None, f"at most one of {words}"
        case "R":
            return "together", first_empty, None, f"at least one of {words}"
        case "P":
            return "together", first_empty, None, f"all of {words}, or none"
        case "L":
            return "together", first_empty, None, f"at least one of {others}, because of {labels[0]}"
        case _:
            return "together", first_empty, None, f"{others}, because of {labels[0]}"


def _expected(kind: str, node: Any, parent: Any) -> str | None:
    """What the guide asks of an element, in words."""
    match kind:
        case "missing":
            return str(node.name)
        case "short" | "long":
            return f"{node.min_len} to {node.max_len} characters"
        case "form":
            return _form(node.data_type or "")
        case "code" if node.external_codes:
            return _EXTERNAL_LISTS.get(node.external_codes, "a code of the list the guide names")
        case "code":
            return _code_list(node.valid_codes)
        case "pattern":
            return _PATTERNS.get(node.res, f"the form {node.res}")
        case "date":
            return "a real date: CCYYMMDD (D8), CCYYMMDDHHMM (DT) or CCYYMMDD-CCYYMMDD (RD8)"
        case "time":
            return "a real time, HHMM"
        case "surplus":
            return f"at most {len(parent.children)} elements"
        case "unused":
            return "nothing"
    return None


def _form(data_type: str) -> str:
    if data_type.startswith("N"):
        return "a whole number"
    if data_type == "R":
        return "a decimal number"
    return "characters of the extended set, without separators, control characters or spaces at the end"


def _code_list(codes: Iterable[str]) -> str:
    ordered = sorted(codes)
    words = ", ".join(ordered[:_MOST_CODES_SHOWN])
    more = ", …" if len(ordered) > _MOST_CODES_SHOWN else ""
    return f"one of {words}{more}" if len(ordered) > 1 else words


def _label(segment_id: str, reference: str) -> str:
    """An element as the guide writes it: `CLM05-3` for `CLM05-03`, `N404` for `04`."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        return segment_id
    number, part = match.groups()
    return f"{segment_id}{number}-{part}" if part else f"{segment_id}{number}"


def _value(segment: Segment, label: str) -> str:
    """What a segment holds at an element or component; "" where there is none."""
    match = _REFERENCE.fullmatch(label)
    if match is None:
        return ""
    number, part = match.groups()
    return segment.component(int(number), int(part)) if part else segment.element(int(number))


def _length(node: Any, value: str) -> int:
    """The length as the standard counts it: a number's sign and point do not count."""
    if node is not None and node.is_element() and (node.data_type or "").startswith(("N", "R")):
        value = value.replace("-", "").replace(".", "")
    return len(value)


def _shown(text: str) -> Protected[str] | str:
    """The value at fault, protected, and cut where it is endless."""
    if not text:
        return "nothing"
    return Protected(text if len(text) <= _MOST_TEXT_SHOWN else text[:_MOST_TEXT_SHOWN] + "…")


def _loop(node: Any) -> str | None:
    """The guide's id of the loop that a segment's node stands in; None for header and envelope."""
    loop = node.parent.id if node is not None else None
    return loop if loop and loop[0].isdigit() else None


def _where(node: Any) -> str:
    loop = _loop(node)
    if loop:
        return f"loop {loop}"
    return "the transaction set" if "/ST_LOOP" in node.get_path() else "the envelope"


def _entries(loop: Any) -> Iterator[Any]:
    """The segments that may stand in a loop: its own, and those that begin a loop inside it."""
    for child in loop.childIterator():
        if child.is_segment():
            yield child
        elif (first := child.get_first_node()).is_segment():
            yield first
        else:
            yield from _entries(child)


def _qualifier(node: Any) -> Any:
    """The element by which segments of one id are told apart: the first, or HL03."""
    if node.id == "HL":
        return node.children[2]
    first = node.children[0]
    return first.children[0] if first.is_composite() else first
