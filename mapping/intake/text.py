"""Bytes of a file as text, with what is no UTF-8 kept visible.

A byte that is no UTF-8 becomes a lone surrogate, so that one wrong letter costs its own
record and not the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

MAXIMUM_RECORD = 16 * 1024 * 1024
"""The longest text, in characters, that is held as one record."""
BLANKS = " \t\r\n\u00a0"
"""What is cut off around a cell: no more than the model cuts off around a text."""
_NOT_UTF8 = re.compile("[\udc80-\udcff]")


@contextmanager
def as_text(stream: BinaryIO) -> Iterator[TextIO]:
    """The stream from its beginning as text, line ends as they are. The stream is left open."""
    stream.seek(0)
    text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
    try:
        yield text
    finally:
        text.detach()


def is_utf8(text: str) -> bool:
    """Whether nothing in a text of `as_text` was other than UTF-8."""
    return text.isascii() or _NOT_UTF8.search(text) is None
