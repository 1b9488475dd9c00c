"""A JSON document written while it is made, so that its length does not matter.

Why: a file of a million claims is read one claim at a time; a document that had to be whole
before the first byte went out would hold them all.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import IO, Any

import click

from pipeline import exit_codes


class Stream(list[Any]):
    """A JSON list whose items are made when it is their turn to be written.

    The first is made at once: the encoder asks whether the list is empty.
    """

    def __init__(self, items: Iterable[Any]) -> None:
        super().__init__()
        self._items = iter(items)
        self._first = list(islice(self._items, 1))

    def __bool__(self) -> bool:
        return bool(self._first)

    def __iter__(self) -> Iterator[Any]:
        return chain(self._first, self._items)


def write_json(document: object, target: IO[str]) -> None:
    """Write a document that may hold streams; values are looked at when they are written.

    A pipe that was closed ends the command as SIGPIPE would.
    """
    # with an indent the encoder is the one in Python, which asks streams for their items
    try:
        for piece in json.JSONEncoder(indent=2).iterencode(document):
            target.write(piece)
        target.write("\n")
        target.flush()
    except BrokenPipeError:
        # whoever read it has enough; click would call that a failure of ours
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(exit_codes.SIGNAL_BASE + signal.SIGPIPE) from None
