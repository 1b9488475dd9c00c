"""The 837I guide as pyx12 judges it: a second pair of eyes on our own checker.

This is the only module that imports pyx12, so that its habits stay here:

- Its error text holds patient data. It is never read: only codes and map nodes are taken
  over, in the terms of `edi.guide.verdict`, and its logger is silenced.
- It stops without a word at an empty segment or a very long one, and takes its separators
  from the first ISA alone. It is therefore fed the segments of our own reader, one
  transaction set at a time.
- It raises where input is broken. That becomes `Unfinished`: from there on nothing was judged.

It must not: read any settings file, or be used on answers that came in.

Source: pyx12 4.0.0.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from edi.guide.elements import syntax_trouble
from edi.guide.map_file import map_file_name
from edi.guide.report import element_value
from edi.guide.tables import (
    CompositeDefinition,
    ElementDefinition,
    Guide,
    LoopDefinition,
    Node,
    SegmentDefinition,
    SyntaxNote,
)
from edi.guide.verdict import ElementTrouble, Kind, Placing, PlacingTrouble, Unfinished, Verdict
from edi.guide.walk import Steps, why_misplaced
from edi.tokens import Segment

_FUNCTIONAL_ID = "HC"
_ISA_LOOP, _GS_LOOP = "/ISA_LOOP", "/ISA_LOOP/GS_LOOP"
_KIND_OF_CODE = {"4": Kind.SHORT, "5": Kind.LONG, "6": Kind.FORM, "8": Kind.DATE, "9": Kind.TIME}
_KIND_OF_PLACING = {
    "2": Placing.NOT_USED,
    "3": Placing.MISSING,
    "4": Placing.LOOP_TOO_OFTEN,
    "5": Placing.SEGMENT_TOO_OFTEN,
}
_NUMBER_LABELS = {"HL1": "HL01", "HL2": "HL02", "LX": "LX01"}


class _Settings:
    """The settings that pyx12 asks for, fixed here: it reads no file of the user's for them."""

    def get(self, option: str) -> Any:
        return {"charset": "E"}.get(option)


@dataclass(frozen=True, slots=True)
class _Map:
    """A map of pyx12 with the places where a file begins, and our definition of each of its nodes."""

    root: Any
    isa: Any
    gs: Any
    definitions: dict[int, Node]
    steps: Steps


@cache
def _load_map(guide: Guide) -> _Map:
    """Load a map once (it takes some 0.3 s); it is only read afterwards."""
    _silence_logger()
    from pyx12.map_if import load_map_file

    settings: Any = _Settings()
    name = map_file_name(guide.interchange_version, _FUNCTIONAL_ID, guide.version)
    root: Any = load_map_file(name, settings)
    nodes = [node for loop in root.pos_map.values() for top in loop for node in top.loop_segment_iterator()]
    definitions = {id(node): ours for ours, node in zip(guide.nodes, nodes, strict=True)}
    isa, gs = root.getnodebypath(f"{_ISA_LOOP}/ISA"), root.getnodebypath(f"{_GS_LOOP}/GS")
    return _Map(root, isa, gs, definitions, Steps(guide))


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

    def __init__(self, segments: Iterator[Segment]) -> None:
        self._segments = segments

    def read(self, size: int = -1) -> str:
        segment = next(self._segments, None)
        return "" if segment is None else segment.text + segment.separators.terminator


