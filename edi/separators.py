"""The four characters that an ISA segment declares, and how to find them.

ISA is the one segment of fixed width (106 characters with its terminator): the element
separator is its 4th character, the repetition separator ISA11, the component separator
ISA16, and the character after that ends every segment. Real files pad or squeeze it, so
where the width is off the separators are found by counting elements. A part of a file that
begins at GS or ST declares nothing: its separators can only be guessed. Source: FACTS A1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

ISA_WIDTH = 106
LOOKAHEAD = 1024  # how many characters from the start of ISA, GS or ST are looked at
BLANKS = " \t\r\n"  # str.isspace() would count 0x1C to 0x1F, which are common separators
_LINE_ENDS = "\r\n"
_ISA_ELEMENT_ENDS = (3, 6, 17, 20, 31, 34, 50, 53, 69, 76, 81, 83, 89, 99, 101, 103)
_ISA_ELEMENTS = 16
_FIRST_VERSION_WITH_REPETITION = "00402"

FIXED_HEADER = re.compile(
    r"ISA([^A-Za-z0-9 \t\r\n])"
    + r"\1".join(f"(?s:.{{{width}}})" for width in (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1))
    + r"\1"
)
"""An ISA of fixed width, up to the separator before ISA16."""


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
    """An ISA segment found in text: its separators, its length without terminator, and what is odd.

    `component_guessed`: ISA16 is missing, blank, a letter or a digit, so that the component
    separator was taken from the segments after it. `repetition_taken`: ISA11 is a mark that
    already separates something else, so that repetitions cannot be told.
    """

    separators: Separators
    length: int
    fixed_width: bool
    padded: bool
    component_guessed: bool = False
    repetition_taken: bool = False

    @property
    def odd(self) -> bool:
        """Whether the ISA is not as the standard has it."""
        return self.padded or self.component_guessed or not self.fixed_width


def detect(text: str, start: int) -> Header | None:
    """The separators of the ISA that begins at `start`, or None if no whole ISA stands there.

    Looks at no more than `LOOKAHEAD` characters.
    """
    if not text.startswith("ISA", start):
        return None
    window = text[start : start + LOOKAHEAD]
    element = window[3:4]
    if not element or element.isalnum() or element in BLANKS:
        return None
    if len(window) >= ISA_WIDTH and all(window[at] == element for at in _ISA_ELEMENT_ENDS):
        length = ISA_WIDTH - 1
        fixed = window.count(element, 0, ISA_WIDTH) == _ISA_ELEMENTS
    else:
        fixed = False
        position = 0
        for _ in range(_ISA_ELEMENTS):
            position = window.find(element, position, 4 * ISA_WIDTH) + 1
            if not position:
                return None
        length = position + 1
    return _header(window, element, length, fixed)


def _header(window: str, element: str, length: int, fixed: bool) -> Header | None:
    if length >= len(window):
        return None
    component, terminator, padded = window[length - 1], window[length], False
    if component in _LINE_ENDS or _stands_for_terminator(window, element, length):
        # ISA16 is left out, and what stands in its place ends the segment already
        terminator, length, component = component, length - 1, ""
    elif terminator in " \t":
        stripped = window[length : length + ISA_WIDTH].lstrip(" \t")
        if not stripped or stripped[0].isalnum():
            return None
        terminator, padded = stripped[0], True
    if terminator.isalnum() or terminator == element or component in (element, terminator):
        return None
    guessed = not component or component.isalnum() or component in BLANKS
    if guessed:
        component = _guess_component(window[length:], element, terminator)
    elements = window[:length].split(element)
    mark = _repetition(elements[11], elements[12])
    taken = mark in (element, component, terminator)
    separators = Separators(element, component, None if taken else mark, terminator)
    return Header(separators, length, fixed, padded, guessed, taken)


def _stands_for_terminator(window: str, element: str, length: int) -> bool:
    """Whether the character in the place of ISA16 is the terminator: the next segment shows it."""
    mark, after = window[length - 1], window[length:]
    if mark.isalnum() or mark in BLANKS or mark == element:
        return False
    if after[0].isalnum():
        next_one, ends = re.escape(element), re.escape(mark)
        two_segments = rf"(?:GS|TA1|IS[BE]){next_one}[^{ends}]*{ends}[ \t\r\n]*[A-Z][A-Z0-9]{{1,2}}{next_one}"
        return re.match(two_segments, after) is not None
    line = after[1:].lstrip(BLANKS).partition(after[0])[0] if after[0] in _LINE_ENDS else ""
    return line.startswith(("GS" + element, "TA1" + element)) and line.rstrip(BLANKS).endswith(mark)


def _repetition(mark: str, version: str) -> str | None:
    """ISA11 is a separator from version 00402 on; before, and where it is a letter, it is none."""
    if version.strip(" ").zfill(5) < _FIRST_VERSION_WITH_REPETITION:
        return None
    return None if len(mark) != 1 or mark.isalnum() or mark in BLANKS else mark


def guess(text: str, start: int) -> Separators | None:
    """The separators of a file that begins at `start` with GS or ST, or None where that is no X12.

    The element separator is the character after the id; the terminator is what stands before
    the next segment id and leaves GS with eight elements, ST with two to four; the component
    separator is looked for where claims and answers have one. Looks at no more than
    `LOOKAHEAD` characters.
    """
    window = text[start : start + LOOKAHEAD]
    element = window[2:3]
    if not element or element.isalnum() or element in BLANKS:
        return None
    mark = re.escape(element)
    if re.match(rf"ST{mark}[0-9]{{3}}{mark}[^{mark}]", window):
        next_id, fits = "[A-Z][A-Z0-9]{1,2}", _has_elements(element, 2, 4)
    elif re.match(rf"GS{mark}[A-Z]{{2}}{mark}", window):
        next_id, fits = "ST", _has_elements(element, 8, 8)
    else:
        return None
    for found in re.finditer(rf"([^A-Za-z0-9])(?={next_id}{mark})", window):
        header = window[: found.end()].rstrip(BLANKS)
        last = header[-1]
        terminator = last if not last.isalnum() else window[len(header)]
        header = header if last.isalnum() else header[:-1].rstrip(" \t")
        if terminator in (element, " ", "\t") or not fits(header):
            continue
        component = _guess_component(window[len(header) :], element, terminator)
        repetition = "^" if "0050" in header and "^" not in (element, terminator, component) else None
        return Separators(element, component, repetition, terminator)
    return None


def _has_elements(element: str, fewest: int, most: int) -> Callable[[str], bool]:
    return lambda header: fewest <= header.count(element) <= most


def _guess_component(text: str, element: str, terminator: str) -> str:
    """The character between the first two components that stand in `text`, else a colon."""
    mark = re.escape(element)
    places = re.finditer(
        rf"(?:HI{mark}[A-Z]{{2,3}}|STC{mark}[A-Z][0-9]{{1,2}}|SV[C123]{mark}[A-Z]{{2}}"
        rf"|SV2{mark}[0-9]{{4}}{mark}[A-Z]{{2}}"
        rf"|CLM{mark}[^{mark}]*{mark}[^{mark}]*{mark}{mark}{mark}[0-9]{{2}})([^A-Za-z0-9 \t\r\n])",
        text[:LOOKAHEAD],
    )
    found = (place[1] for place in places if place[1] not in (element, terminator))
    if component := next(found, ""):
        return component
    return next(choice for choice in ":>|" if choice not in (element, terminator))
