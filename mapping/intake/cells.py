"""A cell's text and the value in the record: lists in one cell, and what is there but empty."""

from __future__ import annotations

from collections.abc import Iterable

EMPTY_LIST = "[]"
EMPTY_OBJECT = "{}"


def split_list(text: str) -> list[str]:
    """The elements of a list in one cell, separated by `|`; `[]` is a list without elements.

    `\\|` is a bar within an element, `\\\\` a backslash, `\\[` a bracket; any other backslash
    stands for itself.
    """
    if text == EMPTY_LIST:
        return []
    elements = [""]
    at = 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("|", "\\", "["):
            elements[-1] += text[at + 1]
            at += 2
        elif text[at] == "|":
            elements.append("")
            at += 1
        else:
            elements[-1] += text[at]
            at += 1
    return elements


def join_list(elements: Iterable[str]) -> str:
    """The cell that `split_list` reads as these elements."""
    text = "|".join(element.replace("\\", "\\\\").replace("|", "\\|") for element in elements)
    return "\\[]" if text == EMPTY_LIST else text
