"""Guide tables from the map files that pyx12 carries.

Why: pyx12's package holds the implementation guide as XML. Only those data files are read
here, through lxml; its code has one home of its own (`edi.guide.pyx12_engine`).

A file named `maps.xml` beside the maps says which map belongs to which version. It must be
asked: another map of the same guide lies in the same folder and differs.

Source: pyx12 4.0.0, files `map/maps.xml`, `map/837Q3.I.5010.X223.A1.xml`,
`map/dataele.xml`, `map/codes.xml`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from lxml import etree

from edi.guide.tables import (
    CompositeDefinition,
    ElementDefinition,
    ElementOrComposite,
    Guide,
    KeyPlace,
    LoopDefinition,
    Node,
    SegmentDefinition,
    SyntaxNote,
    Usage,
)

_NO_LIMIT = ">1"
_LEVEL_SEGMENT = "HL"
_SYNTAX_KINDS = "PRECL"


_UNREGISTERED = {("00501", "HN", "005010X212"): "277.5010.X212.xml"}
"""Maps that lie in pyx12's folder, and that its `maps.xml` does not name."""


class GuideUnknown(LookupError):
    """No map file is known for a version of the guide."""


@cache
def load_guide(interchange_version: str, functional_id: str, version: str) -> Guide:
    """The tables of one guide; read once, some 0.1 s.

    `interchange_version` is ISA12, `functional_id` GS01, `version` GS08. Raises GuideUnknown
    where pyx12 has no map for it.
    """
    root = _parse(map_file_name(interchange_version, functional_id, version))
    builder = _Builder(_data_elements(), _code_lists())
    for element in root.iterchildren("loop"):
        builder.add_loop(element, None)
    return Guide(version, interchange_version, tuple(builder.nodes))


def map_file_name(interchange_version: str, functional_id: str, version: str) -> str:
    """The map that belongs to a version, as `maps.xml` has it. Raises GuideUnknown."""
    for entry in _parse("maps.xml").iter("version"):
        if entry.get("icvn") != interchange_version:
            continue
        for row in entry.iterchildren("map"):
            if row.get("vriic") == version and row.get("fic") == functional_id and row.text:
                return row.text
    unregistered = _UNREGISTERED.get((interchange_version, functional_id, version))
    if unregistered is not None:
        return unregistered
    raise GuideUnknown(f"no map for {interchange_version} {functional_id} {version}")


def _folder() -> Traversable:
    return files("pyx12").joinpath("map")


