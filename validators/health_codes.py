"""Where a composite of an HI segment stands.

The record of a claim sorts its codes and keeps no places: the segments are looked at again
only where a rule has found something.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from edi.claim837i.model import HealthCode, LoopSegment
from edi.finding import Place
from validators.checks import ClaimCheck

_LOOP = "2300"
DIAGNOSIS_QUALIFIERS = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
"""Principal, other, admitting, reason for visit, external cause: all ICD-10-CM."""


def health_code_place(check: ClaimCheck, code: HealthCode, component: int = 2) -> Place:
    """The place of one of the claim's `health_codes`: the element of its composite, with the component."""
    alike = [one for one in check.claim.health_codes if one.qualifier == code.qualifier]
    number = next(number for number, one in enumerate(alike) if one is code)
    item, element = next(islice(_composites(check, code.qualifier), number, None), (None, "HI01"))
    return check.claim.place_of(item, f"{element}-{component}", _LOOP)


def _composites(check: ClaimCheck, qualifier: str) -> Iterator[tuple[LoopSegment, str]]:
    """Segments and elements of the composites with that qualifier, as the file has them."""
    for loop, segment in check.segments["HI"]:
        if loop != _LOOP:
            continue
        for number in range(1, len(segment.elements)):
            parts = segment.components(number)
            if parts[0] == qualifier and any(parts):
                yield LoopSegment(loop, segment), f"HI{number:02d}"
