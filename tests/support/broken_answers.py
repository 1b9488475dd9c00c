"""Answers of each kind, and what accidents make of them, the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from tests.edi.test_answers import MUTATIONS
from tests.support.accidents import accident
from tests.support.builders import ROOT

KINDS = ("ta1", "999", "997", "277ca", "277", "835")
_BY_HAND = ROOT / "tests" / "edi" / "files" / "answers"


def files_by_hand(kind: str) -> list[Path]:
    """The five files of a kind that were written by hand."""
    return sorted(_BY_HAND.glob(f"{kind}-*.x12"))


def samples(kind: str) -> list[Path]:
    """The sample answers of a kind."""
    return sorted((ROOT / "samples" / "answers").glob(f"{kind.upper()}_*"))


def mutants(kind: str, count: int) -> Iterator[bytes]:
    """So many broken files of a kind: bytes, segments or elements lost, doubled, moved, overwritten."""
    chance = random.Random(f"broken {kind}")
    originals = [path.read_bytes() for path in [*files_by_hand(kind), *samples(kind)]]
    for _ in range(count):
        data = bytearray(chance.choice(originals))
        for _ in range(chance.randint(1, 4)):
            if not data:
                break
            if chance.random() < 0.5 and data.count(b"~\n") > 6:
                data = bytearray(accident(data.decode("latin-1"), chance).encode("latin-1"))
            else:
                chance.choice(MUTATIONS)(chance, data)
        yield bytes(data)
