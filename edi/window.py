"""What was read of a file and is not yet taken, and what of it stood outside any interchange.

Why: a file of half a gigabyte is read in chunks. The window always holds whole lookaheads,
so that no reader can tell where one chunk ended and the next began.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from edi.separators import BLANKS

_PADDING = BLANKS + "\x00\x1a"
_ENVELOPE_SEGMENT = re.compile(r"\b(?:ISA|GS|GE|IEA)[^A-Za-z0-9\s.,;'\"()!?-]")
_CUT_HEADER = re.compile(r"\bISA[ \t\r\n\x00\x1a]*\Z")
_CONTEXT = 64


class Window:
    """A part of a file as Latin-1 text: one character a byte, `offset` the byte of the first."""

    def __init__(self, source: bytes | BinaryIO, chunk_size: int) -> None:
        if chunk_size < 1:
            raise ValueError("a chunk has at least one byte")
        self._source = source
        self._chunk_size = chunk_size
        self._taken = 0
        self.text = ""
        self.offset = 0
        self.at_end = False

    def fill(self, count: int) -> None:
        """Read on until at least `count` characters are here, or the file ends."""
        if len(self.text) >= count or self.at_end:
            return
        parts, length = [self.text], len(self.text)
        while length < count:
            chunk = self._read()
            if not chunk:
                self.at_end = True
                break
            parts.append(chunk.decode("latin-1"))
            length += len(chunk)
        self.text = "".join(parts)

    def grow(self) -> bool:
        """Read on; False where the end of the file was known before.

        Doubles the window, so that a segment longer than many chunks is not copied once a chunk.
        """
        if self.at_end:
            return False
        self.fill(max(2 * len(self.text), 1))
        return True

    def take(self, count: int) -> str:
        """Take the first `count` characters out of the window."""
        taken, self.text = self.text[:count], self.text[count:]
        self.offset += count
        return taken

    def _read(self) -> bytes:
        if isinstance(self._source, bytes):
            chunk = self._source[self._taken : self._taken + self._chunk_size]
            self._taken += len(chunk)
            return chunk
        return self._source.read(self._chunk_size)


class OutsideText:
    """Text outside any interchange, told in pieces: how much, and whether it hides an interchange.

    `count` is the bytes from the first to the last that are no blanks, `first` where they begin.
    """

    def __init__(self, offset: int) -> None:
        self._offset = offset
        self._end = offset
        self._context = ""
        self._letters = ""
        self._envelope = False
        self.first = offset

    @property
    def count(self) -> int:
        return self._end - self.first

    def feed(self, text: str) -> None:
        """Take the next piece."""
        stripped = text.strip(BLANKS)
        if stripped:
            start = self._offset + len(text) - len(text.lstrip(BLANKS))
            if not self.count:
                self.first = start
            self._end = start + len(stripped)
        self._offset += len(text)
        self._letters = (self._letters + text.strip(_PADDING))[:_CONTEXT]
        # one character more than the longest match, so that its first \b sees what stood before
        around = self._context + text
        self._envelope = self._envelope or bool(_ENVELOPE_SEGMENT.search(around, min(1, len(self._context))))
        self._context = around[-_CONTEXT:]

    def hides_interchange(self, at_end_of_file: bool = False) -> bool:
        """Whether envelope segments stand here, or, at the end of a file, the beginning of an ISA."""
        if self._envelope or not at_end_of_file:
            return self._envelope
        starts_header = bool(self._letters) and "ISA".startswith(self._letters)
        return starts_header or bool(_CUT_HEADER.search(self._context))
