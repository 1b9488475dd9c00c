"""Columns of names, references, dates and so on of many claims at once: see `claim_columns`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from edi.remittance.glance import ADJUDICATION_VALUES
from edi.tables.arrow import same_text
from edi.tables.cut_text import CutText, Flags, Numbers, Segments
from edi.tables.rows import CLAIM_LEVEL, LINE_LEVEL

_NAME_ELEMENTS: Final = range(1, 10)
_CONTACT_NUMBERS: Final = (3, 5, 7)
Keys = Callable[[Numbers], list[pa.Array]]
"""Claim, line and position of segments, given by index."""
Columns = list[pa.Array]


@dataclass(frozen=True, slots=True)
class EntryArrays:
    """What the tables need: the text, the keys of segments, and the line that each stands in, -1 for none."""

    cut: CutText
    keys: Keys
    line: Numbers

    def names(self, segments: Segments) -> Columns:
        """`names`: all NM1."""
        claim, _, position = self.keys(segments.which)
        texts = (self.cut.texts(segments.element(number)) for number in _NAME_ELEMENTS)
        return [claim, position, same_text(CLAIM_LEVEL, len(segments)), *texts]

    def entries(self, segments: Segments, chosen: Numbers, values: Iterable[pa.Array]) -> Columns:
        """Some of the REF, DTM, AMT or QTY, with the columns of what they say."""
        which = segments.which[chosen]
        levels = pa.array([CLAIM_LEVEL, LINE_LEVEL]).take(pa.array((self.line[which] >= 0).astype(np.int8)))
        qualifiers = self.cut.texts(segments.element(1)[chosen])
        return [*self.keys(which), levels, qualifiers, *values]

    def contacts(self, segments: Segments) -> Columns:
        """`contacts`: a row for each number of a PER, one for a PER without any."""
        count = len(segments)
        pairs = [(segments.element(at), segments.element(at + 1)) for at in _CONTACT_NUMBERS]
        given = [np.flatnonzero(self.cut.length[numbers]) for _, numbers in pairs]
        has_none = np.ones(count, dtype=bool)
        for found in given:
            has_none[found] = False
        without = np.flatnonzero(has_none)
        nothing = np.full(len(without), self.cut.nothing)
        owner = np.concatenate([*given, without])
        order = np.argsort(owner, kind="stable")
        owner = owner[order]
        qualifiers, numbers = (
            np.concatenate([*(pair[at][found] for pair, found in zip(pairs, given, strict=True)), nothing])
            for at in range(2)
        )
        claim, _, position = self.keys(segments.which[owner])
        texts = (
            segments.element(1)[owner],
            segments.element(2)[owner],
            qualifiers[order],
            numbers[order],
        )
        return [claim, position, same_text(CLAIM_LEVEL, len(owner)), *map(self.cut.texts, texts)]


class AdjudicationArrays:
    """The amounts, counts and rates of MIA and MOA."""

    def __init__(self, cut: CutText, segments: Mapping[str, Segments]) -> None:
        parts = [
            (f"{name}{number:02d}", segments[name].which, segments[name].element(number))
            for name, numbers in ADJUDICATION_VALUES.items()
            for number in numbers
            if number <= segments[name].most
        ]
        self._names = [name for name, _, _ in parts]
        nothing = np.zeros(0, dtype=np.int64)
        which = np.concatenate([nothing, *(one for _, one, _ in parts)])
        elements = np.concatenate([nothing, *(one for _, _, one in parts)])
        numbers = np.repeat(np.arange(len(parts)), [len(one) for _, one, _ in parts])
        given: Numbers = np.flatnonzero(cut.length[elements])
        given = given[np.argsort(which[given], kind="stable")]
        self.which: Numbers = which[given]
        self.values = elements[given]
        self._numbers = numbers[given]

    def elements(self) -> pa.Array:
        """The place of each: `MIA04`."""
        return pa.array(self._names, pa.string()).take(pa.array(self._numbers))


def all_but(count: int, held: Iterable[Numbers]) -> Numbers:
    """The numbers below `count` that are none of those that are held; -1 is nothing."""
    chosen: Flags = np.ones(count + 1, dtype=bool)
    for numbers in held:
        chosen[numbers] = False
    return np.flatnonzero(chosen[:count])
