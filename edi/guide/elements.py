"""The elements of one segment against its definition: use, lengths, types, codes, conditions.

This is the exact check; `edi.guide.patterns` knows a quicker way for segments that are clean.

Source: X12 data types (N, R, ID, AN, DT, TM), the extended character set and the syntax
notes of 005010X223A2; kinds of trouble as IK403 of 005010X231A1 has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi.guide.tables import (
    CompositeDefinition,
    ElementDefinition,
    SegmentDefinition,
    SyntaxNote,
    Usage,
)
from edi.guide.verdict import ElementTrouble, Kind
from edi.separators import Separators
from edi.tokens import Segment
from edi.values import parse_date, parse_date_hour, parse_date_range, parse_time

FORM_QUALIFIER = "1250"
FORMATTED_VALUE = "1251"

_EARLIEST_YEAR = "1800"
_CONTROL = re.compile(r"[\x01-\x07\x09-\x0d\x11-\x17\x1c-\x1f]")
_OUTSIDE_CHARACTER_SET = re.compile(r"""[^A-Za-z0-9!"&'()*+,\-./:;?= %~@\[\]_{}\\|<>^`#$]""")
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)")


def element_troubles(definition: SegmentDefinition, segment: Segment) -> list[ElementTrouble]:
    """All that is wrong with the elements of a segment."""
    return list(_troubles(definition, segment))


def _troubles(definition: SegmentDefinition, segment: Segment) -> Iterator[ElementTrouble]:
    values = segment.elements[1:]
    known = definition.elements
    if len(values) > len(known):
        yield ElementTrouble(Kind.SURPLUS, f"{definition.id}{len(known) + 1:02d}")
    form = ""
    # ISA declares the separators, so none of its elements can hold a composite
    separators = segment.separators if definition.id != "ISA" else None
    for number, element in enumerate(known):
        value = values[number] if number < len(values) else ""
        if isinstance(element, CompositeDefinition):
            yield from _composite_troubles(element, value, segment.separators)
        else:
            yield from _element_troubles(element, value, form, separators)
            form = value if element.data_element == FORM_QUALIFIER else form
    for note in definition.syntax:
        trouble = _syntax_trouble(note, definition.id, values, segment.separators.component)
        if trouble is not None:
            yield trouble


def _composite_troubles(
    definition: CompositeDefinition, value: str, separators: Separators
) -> Iterator[ElementTrouble]:
    if not value.strip(separators.component):
        if definition.usage is Usage.REQUIRED:
            yield ElementTrouble(Kind.MISSING, definition.label, definition)
        return
    if definition.usage is Usage.NOT_USED:
        yield ElementTrouble(Kind.NOT_USED, definition.label, definition)
        return
    parts = value.split(separators.component)
    known = definition.components
    if len(parts) > len(known):
        yield ElementTrouble(
            Kind.COMPONENTS, definition.label, definition, f"at most {len(known)} components"
        )
    form = ""
    for number, component in enumerate(known):
        part = parts[number] if number < len(parts) else ""
        yield from _element_troubles(component, part, form, separators)
        form = part if component.data_element == FORM_QUALIFIER else form


def _element_troubles(
    definition: ElementDefinition, value: str, form: str, separators: Separators | None
) -> Iterator[ElementTrouble]:
    if not value:
        if definition.usage is Usage.REQUIRED:
            yield ElementTrouble(Kind.MISSING, definition.label, definition)
        return
    if separators is not None and separators.component in value:
        yield ElementTrouble(Kind.FORM, definition.label, definition)
        return
    if definition.usage is Usage.NOT_USED:
        yield ElementTrouble(Kind.NOT_USED, definition.label, definition)
        return
    if separators is not None and separators.repetition and separators.repetition in value:
        yield ElementTrouble(Kind.REPETITION, definition.label, definition)
        return
    for kind in _value_troubles(definition, value, form):
        yield ElementTrouble(kind, definition.label, definition)


def is_clean_value(definition: ElementDefinition, value: str) -> bool:
    """Whether a simple value is all that its definition asks, conditions on other elements apart."""
    return not any(_value_troubles(definition, value, ""))


