"""One regular expression for each segment of a guide that knows clean ones at a glance.

Why: nearly all segments are clean. A pattern that matches says so; where it does not match,
the exact check (`edi.guide.elements`) decides. A pattern may therefore be stricter than the
guide (it takes no day after the 28th), but never laxer; a test holds the two together.

Patterns cost a millisecond or more to compile, so a definition gets one only after it was
met a few times.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Sequence

from edi.guide.elements import FORM_QUALIFIER, FORMATTED_VALUE, is_clean_value
from edi.guide.tables import (
    CompositeDefinition,
    ElementDefinition,
    ElementOrComposite,
    Guide,
    SegmentDefinition,
    SyntaxNote,
    Usage,
)
from edi.separators import Separators

_CHARACTERS = string.ascii_letters + string.digits + """!"&'()*+,-./:;?=%~@[]_{}\\|<>^`#$"""
_DATE = "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])"
_TIME = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
_FORMS = {"D8": _DATE, "RD8": f"{_DATE}-{_DATE}", "DT": _DATE + _TIME, "TM": _TIME}
MET_BEFORE_COMPILING = 16
_MOST_CODES = 300
_NEVER = "(?!)"
_TAKEN_FOR_DATA = frozenset(
    " -."
)  # where one of these is a separator, patterns of numbers and dates would be wrong

Match = Callable[[str], re.Match[str] | None]


class Patterns:
    """The patterns of one guide for one set of separators."""

    def __init__(self, guide: Guide, separators: Separators, met: int = MET_BEFORE_COMPILING) -> None:
        self._separators = separators
        self._met = [met] * len(guide.nodes)
        self._matches: list[Match | None] = [None] * len(guide.nodes)

    def match(self, definition: SegmentDefinition) -> Match | None:
        """The pattern of a definition, or None where there is none, or none yet."""
        return self._matches[definition.index]

    def is_clean(self, definition: SegmentDefinition, text: str) -> bool:
        """Whether a segment is surely clean; False says nothing."""
        match = self._matches[definition.index]
        if match is not None:
            return match(text) is not None
        left = self._met[definition.index] = self._met[definition.index] - 1
        if left == 0:
            pattern = segment_pattern(definition, self._separators)
            self._matches[definition.index] = pattern.fullmatch if pattern is not None else None
        return False


class _NoPattern(Exception):
    """A definition that a pattern would not describe; the exact check does."""


def segment_pattern(definition: SegmentDefinition, separators: Separators) -> re.Pattern[str] | None:
    """A pattern for the whole text of clean segments, or None where none is worth the while."""
    try:
        writer = _PatternWriter(definition, separators)
        return re.compile(re.escape(definition.id) + writer.elements() + writer.conditions())
    except _NoPattern:
        return None


