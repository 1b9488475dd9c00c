"""What stands in an answer beside the fields of its records: kept, so that nothing is thrown away.

The table `read_elements.toml` says which elements the readers take, loop by loop. Any other one that
holds something, and one that is not what it should be (an amount that is none), is an other element.

It must not: read anything else, or judge it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import field
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from edi.records import record
from edi.tokens import Segment
from edi.values import parse_cents, parse_date_range, parse_decimal

_KINDS: Mapping[str, Callable[[str], object]] = {
    "m": parse_cents,
    "q": parse_decimal,
    "d": parse_date_range,
    "w": lambda text: text.isdigit() or None,
}


@record(frozen=True, slots=True)
class OtherElement:
    """An element without a field of its own: `element` is its place (`NM110`, `SVC01-8`)."""

    loop: str
    segment: str
    element: str
    value: str = field(repr=False)
    segment_position: int


class _Taken(NamedTuple):
    """An element that a reader takes: how many components of it, 0 for the whole, and what it must be."""

    components: int
    is_one: Callable[[str], object] | None


class ReadElements(NamedTuple):
    """The elements that are taken of one segment; `repeated` of the last ones come again and again."""

    taken: tuple[_Taken | None, ...]
    repeated: int

    def of(self, number: int) -> _Taken | None:
        """What is taken of the element at 1-based `number`."""
        beyond = number - len(self.taken)
        if beyond <= 0:
            return self.taken[number - 1]
        if not self.repeated:
            return None
        return self.taken[len(self.taken) - self.repeated + (beyond - 1) % self.repeated]


def other_elements(
    segments: Iterable[Segment], kind: str, loop: str, table: str = "", once: Container[str] = ()
) -> Iterator[OtherElement]:
    """The other elements of a loop's segments. Of those that are read `once`, the next ones are other.

    `table` is the loop's name in the table, where it is another than `loop`.
    """
    taken, seen = _taken(kind, table or loop), set[str]()
    for segment in segments:
        again = segment.id in once and segment.id in seen
        yield from _of_segment(segment, loop, None if again else taken.get(segment.id))
        seen.add(segment.id)


def all_elements(segments: Iterable[Segment], loop: str) -> Iterator[OtherElement]:
    """Every element that holds something."""
    for segment in segments:
        yield from _of_segment(segment, loop, None)


def _of_segment(segment: Segment, loop: str, taken: ReadElements | None) -> Iterator[OtherElement]:
    for number, raw in enumerate(segment.elements[1:], start=1):
        value = raw.strip()
        if not value:
            continue
        name = f"{segment.id}{number:02d}"
        how = taken.of(number) if taken else None
        parts = value.split(segment.separators.component)
        if how is None or (how.is_one and how.is_one(value) is None):
            first = 0
        elif how.components:
            first = how.components
        else:
            continue
        for part, text in enumerate(parts[first:], start=first + 1):
            if text.strip():
                place = f"{name}-{part}" if len(parts) > 1 else name
                yield OtherElement(loop, segment.id, place, text.strip(), segment.position)


def most_elements(kind: str, loop: str, segment_id: str) -> int:
    """The number of the last element up to which all of a segment may be taken, where none repeat."""
    return len(_taken(kind, loop)[segment_id].taken)


@cache
def _taken(kind: str, loop: str) -> Mapping[str, ReadElements]:
    text = files(__package__).joinpath("read_elements.toml").read_text(encoding="utf-8")
    return {name: _parsed(words) for name, words in tomllib.loads(text)[kind][loop].items()}


def _parsed(words: str) -> ReadElements:
    """`1-3 4m 5:2 7 ..2`: elements, as amounts, two components; the last two again and again."""
    taken: dict[int, _Taken] = {}
    repeated = 0
    for word in words.split():
        if word.startswith(".."):
            repeated = int(word[2:])
            continue
        numbers, _, components = word.partition(":")
        is_one = _KINDS.get(numbers[-1])
        first, _, last = (part.rstrip("".join(_KINDS)) for part in numbers.partition("-"))
        for number in range(int(first), int(last or first) + 1):
            taken[number] = _Taken(int(components or 0), is_one)
    return ReadElements(tuple(taken.get(number) for number in range(1, max(taken) + 1)), repeated)
