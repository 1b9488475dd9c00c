"""Fields by name, patient data by the model, and fixes that leave a clean record alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapping.building.request import ClaimRequest
from mapping.intake import read_encounters
from mapping.intake.columns import default_header, find_column
from pipeline.corrections.difference import place_of
from pipeline.corrections.fields import Change, changed_record, field_value, is_protected
from pipeline.corrections.fixes import FIXES, corrected_by_payer, fixes_for
from pipeline.corrections.given import changes_of_arguments, changes_of_file
from pipeline.denials.tables import causes
from pipeline.errors import NotCorrectable
from tests.support.builders import INPATIENT, OUTPATIENT, ROOT, SAMPLES, a_record, a_request, an_encounter

PROTECTED_WORDS = (
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "member_id",
    "record_number",
    "group_number",
)


def test_every_column_of_the_schema_can_be_named_and_is_protected_as_the_model_says() -> None:
    names = [name.replace("service_lines.", "service_lines[0].") for name in default_header()]
    protected = {name for name in names if is_protected(Change(name, "", "").location)}
    of_people = {
        name
        for name in names
        if name.startswith(("patient.", "coverages")) and name.rpartition(".")[2] in PROTECTED_WORDS
    }
    assert of_people <= protected
    assert {"patient.address.city", "patient.address.postal_code", "patient_control_number"} <= protected
    assert (
        not {"service_lines[0].hcpcs", "therapy.kits[0].ndc", "admission.date", "patient.weight_kg"}
        & protected
    )
    for name in names:
        assert find_column(name) is not None


@pytest.mark.parametrize(
    "name", ["patient", "coverages", "coverages[0]", "patient.address", "patient.address.lines[0]"]
)
def test_what_holds_patient_data_is_patient_data(name: str) -> None:
    assert is_protected(Change(name, None, "").location)


def test_values_are_set_added_and_taken_out() -> None:
    record = a_record()
    changed = changed_record(
        record,
        [
            Change("service_lines[0].modifiers", field_value("service_lines[0].modifiers", "JZ|TB"), ""),
            Change("contract.agreement_id", "OBA", ""),
            Change("condition_codes[0]", "C1", ""),
            Change("service_lines[1]", None, ""),
            Change("patient.weight_date", None, ""),
        ],
    )
    assert changed["service_lines"][0]["modifiers"] == ["JZ", "TB"]
    assert changed["contract"] == {"agreement_id": "OBA"} and changed["condition_codes"] == ["C1"]
    assert len(changed["service_lines"]) == 1 and "weight_date" not in changed["patient"]
    assert record == a_record(), "the record itself is as it was"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("values.toml", '"service_lines[0].charge" = 2125000.10\n[patient]\nbirth_date = 2026-05-02\n'),
        ("values.json", '{"service_lines[0].charge": 2125000.10, "patient": {"birth_date": "2026-05-02"}}'),
    ],
)
def test_a_file_sets_fields_and_keeps_amounts_as_they_are_written(
    tmp_path: Path, name: str, text: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = {change.path: change.value for change in changes_of_file(path)}
    assert found == {"service_lines[0].charge": "2125000.10", "patient.birth_date": "2026-05-02"}


@pytest.mark.parametrize(
    "argument",
    ["patient.last_name=Secretly", "Secretly=1", "SECRETLY", "patient.Secretly=1", "service_lines[0].units"],
)
def test_no_message_repeats_what_may_be_a_patients(argument: str) -> None:
    with pytest.raises(NotCorrectable) as caught:
        changes_of_arguments([argument])
    assert "secretly" not in caught.value.line().lower()


def clean_requests() -> list[ClaimRequest]:
    found = []
    for path in sorted(SAMPLES.glob("0[1-9]-*.json")):
        for record in read_encounters(path):
            assert record.encounter is not None
            found.append(a_request(record.encounter))
    return found


@pytest.mark.parametrize("cause", sorted(FIXES))
def test_a_clean_record_needs_no_fix(cause: str) -> None:
    assert cause in causes()
    for request in clean_requests():
        assert fixes_for([cause], request) == [], request.encounter.id


FIXED = [
    ("wrong-hcpcs", {"service_lines[0].hcpcs": "C9399"}, {"service_lines[0].hcpcs": "J3399"}),
    ("wrong-admin-code", {"service_lines[1].hcpcs": "96413"}, {"service_lines[1].hcpcs": "96365"}),
    ("wrong-admin-code", {"service_lines[1].hcpcs": "96374"}, {"service_lines[1].hcpcs": "96365"}),
    ("wrong-admin-code", {"service_lines[1].hcpcs": "79101"}, {"service_lines[1].hcpcs": "96365"}),
    ("ndc-invalid", {"therapy.kits[0].ndc": "71894-115-01"}, {"therapy.kits[0].ndc": "71894012604"}),
    ("ndc-invalid", {"therapy.kits[0].ndc": "00000-0000-00"}, {}),
    ("ndc-quantity", {"therapy.kits[0].volume_ml": "1"}, {"therapy.kits[0].volume_ml": "33.0"}),
    ("units", {"service_lines[0].units": "4"}, {"service_lines[0].units": "1"}),
    ("units", {"service_lines[1].units": "8"}, {"service_lines[1].units": "1"}),
    ("units", {"service_lines[1].units": "2"}, {}),
    ("revenue-code", {"service_lines[0].revenue_code": "0250"}, {"service_lines[0].revenue_code": "0636"}),
    ("revenue-code", {"service_lines[1].revenue_code": "0510"}, {"service_lines[1].revenue_code": "0260"}),
    ("value-condition-code", {"condition_codes": ["C1", "C1"]}, {"condition_codes": ["C1"]}),
]


@pytest.mark.parametrize(("cause", "wrong", "right"), FIXED)
def test_each_fix_mends_its_fault(cause: str, wrong: dict[str, object], right: dict[str, object]) -> None:
    request = a_request(an_encounter(wrong))
    found = {change.path: change.value for change in fixes_for([cause], request)}
    assert found == right
    for change in fixes_for([cause], request):
        assert change.source == f"fix of {cause}" and change.reason


def test_a_push_beside_the_infusion_is_left_to_a_coder() -> None:
    lines = a_record()["service_lines"]
    push = {**lines[1], "hcpcs": "96374"}
    assert fixes_for(["wrong-admin-code"], a_request(an_encounter({"service_lines": [*lines, push]}))) == []


def test_an_unclassified_code_before_the_products_own_stays() -> None:
    early = {"service_lines[0].hcpcs": "J3590", "therapy.infusion_start": "2020-06-01T09:00:00"}
    assert fixes_for(["wrong-hcpcs"], a_request(an_encounter(early))) == []
    assert (
        fixes_for(
            ["wrong-hcpcs"],
            a_request(an_encounter({"service_lines[0].hcpcs": "J3590"}), {"drug_hcpcs": "J3590"}),
        )
        == []
    )


def test_the_likelier_cause_wins_a_field() -> None:
    request = a_request(an_encounter({"service_lines[0].hcpcs": "J3590"}))
    (change,) = fixes_for(["ndc-invalid", "wrong-hcpcs"], request)
    assert change.source == "fix of ndc-invalid"


def test_the_payers_own_correction_is_taken_where_it_differs() -> None:
    body = {
        "corrected_insured": {
            "last_name": "SAMPLE",
            "first_name": "INEZ",
            "middle_name": "",
            "member_id": "M9",
        }
    }
    own = corrected_by_payer(a_request(an_encounter(base=OUTPATIENT)), body, "2026-11-18")
    assert {change.path: change.value for change in own} == {
        "coverages[0].member_id": "M9",
        "patient.first_name": "INEZ",
    }
    assert all(change.is_protected and change.source == "835 of 2026-11-18" for change in own)
    dependent = corrected_by_payer(a_request(an_encounter(base=INPATIENT)), body, None)
    assert {change.path for change in dependent} == {
        "coverages[0].member_id",
        "coverages[0].subscriber.last_name",
        "coverages[0].subscriber.first_name",
    }
    assert corrected_by_payer(a_request(an_encounter()), {}, None) == []


def test_a_change_does_not_show_its_value() -> None:
    assert "Secretly" not in repr(Change("patient.last_name", "Secretly", "--set-from"))


def test_the_boxes_are_those_of_the_field_map() -> None:
    """Where both name an element, they name one box."""
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in (ROOT / "docs" / "field-map.md").read_text("utf-8").splitlines()
        if line.startswith("| ")
    ]
    compared = 0
    for box, _, _, _, _, loop, element, *_ in (row for row in rows if len(row) == 8):
        found = re.fullmatch(r"([A-Z0-9]{2,3}?)(?:\*(\w+))? ?(\d\d)(?:-(\d))?", element)
        if found is None or not box:
            continue
        segment, qualifier, number, part = found.groups("")
        place = place_of(loop, segment, qualifier, number, int(part or 1))
        if place.box:
            compared += 1
            assert place.box in re.split(r"[ ,]+(?:A to Q)?", box), (loop, element, place.box, box)
    print(f"{compared} boxes compared")
    assert compared > 40
