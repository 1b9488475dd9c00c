"""Which elements of a claim can tell who the patient is: what is masked where a claim is shown.

The table beside this module names them by loop, segment and, where it matters, the qualifier in
the segment's first element. Days of service and codes of diagnoses are none of them: nobody could
read a claim without.

Source: the fields of the encounter record that are protected (DESIGN §11).
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Final

_PERSONS: Final = ("2010BA", "2010CA", "2330A")
_LONGEST_CODE: Final = 2
"""Of the codes in a person's segments: NM101, NM108, DMG01, REF01, PER03 and the like."""


@cache
def _table() -> dict[tuple[str, str, str], frozenset[int]]:
    """The numbers of elements by loop, segment and qualifier ("" where any)."""
    found: dict[tuple[str, str, str], frozenset[int]] = {}
    text = files("edi.claim837i").joinpath("patient_elements.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        numbers = frozenset(int(number) for number in row["elements"].split())
        for loop in row["loops"].split():
            found[loop, row["segment"], row["qualifier"]] = numbers
    return found


def patient_elements(loop: str, segment_id: str, elements: Sequence[str]) -> frozenset[int]:
    """The numbers of a segment's elements that are patient data; `elements` are its texts, the first one first.

    In the segments of a person, what stands in the place of a code and is no code is one, too: where a
    separator is missing or doubled, a name stands elsewhere.
    """
    table = _table()
    qualifier = elements[0] if elements else ""
    hidden = table.get((loop, segment_id, ""), frozenset()) | table.get(
        (loop, segment_id, qualifier), frozenset()
    )
    if loop not in _PERSONS or not hidden:
        return hidden
    return hidden | {number for number, text in enumerate(elements, start=1) if len(text) > _LONGEST_CODE}
