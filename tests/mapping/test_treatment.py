"""The few fields of a record that are read quickly are those of the record that is read whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from mapping.encounter import Encounter
from mapping.treatment import Treatment
from tests.support.builders import REMOVED, an_encounter

CHANGES: list[dict[str, Any]] = [
    {},
    {"therapy.status": "planned"},
    {"therapy": REMOVED},
    {"therapy.infusion_start": REMOVED, "therapy.infusion_end": REMOVED},
    {"therapy.infusion_start": "2026-11-10T23:30:00-06:00"},
    {"contract": {"agreement_id": "OBA-1"}},
    {"patient.record_number": REMOVED},
    {"patient.record_number": " MRN-7 "},
]


@pytest.mark.parametrize("changes", CHANGES)
def test_a_treatment_is_what_the_whole_record_says(changes: dict[str, Any]) -> None:
    encounter = an_encounter(changes)
    read = Treatment.model_validate_json(encounter.model_dump_json())
    assert _facts(read) == _facts(encounter)


def _facts(one: Treatment | Encounter) -> tuple[Any, ...]:
    therapy = one.therapy and (one.therapy.product, one.therapy.status, one.therapy.infusion_start)
    payers = [coverage.payer for coverage in one.coverages]
    agreement = one.contract is not None
    return one.id, one.site, one.patient.record_number, payers, therapy, one.infusion_date, agreement


@pytest.mark.parametrize("broken", [{"coverages": []}, {"therapy": {"product": 7}}, {"site": None}])
def test_what_the_whole_record_refuses_in_these_fields_is_refused(broken: dict[str, Any]) -> None:
    content = json.loads(an_encounter().model_dump_json()) | broken
    with pytest.raises(ValidationError):
        Treatment.model_validate_json(json.dumps(content))
    with pytest.raises(ValidationError):
        Encounter.model_validate(content)
