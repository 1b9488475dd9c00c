"""An implementation guide as tables: its loops, segments, elements and codes.

Why: a guide is data. The checker walks these tables and knows no transaction set of its
own; what they hold is read from a map file (`edi.guide.map_file`).

Nodes (loops and segments) are numbered in the order of the guide, a loop before what it
holds, so that everything inside a loop is one range of numbers: `index + 1` to `end`.

It must not: look at data. Source: 005010X223A2 as the map tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum


class Usage(StrEnum):
    """Whether the guide asks for a part."""

    REQUIRED = "R"
    SITUATIONAL = "S"
    NOT_USED = "N"


@dataclass(frozen=True, slots=True, eq=False)
class ElementDefinition:
    """A simple element, or a component of a composite.

    `label` is written as the guide writes it (`NM103`, `CLM05-3`); lengths are in
    characters, without sign and point for numbers. `codes` holds all that are allowed, from
    the guide and from the outside list `code_list` alike; empty: any value. `data_element`
    is its number in the X12 dictionary (1250 says in which form 1251 is).
    """

    label: str
    name: str
    usage: Usage
    data_element: str
    data_type: str
    minimum: int
    maximum: int
    codes: frozenset[str] = frozenset()
    code_list: str | None = None
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class CompositeDefinition:
    """An element made of components."""

    label: str
    name: str
    usage: Usage
    components: tuple[ElementDefinition, ...]


ElementOrComposite = ElementDefinition | CompositeDefinition


@dataclass(frozen=True, slots=True, eq=False)
class SyntaxNote:
    """A condition between elements of a segment.

    P all or none, R one at least, E one at most, C all the others if the first, L one of the
    others at least if the first. `numbers` are 1-based element numbers.
    """

    kind: str
    numbers: tuple[int, ...]


class KeyPlace(StrEnum):
    """Where a segment carries the qualifier that tells it from others of its id."""

    ELEMENT = "element 1"
    COMPONENT = "component 1 of element 1"
    LEVEL = "element 3"


@dataclass(slots=True, eq=False)
class SegmentDefinition:
    """A segment in its loop. `maximum` is how often it may stand there, None without limit.

    `key` is the place of its qualifier and `key_codes` the values that name this definition;
    a segment without key is known by its id alone.
    """

    index: int
    id: str
    name: str
    usage: Usage
    position: int
    maximum: int | None
    elements: tuple[ElementOrComposite, ...]
    syntax: tuple[SyntaxNote, ...]
    key: KeyPlace | None
    key_codes: frozenset[str]
    loop: LoopDefinition = field(repr=False)

    @property
    def begins_loop(self) -> bool:
        """Whether it is the first segment of its loop."""
        return self.loop.children[0] is self

    @property
    def key_label(self) -> str | None:
        """The element of its qualifier (`REF01`, `HI01-1`, `HL03`), or None."""
        match self.key:
            case None:
                return None
            case KeyPlace.LEVEL:
                return self.elements[2].label
            case _:
                first = self.elements[0]
                return first.components[0].label if isinstance(first, CompositeDefinition) else first.label

    def element(self, label: str) -> ElementOrComposite | None:
        """The element or component with that label, or None."""
        for element in self.elements:
            if element.label == label:
                return element
            if isinstance(element, CompositeDefinition):
                for component in element.components:
                    if component.label == label:
                        return component
        return None


@dataclass(slots=True, eq=False)
class LoopDefinition:
    """A loop: what stands in it, in order of position. `end` is one past the last index inside."""

    index: int
    id: str
    name: str
    usage: Usage
    position: int
    maximum: int | None
    parent: LoopDefinition | None = field(repr=False)
    children: tuple[Node, ...] = field(default=(), repr=False)
    end: int = 0

    @property
    def is_numbered(self) -> bool:
        """Whether it is a loop of the guide's text (`2310E`), not an envelope of the map."""
        return self.id[:1].isdigit()

    def entries(self) -> Iterator[SegmentDefinition]:
        """The segments that may stand in the loop: its own, and those that begin a loop in it."""
        for child in self.children:
            if isinstance(child, SegmentDefinition):
                yield child
            else:
                yield from child.openers()

    def openers(self) -> Iterator[SegmentDefinition]:
        """The segments with which the loop can begin: its first, or those of the loops it only wraps."""
        first = self.children[0] if self.children else None
        if isinstance(first, SegmentDefinition):
            yield first
        elif first is not None:
            yield from self.entries()

    def holds(self, other: LoopDefinition | None) -> bool:
        """Whether `other` is this loop or one inside it."""
        return other is not None and self.index <= other.index < self.end


Node = SegmentDefinition | LoopDefinition


@dataclass(frozen=True, slots=True, eq=False)
class Guide:
    """A whole guide. `nodes` are all loops and segments by index, `version` is GS08 and ST03."""

    version: str
    interchange_version: str
    nodes: tuple[Node, ...]

    @property
    def root(self) -> LoopDefinition:
        """The interchange, which holds all the rest."""
        root = self.nodes[0]
        assert isinstance(root, LoopDefinition)
        return root

    def segments(self) -> Iterator[SegmentDefinition]:
        """All segment definitions, in the order of the guide."""
        return (node for node in self.nodes if isinstance(node, SegmentDefinition))

    def envelope(self, segment_id: str) -> SegmentDefinition:
        """The definition of a segment that stands once in the guide: ISA, GS, ST."""
        return next(node for node in self.segments() if node.id == segment_id)
