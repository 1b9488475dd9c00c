"""`docs/field-map.md` says where each field goes; here each field goes there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from edi.claim837i.model import Claim
from edi.finding import has_errors
from edi.guide.check import FUNCTIONAL_ID, INTERCHANGE_VERSION, VERSION
from edi.guide.map_file import load_guide
from mapping.building.claim import build_claim
from mapping.building.parts import frequency_of
from mapping.encounter import Encounter
from tests.support.builders import (
    INPATIENT,
    OUTPATIENT,
    ROOT,
    a_file_of,
    a_record,
    a_request,
    claims_of,
    set_path,
)

PAGE = ROOT / "docs" / "field-map.md"
BASES = {"in": INPATIENT, "out": OUTPATIENT}
LOOPS = {
    definition.loop.id for definition in load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION).segments()
}


@dataclass(frozen=True)
class Row:
    """One row of the table for one kind of bill. `element` is as the page writes it (`REF*EA 02`, `SV202-3`)."""

    what: str
    field: str
    example: Any
    bill: str
    loop: str
    element: str
    sent: str

    def __str__(self) -> str:
        return f"{self.bill}: {self.what}"


def rows() -> Iterator[Row]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) != 8 or cells[0] in ("FL", "---"):
            continue
        _, what, field, example, bills, loop, element, sent = cells
        value = json.loads(example) if example.startswith(("[", "{")) else example
        for bill in bills.split(", "):
            yield Row(what, field, value, bill, loop, element, sent)


def the_claim(row: Row) -> Claim:
    record = a_record(base=BASES[row.bill])
    top = row.field.split(".")[0]
    whole = {
        "pay_to": {"lines": ["1 A STREET"], "city": "X Y", "state": "TX", "postal_code": "750010001"},
        "contract": {"agreement_id": "X"},
        "replaces": {"payer_claim_control_number": "X"},
    }
    if top in whole and record.get(top) is None:
        record[top] = whole[top]
    set_path(record, row.field, row.example)
    if row.field == "coverages[0].group_name":
        record["coverages"][0].pop("group_number", None)
    encounter = Encounter.model_validate(record)
    built = build_claim(a_request(encounter, frequency=frequency_of(encounter, "whole")))
    assert not has_errors(built.findings)
    (claim,) = claims_of(a_file_of(built.claim))
    return claim


def values_at(claim: Claim, loop: str, element: str) -> Iterator[str]:
    """What stands in an element: `DTP*435 03`, `NM103`, `SV202-3`, `HI*BG 01-2`."""
    found = re.fullmatch(r"([A-Z0-9]{2,3}?)(?:\*(\w+) )?(\d\d)(?:-(\d))?", element)
    assert found, element
    segment_id, qualifier, number, component = found.groups()
    for item in claim.segments:
        segment = item.segment
        if item.loop != loop or segment.id != segment_id:
            continue
        if qualifier is not None and segment.component(1, 1) != qualifier:
            continue
        yield segment.component(int(number), int(component)) if component else segment.element(int(number))


@pytest.mark.parametrize("row", list(rows()), ids=str)
def test_a_field_goes_where_the_page_says(row: Row) -> None:
    assert row.loop in LOOPS
    before = list(values_at(the_claim_unchanged(row.bill), row.loop, row.element))
    found = list(values_at(the_claim(row), row.loop, row.element))
    assert any(row.sent in value for value in found), found
    assert not any(row.sent in value for value in before), "the example is what stood there before"


def the_claim_unchanged(bill: str) -> Claim:
    encounter = Encounter.model_validate(a_record(base=BASES[bill]))
    (claim,) = claims_of(a_file_of(build_claim(a_request(encounter)).claim))
    return claim


def test_every_part_of_the_record_that_goes_out_has_a_row() -> None:
    """A new field of the record needs a row, or a reason to stand here."""
    named = {row.field.split(".")[0].split("[")[0] for row in rows()}
    elsewhere = {
        "id": "the hospital's own key; it goes nowhere",
        "setting": "CLM05, with site and frequency",
        "site": "names a profile",
        "location": "names a department of the site's profile",
        "interim": "CLM05-3",
        "clinical": "judged by the gate; it goes to the payer with the packet",
    }
    assert named | set(elsewhere) == set(Encounter.model_fields)
