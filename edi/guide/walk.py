"""The place of each segment in the guide, and how often things stood there.

Why: a segment's place follows from the one before it: the rest of its loop, then the loops
around, from the inside out. That search gives the same answer each time, so it is done once
for each step that occurs and kept as a plan; what is missing or too often is then a matter
of counters.

Source: the order of positions in 005010X223A2; IK304 of 005010X231A1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from edi.guide.tables import Guide, KeyPlace, LoopDefinition, Node, SegmentDefinition, Usage
from edi.guide.verdict import Misplaced, Placing, PlacingTrouble, Reason
from edi.tokens import Segment

_NO_QUALIFIER = ""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """A way from one segment to the next.

    `target` is where it leads, `entered` the loop that begins there, `required` what must
    have stood before: the index whose counter tells, and the segment that is missing if not.
    """

    target: SegmentDefinition
    entered: LoopDefinition | None
    required: tuple[tuple[int, SegmentDefinition], ...]

    @property
    def is_unused(self) -> bool:
        """Whether the guide knows the place only to say that nothing stands there."""
        loop = self.entered
        return self.target.usage is Usage.NOT_USED or (loop is not None and loop.usage is Usage.NOT_USED)


class Steps:
    """All ways through a guide, each looked for once. One object serves all files."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self._known: list[dict[tuple[str, str], Step | None]] = [{} for _ in guide.nodes]
        self._places: dict[str, KeyPlace | None] = {}
        self._qualifiers: dict[str, set[str]] = {}
        for definition in guide.segments():
            place = self._places.setdefault(definition.id, definition.key)
            if place is not definition.key:
                raise ValueError(f"{definition.id} carries its qualifier in two places")
            self._qualifiers.setdefault(definition.id, set()).update(definition.key_codes)

    @property
    def ids(self) -> frozenset[str]:
        """The segment ids of the guide."""
        return frozenset(self._places)

    def reach(self, segment_id: str) -> int:
        """How many characters of a segment's text hold its id and any qualifier in its first element."""
        if self._places[segment_id] in (KeyPlace.ELEMENT, KeyPlace.COMPONENT):
            return len(segment_id) + 1 + max(map(len, self._qualifiers[segment_id]))
        return len(segment_id)

    def after(self, here: SegmentDefinition, segment: Segment) -> Step | None:
        """The step from `here` to a segment, or None where the guide has no place for it."""
        segment_id = segment.id
        qualifier = _NO_QUALIFIER
        if self._places.get(segment_id) is not None:
            qualifier = self.qualifier(segment)
        known = self._known[here.index]
        key = segment_id, qualifier
        if key in known:
            return known[key]
        step = known[key] = self._search(here, segment_id, qualifier)
        return step

    def qualifier(self, segment: Segment) -> str:
        """The qualifier of a segment; "" where its id has none, or it is none of the guide's."""
        match self._places.get(segment.id):
            case KeyPlace.ELEMENT:
                value = segment.element(1)
            case KeyPlace.COMPONENT:
                value = segment.component(1, 1)
            case KeyPlace.LEVEL:
                value = segment.element(3)
            case _:
                return _NO_QUALIFIER
        known = self._qualifiers[segment.id]
        if value not in known:
            # separators too many are a fault of the element, not of the place
            value = value.rstrip(segment.separators.component)
        # what the guide does not know is one value, so that a file cannot fill the memory
        return value if value in known else _NO_QUALIFIER

    def _search(self, here: SegmentDefinition, segment_id: str, qualifier: str) -> Step | None:
        required: list[tuple[int, SegmentDefinition]] = []
        loop: LoopDefinition | None = here.loop
        position = here.position
        while loop is not None:
            for child in loop.children:
                if child.position < position:
                    continue
                if isinstance(child, LoopDefinition):
                    for opener in child.openers():
                        if _fits(opener, segment_id, qualifier):
                            return Step(opener, opener.loop, tuple(required))
                        required += _asked_for(opener.loop)
                elif not _fits(child, segment_id, qualifier):
                    required += _asked_for(child)
                elif child.begins_loop:
                    # the loop begins again with its first segment, right after its first segment
                    return Step(child, loop, tuple(_inside(loop)))
                else:
                    # others at the same position may still come
                    passed = [(at, one) for at, one in required if not _stand_together(one, child)]
                    return Step(child, None, tuple(passed))
            position, loop = loop.position, loop.parent
        return None


