"""Past clean segments at a glance.

Why: nearly all segments are clean and stand where their like stood before. For them the
search for their place and the look at their elements say nothing new, and in Python each
call costs as much as a match with a pattern. So the ways that were gone are kept, each with
the pattern of its target, and one loop goes them again: a segment that begins as one did
before, matches the pattern, lacks nothing before it and stands not too often is clean.
Whatever is not surely so is left to the exact check, and so is the envelope; a test holds
the two together. The claims of a file share payers, providers, codes and days: a text that
matched is known again by itself, which is quicker than to match it once more. Texts are data:
they are kept for one transaction set, the ways for all files.

All is in one loop, on purpose: in layers, the calls would cost more than the work.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi.guide.numbering import NUMBERED, Numbering
from edi.guide.patterns import MET_BEFORE_COMPILING, Match, Patterns
from edi.guide.tables import KeyPlace, SegmentDefinition
from edi.guide.walk import Step, Steps, Walker
from edi.separators import Separators
from edi.tokens import Segment

_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA"})
_NO_LIMIT = sys.maxsize
_MOST_TEXTS = 128
"""Texts that are known after one place: more would hold the names of a whole file."""


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A step that was gone before, and all that tells whether it may be gone again.

    `match` knows the clean segments of its target. `counter` is the index of what is counted
    (the loop that begins, or else the target), `most` how often that may stand, `required`
    are the counters that must not be 0. A loop that begins has its counters from `first` to
    `last` set to `inside`. `onward` are the ways from the target.
    """

    match: Match
    target: SegmentDefinition
    counter: int
    most: int
    required: tuple[int, ...]
    first: int
    last: int
    inside: list[int] | None
    onward: dict[str, Way]
    is_numbered: bool


class Ways:
    """The ways through a guide that files with these separators went so far.

    They are known by the start of a segment, up to where its qualifier must have ended.
    The guide bounds how many there can be: a pattern matched what is kept.
    """

    def __init__(self, steps: Steps, separators: Separators, met: int = MET_BEFORE_COMPILING) -> None:
        self.patterns = Patterns(steps.guide, separators, met)
        self.reach = {segment_id: steps.reach(segment_id) for segment_id in steps.ids - _ENVELOPE}
        self.onward: list[dict[str, Way]] = [{} for _ in steps.guide.nodes]
        self._inside: dict[int, list[int]] = {}

    def learn(self, here: SegmentDefinition, step: Step, segment: Segment) -> None:
        """Keep a step, to be gone again. The segment that went it matched the pattern of its target."""
        match = self.patterns.match(step.target)
        reach = self.reach.get(segment.id)
        # a level's qualifier lies beyond the reach: the pattern must know it from the others
        is_ambiguous = step.target.key is KeyPlace.LEVEL and len(step.target.key_codes) > 1
        if match is None or reach is None or step.is_unused or is_ambiguous:
            return
        self.onward[here.index][segment.text[:reach]] = self._way(step, match)

    def _way(self, step: Step, match: Match) -> Way:
        target, loop = step.target, step.entered
        counted = target if loop is None else loop
        first = last = target.index
        inside = None
        if loop is not None:
            first, last = loop.index + 1, loop.end
            inside = self._inside.setdefault(
                loop.index, [int(index == target.index) for index in range(first, last)]
            )
        return Way(
            match=match,
            target=target,
            counter=counted.index,
            most=_NO_LIMIT if counted.maximum is None else counted.maximum,
            required=tuple(index for index, _ in step.required),
            first=first,
            last=last,
            inside=inside,
            onward=self.onward[target.index],
            is_numbered=target.id in NUMBERED,
        )


Texts = defaultdict[int, dict[str, Way]]
"""By the index of the segment before: whole texts, each with the way that it went."""


def first_unsure(
    ways: Ways,
    walker: Walker,
    numbering: Numbering,
    texts: Texts,
    segments: Iterator[Segment],
    enter: Callable[[Segment], None],
) -> Segment | None:
    """Go past segments that are surely clean; the first that is not, or None at the end.

    `texts` are those that went past so far; `enter` is told of those that carry a number.
    """
    reach, counts = ways.reach, walker.counts
    here = walker.here.index
    onward, known = ways.onward[here], texts[here]
    for segment in segments:
        text = segment.text
        way = known.get(text)
        if way is None:
            way = onward.get(text[: reach.get(segment.id, 0)])
            if way is None or way.match(text) is None:
                return segment
            if len(known) >= _MOST_TEXTS:
                known.clear()
            known[text] = way
        count = counts[way.counter]
        if count >= way.most:
            return segment
        for index in way.required:
            if not counts[index]:
                return segment
        if way.is_numbered:
            if not numbering.accepts(way.target, segment):
                return segment
            enter(segment)
        counts[way.counter] = count + 1
        if way.inside is not None:
            counts[way.first : way.last] = way.inside
            if walker.said:
                walker.forget(way.target.loop)
        walker.here = way.target
        onward, known = way.onward, texts[way.target.index]
    return None