def _value_troubles(definition: ElementDefinition, value: str, form: str) -> Iterator[Kind]:
    data_type = definition.data_type
    is_number = data_type.startswith(("N", "R"))
    length = len(value.replace("-", "").replace(".", "")) if is_number else len(value)
    if length < definition.minimum:
        yield Kind.SHORT
    if length > definition.maximum:
        yield Kind.LONG
    if _CONTROL.search(value):
        yield Kind.FORM
        return
    if data_type in ("AN", "ID") and value.endswith(" ") and len(value.rstrip(" ")) >= definition.minimum:
        yield Kind.FORM
    if definition.codes and value not in definition.codes:
        yield Kind.CODE
    yield from _type_troubles(data_type, value)
    if definition.data_element == FORMATTED_VALUE:
        yield from _form_troubles(form, value)
    if definition.pattern is not None and not definition.pattern.search(value):
        yield Kind.PATTERN


def _type_troubles(data_type: str, value: str) -> Iterator[Kind]:
    match data_type:
        case "R":
            if not _NUMBER.fullmatch(value):
                yield Kind.FORM
        case "ID" | "AN":
            if _OUTSIDE_CHARACTER_SET.search(value):
                yield Kind.FORM
        case "DT":
            if not is_date(value):
                yield Kind.DATE
        case "TM":
            if parse_time(value) is None:
                yield Kind.TIME
        case _ if data_type.startswith("N"):
            if not _WHOLE_NUMBER.fullmatch(value):
                yield Kind.FORM


def is_date(value: str) -> bool:
    """Whether a DT element holds a real date: CCYYMMDD, or YYMMDD as ISA09 has it."""
    if len(value) == 6:
        return parse_date(f"20{value}") is not None
    return len(value) == 8 and value >= _EARLIEST_YEAR and parse_date(value) is not None


def _form_troubles(form: str, value: str) -> Iterator[Kind]:
    """A value of 1251 in the form that its qualifier names; other forms are not judged here."""
    match form:
        case "D8":
            right = is_date(value) and len(value) == 8
        case "RD8":
            right = parse_date_range(value) is not None and len(value) == 17
        case "DT":
            right = len(value) == 12 and parse_date_hour(value) is not None
        case "TM":
            if len(value) != 4 or parse_time(value) is None:
                yield Kind.TIME
            return
        case _:
            return
    if not right:
        yield Kind.DATE


def _syntax_trouble(
    note: SyntaxNote, segment_id: str, values: list[str], component: str
) -> ElementTrouble | None:
    filled = [number for number in note.numbers if _holds(values, number, component)]
    if not _is_broken(note, filled):
        return None
    return syntax_trouble(note, segment_id, filled)


def _holds(values: list[str], number: int, component: str) -> bool:
    return number <= len(values) and bool(values[number - 1].strip(component))


def _is_broken(note: SyntaxNote, filled: list[int]) -> bool:
    first = note.numbers[0]
    match note.kind:
        case "P":
            return 0 < len(filled) < len(note.numbers)
        case "R":
            return not filled
        case "E":
            return len(filled) > 1
        case "C":
            return first in filled and len(filled) < len(note.numbers)
        case _:
            return filled == [first]


def syntax_trouble(note: SyntaxNote, segment_id: str, filled: list[int]) -> ElementTrouble:
    """A broken condition between elements, at the element that should have been filled or emptied."""
    labels = [f"{segment_id}{number:02d}" for number in note.numbers]
    empty = [
        label for label, number in zip(labels, note.numbers, strict=True) if number not in filled
    ] or labels
    words, others = ", ".join(labels), ", ".join(labels[1:])
    match note.kind:
        case "E":
            last = f"{segment_id}{filled[-1]:02d}" if filled else labels[-1]
            return ElementTrouble(Kind.EXCLUSIVE, last, None, f"at most one of {words}")
        case "R":
            return ElementTrouble(Kind.TOGETHER, empty[0], None, f"at least one of {words}")
        case "P":
            return ElementTrouble(Kind.TOGETHER, empty[0], None, f"all of {words}, or none")
        case "L":
            expected = f"at least one of {others}, because of {labels[0]}"
            return ElementTrouble(Kind.TOGETHER, empty[0], None, expected)
        case _:
            return ElementTrouble(Kind.TOGETHER, empty[0], None, f"{others}, because of {labels[0]}")
