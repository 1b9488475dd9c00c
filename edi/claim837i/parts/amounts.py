"""AMT: amounts by qualifier. Source: 005010X223A2, AMT of loops 2300, 2320, 2400, 2430."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from edi.claim837i.layouts import AMT
from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.writer import SegmentValues

Fields = Sequence[tuple[str, str]]
"""Pairs of qualifier and field."""

_read_amount = AMT.reads("amount")


def read_amount(loop: Loop, qualifier: str, losses: Losses) -> Decimal | None:
    """AMT of a qualifier, in dollars."""
    segment = loop.take("AMT", qualifier)
    if segment is None:
        return None
    amount: Decimal | None = _read_amount(segment, loop.id, losses)
    if amount is None and not segment.element(2):
        losses.says_nothing(loop.id, segment)
    return amount


def read_amounts(loop: Loop, fields: Fields, losses: Losses) -> dict[str, Any]:
    """Several AMT, each as the field that its qualifier stands for; {} where the loop has no AMT."""
    if not loop.has("AMT"):
        return {}
    return {field: read_amount(loop, qualifier, losses) for qualifier, field in fields}


def write_amounts(record: object, fields: Fields) -> Iterator[SegmentValues]:
    """The same fields of a record, as far as there are amounts."""
    for qualifier, field in fields:
        yield from write_amount(qualifier, getattr(record, field))


def write_amount(qualifier: str, amount: Decimal | None) -> Iterator[SegmentValues]:
    """AMT, where there is an amount."""
    if amount is not None:
        yield AMT.write_values(qualifier=qualifier, amount=amount)
