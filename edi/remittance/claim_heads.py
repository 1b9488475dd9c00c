"""The beginnings of many claims as arrays: by what a claim may be one that is sought, and what was paid.

Why: one claim in thousands is sought. NumPy compares account, charge and payer's number of all claims of a
run in a few calls. Texts are compared by hashes of 64 bits, so that what seems to be sought may be
another: who takes a claim looks at its text. A claim that is not `sure` has to be looked at, too.

It must not: decide that a claim is one that is sought.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from edi.remittance.scan import ClaimRun
from edi.tables.cut_text import Bytes, CutText, Flags, Numbers, Segments, Words
from edi.values import MAXIMUM_CENTS

_HEAD: Final = 80  # bytes of a claim that are looked at: enough for CLP01 to CLP07 of nearly all
_BEHIND = "\0" * _HEAD
_WORD = 8
_FACTOR: Final = 0x9E3779B97F4A7C15  # odd, and half of its bits are set
_FIRST_PRINTED, _LAST_PRINTED = 0x21, 0x7E


class ClaimHeads:
    """The claims of a run. `begins` says where each CLP stands in its text.

    `accounts` are hashes of the first `width` characters of CLP01, `numbers` of CLP07; `charges` and
    `paid` are CLP03 and CLP04 in cents. They are right for claims that are `sure`: none of these has
    blanks around a text, an amount of an unusual form, or too few elements.
    """

    def __init__(self, run: ClaimRun, width: int) -> None:
        self._run = run
        setting, tail = run.setting, run.run.tail
        self._data: Bytes = np.frombuffer((run.run.text + _BEHIND).encode("latin-1"), dtype=np.uint8)
        behind_first = _places_of(self._data, (tail + setting.begin).encode("latin-1"), b"P")
        self.begins: Numbers = np.append(np.zeros(1, dtype=np.int64), behind_first + len(tail))
        cut = CutText(
            self._heads(setting.separators.terminator), setting.element, setting.separators.terminator
        )
        claims = Segments(cut, np.flatnonzero(cut.begins % _HEAD == 0))
        account, charge, paid, number = (claims.element(at) for at in (1, 3, 4, 7))
        self.charges, is_charge = cut.cents(charge)
        self.paid, is_paid = cut.cents(paid)
        begin, length = cut.begin[account], cut.length[account]
        compared = np.minimum(length, width)
        end = cut.begin[number] + cut.length[number]
        self.sure: Flags = is_charge & is_paid & (number != cut.nothing) & (end % _HEAD < _HEAD - 1)
        for at in (begin, begin + compared - 1, cut.begin[number], end - 1):
            self.sure &= _is_printed(cut.bytes, at)
        self.accounts = _hashes(cut.bytes, begin, compared)
        self.numbers = _hashes(cut.bytes, cut.begin[number], cut.length[number])

    def __len__(self) -> int:
        return len(self.begins)

    def body(self, index: int) -> tuple[int, str]:
        """Where a claim begins in the text of the run, and what stands behind its `CLP*`, without its last tail."""
        text, tail = self._run.run.text, self._run.run.tail
        begin = int(self.begins[index])
        end = int(self.begins[index + 1]) if index + 1 < len(self) else len(text)
        return begin, text[begin + len(self._run.setting.begin) : end - len(tail)]

    def having(self, text: bytes) -> Numbers:
        """The indices of the claims in which a text stands."""
        return self.begins.searchsorted(_places_of(self._data, text, text[:1]), side="right") - 1

    def _heads(self, terminator: str) -> str:
        """As much of each claim as is looked at, a terminator as the last character of each."""
        pieces = np.lib.stride_tricks.as_strided(
            self._data[:_HEAD].view(f"V{_HEAD}"), (len(self._data) - _HEAD + 1,), (1,), writeable=False
        )
        characters = pieces[self.begins].view(np.uint8).reshape(-1, _HEAD)
        characters[:, -1] = ord(terminator)
        return characters.tobytes().decode("latin-1")


class Sought:
    """What claims are sought by; texts that no file can hold are left out. See `own.Wanted`."""

    def __init__(
        self, accounts: Iterable[str], numbers: Iterable[str], charges: Iterable[int], codes: Iterable[str]
    ) -> None:
        self._accounts, self._numbers = np.unique(_hashes_of(accounts)), np.unique(_hashes_of(numbers))
        possible = [cents for cents in charges if abs(cents) <= MAXIMUM_CENTS]
        self._charges = np.unique(np.array(possible, dtype=np.int64))
        self._codes = list(_of_latin_1(codes))

    def to_look_at(self, heads: ClaimHeads) -> Flags:
        """Which claims may be sought, or are not sure."""
        found = ~heads.sure
        found |= _is_among(heads.accounts, self._accounts)
        found |= _is_among(heads.numbers, self._numbers)
        found |= _is_among(heads.charges, self._charges)
        for code in self._codes:
            found[heads.having(code)] = True
        return found


def any_of(texts: Iterable[str], among: Iterable[Words]) -> bool:
    """Whether the hash of a text is among many."""
    sought = np.unique(_hashes_of(texts))
    return any(bool(_is_among(each, sought).any()) for each in among)


def _hashes_of(texts: Iterable[str]) -> Words:
    encoded = list(_of_latin_1(texts))
    length = np.array([len(text) for text in encoded], dtype=np.int64)
    data = np.frombuffer(b"".join(encoded) + bytes(_WORD), dtype=np.uint8)
    return _hashes(data, length.cumsum() - length, length)


def _of_latin_1(texts: Iterable[str]) -> Iterable[bytes]:
    return (text.encode("latin-1") for text in texts if all(character <= "\xff" for character in text))


def _hashes(data: Bytes, begin: Numbers, length: Numbers) -> Words:
    """Hashes of pieces of text: eight bytes after the other, each times a factor of its own, added up."""
    words = np.lib.stride_tricks.as_strided(
        data[:_WORD].view(np.uint64), (len(data) - _WORD + 1,), (1,), writeable=False
    )
    found = np.zeros(len(begin), dtype=np.uint64)
    for at in range(0, int(length.max(initial=0)), _WORD):
        surplus = 8 * np.clip(_WORD + at - length, 0, _WORD).astype(np.uint64)  # bits of what stands behind
        word = words[np.minimum(begin + at, len(words) - 1)]
        word = ((word << surplus) >> surplus) * np.uint64(_FACTOR * (2 * at + 1) % 2**64)
        found += word ^ (word >> np.uint64(32))
    return found


def _places_of(data: Bytes, text: bytes, rare: bytes) -> npt.NDArray[np.int64]:
    """Where a text begins; one of its bytes that is rare is looked for first."""
    places = np.flatnonzero(data == ord(rare)) - text.index(rare)
    places = places[(places >= 0) & (places <= len(data) - len(text))]
    for at, byte in enumerate(text):
        places = places[data[places + at] == byte]
    return places


def _is_printed(data: Bytes, places: Numbers) -> Flags:
    """Where a character stands that is no blank of any kind."""
    characters = data[np.minimum(places, len(data) - 1)]
    return (characters >= _FIRST_PRINTED) & (characters <= _LAST_PRINTED)


def _is_among(values: npt.NDArray[Any], known: npt.NDArray[Any]) -> Flags:
    """Which values are among those that are known, in order of size."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    is_known: Flags = known[np.minimum(known.searchsorted(values), len(known) - 1)] == values
    return is_known
