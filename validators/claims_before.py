"""What rules remember of the claims that stood earlier in the same file."""

from __future__ import annotations

import datetime as dt
from array import array
from dataclasses import replace

from edi.finding import Place

Period = tuple[dt.date, dt.date]
"""A first and a last day."""

_FEWEST_SLOTS = 64
_NONE = 0


def digest(kind: str, *key: object) -> int:
    """64 bits, never 0: in a file of 100,000 claims two keys meet by chance once in a thousand million files."""
    return hash((kind, *key)) or 1


class ClaimsBefore:
    """The earlier claims of a file, by what makes two claims meet.

    Only digests of keys and numbers of claims are kept, so that a file of many claims is
    remembered in little room, and no patient data with it.
    """

    def __init__(self) -> None:
        self._places = _Places()
        self._claims = _Numbers()
        self._periods: dict[str, _Periods] = {}

    def first(self, kind: str, *key: object, place: Place) -> Place | None:
        """The place where this key of this kind stood first; None where that is `place` itself."""
        number = self._places.number_of(place)
        earlier = self._claims.first(digest(kind, *key), number)
        return None if earlier == number else self._places.place(earlier)

    def has(self, kind: str, *key: object) -> bool:
        """Whether this key of this kind stood before; unlike `first`, it is not remembered."""
        return self._claims.get(digest(kind, *key)) != _NONE

    def note_period(self, kind: str, patient: int, period: Period, place: Place) -> None:
        """Remember that a patient had a period of this kind there."""
        noted = self._periods.get(kind)
        if noted is None:
            noted = self._periods[kind] = _Periods()
        noted.note(patient, period, self._places.number_of(place))

    def in_period(self, kind: str, patient: int, period: Period) -> Place | None:
        """A place where the patient had a period of this kind that shares a day with the given one."""
        noted = self._periods.get(kind)
        number = noted.meeting(patient, period) if noted is not None else _NONE
        return self._places.place(number) if number != _NONE else None


class _Places:
    """The places of claims by number, from 1: all but the segment's position is kept once a transaction set."""

    def __init__(self) -> None:
        self._last: Place | None = None
        self._levels: list[Place] = []
        self._level_of = array("I")
        self._positions = array("I")

    def number_of(self, place: Place) -> int:
        """The number of the claim that is judged now."""
        last = self._last
        if place is not last:
            if last is None or last.transaction != place.transaction or last.group != place.group:
                self._levels.append(replace(place, claim=None))
            self._level_of.append(len(self._levels) - 1)
            self._positions.append(place.segment_position or 0)
            self._last = place
        return len(self._positions)

    def place(self, number: int) -> Place:
        """The place of a claim, without its account number."""
        level = self._levels[self._level_of[number - 1]]
        return replace(level, segment_position=self._positions[number - 1] or None)


class _Numbers:
    """Numbers above 0 by digest, in flat arrays: some 25 bytes for each, where a dict takes a hundred."""

    def __init__(self) -> None:
        self._digests = array("q", bytes(8 * _FEWEST_SLOTS))
        self._numbers = array("I", bytes(4 * _FEWEST_SLOTS))
        self._count = 0

    def get(self, key: int) -> int:
        """The number of a digest; 0 where it has none."""
        return self._numbers[self._slot(key)]

    def first(self, key: int, number: int) -> int:
        """The number that the digest was given first, which may be this one."""
        slot = self._slot(key)
        return self._numbers[slot] or self._put(slot, key, number)

    def set(self, key: int, number: int) -> None:
        """Give the digest this number in place of the one before."""
        self._put(self._slot(key), key, number)

    def _slot(self, key: int) -> int:
        """Where a digest stands, or would stand."""
        digests = self._digests
        last = len(digests) - 1
        slot = key & last
        while (there := digests[slot]) and there != key:
            slot = (slot + 1) & last
        return slot

    def _put(self, slot: int, key: int, number: int) -> int:
        self._count += not self._digests[slot]
        self._digests[slot], self._numbers[slot] = key, number
        if 3 * self._count > 2 * len(self._digests):
            self._grow()
        return number

    def _grow(self) -> None:
        """Twice as many slots: where two of three are taken, looking for one takes long."""
        known = [pair for pair in zip(self._digests, self._numbers, strict=True) if pair[0]]
        slots = 2 * len(self._digests)
        self._digests, self._numbers = array("q", bytes(8 * slots)), array("I", bytes(4 * slots))
        for key, number in known:
            slot = self._slot(key)
            self._digests[slot], self._numbers[slot] = key, number


class _Periods:
    """Periods by patient, with the number of their claim; each says which one the patient had before it."""

    def __init__(self) -> None:
        self._latest = _Numbers()
        self._first_days = array("I")
        self._last_days = array("I")
        self._claims = array("I")
        self._before = array("I")

    def note(self, patient: int, period: Period, claim: int) -> None:
        """Remember a period; one that lies within the patient's latest says nothing new."""
        first, last = period[0].toordinal(), period[1].toordinal()
        latest = self._latest.get(patient)
        if latest and self._first_days[latest - 1] <= first and last <= self._last_days[latest - 1]:
            return
        self._first_days.append(first)
        self._last_days.append(last)
        self._claims.append(claim)
        self._before.append(latest)
        self._latest.set(patient, len(self._claims))

    def meeting(self, patient: int, period: Period) -> int:
        """The claim of the latest period that shares a day with the given one; 0 where there is none."""
        first, last = period[0].toordinal(), period[1].toordinal()
        number = self._latest.get(patient)
        while number:
            if self._first_days[number - 1] <= last and first <= self._last_days[number - 1]:
                return self._claims[number - 1]
            number = self._before[number - 1]
        return _NONE
