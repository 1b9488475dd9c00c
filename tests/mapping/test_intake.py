"""Encounter files: what fits is read, what does not is refused with its line and path."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from mapping.encounter import Encounter
from mapping.intake import IntakeRecord, parse_encounters
from tests.support.builders import INPATIENT, REMOVED, SAMPLES, a_record


def read(*records: Any) -> list[IntakeRecord]:
    return list(parse_encounters("\n".join(json.dumps(record) for record in records).encode()))


def the_fault(record: dict[str, Any]) -> tuple[str | None, str]:
    (found,) = read(record)
    assert found.encounter is None
    (finding,) = found.findings
    return finding.place.path, finding.message()


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_fits_the_model(path: Any) -> None:
    (record,) = parse_encounters(path.read_bytes())
    assert record.findings == ()


def test_json_a_list_and_ndjson_say_the_same() -> None:
    one, two = a_record(), a_record(base=INPATIENT)
    as_lines = read(one, two)
    as_list = list(parse_encounters(json.dumps([one, two], indent=1).encode()))
    assert [record.digest for record in as_lines] == [record.digest for record in as_list]
    (alone,) = parse_encounters(json.dumps(one, indent=3, sort_keys=True).encode())
    assert alone.digest == as_lines[0].digest


def test_a_record_comes_back_whole_from_its_canonical_content() -> None:
    (record,) = read(a_record())
    assert record.encounter is not None
    assert Encounter.model_validate(json.loads(record.content)) == record.encounter


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"coverages[0].member_id": "MCD~1"}, "coverages[0].member_id"),
        ({"coverages[0].membr_id": "X"}, "coverages[0].membr_id"),
        ({"patient_control_number": "A" * 21}, "patient_control_number"),
        ({"setting": "99"}, "setting"),
        ({"patient.birth_date": "2026-02-30"}, "patient.birth_date"),
        ({"service_lines[0].charge": "-1"}, "service_lines[0].charge"),
        ({"service_lines[0].charge": "1.005"}, "service_lines[0].charge"),
        ({"service_lines[0].charge": "100000000.00"}, "service_lines[0].charge"),
        ({"service_lines[0].charge": "2.125e9"}, "service_lines[0].charge"),
        ({"service_lines[0].revenue_code": "636"}, "service_lines[0].revenue_code"),
        ({"therapy.kits[0].ndc": "7189412002"}, "therapy.kits[0].ndc"),
        ({"therapy.kits": []}, "therapy.kits"),
        ({"diagnoses[0].code": "SMA"}, "diagnoses[0].code"),
        ({"attending.npi": "12345"}, "attending.npi"),
        ({"coverages": []}, "coverages"),
        ({"coverages[0].relationship": "child"}, "coverages[0]"),
        ({"admission": REMOVED}, "admission"),
        ({"id": "../../etc"}, "id"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(changes: dict[str, Any], path: str) -> None:
    assert the_fault(a_record(changes))[0] == path


def test_the_greatest_amount_that_x12_carries_is_taken() -> None:
    (record,) = read(a_record({"service_lines[0].charge": "99999999.99"}))
    assert record.encounter is not None
    assert record.encounter.service_lines[0].charge == Decimal("99999999.99")


def test_the_ambiguous_ndc_is_refused_in_words() -> None:
    assert "ambiguous" in the_fault(a_record({"therapy.kits[0].ndc": "7189412002"}))[1]


def test_a_value_never_stands_in_a_message() -> None:
    for path in (
        "coverages[0].member_id",
        "patient_control_number",
        "patient.birth_date",
        "patient.record_number",
    ):
        (record,) = read(a_record({path: "CANARY~9"}))
        assert record.findings and all("CANARY" not in str(finding.as_dict()) for finding in record.findings)


def test_a_wrong_line_does_not_stop_the_others() -> None:
    data = b'{"id": 1\n' + json.dumps(a_record()).encode() + b"\n\nnot json\n" + json.dumps(["x"]).encode()
    records = list(parse_encounters(data))
    assert [(record.line, record.encounter is not None) for record in records] == [
        (1, False),
        (2, True),
        (4, False),
        (5, False),
    ]
    assert records[2].content == "not json"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"hello", "not JSON"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"id": NaN}', "NaN"),
        (b'{"id": "a", "id": "b"}', "twice"),
        (b"[" * 100_000, "JSON"),
        (b'"text"', "not JSON"),
        (b"[]", "no record"),
    ],
)
def test_a_file_that_is_no_encounter_file_is_one_clear_finding(data: bytes, words: str) -> None:
    records = list(parse_encounters(data))
    (record,) = records
    assert words in record.findings[0].message() and record.findings[0].fix


def test_a_byte_order_mark_is_no_fault() -> None:
    (record,) = parse_encounters(b"\xef\xbb\xbf" + json.dumps(a_record()).encode())
    assert record.encounter is not None


@pytest.mark.parametrize(
    "path", ["attending.npi", "service_lines[0].revenue_code", "patient.address.postal_code"]
)
def test_digits_are_ascii_digits(path: str) -> None:
    wide = {"attending.npi": "١٢٣٤٥٦٧٨٩٣", "service_lines[0].revenue_code": "٠٦٣٦"}.get(path, "٧٥٠٠١")
    assert the_fault(a_record({path: wide}))[0] == path
