"""Which elements of a claim can tell who the patient is: what is masked where a claim is shown.

The table beside this module names them by loop, segment and, where it matters, the qualifier in
the segment's first element. Days of service and codes of diagnoses are none of them: nobody could
read a claim without.

Source: the fields of the encounter record that are protected (DESIGN §11).
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files


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


def patient_elements(loop: str, segment_id: str, qualifier: str) -> frozenset[int]:
    """The numbers of a segment's elements that are patient data; `qualifier` is its first element."""
    table = _table()
    return table.get((loop, segment_id, ""), frozenset()) | table.get(
        (loop, segment_id, qualifier), frozenset()
    )
