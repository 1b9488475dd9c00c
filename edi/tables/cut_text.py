"""The text of many segments, cut at its separators: elements as arrays, and values read of them.

Why: NumPy cuts, compares and converts the elements of thousands of segments in one call. Where
something is short, the eight bytes from its beginning are taken as one number: that is compared,
looked up and turned into cents as quickly as any number.

It must not: know any segment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edi.tables.arrow import same_text

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

LONGEST_AMOUNT: Final = 13
_WORD = 8
_BLOCK = 1 << 17
_BEHIND = "\0" * 32  # so that looking a little beyond the text is no fault
_MINUS, _POINT, _ZERO = ord("-"), ord("."), ord("0")


class Segments:
    """Some of the segments, `which` by index, and their elements."""

    def __init__(self, text: CutText, which: Numbers) -> None:
        self.which = which
        self._nothing = text.nothing
        self._first = text.first_elements[which]
        count = text.counts[which]
        self._count = count
        self._fewest, self.most = (int(count.min()), int(count.max())) if len(count) else (0, 0)

    def __len__(self) -> int:
        return len(self.which)

    def element(self, number: int) -> Numbers:
        """The element at 1-based `number` of each, the empty one where there is none."""
        if number > self.most:
            return np.full(len(self.which), self._nothing)
        elements = self._first + (number - 1)
        if number > self._fewest:
            elements[self._count < number] = self._nothing
        return elements


class CutText:
    """Text of segments, each with one terminator behind it.

    `bytes` is the text with zeros behind it. Elements are known by their numbers: `begin` says where
    each begins, `length` how long it is; `always` is the text of `behind`, `nothing` an empty one.
    `begins` says where segments begin, `first_elements` which element is the first of each (its id
    is none), `counts` how many it has.
    """

    def __init__(self, text: str, element: str, terminator: str, behind: str = "") -> None:
        self.size = len(text)
        self.bytes: Bytes = np.frombuffer((text + behind + _BEHIND).encode("latin-1"), dtype=np.uint8)
        cuts, ends = _cuts(self.whole, ord(element), ord(terminator))
        self.first_elements = _behind_each(ends)
        self.counts = ends - self.first_elements
        self.begins = _behind_each(cuts[ends].astype(np.int64))
        self.always, self.nothing = len(cuts) - 1, len(cuts)
        self.begin = np.empty(len(cuts) + 1, dtype=np.int32)
        self.begin[:-1] = cuts
        self.begin[-1] = self.size + len(behind)
        self.begin += 1
        self.length = np.zeros(len(cuts) + 1, dtype=np.int32)
        np.subtract(self.begin[1:], self.begin[:-1], out=self.length[:-1])
        self.length[:-1] -= 1
        self._words: Words = np.lib.stride_tricks.as_strided(
            self.bytes[: _WORD * (len(self.bytes) // _WORD)].view(np.uint64),
            shape=(len(self.bytes) - _WORD + 1,),
            strides=(1,),
            writeable=False,
        )

    @property
    def whole(self) -> Bytes:
        """The bytes of the text alone."""
        return self.bytes[: self.size]

    def where(self, is_found: Callable[[Bytes], Flags]) -> npt.NDArray[np.int64]:
        """The places of bytes that are found."""
        found = [np.flatnonzero(is_found(self.whole[part])) + part.start for part in _blocks(self.size)]
        return np.concatenate([np.zeros(0, dtype=np.int64), *found])

    def ids(self) -> Words:
        """The first three bytes of each segment, as `code` gives them."""
        return self._words[self.begins] & np.uint64(0xFFFFFF)

    def codes(self, elements: Numbers) -> Words:
        """Texts as numbers, see `code`; 0 for those that are empty or longer than eight bytes."""
        surplus = _surplus(self.length[elements])
        return (self._words[self.begin[elements]] << surplus) >> surplus

    def texts(self, elements: Numbers) -> pa.StringArray:
        """The elements as a column."""
        length = self.length[elements]
        count, longest = len(length), int(length.max(initial=0))
        if not longest:
            return same_text("", count)
        begin = self.begin[elements]
        if length.min() < longest:
            return self._taken(begin, length)
        offsets = np.arange(0, longest * count + 1, longest, dtype=np.int32)
        data = pa.py_buffer(self._pieces(longest)[begin])
        return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data)

    def _taken(self, begin: Numbers, length: Numbers) -> pa.StringArray:
        """Texts of many lengths: what stands between them is text, too, that Arrow passes over."""
        count = len(begin)
        offsets = np.empty(2 * count + 1, dtype=np.int32)
        offsets[:-1:2] = begin
        np.add(begin, length, out=offsets[1::2])
        offsets[-1] = len(self.bytes)
        both = pa.StringArray.from_buffers(2 * count, pa.py_buffer(offsets), pa.py_buffer(self.bytes))
        return both.take(pa.array(np.arange(0, 2 * count, 2)))

    def distinct(self, elements: Numbers) -> tuple[list[str], Numbers]:
        """Each text once, and which of them stands where."""
        longest = int(self.length[elements].max(initial=0))
        if not longest:
            return [""], np.zeros(len(elements), dtype=np.int32)
        if longest <= _WORD:
            codes = self.codes(elements)
            if (codes == codes[0]).all():  # as often as not, and quicker seen than coded
                return [_text_of(int(codes[0]))], np.zeros(len(elements), dtype=np.int32)
            encoded = pa.array(codes).dictionary_encode()
            texts = list(map(_text_of, encoded.dictionary.tolist()))
        else:  # what is not clean may not even be text
            encoded = self.texts(elements).cast(pa.binary()).dictionary_encode()
            texts = [text.decode("latin-1") for text in encoded.dictionary.to_pylist()]
        return texts, encoded.indices.to_numpy()

    def cents(self, elements: Numbers) -> tuple[npt.NDArray[np.int64], Flags]:
        """Amounts in cents, and which of them are clean: digits, a point before the last one or two."""
        begin, length = self.begin[elements], self.length[elements]
        cents, clean = self._short_cents(begin, length)
        for size in range(_WORD + 1, min(LONGEST_AMOUNT, int(length.max(initial=0))) + 1):
            rows = np.flatnonzero(length == size)
            if len(rows):  # those of one length make a matrix
                matrix = self.bytes[begin[rows][:, None] + np.arange(size, dtype=np.int32)]
                cents[rows], clean[rows] = _cents_of(matrix)
        return cents, clean

    def _short_cents(self, begin: Numbers, length: Numbers) -> tuple[npt.NDArray[np.int64], Flags]:
        """Amounts of up to eight characters; others are not clean.

        Each is a word whose last byte is the last digit; what does not belong to it is a leading zero.
        """
        words = self._words[begin]
        negative = (words & _byte(0, 0xFF)) == _byte(0, _MINUS)
        surplus = _surplus(length)
        digits = (words ^ _ZEROS) << surplus
        if negative.any():
            digits ^= np.where(negative, np.uint64(_MINUS ^ _ZERO), np.uint64(0)) << surplus
        one, two = ((digits & _byte(at, 0xFF)) == _byte(at, _POINT ^ _ZERO) for at in (6, 5))
        decimals = np.where(one, np.int8(1), two.view(np.int8) << 1)
        # the digits before the point move over it
        digits = (digits & _BEHIND_POINT.take(decimals)) | ((digits & _BEFORE_POINT.take(decimals)) << _BITS)
        clean = ((digits + _UP_TO_NINE) | digits) & _HIGH_BITS == 0
        clean &= (length <= _WORD) & (length > negative.view(np.int8) + (decimals > 0))
        cents = _eight_digits(digits).view(np.int64) * _TO_CENTS.take(decimals)
        return np.where(negative, -cents, cents), clean

    def _pieces(self, size: int) -> npt.NDArray[np.void]:
        """What begins at each byte and has this size."""
        return np.lib.stride_tricks.as_strided(
            self.bytes[:size].view(f"V{size}"),
            shape=(len(self.bytes) - size + 1,),
            strides=(1,),
            writeable=False,
        )


def code(text: str) -> np.uint64:
    """A text of up to eight ASCII characters as a number."""
    return np.uint64(int.from_bytes(text.encode("ascii"), "little"))


def _blocks(size: int) -> Iterator[slice]:
    """A text in blocks: the memory of large arrays is new each time, which takes longer than to fill it."""
    return (slice(first, min(first + _BLOCK, size)) for first in range(0, size, _BLOCK))


def _text_of(number: int) -> str:
    return number.to_bytes(_WORD, "little").rstrip(b"\0").decode("latin-1")


def _cuts(whole: Bytes, element: int, terminator: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Where separators stand, and which of them end a segment.

    Places have 32 bits: that is enough, and half as much to move.
    """
    cuts, ends, count = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int64)], 0
    for part in _blocks(len(whole)):
        block = whole[part]
        is_end = block == terminator
        places = np.flatnonzero(is_end | (block == element))
        ends.append(np.flatnonzero(is_end[places]) + count)
        cuts.append((places + part.start).astype(np.int32))
        count += len(places)
    return np.concatenate(cuts), np.concatenate(ends)