class Pyx12Engine:
    """pyx12's reader and map walker over the segments of one interchange header and transaction set."""

    def __init__(self, guide: Guide, segments: Iterator[Segment]) -> None:
        self._map = _load_map(guide)
        self._node: Any = self._map.isa
        self._missing: set[int] = set()
        from pyx12.map_walker import walk_tree
        from pyx12.x12file import X12Reader

        try:
            stream: Any = _SegmentStream(segments)
            self._reader: Any = X12Reader(stream)
        except Exception as error:  # pyx12's, of any kind; its text may hold patient data
            raise Unfinished from error
        self._reader.check_837_lx = True
        self._source = iter(self._reader)
        self._walker: Any = walk_tree()

    def judge(self, segment: Segment) -> Verdict | None:
        """The verdict on the next segment. Raises Unfinished where pyx12 stops or raises."""
        try:
            return self._judge(segment)
        except Exception as error:  # pyx12's, of any kind; its text may hold patient data
            raise Unfinished from error

    def first_unsure(self, segments: Iterator[Segment], enter: Callable[[Segment], None]) -> Segment | None:
        """The next segment: pyx12 looks at each."""
        return next(segments, None)

    def _judge(self, segment: Segment) -> Verdict:
        data: Any = next(self._source, None)
        if data is None:
            raise Unfinished
        reading = [code for kind, code, *_ in self._reader.pop_errors() if kind == "seg"]
        node, errors = self._find(segment, data)
        if node is None:
            here = self._definition(self._node)
            return Verdict(misplaced=why_misplaced(self._map.steps, here, segment))
        self._node = node
        definition = self._definition(node)
        return Verdict(
            definition,
            placing=list(self._placing(errors, definition)),
            trailing_separators="SEG1" in reading,
            empty="8" in reading,
            elements=[*self._numbering(reading), *_element_troubles(node, data, definition, segment)],
        )

    def _find(self, segment: Segment, data: Any) -> tuple[Any, list[Any]]:
        if segment.id == "ISA":
            self._walker.forceWalkCounterToLoopStart(_ISA_LOOP, f"{_ISA_LOOP}/ISA")
            return self._map.isa, []
        if segment.id == "GS":
            self._walker.forceWalkCounterToLoopStart(_GS_LOOP, f"{_GS_LOOP}/GS")
            return self._map.gs, []
        node, _, _, errors = self._walker.walk_errors(self._node, data, segment.position, 0, None)
        return node, errors

    def _definition(self, node: Any) -> SegmentDefinition:
        definition = self._map.definitions[id(node)]
        assert isinstance(definition, SegmentDefinition)
        return definition

    def _placing(self, errors: list[Any], definition: SegmentDefinition) -> Iterator[PlacingTrouble]:
        """Missing parts are news once for each loop they are missing from: pyx12 may say it again."""
        for error in errors:
            kind = _KIND_OF_PLACING.get(error.err_cde)
            at = self._map.definitions[id(error.map_node)] if error.map_node is not None else definition
            if kind is Placing.MISSING:
                if at.index in self._missing:
                    continue
                self._missing.add(at.index)
            if kind is not None:
                yield PlacingTrouble(kind, at)
        if definition.begins_loop:
            loop: LoopDefinition = definition.loop
            self._missing -= set(range(loop.index + 1, loop.end))

    def _numbering(self, reading: list[str]) -> Iterator[ElementTrouble]:
        counted = {"HL01": self._reader.hl_count, "LX01": self._reader.lx_count}
        for code in reading:
            if code in _NUMBER_LABELS:
                label = _NUMBER_LABELS[code]
                expected = (
                    str(counted[label]) if label in counted else "HL01 of an HL above it in this branch"
                )
                yield ElementTrouble(Kind.NUMBER, label, None, expected)


def _element_troubles(
    node: Any, data: Any, definition: SegmentDefinition, segment: Segment
) -> Iterator[ElementTrouble]:
    """Types, lengths, codes; surplus components first, since pyx12 raises on them."""
    from pyx12.syntax import is_syntax_valid

    for number, (child, held) in enumerate(zip(node.children, data.elements, strict=False)):
        if child.is_composite() and child.usage != "N" and len(held) > len(child.children):
            ours = definition.elements[number]
            yield ElementTrouble(
                Kind.COMPONENTS, ours.label, ours, f"at most {len(child.children)} components"
            )
            held.elements = held.elements[: len(child.children)]
    _, errors = node.is_valid_errors(data)
    for error in errors:
        if isinstance(error.refdes, int):
            continue  # a syntax note: told below
        label = _label(segment.id, error.refdes)
        if error.map_node is not None:
            at = definition.element(label)
            assert isinstance(at, ElementDefinition)
            yield ElementTrouble(_kind(error, at, element_value(segment, label)), label, at)
            continue
        known = {"1": Kind.MISSING, "5": Kind.NOT_USED}.get(error.err_cde)
        composite = definition.element(label)
        assert composite is None or isinstance(composite, CompositeDefinition)
        yield ElementTrouble(known or Kind.SURPLUS, label, composite)
    for kind, *numbers in node.syntax:
        if not is_syntax_valid(data, [kind, *numbers])[0]:
            note = SyntaxNote(kind, tuple(int(number) for number in numbers))
            filled = [
                number
                for number in note.numbers
                if segment.element(number).strip(segment.separators.component)
            ]
            yield syntax_trouble(note, segment.id, filled)


def _kind(error: Any, definition: ElementDefinition, value: str) -> Kind:
    """The kind of trouble behind a code that pyx12 gives to an element."""
    match error.err_cde:
        case "1":
            return Kind.MISSING
        case "10":
            return Kind.NOT_USED
        case "7":
            pattern = definition.pattern
            return Kind.PATTERN if pattern is not None and not pattern.search(value) else Kind.CODE
        case code:
            return _KIND_OF_CODE.get(code, Kind.FORM)


def _label(segment_id: str, reference: str) -> str:
    """An element as the guide writes it: `CLM05-3` for `CLM05-03`, `N404` for `04`."""
    number, _, part = reference.removeprefix(segment_id).partition("-")
    return f"{segment_id}{number}-{int(part)}" if part else f"{segment_id}{number}"
