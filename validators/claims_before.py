"""What rules remember of the claims that stood earlier in the same file."""

from __future__ import annotations

from array import array
from dataclasses import replace

from edi.claim837i.model import Claim
from edi.finding import Place
from mapping.fact import fact

_FEWEST_SLOTS = 64
_NONE = 0


def digest(kind: str, *key: object) -> int:
    """64 bits, never 0: in a file of 100,000 claims two keys meet by chance once in a thousand million files."""
    return hash((kind, *key)) or 1


class ClaimsBefore:
    """The earlier claims of a file, by what makes two claims meet.

    Only digests of keys and a few numbers of each claim are kept, so that a file of many claims
    is remembered in little room, and no patient data with it.
    """

    def __init__(self) -> None:
        self._further: dict[int, list[int]] = {}
        self._kinds: set[str] = set()

    # made when they are asked for: a claim that stands in no file has a memory of its own, and no use for it

    @fact
    def _claims(self) -> _Claims:
        return _Claims()

    @fact
    def _first(self) -> _Numbers:
        return _Numbers()

    def number(self, claim: Claim) -> int:
        """A number for a claim, by which the rest knows it; to be asked for once."""
        return self._claims.add(claim)

    def first(self, number: int, kind: str, *key: object) -> Place | None:
        """The place of the first claim with this key of this kind; None where that is the claim itself."""
        earlier = self._first.first(digest(kind, *key), number)
        return None if earlier == number else self._claims.place(earlier)

    def has(self, kind: str, *key: object) -> bool:
        """Whether this key of this kind stood before; unlike `first`, it is not remembered."""
        return self._first.get(digest(kind, *key)) != _NONE

    def note_period(self, number: int, kind: str, patient: int) -> None:
        """Remember that a patient had the statement period of the claim as one of this kind."""
        self._kinds.add(kind)
        key = digest(kind, patient)
        first = self._first.first(key, number)
        if first == number:
            return
        further = self._further.setdefault(key, [])
        # the same days once more say nothing new
        if self._claims.days(further[-1] if further else first) != self._claims.days(number):
            further.append(number)

    def in_period(self, number: int, kind: str, patient: int) -> Place | None:
        """Where the patient first had a period of this kind that shares a day with that of the claim."""
        if kind not in self._kinds:
            return None
        key = digest(kind, patient)
        first = self._first.get(key)
        if first == _NONE:
            return None
        begin, end = self._claims.days(number)
        for earlier in (first, *self._further.get(key, ())):
            days = self._claims.days(earlier)
            if days[0] <= end and begin <= days[1]:
                return self._claims.place(earlier)
        return None


class _Claims:
    """Place and statement days of claims by number, from 1.

    All of a place but the segment's position is kept once a transaction set.
    """

    def __init__(self) -> None:
        self._sets: list[Place] = []
        self._set_of = array("I")
        self._positions = array("I")
        self._first_days = array("I")
        self._last_days = array("I")

    def add(self, claim: Claim) -> int:
        """Remember a claim; its number."""
        place, begin, end = claim.place, claim.statement_from, claim.statement_through
        before = self._sets[-1] if self._sets else None
        if before is None or before.transaction != place.transaction or before.group != place.group:
            self._sets.append(replace(place, claim=None))
        self._set_of.append(len(self._sets) - 1)
        self._positions.append(place.segment_position or 0)
        self._first_days.append(begin.toordinal() if begin is not None else 0)
        self._last_days.append(end.toordinal() if end is not None else 0)
        return len(self._positions)

    def place(self, number: int) -> Place:
        """The place of a claim, without its account number."""
        of_set = self._sets[self._set_of[number - 1]]
        return replace(of_set, segment_position=self._positions[number - 1] or None)

    def days(self, number: int) -> tuple[int, int]:
        """First and last day of a claim's statement, as ordinals; 0 where one is not known."""
        return self._first_days[number - 1], self._last_days[number - 1]


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
        digests = self._digests
        last = len(digests) - 1
        slot = key & last
        # the search of `_slot`, written out: this is asked several times for each claim
        while there := digests[slot]:
            if there == key:
                return self._numbers[slot]
            slot = (slot + 1) & last
        self._digests[slot], self._numbers[slot] = key, number
        self._count += 1
        if 3 * self._count > 2 * len(self._digests):
            self._grow()
        return number

    def _slot(self, key: int) -> int:
        """Where a digest stands, or would stand."""
        digests = self._digests
        last = len(digests) - 1
        slot = key & last
        while (there := digests[slot]) and there != key:
            slot = (slot + 1) & last
        return slot

    def _grow(self) -> None:
        """Twice as many slots: where two of three are taken, looking for one takes long."""
        known = zip(self._digests, self._numbers, strict=True)
        slots = 2 * len(self._digests)
        self._digests, self._numbers = array("q", bytes(8 * slots)), array("I", bytes(4 * slots))
        for key, number in known:
            if key:
                slot = self._slot(key)
                self._digests[slot], self._numbers[slot] = key, number
