"""The four characters that an ISA segment declares, and how to find them.

ISA is the one segment of fixed width (106 characters with its terminator): the element
separator is its 4th character, the repetition separator ISA11, the component separator
ISA16, and the character after that ends every segment. Real files pad or squeeze it, so
where the width is off the separators are found by counting elements. Source: FACTS A1.
"""

from __future__ import annotations

from dataclasses import dataclass

ISA_WIDTH = 106
_BLANKS = " \t\r\n"  # str.isspace() would count 0x1C to 0x1F, which are common separators
_ISA_ELEMENT_ENDS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_FIRST_VERSION_WITH_REPETITION = "00402"


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters that part elements, components, repetitions (None before 00402) and segments."""

    element: str = "*"
    component: str = ":"
    repetition: str | None = "^"
    terminator: str = "~"

    def all(self) -> str:
        return self.element + self.component + (self.repetition or "") + self.terminator


@dataclass(frozen=True, slots=True)
class Header:
    """An ISA segment found in text: its separators, its length without terminator, and what is odd."""

    separators: Separators
    length: int
    fixed_width: bool
    padded: bool


def detect(text: str, start: int) -> Header | None:
    """The separators of the ISA that begins at `start`, or None if no whole ISA stands there."""
    if len(text) < start + 4:
        return None
    element = text[start + 3]
    if text[start : start + 3] != "ISA" or element.isalnum() or element in _BLANKS:
        return None
    window = text[start : start + ISA_WIDTH]
    if len(window) == ISA_WIDTH and all(window[at] == element for at in _ISA_ELEMENT_ENDS):
        length = ISA_WIDTH - 1
        fixed = window.count(element) == len(_ISA_ELEMENT_ENDS)
    else:
        fixed = False
        position = start
        for _ in range(16):
            position = text.find(element, position)
            if position < 0 or position - start > 4 * ISA_WIDTH:
                return None
            position += 1
        length = position + 1 - start
    return _header(text, start, element, length, fixed)


def _header(text: str, start: int, element: str, length: int, fixed: bool) -> Header | None:
    end = start + length
    if end >= len(text):
        return None
    component = text[end - 1]
    terminator, padded = text[end], False
    if terminator in " \t":
        stripped = text[end : end + ISA_WIDTH].lstrip(" \t")
        if not stripped or stripped[0].isalnum():
            return None
        terminator, padded = stripped[0], True
    if terminator.isalnum():
        return None
    elements = text[start:end].split(element)
    return Header(
        separators=Separators(element, component, _repetition(elements), terminator),
        length=length,
        fixed_width=fixed,
        padded=padded,
    )


def _repetition(elements: list[str]) -> str | None:
    """ISA11 is a separator from version 00402 on; before, and where it is a letter, it is none."""
    mark, version = elements[11], elements[12]
    if version < _FIRST_VERSION_WITH_REPETITION or len(mark) != 1 or mark.isalnum() or mark in _BLANKS:
        return None
    return mark