class _PatternWriter:
    def __init__(self, definition: SegmentDefinition, separators: Separators) -> None:
        self._definition = definition
        self._element = re.escape(separators.element)
        self._component = re.escape(separators.component)
        marks = separators.all()
        self._plain = "".join(re.escape(mark) for mark in _CHARACTERS if mark not in marks)
        if definition.id == "ISA" or not _TAKEN_FOR_DATA.isdisjoint(marks):
            raise _NoPattern
        usages = [element.usage for element in definition.elements]
        self._open_notes = [note for note in definition.syntax if not _is_settled(note, usages)]
        self._noted = {
            definition.elements[number - 1] for note in self._open_notes for number in note.numbers
        }

    def elements(self) -> str:
        cells = self._cells(self._definition.elements, self._element)
        return f"{cells}(?<!{self._element})"

    def _cells(self, parts: Sequence[ElementOrComposite], separator: str) -> str:
        """All parts, each after a separator; what is not required may be left out at the end."""
        text, required_behind = "", False
        number = len(parts)
        while number:
            number -= 1
            pair = number > 0 and _is_formatted_pair(parts[number - 1], parts[number])
            number -= pair
            cell = self._pair(parts[number : number + 2], separator) if pair else self._cell(parts[number])
            text = f"{separator}{cell}{text}"
            required_behind = required_behind or parts[number].usage is Usage.REQUIRED
            if not required_behind:
                text = f"(?:{text}|)"
        return text

    def _cell(self, part: ElementOrComposite) -> str:
        if part.usage is Usage.NOT_USED:
            return ""
        content = self._composite(part) if isinstance(part, CompositeDefinition) else self._simple(part)
        if part in self._noted:
            content = f"(?P<_{self._definition.elements.index(part) + 1}>{content})"
        return content if part.usage is Usage.REQUIRED else f"(?:{content}|)"

    def _composite(self, composite: CompositeDefinition) -> str:
        first, rest = composite.components[0], composite.components[1:]
        if first.usage is not Usage.REQUIRED:
            raise _NoPattern
        return f"{self._simple(first)}{self._cells(rest, self._component)}(?<!{self._component})"

    def _pair(self, parts: Sequence[ElementOrComposite], separator: str) -> str:
        """A qualifier of form and its value."""
        qualifier, value = parts
        if not self._noted.isdisjoint(parts):
            raise _NoPattern
        if qualifier.usage is Usage.NOT_USED and value.usage is Usage.NOT_USED:
            return separator
        if qualifier.usage is not value.usage or not isinstance(qualifier, ElementDefinition):
            raise _NoPattern
        known = [code for code in sorted(qualifier.codes) if code in _FORMS]
        if not known:
            raise _NoPattern
        ways = [f"{code}{separator}{_FORMS[code]}" for code in known]
        if value.usage is Usage.SITUATIONAL:
            ways.append(separator)
        return f"(?:{'|'.join(ways)})"

    def _simple(self, element: ElementDefinition) -> str:
        if element.data_element == FORMATTED_VALUE:
            raise _NoPattern  # its qualifier does not stand before it
        if element.codes:
            return self._codes(element)
        content = self._typed(element)
        if element.pattern is not None:
            content = f"(?=[^{self._element}{self._component}]*?{element.pattern.pattern}){content}"
        return content

    def _codes(self, element: ElementDefinition) -> str:
        codes = [code for code in sorted(element.codes) if code.isalnum() and is_clean_value(element, code)]
        if not codes or len(codes) > _MOST_CODES:
            raise _NoPattern
        return f"(?:{'|'.join(re.escape(code) for code in codes)})"

    def _typed(self, element: ElementDefinition) -> str:
        least, most = max(element.minimum, 1), element.maximum
        match element.data_type:
            case "AN" | "ID":
                if least == most == 1:
                    return f"[{self._plain}]"
                return f"[{self._plain} ]{{{least - 1},{most - 1}}}[{self._plain}]"
            case "R":
                if least > 1:
                    raise _NoPattern
                decimals = most // 2
                return f"-?[0-9]{{1,{most - decimals}}}(?:\\.[0-9]{{1,{decimals}}}|)"
            case "DT" if least == most == 8:
                return _DATE
            case "TM" if least <= 4:
                return _TIME
            case data_type if data_type.startswith("N"):
                return f"-?[0-9]{{{least},{most}}}"
        raise _NoPattern

    def conditions(self) -> str:
        """The open syntax notes, asked at the end of which elements were found to be filled."""
        return "".join(self._condition(note) for note in self._open_notes)

    def _condition(self, note: SyntaxNote) -> str:
        first, *others = (f"_{number}" for number in note.numbers)
        match note.kind:
            case "P":
                return _if(first, _all(others), _none(others))
            case "R":
                return _if(first, "", _any(others))
            case "C":
                return _if(first, _all(others), "")
            case "L":
                return _if(first, _any(others), "")
        return _at_most_one([first, *others])


def _if(name: str, then: str, otherwise: str) -> str:
    return f"(?({name}){then}|{otherwise})"


def _all(names: Sequence[str]) -> str:
    return "".join(_if(name, "", _NEVER) for name in names)


def _none(names: Sequence[str]) -> str:
    return "".join(_if(name, _NEVER, "") for name in names)


def _any(names: Sequence[str]) -> str:
    return _if(names[0], "", _any(names[1:])) if names else _NEVER


def _at_most_one(names: Sequence[str]) -> str:
    return _if(names[0], _none(names[1:]), _at_most_one(names[1:])) if names else ""


def _is_formatted_pair(one: ElementOrComposite, other: ElementOrComposite) -> bool:
    return (
        isinstance(one, ElementDefinition)
        and isinstance(other, ElementDefinition)
        and (one.data_element, other.data_element) == (FORM_QUALIFIER, FORMATTED_VALUE)
    )


def _is_settled(note: SyntaxNote, usages: list[Usage]) -> bool:
    """Whether a condition holds whenever each element is used as the guide says."""
    always = [usages[number - 1] is Usage.REQUIRED for number in note.numbers]
    never = [usages[number - 1] is Usage.NOT_USED for number in note.numbers]
    match note.kind:
        case "P":
            return all(always) or all(never)
        case "R":
            return any(always)
        case "E":
            return len(never) - sum(never) < 2
        case "C":
            return never[0] or all(always[1:])
        case _:
            return never[0] or any(always[1:])
