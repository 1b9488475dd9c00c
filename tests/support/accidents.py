"""Clean 837I files with accidents in them, the same ones every time."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.support.guide_files import (
    HEADER,
    INPATIENT,
    OUTPATIENT,
    SECONDARY,
    a_file,
    an_outpatient_file,
)

CLEAN = [
    an_outpatient_file(),
    a_file([*HEADER, *INPATIENT]),
    a_file([*HEADER, *SECONDARY]),
    a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT]),
]


def accident(text: str, chance: random.Random) -> str:
    """One small accident, as typing, cutting and bad builders cause them."""
    at = chance.randrange(len(text))
    segments = text.split("~\n")
    one, other = chance.randrange(2, len(segments) - 3), chance.randrange(2, len(segments) - 3)
    elements = segments[one].split("*")
    which = chance.randrange(len(elements))
    match chance.randrange(9):
        case 0:
            return text[:at] + text[at + 1 :]
        case 1:
            return text[:at] + chance.choice("*:^ \x07\xe9A9.-") + text[at + chance.randint(0, 1) :]
        case 2:
            del segments[one]
        case 3:
            segments.insert(one, segments[other])
        case 4:
            segments[one], segments[other] = segments[other], segments[one]
        case 5:
            segments[one] += chance.choice("*:") * chance.randint(1, 4)
        case 6:
            elements[which] = chance.choice(["", "1:2:3:4:5", "X" * 90, "20261399", "-1", ":", "ZZ", "1.5"])
            segments[one] = "*".join(elements)
        case 7:
            elements.insert(which, chance.choice(["", "A"]))
            segments[one] = "*".join(elements)
        case 8:
            segments[one:one] = segments[min(one, other) : max(one, other)]
    return "~\n".join(segments)


def mutants(count: int, seed: int) -> Iterator[bytes]:
    """The clean files with one or two accidents each, the same ones every time."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(CLEAN)
        for _ in range(chance.randint(1, 2)):
            text = accident(text, chance)
        yield text.encode("latin-1")
