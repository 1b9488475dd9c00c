"""What a segment or a loop reads to, remembered by its text; what a record is written as, by the record.

Why: the claims of a file share payers, providers, codes, days and amounts, segment for segment.
What they read to are values without a place, so that one reading serves all that are alike.

Only what was read without a loss is remembered: a loss belongs to its own segment. The memory
is bounded, and holds what was read with one choice of separators. What is written has none yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import ParamSpec, TypeVar

from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.separators import Separators
from edi.tokens import Segment
from edi.writer import SegmentValues

_MOST = 4096
_MOST_LOOPS = 512

_MOST_WRITTEN = 1024

T = TypeVar("T")
P = ParamSpec("P")
Read = Callable[[Segment, str, Losses], T]
"""Reads a segment of the loop with that id."""
ReadLoop = Callable[[Loop, Losses], T]


def remembered(read: Read[T]) -> Read[T]:
    """The same reading, done once for segments that are alike."""
    known: dict[str, T] = {}
    separators: Separators | None = None

    def remember(segment: Segment, loop: str, losses: Losses) -> T:
        nonlocal separators
        if segment.separators is not separators:
            known.clear()
            separators = segment.separators
        found = known.get(segment.text)
        if found is not None:
            return found
        before = losses.told
        value = read(segment, loop, losses)
        if losses.told == before:
            if len(known) >= _MOST:
                known.clear()
            known[segment.text] = value
        return value

    return remember


def remembered_loop(read: ReadLoop[T]) -> ReadLoop[T]:
    """The same reading, done once for loops that are alike, segment for segment; it must leave none of them."""
    known: dict[tuple[str, ...], T] = {}
    separators: Separators | None = None

    def remember(loop: Loop, losses: Losses) -> T:
        nonlocal separators
        segments = loop.segments
        if segments[0].separators is not separators:
            known.clear()
            separators = segments[0].separators
        texts = (loop.id, *[segment.text for segment in segments])
        found = known.get(texts)
        if found is not None:
            loop.take_rest()
            return found
        before = losses.told
        value = read(loop, losses)
        if losses.told == before and not loop.left():
            if len(known) >= _MOST_LOOPS:
                known.clear()
            known[texts] = value
        return value

    return remember


def written(write: Callable[P, Iterable[SegmentValues]]) -> Callable[P, tuple[SegmentValues, ...]]:
    """The same writing, done once for records that are equal: what tells them apart must be all that is written.

    The segments are tuples, for whoever asks next gets the same ones.
    """

    def once(*given: P.args, **named: P.kwargs) -> tuple[SegmentValues, ...]:
        return tuple([tuple(segment) for segment in write(*given, **named)])

    return lru_cache(_MOST_WRITTEN)(once)  # type: ignore[return-value]
