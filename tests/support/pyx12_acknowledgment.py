"""pyx12's own 999 to an 837I file: who it refuses, and where it says the faults are."""

from __future__ import annotations

import functools
import io
import logging
from dataclasses import dataclass
from typing import Any

from pyx12.params import ParamsBase


@dataclass(frozen=True, slots=True)
class Said:
    """What a 999 says: the transaction sets it refuses; (ST02, IK301, IK302) and (the same, IK401) of faults."""

    accepted: frozenset[str]
    refused: frozenset[str]
    segments: frozenset[tuple[str, str, int]]
    elements: frozenset[tuple[str, str, int, str]]


def said_by(acknowledgment: str) -> Said:
    """Out of the text of a 999 with the usual separators."""
    verdicts: dict[str, str] = {}
    segments, elements = set(), set()
    transaction, at = "", ("", "", 0)
    for text in acknowledgment.replace("\n", "").split("~"):
        name, *values = text.split("*")
        match name:
            case "AK2":
                transaction = values[1]
            case "IK3":
                at = (transaction, values[0], int(values[1]))
                segments.add(at)
            case "IK4":
                elements.add((*at, values[0]))
            case "IK5":
                verdicts[transaction] = values[0]
    return Said(
        frozenset(number for number, verdict in verdicts.items() if verdict == "A"),
        frozenset(number for number, verdict in verdicts.items() if verdict != "A"),
        frozenset(segments),
        frozenset(elements),
    )


class _Settings(ParamsBase):  # type: ignore[misc]
    """pyx12's defaults, and nothing from the home directory."""


@functools.cache
def _cached_maps() -> None:
    """Keep pyx12's maps: it would parse one again for each file."""
    import pyx12.map_if

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    load = pyx12.map_if.load_map_file
    known: dict[tuple[str, Any], Any] = {}

    def cached(name: str, param: Any, map_path: Any = None) -> Any:
        key = (name, map_path)
        if key not in known:
            known[key] = load(name, param, map_path)
        return known[key]

    pyx12.map_if.load_map_file = cached


def pyx12_acknowledgment(data: bytes) -> str | None:
    """The text of its 999; None where it fails over the file."""
    written = io.StringIO()
    try:
        _judge(data, written)
    except Exception:
        return None
    return written.getvalue() or None


def is_valid_to_pyx12(data: bytes) -> bool:
    """Its verdict on a file, answers too."""
    return _judge(data, None)


def _judge(data: bytes, acknowledgment: io.StringIO | None) -> bool:
    from pyx12.x12n_document import x12n_document

    _cached_maps()
    source = io.StringIO(data.decode("latin-1"), newline="")
    return bool(x12n_document(_Settings(), source, acknowledgment, None))
