"""Long work in pieces: as much at once as makes one question to the ledger worth while."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from edi.envelope import collector_paused

T = TypeVar("T")

MANY = 200
"""Rows that one statement asks for or writes."""


def batches(items: Iterable[T], size: int = MANY) -> Iterator[list[T]]:
    """The items in lists of `size`, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def made_batches(items: Iterable[T], size: int = MANY) -> Iterator[list[T]]:
    """The same of items that are made as they are asked for, and kept: the collector has no rubbish to look for."""
    rest = iter(items)
    while True:
        with collector_paused():
            batch = list(islice(rest, size))
        if not batch:
            return
        yield batch
