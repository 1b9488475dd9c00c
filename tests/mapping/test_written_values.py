"""A value that could be read as something else is refused with words, wherever it stands in a record."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from mapping.encounter import Encounter
from mapping.intake import read_encounters
from tests.support.builders import a_record

DATE, MOMENT, WHOLE, EXACT, ANSWER = (
    "write a date as text",
    "write date and time as text",
    "write a whole number",
    "write a decimal number",
    "write true or false",
)


def told(folder: Path, path: str, value: Any) -> list[str]:
    file = folder / "record.json"
    file.write_text(json.dumps(a_record({path: value})), encoding="utf-8")
    (record,) = read_encounters(file)
    assert (record.encounter is None) is bool(record.findings)
    return [finding.message() for finding in record.findings]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("patient.birth_date", 20260501, DATE),
        ("patient.birth_date", "20260501", DATE),
        ("patient.weight_date", 1762473600, DATE),
        ("admission.date", "1762473600", DATE),
        ("service_lines[0].date", 0, DATE),
        ("clinical.antibody_titer.date", 86400.0, DATE),
        ("clinical.smn1.date", True, DATE),
        ("therapy.infusion_start", 20261110, MOMENT),
        ("therapy.infusion_start", "202611100930", MOMENT),
        ("therapy.infusion_end", 1762767000.5, MOMENT),
        ("clinical.antibody_titer.titer", 25.0, WHOLE),
        ("clinical.antibody_titer.titer", True, WHOLE),
        ("clinical.antibody_titer.titer", "1_0", WHOLE),
        ("clinical.smn2_copies", False, WHOLE),
        ("patient.weight_kg", "5_8", EXACT),
        ("service_lines[0].charge", "٣", EXACT),
        ("clinical.antibody_titer.at_most", 1, ANSWER),
        ("clinical.antibody_titer.at_most", "off", ANSWER),
        ("clinical.newborn_screening", 0.0, ANSWER),
        ("clinical.newborn_screening", "t", ANSWER),
    ],
)
def test_what_could_be_read_as_something_else_is_refused(
    tmp_path: Path, path: str, value: Any, said: str
) -> None:
    (message,) = told(tmp_path, path, value)
    assert message.startswith(f"{path}: {said}")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("patient.weight_date", "2026-11-07"),
        ("therapy.infusion_start", "2026-11-10"),
        ("therapy.infusion_start", "2026-11-10T09:30:00-06:00"),
        ("therapy.infusion_start", "2026-11-10T23:30:00"),
        ("clinical.antibody_titer.titer", "25"),
        ("patient.weight_kg", 6),
        ("clinical.newborn_screening", "yes"),
        ("clinical.newborn_screening", None),
        ("clinical.antibody_titer.at_most", "FALSE"),
        ("clinical.smn2_copies", None),
    ],
)
def test_what_is_clear_is_read(tmp_path: Path, path: str, value: Any) -> None:
    assert told(tmp_path, path, value) == []


@pytest.mark.parametrize("written", ["2026-11-10T02:30:00Z", "2026-11-10T02:30:00+00:00"])
def test_world_time_is_refused_for_its_day_may_be_another(tmp_path: Path, written: str) -> None:
    (message,) = told(tmp_path, "therapy.infusion_start", written)
    assert message.startswith(
        "therapy.infusion_start: write date and time as the hospital's clock shows them"
    )


def test_the_hospitals_own_day_stays_whatever_its_distance_from_world_time() -> None:
    record = a_record({"therapy.infusion_start": "2026-11-10T23:30:00-06:00"})
    start = Encounter.model_validate(record).therapy.infusion_start  # type: ignore[union-attr]
    assert start == dt.datetime(2026, 11, 10, 23, 30)
