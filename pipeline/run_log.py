"""The log of a run: events with fields from one list, so that no value of a record or an answer gets in.

`Fields` is the list. Files of others are named by their SHA-256 alone: a hospital or a partner may have put
a name into a file name. mypy refuses a field that is not in it; what comes past mypy is left out. Where the
lines go, and the time on them, is the command line's business (`pipeline.cli.log`).
"""

from __future__ import annotations

import logging
from typing import Any, Final, TypedDict, Unpack


class Fields(TypedDict, total=False):
    """What a line may say. `file`, `claim` and `encounter` are names that we made; `cents` is money."""

    run: str
    rehearsal: bool
    stage: str
    state: str
    file: str
    sha256: str
    control_number: int
    partner: str
    kinds: str
    claim: str
    encounter: str
    rules: list[str]
    count: int
    counts: dict[str, int]
    cents: int
    seconds: float
    exit_code: int
    error: str


NAME: Final = "j3399"
ALLOWED: Final = frozenset(Fields.__annotations__)
LOGGER: Final = logging.getLogger(NAME)
LOGGER.propagate = False
LOGGER.addHandler(logging.NullHandler())


def event(name: str, /, **fields: Unpack[Fields]) -> None:
    """Something happened. Costs next to nothing where nobody asked for a log."""
    if LOGGER.isEnabledFor(logging.INFO):
        LOGGER.info(name, extra={"fields": allowed(dict(fields))})


def allowed(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that may be told."""
    return {name: value for name, value in fields.items() if name in ALLOWED}
