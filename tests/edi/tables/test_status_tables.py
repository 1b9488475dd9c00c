"""Tables of answers written by hand: what is asked for until when, and what was refused where."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from edi.tables.build import read_tables

FOLDER = Path(__file__).parents[1] / "files" / "answers"


def tables(stem: str) -> dict[str, list[dict[str, Any]]]:
    return {name: table.to_pylist() for name, table in read_tables([FOLDER / f"{stem}.x12"]).items()}


def columns(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in rows]


def test_a_request_for_documents_says_what_until_when_and_how() -> None:
    found = tables("277-4-request")
    assert columns(found["status_claims"], "patient_control_number", "is_request", "due_date") == [
        ("KH-315", True, dt.date(2026, 4, 1))
    ]
    assert found["status_claims"][0]["requested_documents"] == "18842-5 11506-3 34117-2 11504-8"
    assert found["status_claims"][0]["references"] == "1K:ICN314 EJ:KH-315 BLT:131 EA:MRN314"
    assert columns(found["status_lines"], "line", "code", "due_date") == [(1, "J3399", dt.date(2026, 4, 1))]
    assert columns(found["paperwork"], "claim", "line", "report_type", "transmission", "control_number") == [
        (1, None, "OZ", "FX", "ACN314")
    ]
    assert columns(found["statuses"], "line", "element", "list_qualifier", "outcome")[:4] == [
        (None, "STC01", "LOI", "request"),
        (None, "STC10", "LOI", "request"),
        (None, "STC11", "LOI", "request"),
        (None, "STC01", "", "request"),
    ]
    assert columns(found["contacts"], "claim", "level", "name", "qualifier", "number") == [
        (None, "2100A", "RECORDS DESK", "TE", "5555550112"),
        (1, "2200D", "RECORDS UNIT", "FX", "5555550113"),
    ]


def test_levels_have_their_totals() -> None:
    levels = tables("277ca-2-mixed")["status_levels"]
    assert [row["code"] for row in levels][:3] == ["20", "21", "19"]
    assert any(row["accepted_count"] is not None for row in levels)
    assert any(row["rejected_charge"] is not None for row in levels)


def test_a_payment_said_in_a_status_has_its_dates_and_numbers() -> None:
    (status, *_) = tables("277-1-paid")["statuses"]
    assert status["final_date"] and status["remittance_date"] and status["check_number"]


def test_faults_have_their_repetition_and_contexts() -> None:
    found = [tables(f"999-{stem}") for stem in ("2-rejected", "3-partial", "5-odd")]
    faults = [row for one in found for row in one["acknowledgments"] if row["element"]]
    assert any(row["repetition"] for row in faults)
    assert all(row["data_element"] is not None for row in faults)
    contexts = [row for one in found for row in one["acknowledgment_contexts"]]
    assert any(row["segment"] and row["segment_at"] for row in contexts)
    positions = {row["fault_position"] for one in found for row in one["acknowledgments"]}
    assert {row["fault_position"] for row in contexts} <= positions - {None}
    assert {row["element_position"] is None for row in contexts} == {True, False}


def test_a_group_has_its_counts() -> None:
    (group, *_) = tables("999-3-partial")["acknowledgments"]
    assert group["included"] >= group["received"] >= group["accepted_count"]
