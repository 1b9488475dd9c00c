"""Small records that claims and lines hold: codes, notes, attachments, contract.

Source: 005010X223A2, segments of loops 2300 and 2400; FACTS A4, A5.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain, repeat
from typing import NamedTuple

from edi.finding import Finding
from edi.records import record
from edi.tokens import Segment


class LoopSegment(NamedTuple):
    """A segment with the id of the loop it stands in. A tuple, because a claim has so many of them."""

    loop: str
    segment: Segment


LoopSegments = tuple[str, Sequence[Segment]]
"""The id of a loop, and its segments."""

_new_loop_segment = partial(tuple.__new__, LoopSegment)  # without a call in Python for each


def with_loops(loops: Iterable[LoopSegments]) -> Iterator[LoopSegment]:
    """The segments of loops, one by one, each with the id of its loop."""
    pairs = [zip(repeat(loop), segments) for loop, segments in loops]
    return map(_new_loop_segment, chain.from_iterable(pairs))


@record(frozen=True, slots=True)
class Source:
    """What a claim, or a level above it, was read from.

    `loops` are all of it; `unread` the segments that no record carries in full, each with a
    finding in `findings`.
    """

    loops: tuple[LoopSegments, ...]
    unread: tuple[LoopSegment, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def segments(self) -> tuple[LoopSegment, ...]:
        """All its segments, made anew each time."""
        return tuple(with_loops(self.loops))


@record(frozen=True, slots=True)
class Attachment:
    """PWK: a document that goes with the claim."""

    report_type: str
    transmission: str
    control_number: str = field(default="", repr=False)


@record(frozen=True, slots=True)
class ContractInformation:
    """CN1: contract type, amount, percentage, code (CN104), discount in percent and version (CN106)."""

    type: str
    code: str = ""
    version: str = ""
    amount: Decimal | None = None
    percentage: Decimal | None = None
    discount_percentage: Decimal | None = None


@record(frozen=True, slots=True)
class Note:
    """NTE: code and at most 80 characters."""

    code: str
    text: str = field(repr=False)


@record(frozen=True, slots=True)
class EpsdtReferral:
    """CRC: whether a check-up of a child led to a referral (Y, N), and its condition indicators."""

    referred: str
    conditions: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class HealthCode:
    """One composite of an HI segment.

    `qualifier` is component 1 (ABK principal diagnosis, ABJ admitting, APR reason for
    visit, ABF other, ABN external cause, DR, BBR, BBQ, BI, BH, BE, BG, TC). `first` is the
    date of component 4 and `last` its end where it is a span, `amount` component 5,
    `present_on_admission` component 9.
    """

    qualifier: str
    code: str
    first: date | None = None
    last: date | None = None
    amount: Decimal | None = None
    present_on_admission: str = ""


@record(frozen=True, slots=True)
class Procedure:
    """SV202 or SVD03: qualifier HC, code, up to four modifiers, description."""

    qualifier: str
    code: str
    modifiers: tuple[str, ...] = ()
    description: str = ""
