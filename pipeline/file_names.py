"""Names of files that others gave: kept as they are, shown so that no name can fool a reader or a terminal.

A name is bytes to the operating system; Python holds bytes that are no UTF-8 as lone surrogates. Neither a
database nor a terminal takes those.
"""

from __future__ import annotations

import os
from typing import Final

LONGEST: Final = 255
"""Bytes that a name may have on the usual file systems."""
_FIRST_BYTE, _LAST_BYTE = "\udc80", "\udcff"


def shown_name(name: str) -> str:
    """The name for people: what cannot be printed (line breaks, control characters, odd bytes) is escaped."""
    return "".join(character if character.isprintable() else _escaped(character) for character in name)


def stored_name(name: str) -> str:
    """The name as text that every database takes: bytes that are no UTF-8, and NUL, are escaped."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return text.replace("\0", r"\x00")


def cut_name(name: str, most: int, end: str = "") -> str:
    """The name with an end, no longer than so many bytes: what is too long is cut before the end."""
    room = most - len(os.fsencode(end))
    raw = os.fsencode(name)
    kept = name if len(raw) <= room else raw[:room].decode("utf-8", "ignore")
    return kept + end


def _escaped(character: str) -> str:
    if _FIRST_BYTE <= character <= _LAST_BYTE:
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