def _parse(name: str) -> etree._Element:
    """A file of the maps. No entity is resolved and no network asked."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    return etree.fromstring(_folder().joinpath(name).read_bytes(), parser)


@dataclass(frozen=True, slots=True)
class _DataElement:
    data_type: str
    minimum: int
    maximum: int


def _data_elements() -> dict[str, _DataElement]:
    return {
        entry.get("ele_num", ""): _DataElement(
            entry.get("data_type", ""), int(entry.get("min_len", 0)), int(entry.get("max_len", 0))
        )
        for entry in _parse("dataele.xml").iter("data_ele")
    }


def _code_lists() -> dict[str, frozenset[str]]:
    return {
        entry.findtext("id", "").strip(): frozenset(
            code.text for code in entry.iterfind("version/code") if code.text
        )
        for entry in _parse("codes.xml").iter("codeset")
    }


class _Builder:
    """Collects nodes in the order of the guide."""

    def __init__(self, elements: dict[str, _DataElement], code_lists: dict[str, frozenset[str]]) -> None:
        self.nodes: list[Node] = []
        self._elements = elements
        self._code_lists = code_lists

    def add_loop(self, entry: etree._Element, parent: LoopDefinition | None) -> LoopDefinition:
        loop = LoopDefinition(
            index=len(self.nodes),
            id=entry.get("xid", ""),
            name=entry.findtext("name", ""),
            usage=Usage(entry.findtext("usage", "")),
            position=int(entry.findtext("pos", "")),
            maximum=_limit(entry.findtext("repeat")),
            parent=parent,
        )
        self.nodes.append(loop)
        inside = [child for child in entry if child.tag == "loop"]
        inside += [child for child in entry if child.tag == "segment"]
        inside.sort(key=lambda child: int(child.findtext("pos", "")))
        loop.children = tuple(
            self.add_loop(child, loop) if child.tag == "loop" else self._add_segment(child, loop)
            for child in inside
        )
        loop.end = len(self.nodes)
        return loop

    def _add_segment(self, entry: etree._Element, loop: LoopDefinition) -> SegmentDefinition:
        segment_id = entry.get("xid", "")
        parts = [child for child in entry if child.tag in ("element", "composite")]
        parts.sort(key=lambda child: int(child.findtext("seq", "")))
        elements = tuple(
            self._element_or_composite(part, f"{segment_id}{number:02d}")
            for number, part in enumerate(parts, start=1)
        )
        key, codes = _key(segment_id, elements)
        segment = SegmentDefinition(
            index=len(self.nodes),
            id=segment_id,
            name=entry.findtext("name", ""),
            usage=Usage(entry.findtext("usage", "")),
            position=int(entry.findtext("pos", "")),
            maximum=_limit(entry.findtext("max_use")),
            elements=elements,
            syntax=tuple(_syntax_note(note.text or "") for note in entry.iterchildren("syntax")),
            key=key,
            key_codes=codes,
            loop=loop,
        )
        self.nodes.append(segment)
        return segment

    def _element_or_composite(self, entry: etree._Element, label: str) -> ElementOrComposite:
        if entry.tag == "element":
            return self._element(entry, label)
        components = tuple(
            self._element(part, f"{label}-{number}")
            for number, part in enumerate(entry.iterchildren("element"), start=1)
        )
        return CompositeDefinition(
            label, entry.findtext("name", ""), Usage(entry.findtext("usage", "")), components
        )

    def _element(self, entry: etree._Element, label: str) -> ElementDefinition:
        number = entry.findtext("data_ele", "")
        known = self._elements[number]
        codes: frozenset[str] = frozenset()
        code_list = None
        listed = entry.find("valid_codes")
        if listed is not None:
            code_list = listed.get("external")
            codes = frozenset(code.text for code in listed.iterchildren("code") if code.text)
            codes |= self._code_lists.get(code_list or "", frozenset())
        pattern = entry.findtext("regex")
        return ElementDefinition(
            label=label,
            name=entry.findtext("name", ""),
            usage=Usage(entry.findtext("usage", "")),
            data_element=number,
            data_type=known.data_type,
            minimum=known.minimum,
            maximum=known.maximum,
            codes=codes,
            code_list=code_list,
            pattern=re.compile(pattern, re.DOTALL) if pattern else None,
        )


def _limit(text: str | None) -> int | None:
    return None if not text or text == _NO_LIMIT else int(text)


def _syntax_note(text: str) -> SyntaxNote:
    if text[0] not in _SYNTAX_KINDS:
        raise ValueError(f"a syntax note of an unknown kind: {text}")
    return SyntaxNote(text[0], tuple(int(text[at : at + 2]) for at in range(1, len(text), 2)))


def _key(segment_id: str, elements: tuple[ElementOrComposite, ...]) -> tuple[KeyPlace | None, frozenset[str]]:
    """Where the qualifier stands: element 1 where it is a required code, else a composite's first, or HL03."""
    first = elements[0]
    if isinstance(first, CompositeDefinition):
        component = first.components[0]
        if component.data_type == "ID" and component.codes:
            return KeyPlace.COMPONENT, component.codes
    elif first.data_type == "ID" and first.usage is Usage.REQUIRED and first.codes and not first.code_list:
        return KeyPlace.ELEMENT, first.codes
    third = elements[2] if len(elements) > 2 else None
    if segment_id == _LEVEL_SEGMENT and isinstance(third, ElementDefinition) and third.codes:
        return KeyPlace.LEVEL, third.codes
    return None, frozenset()
