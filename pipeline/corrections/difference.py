"""What a correction changes on the claim: element by element, with its place, its box and where it comes from.

Two claims are compared as segments, those of a line under the line's own number (REF*6R), so that a
line that is taken out does not make all others look changed. What may be a patient's is wrapped: shown
are only elements that the table of places names as harmless (codes, amounts).

Source: 005010X223A2; boxes of the UB-04: FACTS A7.
"""

from __future__ import annotations

import csv
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from edi.claim837i.model import Claim, LoopSegment
from edi.protected import MASK, Protected

_NOT_OF_THE_CLAIM = frozenset({"HL", "LX"})
"""They only count."""
_LINE_LOOPS = "24"
_QUALIFIED = frozenset({"REF", "NM1", "DTP", "AMT", "PWK", "NTE", "PRV", "CAS", "SVD", "HI", "CN1"})
"""Segments whose first element says which of its kind one is."""

_FORMS = frozenset(
    {("DTP", 2, 1), ("NM1", 8, 1), ("LIN", 2, 1), ("PWK", 5, 1), ("DMG", 1, 1), ("SV2", 2, 1), ("SVD", 3, 1)}
)
"""Element and component that say in which form the next one is: a date, an id, a code."""

SegmentKey = tuple[str, str, str, str, int]
"""Loop, line, segment id, qualifier, and the number among those that are alike."""
ElementKey = tuple[SegmentKey, int, int]
Elements = Mapping[ElementKey, str]


@dataclass(frozen=True, slots=True)
class Place:
    """What an element is: its box on the UB-04 ("" where it has none), words for it, whether it may be shown."""

    box: str = ""
    words: str = ""
    is_shown: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """One element that differs. `source` says what changed it; "" stands for an element that is not there."""

    loop: str
    segment: str
    element: str
    line: str
    place: Place
    old: str | Protected[str]
    new: str | Protected[str]
    source: str

    def shown(self, show_phi: bool) -> tuple[str, str]:
        """Old and new for people; patient data masked unless `show_phi`."""
        return _shown(self.old, show_phi), _shown(self.new, show_phi)

    def as_dict(self, show_phi: bool = False) -> dict[str, Any]:
        """The difference as JSON; null for what is not there."""
        old, new = self.shown(show_phi)
        return {
            "loop": self.loop,
            "segment": self.segment,
            "element": self.element,
            "line": self.line or None,
            "box": self.place.box or None,
            "what": self.place.words or None,
            "old": old or None,
            "new": new or None,
            "source": self.source,
        }


def _shown(value: str | Protected[str], show_phi: bool) -> str:
    if not isinstance(value, Protected):
        return value
    return value.reveal() if show_phi else MASK


def differences(steps: Sequence[tuple[str, Claim]]) -> list[Difference]:
    """What differs between the first claim and the last; each step is a claim with what made it.

    An element's source is the last step that changed it. Claims are as they were read from a file.
    """
    flat = [(name, elements_of(claim)) for name, claim in steps]
    (_, first), (_, last) = flat[0], flat[-1]
    whole = list(_whole_lines(steps[0][1], steps[-1][1], steps[-1][0]))
    apart = {one.line for one in whole}
    found = []
    for key in dict.fromkeys([*first, *last]):
        old, new = first.get(key, ""), last.get(key, "")
        if old != new and not _is_qualifier(key) and key[0][1] not in apart:
            found.append(_difference(key, old, new, _source(key, flat)))
    return sorted([*found, *whole], key=lambda one: (one.loop, one.line))


def _whole_lines(first: Claim, last: Claim, source: str) -> Iterator[Difference]:
    """Lines that only one of the two has, each told in one."""
    lines = [{line.control_number or line.number: line for line in one.lines} for one in (first, last)]
    before, after = lines
    for number in sorted(before.keys() ^ after.keys()):
        line = before.get(number) or after[number]
        words = line.code or f"revenue code {line.revenue_code}"
        old, new = (words, "") if number in before else ("", words)
        yield Difference("2400", "LX", "", number, Place("", "service line", True), old, new, source)


def _source(key: ElementKey, flat: Sequence[tuple[str, Elements]]) -> str:
    changed = (
        name
        for (_, before), (name, after) in itertools.pairwise(flat)
        if before.get(key, "") != after.get(key, "")
    )
    return list(changed)[-1]


def elements_of(claim: Claim) -> dict[ElementKey, str]:
    """The filled elements and components of a claim, in the order of its segments."""
    found: dict[ElementKey, str] = {}
    seen: Counter[tuple[str, str, str, str]] = Counter()
    for line, item in _segments(claim):
        segment = item.segment
        qualifier = segment.component(1, 1) if segment.id in _QUALIFIED else ""
        kind = (item.loop, line, segment.id, qualifier)
        key = (*kind, seen[kind])
        seen[kind] += 1
        for number in range(1, len(segment.elements)):
            for part, text in enumerate(segment.components(number), start=1):
                if text:
                    found[key, number, part] = text
    return found


def _segments(claim: Claim) -> Iterator[tuple[str, LoopSegment]]:
    """The segments with the number of their line, "" above the lines."""
    for item in claim.segments:
        if not item.loop.startswith(_LINE_LOOPS) and item.segment.id not in _NOT_OF_THE_CLAIM:
            yield "", item
    for line in claim.lines:
        for item in line.segments:
            if item.segment.id not in _NOT_OF_THE_CLAIM:
                yield line.control_number or line.number, item


def _is_qualifier(key: ElementKey) -> bool:
    """An element that only says of which kind or form another one is."""
    (_, _, segment, _, _), number, part = key
    if segment == "HI":
        return part in (1, 3)
    return (segment in _QUALIFIED and number == 1 and segment != "SVD") or (segment, number, part) in _FORMS


def _difference(key: ElementKey, old: str, new: str, source: str) -> Difference:
    (loop, line, segment, qualifier, _), number, part = key
    element = f"{number:02d}"
    place = place_of(loop, segment, qualifier, element, part)
    composite = segment == "HI" or f"{element}-{part}" in _composites(segment) or part > 1
    return Difference(
        loop=loop,
        segment=f"{segment}*{qualifier}" if qualifier and segment != "SVD" else segment,
        element=f"{segment}{element}-{part}" if composite else f"{segment}{element}",
        line=line,
        place=place,
        old=old if place.is_shown or not old else Protected(old),
        new=new if place.is_shown or not new else Protected(new),
        source=source,
    )


def place_of(loop: str, segment: str, qualifier: str, element: str, part: int) -> Place:
    """What the table of places says of an element (`05`) or its component."""
    for wanted in (f"{element}-{part}", element, ""):
        for of in (qualifier, ""):
            found = _places().get((loop, segment, of, wanted))
            if found is not None and (part == 1 or wanted != element):
                return found
    return Place()


@cache
def _places() -> Mapping[tuple[str, str, str, str], Place]:
    text = files(__package__).joinpath("places.csv").read_text(encoding="utf-8")
    return {
        (row["loop"], row["segment"], row["qualifier"], row["element"]): Place(
            row["box"], row["what"], row["shown"] == "yes"
        )
        for row in csv.DictReader(text.splitlines())
    }


@cache
def _composites(segment: str) -> frozenset[str]:
    return frozenset(element for _, name, _, element in _places() if name == segment and "-" in element)
