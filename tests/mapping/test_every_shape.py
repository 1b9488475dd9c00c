"""Two thousand encounters of all shapes: what passes the gate gives claims without an error.

The table at the end counts setting by relation, payer, frequency, depth of other coverage and
kit; a cell that nothing fell into fails, so that no shape is forgotten.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import pytest

from edi.finding import has_errors
from edi.guide.check import check_guide
from mapping.building.claim import build_claim
from mapping.building.parts import frequency_of, parts_of
from mapping.building.request import ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_models import DrugModifier
from mapping.profile_store import ProfileStore
from tests.mapping.test_shapes import a_location
from tests.support.builders import INPATIENT, NIGHT, OUTPATIENT, a_file_of, a_record, a_request
from validators.checks import EncounterCheck
from validators.gate import judge_encounter
from validators.validate import KnownClaim, ValidationContext, validate_bytes

ENCOUNTERS = 2000
PORTIONS = 4
CLAIMS_A_FILE = 50
STORE = ProfileStore()
KITS = STORE.product("zolgensma").kits

SETTINGS = ("21", "22", "19")
RELATIONS = ("self", "child")
FREQUENCIES = ("1", "7", "8", "2")
DEPTHS = (0, 1, 2)
JZ = DrugModifier(code="JZ", setting="outpatient", source="a test", date=dt.date(2026, 11, 25))
PAYERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Medicaid": ("state-medicaid", {}),
    "commercial": ("commercial-oba", {}),
    "each, 0892": (
        "state-medicaid",
        {"ndc_unit": "UN", "drug_revenue_code": "0892", "invoice_value_code": "87"},
    ),
    "apart": ("state-medicaid", {"carve_out": True}),
    "three lines": ("state-medicaid", {"drug_lines": 3}),
    "modifier": ("commercial-oba", {"drug_modifiers": (JZ,)}),
}


@dataclass(frozen=True)
class Shape:
    """What one encounter is like. `depth` counts the payers that decided before."""

    setting: str
    relation: str
    payer: str
    frequency: str
    depth: int
    kit: int

    @property
    def is_possible(self) -> bool:
        """Interim bills are of stays; what is replaced is a claim to the first payer; a line that an
        earlier payer decided cannot be shared out on several."""
        if self.frequency == "2" and self.setting != "21":
            return False
        if self.frequency in ("7", "8") and self.depth:
            return False
        return not (self.depth and self.payer == "three lines")

    def cells(self) -> Iterator[tuple[str, str, str]]:
        yield ("setting x relation", self.setting, self.relation)
        yield ("setting x payer", self.setting, self.payer)
        yield ("setting x frequency", self.setting, self.frequency)
        yield ("setting x other payers", self.setting, str(self.depth))
        yield ("payer x frequency", self.payer, self.frequency)
        yield ("payer x other payers", self.payer, str(self.depth))
        yield ("relation x other payers", self.relation, str(self.depth))
        yield ("kit", KITS[self.kit].ndc_10, "")


def all_possible() -> list[Shape]:
    choices = product(SETTINGS, RELATIONS, PAYERS, FREQUENCIES, DEPTHS)
    shapes = [Shape(*choice, kit=number % len(KITS)) for number, choice in enumerate(choices)]
    return [shape for shape in shapes if shape.is_possible]


def shapes(portion: int) -> Iterator[Shape]:
    """Every possible shape in turn, with the kits by chance; the same ones every time."""
    chance = random.Random(portion)
    possible = all_possible()
    for number in range(portion, ENCOUNTERS, PORTIONS):
        one = possible[number % len(possible)]
        kit = number % len(KITS) if number < len(KITS) else chance.randrange(len(KITS))
        yield Shape(one.setting, one.relation, one.payer, one.frequency, one.depth, kit)


def the_request(shape: Shape, number: int) -> ClaimRequest:
    record = a_record(base=INPATIENT if shape.setting == "21" else OUTPATIENT)
    kit = KITS[shape.kit]
    record |= {
        "id": f"S{number:05d}",
        "patient_control_number": f"SHAPE{number:05d}",
        "setting": shape.setting,
    }
    if shape.setting == "19":
        record["location"] = "pavilion"
    record["patient"] |= {"weight_kg": str(kit.weight_to_kg), "record_number": f"R{number:05d}"}
    record["therapy"]["kits"][0] |= {
        "ndc": kit.ndc_10,
        "volume_ml": str(kit.dose_ml),
        "vials": kit.vials,
        "invoice_cost": "2125000.00",
    }
    record["contract"] = {"agreement_id": "OBA-1"}
    key, _ = PAYERS[shape.payer]
    billed = coverage(key, shape.relation, f"MEM{number:05d}")
    billed["authorizations"] = [
        {"number": "PA-D", "scope": "drug"},
        {"number": "PA-A", "scope": "admission"},
    ]
    record["coverages"] = [*(decided(record, order) for order in range(shape.depth)), billed]
    if shape.frequency in ("7", "8"):
        record["replaces"] = {"payer_claim_control_number": "ICN1", "frequency": shape.frequency}
        if PAYERS[shape.payer][1].get("carve_out"):
            record["replaces"]["part"] = ("stay", "drug")[number % 2]
    if shape.frequency == "2":
        record["interim"] = "first"
    return a_request(
        Encounter.model_validate(record),
        PAYERS[shape.payer][1],
        site={"locations": {"pavilion": a_location()}},
        payer_order=shape.depth,
    )


def coverage(payer: str, relation: str, member_id: str) -> dict[str, Any]:
    found: dict[str, Any] = {"payer": payer, "member_id": member_id, "relationship": relation}
    if relation != "self":
        found["subscriber"] = {"last_name": "Holder", "first_name": "Ana"}
    return found


def decided(record: dict[str, Any], order: int) -> dict[str, Any]:
    """An earlier payer that decided line by line, all of it balanced."""
    lines = [
        {
            "line": number,
            "paid": "0.00",
            "adjustments": [{"group": "CO", "reason": "45", "amount": line["charge"]}],
        }
        for number, line in enumerate(record["service_lines"], start=1)
    ]
    payer = ("commercial-oba", "state-medicaid")[order]
    decision = {"paid": "0.00", "date": "2026-11-14", "lines": lines}
    return {**coverage(payer, "self", f"EARLIER{order}"), "adjudication": decision}


@pytest.mark.slow
@pytest.mark.parametrize("portion", range(PORTIONS))
def test_every_shape_gives_claims_without_an_error(portion: int) -> None:
    requests: list[ClaimRequest] = []
    for number, shape in enumerate(shapes(portion)):
        whole = the_request(shape, portion * ENCOUNTERS + number)
        check = EncounterCheck(
            whole.encounter,
            whole.payer,
            whole.site,
            whole.product,
            NIGHT.date(),
            payer_order=whole.payer_order,
        )
        assert not has_errors(judge_encounter(check)), shape
        for part in parts_of(whole.encounter, whole.payer, whole.product):
            frequency = frequency_of(whole.encounter, part, whole.payer_order)
            requests.append(ClaimRequest(**{**as_fields(whole), "part": part, "frequency": frequency}))
    for start in range(0, len(requests), CLAIMS_A_FILE):
        some = requests[start : start + CLAIMS_A_FILE]
        built = [build_claim(request) for request in some]
        assert not any(has_errors(one.findings) for one in built)
        data = a_file_of(*(one.claim for one in built))
        known = [KnownClaim(one.encounter, one.payer, one.payer_order) for one in some]
        context = ValidationContext(STORE, NIGHT.date(), lambda index, claim, known=known: known[index])
        report = validate_bytes(data, context)
        errors = [finding for finding in report.findings() if finding.is_error]
        assert [(finding.rule, finding.message()) for finding in errors] == []
        assert [one.claim for one in report.claims] == [one.claim for one in built]
        assert check_guide(data, engine="pyx12") == []


def as_fields(request: ClaimRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in ClaimRequest.__dataclass_fields__}


def test_no_shape_is_forgotten() -> None:
    counted: Counter[tuple[str, str, str]] = Counter()
    for portion in range(PORTIONS):
        for shape in shapes(portion):
            counted.update(shape.cells())
    wanted = {cell for shape in all_possible() for cell in shape.cells()} | {
        ("kit", kit.ndc_10, "") for kit in KITS
    }
    for (table, row, column), count in sorted(counted.items()):
        print(f"{table:28} {row:14} {column:12} {count}")
    assert set(counted) == wanted