def _behind_each(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """0, and the places behind all but the last."""
    behind = np.zeros_like(places)
    np.add(places[:-1], 1, out=behind[1:])
    return behind


_SURPLUS = np.array([*range(8 * _WORD, -8, -8), 8 * _WORD], dtype=np.uint64)


def _surplus(length: Numbers) -> Words:
    """How many bits of a word do not belong to what begins it; all for what is longer than a word."""
    return _SURPLUS.take(length, mode="clip")


def _byte(at: int, value: int) -> np.uint64:
    return np.uint64(value << 8 * at)


def _all_bytes(value: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([value] * _WORD), "little"))


_BITS = np.uint64(8)  # of a byte
# by how many digits stand behind the point
_BEHIND_POINT = np.array([2**64 - 1, 0xFF << 56, 0xFFFF << 48], dtype=np.uint64)
_BEFORE_POINT = np.array([0, 2**48 - 1, 2**40 - 1], dtype=np.uint64)
_TO_CENTS = np.array([100, 10, 1])
_ZEROS, _HIGH_BITS = _all_bytes(_ZERO), _all_bytes(0x80)
_UP_TO_NINE = _all_bytes(0x80 - 10)  # added to a byte over nine, it sets its high bit


def _eight_digits(digits: Words) -> Words:
    """Eight bytes from 0 to 9, the first one leading, as a number: neighbours are joined three times."""
    pairs = (digits * np.uint64(10) + (digits >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    fours = (pairs * np.uint64(100) + (pairs >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (fours * np.uint64(10_000) + (fours >> np.uint64(32))) & np.uint64(0x00000000FFFFFFFF)


def _cents_of(characters: Bytes) -> tuple[npt.NDArray[np.int64], Flags]:
    """Amounts of one length in cents, and which of them are clean."""
    count, size = characters.shape
    negative = characters[:, 0] == _MINUS
    decimals = np.zeros(count, dtype=np.int64)
    for number in (1, 2):
        decimals[characters[:, size - 1 - number] == _POINT] = number
    digits = characters - np.uint8(_ZERO)
    digits[negative, 0] = 0
    cents = np.zeros(count, dtype=np.int64)
    for number in (0, 1, 2):
        rows = np.flatnonzero(decimals == number)
        if not len(rows):
            continue
        weights = [10 ** (size - 1 - at + 2 - number) for at in range(size)]
        if number:
            point = size - 1 - number
            digits[rows, point] = 0
            weights[:point] = [weight // 10 for weight in weights[:point]]
        cents[rows] = digits[rows] @ np.array(weights, dtype=np.int64)
    clean = np.all(digits <= 9, axis=1)
    return np.where(negative, -cents, cents), clean
