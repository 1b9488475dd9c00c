"""A file of X12 as XML: its envelopes, loops, segments and elements, for people who use XSLT.

    <file name="...">
      <interchange control-number="000000001" sender="..." receiver="...">
        <group control-number="1" version="005010X221A1">
          <transaction kind="835" control-number="0001">
            <loop id="2000"><loop id="2100">
              <segment id="CLP" position="12"><element number="1">...</element>

The segments are there with their position (ST = 1) and each element that holds something; an
element with components has one `component` for each, one that repeats a `repeat` for each. Loops
are those of the guide; a segment that the guide has no place for stays in the loop before it and
says `misplaced="yes"`. Written while it is read: one segment is held.

XML cannot hold control characters: each is written as its sign of the Unicode block of
control pictures.

Source: the loops of pyx12's maps (`edi.guide.map_file`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from typing import Any, BinaryIO

from lxml import etree

from edi.envelope import Group, Interchange, StreamedTransaction, TransactionReader, read_transactions
from edi.guide.map_file import GuideUnknown, load_guide
from edi.guide.tables import Guide, LoopDefinition, SegmentDefinition
from edi.guide.walk import Steps
from edi.kinds import kind_by_guide, kinds
from edi.reading_rules import INBOUND
from edi.separators import Separators
from edi.tokens import Segment

_INTERCHANGE_VERSION = "00501"
_FUNCTIONAL_IDS = {"835": "HP", "277CA": "HN", "277": "HN", "999": "FA", "837I": "HC"}
_HEADER = "ISA"
_ENVELOPE = ("ST", "SE")
_CONTROL_PICTURES = {code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
_PRINTABLE = str.maketrans(_CONTROL_PICTURES)


def write_xml(source: BinaryIO, target: BinaryIO, name: str) -> TransactionReader:
    """Write a file as XML. Returns its reader: the findings of the envelopes are complete.

    Never raises for what the file holds; OSError where the target cannot be written.
    """
    with etree.xmlfile(target, encoding="utf-8") as xml:
        xml.write_declaration()
        document = _Document(xml)
        with xml.element("file", name=name):
            reader = read_transactions(source, INBOUND, name, on_interchange=document.begin)
            for transaction in reader:
                document.transaction(transaction)
            document.end()
    return reader


class _Document:
    """Opens and closes the envelopes around transaction sets."""

    def __init__(self, xml: Any) -> None:
        self._xml = xml
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._open = ExitStack()
        self._open_group = ExitStack()

    def begin(self, interchange: Interchange) -> None:
        """An interchange begins: the one before it is closed with what came in it."""
        self.end()
        self._interchange = interchange
        _, sender, _, receiver = interchange.parties
        numbers = {"control-number": interchange.control_number, "sender": sender, "receiver": receiver}
        self._open.enter_context(self._element("interchange", **numbers))
        self._envelope(interchange.header, interchange.implied)

    def end(self) -> None:
        """Close what is open."""
        self._end_group()
        if self._interchange is not None:
            for segment in self._interchange.acknowledgments:
                _write_segment(self._xml, segment)
            self._envelope(self._interchange.trailer)
        self._open.close()
        self._interchange = None

    def _end_group(self) -> None:
        if self._group is not None:
            self._envelope(self._group.trailer)
        self._open_group.close()
        self._group = None

    def _envelope(self, segment: Segment | None, is_implied: bool = False) -> None:
        if segment is not None and not is_implied:
            _write_segment(self._xml, segment)

    def transaction(self, transaction: StreamedTransaction) -> None:
        """Write one transaction set with its segments."""
        if transaction.group is not self._group:
            self._end_group()
            self._group = transaction.group
            numbers = {"control-number": self._group.control_number, "version": self._group.version}
            self._open_group.enter_context(self._element("group", **numbers))
            self._envelope(self._group.header, self._group.implied)
        kind = kind_by_guide(transaction.set_id, transaction.version)
        numbers = {"control-number": transaction.control_number, "version": transaction.version}
        with self._element("transaction", kind=kind, **numbers):
            _write_loops(self._xml, transaction, _steps(kind, transaction.version))

    @contextmanager
    def _element(self, name: str, **attributes: str) -> Iterator[None]:
        with self._xml.element(name, **{key: _printable(text) for key, text in attributes.items()}):
            yield


def _write_loops(xml: Any, transaction: StreamedTransaction, steps: Steps | None) -> None:
    here = _first(steps.guide) if steps is not None else None
    path: list[LoopDefinition] = []
    opened: list[ExitStack] = []
    for segment in transaction.segments:
        step = steps.after(here, segment) if steps is not None and here is not None else None
        if step is not None:
            here = step.target
            wanted = _path(here.loop)
            kept = _kept(path, wanted, step.entered)
            while len(opened) > kept:
                opened.pop().close()
            for loop in wanted[kept:]:
                opened.append(ExitStack())
                opened[-1].enter_context(xml.element("loop", id=loop.id))
            path = wanted
        is_misplaced = steps is not None and step is None and segment.id not in _ENVELOPE
        _write_segment(xml, segment, is_misplaced=is_misplaced)
    while opened:
        opened.pop().close()


def _kept(path: list[LoopDefinition], wanted: list[LoopDefinition], entered: LoopDefinition | None) -> int:
    """How many of the open loops stay open: those that both paths share, without one that begins anew."""
    kept = 0
    for before, after in zip(path, wanted, strict=False):
        if before is not after or after is entered:
            break
        kept += 1
    return kept


def _path(loop: LoopDefinition | None) -> list[LoopDefinition]:
    """The loops of the guide's text around a segment, the outermost first."""
    found: list[LoopDefinition] = []
    while loop is not None:
        if loop.is_numbered:
            found.append(loop)
        loop = loop.parent
    return found[::-1]


