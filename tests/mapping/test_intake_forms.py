"""The same encounters as JSON, NDJSON, CSV and Parquet are read to equal records."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mapping.encounter import Encounter
from mapping.intake import parse_encounters
from mapping.intake import record as one_record
from mapping.intake.cells import join_list, split_list
from mapping.intake.columns import default_header, find_column
from mapping.intake.flatten import columns_of
from mapping.intake.record import read_record
from tests.support.builders import INPATIENT, REMOVED, SAMPLES, a_child, a_record
from tests.support.encounter_files import (
    as_csv,
    as_flat_parquet,
    as_json,
    as_ndjson,
    as_nested_parquet,
    flat_rows,
)

FORMS: dict[str, Callable[[list[Encounter]], bytes]] = {
    "json": as_json,
    "ndjson": as_ndjson,
    "csv": as_csv,
    "csv, semicolons, Windows lines, columns repeated": lambda found: as_csv(found, ";", "\r\n", True),
    "csv, tabs, old line ends": lambda found: as_csv(found, "\t", "\r"),
    "csv with a byte order mark": lambda found: b"\xef\xbb\xbf" + as_csv(found),
    "flat parquet, typed": as_flat_parquet,
    "flat parquet, text": lambda found: as_flat_parquet(found, typed=False, row_group_size=2),
    "nested parquet": lambda found: as_nested_parquet(found, row_group_size=3),
}

CHANGES: list[dict[str, Any]] = [
    {"clinical.prior_therapies": []},
    {"clinical.prior_therapies": REMOVED},
    {"clinical": REMOVED},
    {"clinical.prior_therapies": [{"name": "nusinersen", "first_date": "2026-06-01"}, {"name": "risdiplam"}]},
    {"coverages[0].authorizations": [{}, {"status": "denied", "reason": 'not | covered, "yet";\nask'}]},
    {"coverages[0].authorizations": []},
    {"diagnoses": []},
    {"notes": ["one|two", "back\\slash", "\\", "[]"], "service_lines[0].notes": ["[]"]},
    {"notes": ["\\|", "a\tb;c,d", "=1+1"], "condition_codes": ["A1", "07"]},
    {"service_lines[0].modifiers": ["JZ", "SL"], "service_lines[0].description": "a\r\nb"},
    {"patient.address.lines": ["1 Elm St", "Apt 2; rear"], "patient.last_name": "Núñez-李"},
    {"therapy": REMOVED, "contract": {"agreement_id": "007"}, "drg": "007"},
    {"pay_to": {"lines": ["PO Box 1"], "city": "Anytown", "state": "TX", "postal_code": "010010001"}},
    {
        "value_codes": [{"code": "54", "amount": "-3000.5"}],
        "attachments": [{"type": "77", "transmission": "EL"}],
    },
    {
        "coverages[0].adjudication": {
            "paid": "0",
            "date": "2026-12-01",
            "adjustments": [{"group": "CO", "reason": "45", "amount": "1.10"}],
            "lines": [
                {"line": 1, "paid": "0.00", "adjustments": [{"group": "PR", "reason": "1", "amount": "2"}]}
            ],
        }
    },
]


def sampled() -> list[Encounter]:
    """All encounters of the samples, each once, and clean ones with things changed."""
    found: dict[str, Encounter] = {}
    for path in sorted(SAMPLES.iterdir()):
        for record in parse_encounters(path.read_bytes()):
            if record.encounter is not None:
                found.setdefault(record.encounter.id, record.encounter)
    assert len(found) >= 16
    for base in ("01-outpatient-medicaid", INPATIENT):
        for number, changes in enumerate(CHANGES):
            key = f"{base[:2]}-{number}"
            own = {"id": key, "patient_control_number": f"ACCT-{key}"}
            found[key] = Encounter.model_validate(a_record({**changes, **own}, base))
    return list(found.values())


@pytest.mark.parametrize("form", FORMS)
def test_every_form_reads_to_the_same_encounters(form: str) -> None:
    encounters = sampled()
    records = list(parse_encounters(FORMS[form](encounters)))
    assert [finding.message() for record in records for finding in record.findings] == []
    assert [record.encounter for record in records] == encounters


def test_every_form_gives_the_same_digest_so_that_a_change_of_form_is_no_change() -> None:
    encounters = sampled()
    digests = {
        form: [record.digest for record in parse_encounters(write(encounters))]
        for form, write in FORMS.items()
    }
    assert len({tuple(found) for found in digests.values()}) == 1
    assert len(set(digests["json"])) == len(encounters)


def test_what_a_record_says_makes_its_digest_not_how_it_says_it() -> None:
    short = a_record({"service_lines[0].charge": "2125000.0", "therapy.status": REMOVED})
    (one,), (other,) = (
        list(parse_encounters(as_json([Encounter.model_validate(record)]))) for record in (a_record(), short)
    )
    assert one.digest == other.digest
    changed = a_record({"service_lines[0].charge": "2125000.01"})
    (third,) = parse_encounters(as_json([Encounter.model_validate(changed)]))
    assert third.digest != one.digest


def test_a_digest_never_changes_for_ledgers_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    known = "700837f6731ab6140603e8ce76b4c22e7d5eea14afd37504d862a91e7c35fba6"
    assert read_record(a_record(), 1).digest == known
    # whatever was remembered of records before it
    monkeypatch.setattr(one_record, "_MOST_TEXTS", 1)
    assert read_record(a_record({"patient.weight_kg": "5.80"}), 1).digest == known
    assert read_record(a_record(), 1).digest == known


def test_no_more_texts_are_remembered_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_record, "_MOST_TEXTS", 3)
    texts = one_record._PlainTexts()
    assert [texts[Decimal(number)] for number in range(1, 9)] == [f"{number}E0" for number in range(1, 9)]
    assert len(texts) <= 3


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40)


@settings(max_examples=40, deadline=None)
@given(
    notes=st.lists(texts, max_size=4), name=texts, group=texts, lots=st.lists(texts, min_size=1, max_size=2)
)
def test_any_text_that_a_record_may_hold_comes_through_every_form(
    notes: list[str], name: str, group: str, lots: list[str]
) -> None:
    changes = {
        "notes": notes,
        "service_lines[1].notes": notes[:1],
        "patient.last_name": name,
        "coverages[0].group_name": group,
        "service_lines[0].description": lots[-1],
    }
    try:
        changed = Encounter.model_validate(a_record(changes))
    except ValidationError:
        return
    encounters = [changed, Encounter.model_validate(a_child(1))]
    for form, write in FORMS.items():
        records = list(parse_encounters(write(encounters)))
        assert [record.encounter for record in records] == encounters, form


@given(elements=st.lists(st.text("a|\\[]", min_size=1), min_size=1))
def test_a_list_in_a_cell_comes_back(elements: list[str]) -> None:
    assert split_list(join_list(elements)) == elements


def test_a_list_in_a_cell_that_is_empty() -> None:
    assert split_list("[]") == [] and split_list("JZ|SL") == ["JZ", "SL"] and split_list(r"C:\x") == [r"C:\x"]


def test_the_printed_header_names_columns_each_once_the_id_first() -> None:
    header = default_header()
    assert header[0] == "id" and len(header) == len(set(header))
    assert all(find_column(name) for name in header)
    assert {"coverages[1].payer", "diagnoses[11].code", "service_lines.charge"} <= set(header)


def test_every_field_of_the_samples_has_a_printed_column_or_a_wider_place_in_its_list() -> None:
    header = columns_of(flat_rows(sampled()))
    columns = [column for name in header if (column := find_column(name))]
    assert len(columns) == len(header)
