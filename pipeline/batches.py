"""Long work in pieces: as much at once as makes one question to the ledger worth while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

MANY = 200
"""Rows that one statement asks for or writes."""


def batches(items: Iterable[T], size: int = MANY) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
