"""The code tables: all there, none without its facts, and right where this product depends on them."""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

import edi.codes
from edi.codes import code_table, code_words, knows
from edi.codes.grouped import size
from edi.codes.icd10cm import Diagnosis, changes, diagnosis, was_billable
from edi.codes.poa_exempt import is_poa_exempt, may_be_exempt
from edi.codes.tables import tables

FOLDER = Path(str(files("edi.codes")))
GROUPED = {"icd10cm", "poa_exempt"}
WITH_MEANINGS = sorted(set(tables()) - GROUPED - {"icd10cm_changes"})
MOST_WORDS = 12
"""Official descriptions run to sentences; ours are a few words."""


def rows(table: str) -> list[dict[str, str]]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_table_has_its_facts_and_every_fact_its_table() -> None:
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(tables())
    for table in tables().values():
        assert table.title and table.source and table.note
        assert table.list_date < table.refresh_by


def test_every_table_says_when_it_is_due() -> None:
    table = tables()["icd10cm"]
    assert not table.is_due(dt.date(2026, 9, 30))
    assert table.is_due(dt.date(2026, 10, 1))


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ("revenue", 548),
        ("type_of_bill", 33),
        ("bill_frequency", 27),
        ("patient_status", 40),
        ("admission_type", 6),
        ("point_of_origin", 11),
        ("point_of_origin_newborn", 2),
        ("condition", 164),
        ("occurrence", 59),
        ("occurrence_span", 18),
        ("value", 108),
        ("carc", 405),
        ("rarc", 1171),
        ("claim_status", 786),
    ],
)
def test_a_table_has_all_its_codes_once(table: str, count: int) -> None:
    assert len(rows(table)) == count == len(code_table(table))


@pytest.mark.parametrize("table", WITH_MEANINGS)
def test_rows_have_a_code_a_status_a_source_and_a_few_words(table: str) -> None:
    for row in rows(table):
        assert row["code"] == row["code"].strip() != ""
        assert row["list_status"] in ("active", "retired")
        assert row["source"]
        assert len(row["short_meaning"].split()) <= MOST_WORDS


@pytest.mark.parametrize(
    ("table", "codes"),
    [
        ("revenue", ["0250", "0260", "0636", "0891", "0892", "0871", "0001"]),
        ("type_of_bill", ["11", "12", "13", "85"]),
        ("bill_frequency", list("12345789Q")),
        ("patient_status", ["01", "05", "20", "30"]),
        ("admission_type", list("123459")),
        ("point_of_origin", list("124569D")),
        ("point_of_origin_newborn", list("56")),
        ("value", ["54", "80", "86", "87", "90", "A8"]),
        ("condition", ["01", "D0", "D9"]),
        ("occurrence", ["01", "11", "A1"]),
        ("occurrence_span", ["70", "74", "79", "M0"]),
    ],
)
def test_codes_of_the_claims_of_this_product_are_known(table: str, codes: list[str]) -> None:
    assert [code for code in codes if not knows(table, code)] == []


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ("revenue", "0637 "),
        ("revenue", "636"),
        ("revenue", "9000"),
        ("type_of_bill", "10"),
        ("patient_status", "00"),
        ("admission_type", "6"),
        ("point_of_origin", "7"),
        ("point_of_origin_newborn", "1"),
        ("value", "ZZ"),
        ("condition", ""),
    ],
)
def test_what_is_no_code_is_not_known(table: str, code: str) -> None:
    assert not knows(table, code)


def test_a_retired_code_is_kept_as_such() -> None:
    assert code_table("type_of_bill")["33"].status == "retired"
    assert code_table("value")["86"].status == "retired"
    assert code_words("value", "87") == "Gene therapy invoice cost"


def test_grouped_lists_have_all_their_codes() -> None:
    assert size("icd10cm") == 74_706
    assert size("poa_exempt") == 38_154


@pytest.mark.parametrize("code", ["G120", "G121", "G128", "G129", "G1225", "I10", "Z9286", "Z148", "S0100XA"])
def test_billable_diagnoses(code: str) -> None:
    assert diagnosis(code) is Diagnosis.BILLABLE


@pytest.mark.parametrize("code", ["G12", "G122", "Z00", "Z0012", "Z38", "S0100X", "S01"])
def test_headers_of_diagnoses(code: str) -> None:
    assert diagnosis(code) is Diagnosis.HEADER


@pytest.mark.parametrize(
    "code", ["", "G", "G1", "G12.0", "g120", "G123", "G1200", "I100", "QQQ", "335.0", "ÿ12"]
)
def test_what_is_no_diagnosis(code: str) -> None:
    assert diagnosis(code) is Diagnosis.UNKNOWN


def test_a_code_counts_until_its_last_day() -> None:
    assert diagnosis("E7801", dt.date(2025, 9, 30)) is Diagnosis.BILLABLE
    assert diagnosis("E7801", dt.date(2025, 10, 1)) is Diagnosis.HEADER
    assert not was_billable("E78010", dt.date(2025, 9, 30))
    for code, change in changes().items():
        assert (change.last_day is None) is (diagnosis(code) is Diagnosis.BILLABLE)


def test_codes_exempt_from_present_on_admission() -> None:
    assert is_poa_exempt("Z00121") and is_poa_exempt("Z9286")
    assert not is_poa_exempt("G120")
    assert not may_be_exempt("G120")
    assert not is_poa_exempt("G35A") and may_be_exempt("G35A")


def test_looking_up_a_diagnosis_takes_no_time_worth_naming() -> None:
    program = (
        "import time; from edi.codes.icd10cm import diagnosis; start = time.perf_counter(); "
        "diagnosis('G120'); print(time.perf_counter() - start)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    # 10 ms here; a busy machine is given five times the 100 ms that are promised
    assert float(done.stdout) < 0.5


def test_the_package_data_name_the_kinds_of_files_that_ship() -> None:
    config = (Path(edi.codes.__file__).parents[2] / "setup.cfg").read_text(encoding="utf-8")
    assert "* = py.typed, *.toml, *.csv" in config
    assert {path.suffix for path in FOLDER.iterdir() if path.is_file()} == {".py", ".csv", ".toml"}