def _write_segment(xml: Any, segment: Segment, *, is_misplaced: bool = False) -> None:
    node = segment_element(segment)
    if is_misplaced:
        node.set("misplaced", "yes")
    xml.write(node)


def segment_element(segment: Segment) -> etree._Element:
    """A segment as XML: its position and each element that holds something."""
    node = etree.Element("segment", id=_printable(segment.id))
    if segment.position:
        node.set("position", str(segment.position))
    for number, text in enumerate(segment.elements[1:], start=1):
        if text:
            child = _child(node, "element", number)
            if segment.id == _HEADER:
                child.text = _printable(text)  # its elements are the separators themselves
            else:
                _add_element(child, text, segment.separators)
    return node


def _add_element(node: etree._Element, text: str, separators: Separators) -> None:
    """An element's text, its repeats and components as children where it has some."""
    repeats = _split(text, separators.repetition)
    for number, repeat in enumerate(repeats, start=1):
        holder = node if len(repeats) == 1 else _child(node, "repeat", number)
        components = _split(repeat, separators.component)
        if len(components) == 1:
            holder.text = _printable(repeat)
            continue
        for place, component in enumerate(components, start=1):
            if component:
                _child(holder, "component", place).text = _printable(component)


def _child(node: etree._Element, name: str, number: int) -> etree._Element:
    return etree.SubElement(node, name, number=str(number))


def _split(text: str, mark: str | None) -> list[str]:
    return text.split(mark) if mark else [text]


def _printable(text: str) -> str:
    return text.translate(_PRINTABLE)


@cache
def _steps(kind: str, version: str) -> Steps | None:
    """The ways through the guide of a kind: of this version, else of the adopted one."""
    adopted = next((entry.adopted for entry in kinds() if entry.kind == kind), ())
    for candidate in (version, *adopted):
        try:
            return Steps(load_guide(_INTERCHANGE_VERSION, _FUNCTIONAL_IDS.get(kind, ""), candidate))
        except GuideUnknown:
            continue
    return None


def _first(guide: Guide) -> SegmentDefinition:
    """Where a transaction set begins: before its ST."""
    return guide.envelope("GS")