def _fits(definition: SegmentDefinition, segment_id: str, qualifier: str) -> bool:
    return definition.id == segment_id and (definition.key is None or qualifier in definition.key_codes)


def _asked_for(node: Node) -> list[tuple[int, SegmentDefinition]]:
    if node.usage is not Usage.REQUIRED:
        return []
    first = node if isinstance(node, SegmentDefinition) else next(node.openers(), None)
    return [(node.index, first)] if first is not None else []


def _inside(loop: LoopDefinition) -> Iterator[tuple[int, SegmentDefinition]]:
    for child in loop.children[1:]:
        if isinstance(child, SegmentDefinition):
            yield from _asked_for(child)
        else:
            for opener in child.openers():
                yield from _asked_for(opener.loop)


def _stand_together(one: SegmentDefinition, other: SegmentDefinition) -> bool:
    return one.loop is other.loop and one.position == other.position


class Walker:
    """Where a file stands in the guide, with the counters of all loops and segments.

    `counts` are by index; `said` is what was told to be missing, and is no news at the next segment.
    """

    def __init__(self, guide: Guide) -> None:
        self.here: SegmentDefinition = next(guide.segments())
        self.counts = [0] * len(guide.nodes)
        self.said: set[int] = set()

    def begin(self, definition: SegmentDefinition) -> None:
        """Stand on the first segment of an envelope (ISA, GS), whatever was before."""
        self._enter(definition.loop)
        self.counts[definition.index] += 1
        self.here = definition

    def take(self, step: Step) -> list[PlacingTrouble]:
        """Go a step. Returns what is missing before it, stands too often, or is not used there."""
        troubles: list[PlacingTrouble] = []
        counts, target = self.counts, step.target
        for index, definition in step.required:
            if not counts[index] and index not in self.said:
                self.said.add(index)
                troubles.append(PlacingTrouble(Placing.MISSING, definition))
        loop = step.entered
        if loop is not None:
            self._enter(loop)
            if loop.maximum is not None and counts[loop.index] > loop.maximum:
                troubles.append(PlacingTrouble(Placing.LOOP_TOO_OFTEN, loop))
            counts[target.index] += 1
        else:
            counts[target.index] += 1
            if target.maximum is not None and counts[target.index] > target.maximum:
                troubles.append(PlacingTrouble(Placing.SEGMENT_TOO_OFTEN, target))
        if step.is_unused:
            troubles.append(PlacingTrouble(Placing.NOT_USED, target))
        self.here = target
        return troubles

    def _enter(self, loop: LoopDefinition) -> None:
        counts = self.counts
        counts[loop.index] += 1
        counts[loop.index + 1 : loop.end] = [0] * (loop.end - loop.index - 1)
        if self.said:
            self.forget(loop)

    def forget(self, loop: LoopDefinition) -> None:
        """What was told to be missing in a loop is news again when the loop begins anew."""
        self.said = {index for index in self.said if not loop.index < index < loop.end}


def why_misplaced(steps: Steps, after: SegmentDefinition, segment: Segment) -> Misplaced:
    """Why the guide has no place for a segment: unknown id, wrong order, or a qualifier not used here."""
    if segment.id not in steps.ids:
        return Misplaced(Reason.UNKNOWN, after)
    qualifier = steps.qualifier(segment)
    nearest: tuple[SegmentDefinition, ...] = ()
    loop: LoopDefinition | None = after.loop
    while loop is not None:
        entries = tuple(entry for entry in loop.entries() if entry.id == segment.id)
        if any(_fits(entry, segment.id, qualifier) for entry in entries):
            return Misplaced(Reason.ORDER, after)
        nearest = nearest or entries
        loop = loop.parent
    return Misplaced(Reason.QUALIFIER if nearest else Reason.NOWHERE, after, nearest)
