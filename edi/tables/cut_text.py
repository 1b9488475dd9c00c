"""The text of many segments, cut at its separators: elements as arrays, and values read of them.

Why: NumPy cuts, compares and converts the elements of thousands of segments in one call. Where
something is short, the eight bytes from its beginning are taken as one number: that is compared,
looked up and turned into cents as quickly as any number.

It must not: know any segment.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.integer[Any]]
Words = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]

LONGEST_AMOUNT: Final = 16
_WORD = 8
_BEHIND = "\0" * LONGEST_AMOUNT  # so that looking a little beyond the text is no fault
_MINUS, _POINT, _ZERO = ord("-"), ord("."), ord("0")


class Slices(NamedTuple):
    """Pieces of the text: where each begins, and how long it is."""

    begin: Numbers
    length: Numbers

    def at(self, chosen: Any) -> Slices:
        """Those that are chosen, by index or flag."""
        return Slices(self.begin[chosen], self.length[chosen])


def join(parts: list[Slices]) -> Slices:
    """One after another."""
    return Slices(
        np.concatenate([part.begin for part in parts]), np.concatenate([part.length for part in parts])
    )


class Segments:
    """Some of the segments, `which` by index, and their elements."""

    def __init__(self, text: CutText, which: Numbers) -> None:
        self.which = which
        self._cuts = text.cuts
        self._first = text.first_cuts[which]
        count = text.counts[which]
        self._count = count
        self._fewest, self.most = (int(count.min()), int(count.max())) if len(count) else (0, 0)

    def __len__(self) -> int:
        return len(self.which)

    def element(self, number: int) -> Slices:
        """The element at 1-based `number` of each, empty where there is none."""
        if number > self.most:
            nothing = np.zeros(len(self.which), dtype=np.int32)
            return Slices(nothing, nothing)
        before = self._first + np.int32(number - 1)
        if number > self._fewest:
            has_it = self._count >= number
            before[~has_it] = 0
        begin = self._cuts[before] + np.int32(1)
        length = self._cuts[before + np.int32(1)] - begin
        if number > self._fewest:
            length[~has_it] = 0
        return Slices(begin, length)


class CutText:
    """Text of segments, each with one terminator behind it.

    `bytes` is the text with zeros behind it. `begins` says where segments begin; `cuts` are all
    separators of elements and segments, `first_cuts` the first one of each segment among them,
    `counts` how many elements each has behind its id.
    """

    def __init__(self, text: str, element: str, terminator: str, behind: str = "") -> None:
        self.size = len(text)
        self.bytes: Bytes = np.frombuffer((text + behind + _BEHIND).encode("latin-1"), dtype=np.uint8)
        is_end = self.whole == ord(terminator)
        # 32 bits are enough, and half as much to move
        self.cuts = np.flatnonzero(is_end | (self.whole == ord(element))).astype(np.int32)
        ends = np.flatnonzero(is_end[self.cuts]).astype(np.int32)
        self.first_cuts = _behind_each(ends)
        self.counts = ends - self.first_cuts
        self.begins = _behind_each(self.cuts[ends])
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

    def ids(self) -> Words:
        """The first three bytes of each segment, as `code` gives them."""
        return self._words[self.begins] & np.uint64(0xFFFFFF)

    def codes(self, slices: Slices) -> Words:
        """Texts as numbers, see `code`; 0 for those that are empty or longer than eight bytes."""
        surplus = _surplus(slices.length)
        return (self._words[slices.begin] << surplus) >> surplus

    def texts(self, slices: Slices) -> pa.StringArray:
        """The slices as a column."""
        begin, length = slices
        count, longest = len(length), int(length.max(initial=0))
        if not longest:
            return pa.repeat("", count)
        offsets = np.zeros(count + 1, dtype=np.int32)
        np.cumsum(length, out=offsets[1:])
        if length.min() == longest:
            data = pa.py_buffer(self._pieces(longest)[begin])
        else:
            where = np.repeat(begin - offsets[:-1], length)
            where += np.arange(offsets[-1], dtype=np.int32)
            data = pa.py_buffer(self.bytes[where])
        return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), data)

    def distinct(self, slices: Slices) -> tuple[list[str], Numbers]:
        """Each text once, and which of them stands where."""
        longest = int(slices.length.max(initial=0))
        if not longest:
            return [""], np.zeros(len(slices.length), dtype=np.int32)
        if longest <= _WORD:
            encoded = pa.array(self.codes(slices)).dictionary_encode()
            texts = [number.to_bytes(_WORD, "little").rstrip(b"\0") for number in encoded.dictionary.tolist()]
        else:  # what is not clean may not even be text
            encoded = self.texts(slices).cast(pa.binary()).dictionary_encode()
            texts = encoded.dictionary.to_pylist()
        return [text.decode("latin-1") for text in texts], encoded.indices.to_numpy()

    def cents(self, slices: Slices) -> tuple[npt.NDArray[np.int64], Flags]:
        """Amounts in cents, and which of them are clean: digits, a point before the last one or two."""
        cents, clean = self._short_cents(slices)
        for size in range(_WORD + 1, min(LONGEST_AMOUNT, int(slices.length.max(initial=0))) + 1):
            rows = np.flatnonzero(slices.length == size)
            if len(rows):  # those of one length make a matrix
                matrix = self.bytes[slices.begin[rows][:, None] + np.arange(size, dtype=np.int32)]
                cents[rows], clean[rows] = _cents_of(matrix)
        return cents, clean

    def _short_cents(self, slices: Slices) -> tuple[npt.NDArray[np.int64], Flags]:
        """Amounts of up to eight characters; others are not clean.

        Each is a word whose last byte is the last digit; what does not belong to it is a leading zero.
        """
        length = slices.length
        words = self._words[slices.begin]
        negative = (words & _byte(0, 0xFF)) == _byte(0, _MINUS)
        surplus = _surplus(length)
        digits = (words ^ _ZEROS) << surplus
        digits ^= np.where(negative, np.uint64(_MINUS ^ _ZERO), np.uint64(0)) << surplus
        point = [(digits & _byte(at, 0xFF)) == _byte(at, _POINT ^ _ZERO) for at in (6, 5)]
        factor = np.full(len(length), 100, dtype=np.int64)
        for number, has_point in enumerate(point, start=1):  # the digits before the point move over it
            behind = ~np.uint64(0) << np.uint64(8 * (_WORD - number))
            before = ~behind >> np.uint64(8)
            without = (digits & behind) | ((digits & before) << np.uint64(8))
            digits = np.where(has_point, without, digits)
            factor[has_point] = 10 ** (2 - number)
        clean = ((digits + _UP_TO_NINE) | digits) & _HIGH_BITS == 0
        clean &= (length <= _WORD) & (length > negative.astype(np.int32) + (point[0] | point[1]))
        cents = _eight_digits(digits).astype(np.int64) * factor
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


def _behind_each(places: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """0, and the places behind all but the last."""
    behind = np.zeros_like(places)
    np.add(places[:-1], 1, out=behind[1:])
    return behind


def _surplus(length: Numbers) -> Words:
    """How many bits of a word do not belong to what begins it; all for what is longer than a word."""
    return np.where(length <= _WORD, 8 * (_WORD - length), 8 * _WORD).astype(np.uint64)


def _byte(at: int, value: int) -> np.uint64:
    return np.uint64(value << 8 * at)


def _all_bytes(value: int) -> np.uint64:
    return np.uint64(int.from_bytes(bytes([value] * _WORD), "little"))


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
