"""Where runs of segments end, found with NumPy in a third of the time that a pattern takes.

Why: in a file of many megabytes of which little is of interest, looking at each segment's id is most of
the work. NumPy takes long to import: what reads small files does without this module.

It must not: find anything else than `RunFinder` does.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from edi.tokens import RunFinder, RunIds

_BEHIND = "\0" * 8  # so that looking a little beyond the text is no fault
_SHORT = 4096  # characters that are quicker looked through without arrays
_WORD = 4
_BITS_OF_PLACE = 10
_MOST_IDS = 32  # more may not find a place each
_FACTORS = range(0x9E3779B1, 0x9E3779B1 + 2000, 2)

Bytes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint32]
Flags = npt.NDArray[np.bool_]


class QuickRunIds(RunIds):
    """Ids of segments whose runs are found many segments at once."""

    def finder(self, element: str) -> RunFinder:
        """The quick one, unless ids or separator are unusual."""
        usual = all(len(one) in (2, 3) and one.isalnum() and one.isascii() for one in self)
        if element == "\0" or not usual or not 0 < len(self) <= _MOST_IDS:
            return super().finder(element)
        return _QuickRunFinder(self, element)


class _QuickRunFinder(RunFinder):
    """Takes the four bytes behind each tail as a number and looks it up."""

    def __init__(self, ids: Collection[str], element: str) -> None:
        super().__init__(ids, element)
        self._known = _known(frozenset(ids), element)
        self._text, self._data = "", _bytes_of("")

    def has_isa(self, text: str, start: int) -> bool:
        if text.find("ISA", start, start + _SHORT) >= 0:  # many short interchanges stand in one file
            return True
        if len(text) - start < _SHORT:
            return False
        data = self._bytes(text)
        places = np.flatnonzero(data[start:] == ord("I")) + start
        places = places[data[places + 1] == ord("S")]
        return bool((data[places + 2] == ord("A")).any())

    def odd_end(self, text: str, tail: str, first: int, limit: int) -> tuple[int, int | None]:
        if limit < len(text):  # what stands behind the limit is not to be seen
            return super().odd_end(text, tail, first, limit)
        data = self._bytes(text)
        ends = np.flatnonzero(data[first:limit] == ord(tail[0])) + first
        begins = _words_of(data)[ends + len(tail)]
        is_odd = np.ones(len(ends), dtype=np.bool_)
        for known in self._known:
            is_odd &= known.misses(begins)
        for at, mark in enumerate(tail[1:], start=1):
            is_odd |= data[ends + at] != ord(mark)
        odd = int(is_odd.argmax()) if len(ends) else 0
        if not is_odd[odd : odd + 1].any():
            return -1, len(ends)
        return int(ends[odd]), odd

    def _bytes(self, text: str) -> Bytes:
        """The text as bytes with zeros behind; one text is asked for several times."""
        if text is not self._text:
            self._text, self._data = text, _bytes_of(text)
        return self._data


class _Known:
    """Texts of one length, three or four bytes, as numbers in a table where each has a place of its own."""

    def __init__(self, texts: list[str]) -> None:
        size = len(texts[0])
        numbers = np.array([int.from_bytes(text.encode("latin-1"), "little") for text in texts], dtype="<u4")
        self._mask = np.uint32(2 ** (8 * size) - 1)
        self._is_whole = size == _WORD
        self._factor = next(one for one in map(np.uint32, _FACTORS) if _are_apart(_places(numbers, one)))
        # what stands at the place of another is no number that is looked for there
        self._table = np.full(2**_BITS_OF_PLACE, numbers[0], dtype="<u4")
        self._table[_places(numbers, self._factor)] = numbers

    def misses(self, words: Words) -> Flags:
        """Which words begin with none of the texts."""
        numbers = words if self._is_whole else words & self._mask
        return np.not_equal(self._table.take(_places(numbers, self._factor)), numbers)


@lru_cache(maxsize=8)  # small files come by the thousand
def _known(ids: frozenset[str], element: str) -> tuple[_Known, ...]:
    by_size = ([one + element for one in ids if len(one) == size] for size in (2, 3))
    return tuple(_Known(texts) for texts in by_size if texts)


def _places(numbers: Words, factor: np.uint32) -> Words:
    return (numbers * factor) >> np.uint32(8 * _WORD - _BITS_OF_PLACE)


def _are_apart(places: Words) -> bool:
    return len(np.unique(places)) == len(places)


def _bytes_of(text: str) -> Bytes:
    return np.frombuffer((text + _BEHIND).encode("latin-1"), dtype=np.uint8)


def _words_of(data: Bytes) -> npt.NDArray[Any]:
    """The four bytes that begin at each byte, as numbers."""
    return np.lib.stride_tricks.as_strided(
        data[: _WORD * (len(data) // _WORD)].view("<u4"),
        shape=(len(data) - _WORD + 1,),
        strides=(1,),
        writeable=False,
    )
