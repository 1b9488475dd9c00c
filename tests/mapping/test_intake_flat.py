"""Flat files: what a row, a cell or a header can have wrong, and that the others go on."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mapping.encounter import Encounter
from mapping.intake import IntakeRecord, parse_encounters
from mapping.intake.flatten import columns_of
from tests.support.builders import a_child
from tests.support.encounter_files import as_csv, as_flat_parquet, csv_of, flat_rows, parquet_of

Rows = list[dict[str, str]]


def children(number: int = 3) -> list[Encounter]:
    return [Encounter.model_validate(a_child(each)) for each in range(1, number + 1)]


def the_rows() -> Rows:
    """Three encounters with two rows each; the header is line 1, so row n stands on line n + 2."""
    return flat_rows(children())


def read(rows: Rows, columns: list[str] | None = None) -> list[IntakeRecord]:
    return list(parse_encounters(csv_of(rows, columns or columns_of(rows))))


def taken(records: list[IntakeRecord]) -> list[str]:
    return [record.encounter.id for record in records if record.encounter is not None]


def told(records: list[IntakeRecord]) -> list[tuple[str | None, int | None, str | None]]:
    return [
        (finding.place.encounter, finding.place.line, finding.place.path)
        for record in records
        for finding in record.findings
    ]


def words(records: list[IntakeRecord]) -> str:
    return " / ".join(f"{each.message()} {each.fix}" for record in records for each in record.findings)


@pytest.mark.parametrize(
    ("row", "column", "cell", "said"),
    [
        (0, "service_lines.charge", "2.125E+06", "power of ten"),
        (1, "service_lines.charge", "$2,125,000.00", "digits and a decimal point"),
        (1, "service_lines.charge", "2125000,00", "digits and a decimal point"),
        (0, "therapy.kits[0].ndc", "7.1894E+10", "spreadsheet destroyed"),
        (0, "coverages[0].member_id", "1,2E+15", "spreadsheet destroyed"),
        (0, "therapy.infusion_start", "46335.39", "number and not a date"),
        (0, "therapy.infusion_start", "20261109", "number and not a date"),
        (0, "patient.birth_date", "03/04/2026", "day and month"),
        (0, "patient.weight_date", "#N/A", "spreadsheet's error"),
        (1, "service_lines.date", "########", "spreadsheet's error"),
        (1, "service_lines.revenue_code", "636", "dropped zeros"),
        (0, "patient.address.postal_code", "1001", "dropped zeros"),
        (1, "service_lines.units", "one", "decimal"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line_and_path(row: int, column: str, cell: str, said: str) -> None:
    rows = the_rows()
    rows[row][column] = cell
    records = read(rows)
    path = column.replace("service_lines.", f"service_lines[{row}].")
    assert taken(records) == ["N00002", "N00003"]
    assert told(records) == [("N00001", row + 2, path)]
    assert said in words(records) and cell not in words(records)


def test_zeros_in_front_are_kept_and_numbers_stay_text() -> None:
    rows = the_rows()
    rows[0]["patient.address.postal_code"] = "010010001"
    rows[0]["patient.record_number"] = "000123"
    record = read(rows)[0]
    assert record.encounter is not None and record.encounter.patient.record_number is not None
    assert record.encounter.patient.address.postal_code.reveal() == "010010001"
    assert record.encounter.patient.record_number.reveal() == "000123"
    assert record.encounter.service_lines[0].charge == Decimal("2125000.00")


def test_a_row_that_contradicts_the_first_row_of_its_id_sets_the_encounter_aside() -> None:
    rows = flat_rows(children(), repeated=True)
    rows[3]["patient.sex"] = "M"
    records = read(rows)
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 5, "patient.sex")]
    assert "line 4" in words(records)


def test_a_column_that_only_a_later_row_fills_contradicts_too() -> None:
    rows = the_rows()
    rows[1]["drg"] = "003"
    assert told(read(rows, [*columns_of(rows[:1]), "drg"])) == [("N00001", 3, "drg")]


def test_an_id_that_comes_back_is_set_aside_in_all_its_places() -> None:
    rows = the_rows()
    records = read([*rows[:3], *rows[4:], rows[3]])
    assert taken(records) == ["N00001"]
    assert {place[:2] for place in told(records)} == {("N00002", 4), ("N00002", 7), ("N00003", 7)}
    assert "do not stand together" in words(records)


def test_two_ids_under_one_account_number_are_both_set_aside() -> None:
    rows = flat_rows(children(), repeated=True)
    rows[3]["id"] = "N0000Z"
    records = read(rows)
    assert taken(records) == ["N00001", "N00003"]
    assert {place[0] for place in told(records)} == {"N00002", "N0000Z"}


def test_a_row_without_an_id_holds_back_the_encounter_it_may_belong_to() -> None:
    rows = the_rows()
    rows[3]["id"] = ""
    records = read(rows)
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 5, "id"), (None, 5, "id")]


def test_a_whole_encounter_without_an_id_costs_itself_alone() -> None:
    rows = flat_rows(children(), repeated=True)
    rows[2]["id"] = rows[3]["id"] = " "
    records = read(rows)
    assert taken(records) == ["N00001", "N00003"] and {place[1] for place in told(records)} == {4, 5}


@pytest.mark.parametrize("change", [lambda line: line + b",x", lambda line: line.rsplit(b",", 3)[0]])
def test_a_ragged_row_costs_its_encounter_alone(change: Callable[[bytes], bytes]) -> None:
    lines = as_csv(children()).splitlines()
    lines[4] = change(lines[4])
    records = list(parse_encounters(b"\n".join(lines)))
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 5, "row")] and "cells" in words(records)
    assert lines[4].decode() in records[1].content and records[1].suffix == ".csv"


def test_the_rows_that_were_set_aside_can_be_mended_and_sent_again() -> None:
    rows = the_rows()
    rows[2]["service_lines.charge"] = "2.125E+06"
    (_, wrong, _) = read(rows)
    (mended,) = parse_encounters(wrong.content.replace("2.125E+06", "2125000.00").encode())
    assert mended.encounter == children()[1]


def test_a_quote_that_is_not_closed_swallows_no_other_row() -> None:
    lines = as_csv(children()).splitlines()
    lines[3] = lines[3].replace(b",22,", b',"22,')
    records = list(parse_encounters(b"\n".join(lines)))
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 4, "row")]


def test_a_quoted_cell_may_hold_line_ends_and_lines_are_counted_as_they_stand() -> None:
    rows = the_rows()
    rows[0]["notes"] = 'first\r\nsecond, "third"\n'
    rows[2]["setting"] = "99"
    records = read(rows, columns_of(rows))
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 6, "setting")]


def test_a_cell_that_is_not_utf8_costs_its_encounter_alone() -> None:
    records = list(parse_encounters(as_csv(children()).replace(b"MEM0000002", b"MEM\xe9")))
    assert taken(records) == ["N00001", "N00003"]
    assert told(records) == [("N00002", 4, "coverages[0].member_id")]


def test_a_list_with_a_place_left_out_is_refused_because_order_has_a_meaning() -> None:
    rows = the_rows()
    rows[0] = {name.replace("coverages[0]", "coverages[1]"): cell for name, cell in rows[0].items()}
    assert ("N00001", 2, "coverages[0]") in told(read(rows))


def test_rows_of_empty_cells_are_no_rows() -> None:
    data = as_csv(children()).replace(b"\nN00002,NGT", b"\n\n,,,\nN00002,NGT")
    assert taken(list(parse_encounters(data))) == ["N00001", "N00002", "N00003"]


def test_a_row_that_has_no_line_of_the_bill_is_told() -> None:
    rows = the_rows()
    rows[1] = {"id": "N00001"}
    assert told(read(rows)) == [("N00001", 3, "service_lines")]


def test_an_encounter_has_no_more_rows_than_a_claim_has_lines() -> None:
    rows = the_rows()
    records = read([rows[0], *([rows[1]] * 1500), *rows[2:]])
    assert taken(records) == ["N00002", "N00003"] and "999" in words(records)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("patient.last_name", "patient.lastname", "Is `patient.last_name` meant?"),
        ("coverages[0].payer", "coverages.0.payer", "Is `coverages[0].payer` meant?"),
        ("service_lines.charge", "service_lines.charges", "Is `service_lines.charge` meant?"),
        ("patient.sex", "setting", "stands twice"),
        ("patient.sex", "notes", "patient.sex: the column is missing"),
        ("patient.sex", "zzz", "there is no such column"),
    ],
)
def test_a_wrong_header_is_told_for_the_file(old: str, new: str, said: str) -> None:
    data = as_csv(children())
    header, rest = data.split(b"\n", 1)
    names = [new if name == old else name for name in header.decode().split(",")]
    (record,) = parse_encounters(",".join(names).encode() + b"\n" + rest)
    assert record.whole_file and all(finding.place.line == 1 for finding in record.findings)
    assert said in words([record])


def test_cells_of_a_file_without_a_header_are_not_shown() -> None:
    (record,) = parse_encounters(as_csv(children()).split(b"\n", 1)[1])
    assert record.whole_file and "NGT" not in words([record]) and "N0000" not in words([record])


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "workbook"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"ISA*00*", "X12"),
        (b"id\n", "column is missing"),
        (b"PAR1 and no more", "Parquet file is broken"),
        (b"a,b,c\n1,2,3\n", "CSV with a known header"),
        (as_csv(children()).split(b"\n")[0], "no rows"),
    ],
)
def test_a_file_of_another_form_is_one_finding_with_the_next_step(data: bytes, said: str) -> None:
    (record,) = parse_encounters(data)
    assert record.whole_file and said in words([record]) and record.findings[0].fix


def table(**changes: Any) -> pa.Table:
    """The flat table of three children with columns replaced."""
    found = pq.read_table(io.BytesIO(as_flat_parquet(children())))
    for name, values in changes.items():
        found = found.set_column(found.column_names.index(name), name, pa.array(values))
    return found


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("service_lines.charge", [2125000.0] * 6, "binary floats"),
        ("patient.weight_kg", [5.8] * 6, "binary floats"),
        ("service_lines.revenue_code", [636] * 6, "zeros in front are lost"),
        ("id", [1, 2, 3, 4, 5, 6], "zeros in front are lost"),
        ("patient.birth_date", [1.5] * 6, "a date"),
    ],
)
def test_a_parquet_column_of_a_type_that_loses_something_is_refused(
    column: str, values: list[Any], said: str
) -> None:
    (record,) = parse_encounters(parquet_of(table(**{column: values})))
    assert record.whole_file and told([record]) == [(None, 1, column)] and said in words([record])


def test_an_empty_parquet_column_of_a_wrong_type_does_no_harm() -> None:
    found = table().append_column("estimated_amount_due", pa.array([None] * 6, pa.float64()))
    assert len(taken(list(parse_encounters(parquet_of(found))))) == 3


def test_dates_that_pandas_wrote_as_times_and_whole_numbers_as_floats_are_read() -> None:
    found = table()
    times = found["patient.birth_date"].cast(pa.timestamp("ns"))
    found = found.set_column(found.column_names.index("patient.birth_date"), "patient.birth_date", times)
    titers = found["clinical.antibody_titer.titer"].cast(pa.float64())
    place = found.column_names.index("clinical.antibody_titer.titer")
    found = found.set_column(place, "clinical.antibody_titer.titer", titers)
    records = list(parse_encounters(parquet_of(found)))
    assert [record.encounter for record in records] == children()


def test_the_row_of_a_parquet_file_is_told() -> None:
    found = table(setting=["22", None, "99", None, "22", None])
    records = list(parse_encounters(parquet_of(found)))
    assert told(records) == [("N00002", 3, "setting")] and taken(records) == ["N00001", "N00003"]


def test_nested_parquet_is_checked_the_same_way() -> None:
    record = a_child(1)
    record["service_lines"][0]["charge"] = 2125000.0
    record["service_lines"][1]["charge"] = 1200.0
    record["patient"]["lastname"] = "x"
    nested = pa.Table.from_struct_array(pa.array([record]))
    (refused,) = parse_encounters(parquet_of(nested))
    assert refused.whole_file
    assert {place[2] for place in told([refused])} == {"service_lines[0].charge", "patient.lastname"}


def test_nested_parquet_takes_types_of_its_own() -> None:
    record = a_child(1)
    record["patient"]["birth_date"] = dt.date.fromisoformat(record["patient"]["birth_date"])
    for line in record["service_lines"]:
        line["charge"] = Decimal(line["charge"])
    nested = pa.Table.from_struct_array(pa.array([record]))
    (read_back,) = parse_encounters(parquet_of(nested))
    assert read_back.encounter == children(1)[0]
