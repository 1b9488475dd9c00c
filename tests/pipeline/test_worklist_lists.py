"""The worklist as a table, CSV, JSON and a workbook: filtered, summed, and safe to open."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.cli.tables import print_worklist
from pipeline.denials.item import CodeEntry
from pipeline.ledger.decisions import Decision
from pipeline.worklist.decisions import Entry
from pipeline.worklist.filters import Filter
from pipeline.worklist.formats import as_csv, as_json, as_row
from pipeline.worklist.sheet import as_xlsx
from pipeline.worklist.totals import Totals, totals
from tests.support.commands import assert_clean, j3399
from tests.support.items import an_item
from tests.support.nights import a_workspace

NOW = dt.datetime(2026, 11, 25, 8, 0)
TODAY = NOW.date()
LATE = an_item(
    "ndc-invalid",
    claim="C2",
    owner="pharmacy",
    stage="rejected",
    kind="rejected",
    payer="commercial-oba",
    due=dt.date(2026, 11, 24),
    amount_at_risk_cents=300_00,
)
SOON = an_item("unknown", claim="C3", owner="biller", due=dt.date(2026, 12, 2), amount_at_risk_cents=200_00)
HELD = an_item(None, key="E9:held", kind="held", claim="", encounter="E9", stage="", owner="clinic",
               due=None, amount_at_risk_cents=100_00, facts=("titer-missing",))  # fmt: skip
AGAIN = an_item(None, key="C1:no-answer", kind="no-answer", claim="C1", due=None,
                amount_at_risk_cents=50_00)  # fmt: skip
ITEMS = [an_item(), LATE, SOON, HELD, AGAIN]
CLOSED = Decision("C2", "closed", LATE.fingerprint, "sent anew", "A. Analyst", "2026-11-20T09:00:00")
ENTRIES = [Entry(an_item()), Entry(LATE, CLOSED, is_hidden=True), Entry(SOON), Entry(HELD), Entry(AGAIN)]


@pytest.mark.parametrize(
    ("values", "due_before", "keys"),
    [
        ({}, None, ["C1", "C2", "C3", "E9:held", "C1:no-answer"]),
        ({"owner": ("Pharmacy",)}, None, ["C2"]),
        ({"owner": ("pharmacy", "clinic")}, None, ["C2", "E9:held"]),
        ({"payer": ("state-medicaid",), "stage": ("denied",)}, None, ["C1", "C3", "C1:no-answer"]),
        ({"cause": ("aav9-titer",)}, None, ["C1"]),
        ({"cause": ("held",)}, None, ["E9:held"]),
        ({"kind": ("rejected",)}, None, ["C2"]),
        ({}, dt.date(2026, 12, 1), ["C2"]),
        ({}, dt.date(2026, 12, 2), ["C1", "C2"]),
        ({"owner": ("nobody",)}, None, []),
    ],
)
def test_items_are_chosen_by_what_they_have(
    values: dict[str, tuple[str, ...]], due_before: dt.date | None, keys: list[str]
) -> None:
    assert [item.key for item in ITEMS if Filter(values, due_before).fits(item)] == keys


def test_a_value_that_no_item_has_is_told_with_those_there_are() -> None:
    wanted = Filter({"owner": ("nobody", "clinic"), "kind": ()})
    assert wanted.without_match([LATE, HELD]) == ["no item has owner 'nobody' (there: clinic, pharmacy)"]


def test_a_claim_with_several_items_counts_its_money_once() -> None:
    assert totals(ITEMS, TODAY) == Totals(items=5, cents_at_risk=212_500_000 + 600_00, overdue=1, due_soon=2)


def the_table(capsys: pytest.CaptureFixture[str], width: int, **options: Any) -> str:
    print_worklist(ENTRIES, TODAY, **options)
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= width
    return text


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("brief", [False, True])
def test_the_table_fits_the_terminal_and_ends_with_the_totals(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, brief: bool
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = the_table(capsys, width, hidden=2, unfit=1, brief=brief)
    assert text.splitlines()[-3:] == [
        "5 items, $2,125,600.00 at risk; 1 overdue, 2 due within 7 days",
        "1 item left out by the filter",
        "2 items closed or snoozed (--all shows them)",
    ]
    assert all(item.key in text for item in ITEMS) and "\x1b" not in text


def test_a_block_says_why_what_who_and_by_when(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = the_table(capsys, 80)
    for words in (
        "because  the titer is old",
        "do       appeal",
        "         send the result",
        "who      authorization team",
        "by       2026-12-01 (6 days)",
        "by       2026-11-24 (1 days ago)",
        "because  titer-missing",
        "decided  closed on 2026-11-20 by A. Analyst: sent anew",
    ):
        assert f"│ {words} " in text, words


def test_colours_are_left_out_where_the_terminal_wants_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    print_worklist(ENTRIES, TODAY)
    assert "\x1b[1;31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    print_worklist(ENTRIES, TODAY)
    assert "\x1b[1;31m" not in capsys.readouterr().out


def test_csv_and_json_have_every_item_with_its_decision() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(ENTRIES))))
    assert [(row["key"], row["cause"], row["hidden"]) for row in rows] == [
        ("C1", "aav9-titer", ""),
        ("C2", "ndc-invalid", "yes"),
        ("C3", "unknown", ""),
        ("E9:held", "held", ""),
        ("C1:no-answer", "no-answer", ""),
    ]
    documents = json.loads(as_json(ENTRIES))
    assert [one["decision"] and one["decision"]["reason"] for one in documents] == [
        None,
        "sent anew",
        None,
        None,
        None,
    ]


def the_book(entries: list[Entry]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(as_xlsx(entries, NOW)))


def test_the_workbook_has_a_summary_all_items_and_a_sheet_for_each_cause() -> None:
    book = the_book(ENTRIES)
    assert book.sheetnames == [
        "summary",
        "all items",
        "aav9-titer",
        "held",
        "ndc-invalid",
        "no-answer",
        "unknown",
    ]
    assert [row[0].value for row in book["ndc-invalid"].iter_rows(min_row=2)] == ["C2"]
    assert [row[0].value for row in book["all items"].iter_rows(min_row=2)] == [item.key for item in ITEMS]


def test_every_sheet_of_items_is_frozen_filtered_and_typed() -> None:
    book = the_book(ENTRIES)
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref.startswith("A1:")
    sheet = book["all items"]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    assert first["amount at risk"].value == 2125000 and first["amount at risk"].number_format == "#,##0.00"
    assert first["due"].value == dt.datetime(2026, 12, 1) and first["due"].is_date
    assert dict(zip(header, sheet[5], strict=True))["due"].value is None
    assert all(sheet.column_dimensions[letter].width > 7 for letter in "ABCDEFGHIJKLMNOP")


def test_the_summary_counts_by_owner_cause_payer_and_week() -> None:
    rows = [row for row in the_book(ENTRIES)["summary"].iter_rows(values_only=True) if any(row)]
    monday = dt.datetime
    assert rows == [
        ("Open work", None, None),
        ("as of", None, monday(2026, 11, 25)),
        ("items", None, 5),
        ("money at risk, each claim once", None, 2125600),
        ("overdue", None, 1),
        ("due within 7 days", None, 2),
        ("owner", "items", "money at risk"),
        ("authorization team", 2, 2125000),
        ("pharmacy", 1, 300),
        ("biller", 1, 200),
        ("clinic", 1, 100),
        ("cause", "items", "money at risk"),
        ("aav9-titer", 1, 2125000),
        ("ndc-invalid", 1, 300),
        ("unknown", 1, 200),
        ("held", 1, 100),
        ("no-answer", 1, 50),
        ("payer", "items", "money at risk"),
        ("state-medicaid", 4, 2125300),
        ("commercial-oba", 1, 300),
        ("week of the due date (its Monday)", "items", "money at risk"),
        (monday(2026, 11, 23), 1, 300),
        (monday(2026, 11, 30), 2, 2125200),
        ("none", 2, 150),
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_no_cell_is_run_as_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://x")'
    entry = Entry(an_item(owner=text, payer=text, steps=(text,), encounter=text))
    book = the_book([entry])
    cells = [
        cell for sheet in book for row in sheet.iter_rows() for cell in row if "HYPER" in str(cell.value)
    ]
    assert len(cells) >= 10
    assert all(cell.data_type == "s" and cell.value.startswith("'") for cell in cells)
    row = next(csv.DictReader(io.StringIO(as_csv([entry]))))
    assert row["owner"].startswith("'") and row["steps"].startswith("'")


def test_names_of_sheets_are_ones_that_a_workbook_takes() -> None:
    kinds = ["a/very:long*kind?of[item] with a name", "a/very:long*kind?of[item] with another", "summary"]
    entries = [Entry(an_item(None, kind=kind)) for kind in kinds]
    names = the_book(entries).sheetnames
    assert len(names) == 5 and all(len(name) <= 31 for name in names)


def test_the_same_items_at_the_same_time_give_the_same_workbook() -> None:
    assert as_xlsx(ENTRIES, NOW) == as_xlsx(ENTRIES, NOW)
    assert the_book(ENTRIES).properties.created == NOW
    assert the_book([]).sheetnames == ["summary", "all items"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--format", "table", "--out", "x"], 2, "--format json, csv or xlsx"),
        (["list", "--due-before", "soon"], 2, "give a date"),
        (["--format", "xlsx"], 3, "there is no ledger"),
        (["--help"], 0, "Without a command it lists"),
        (["list", "--help"], 0, "--due-before"),
    ],
)
def test_the_command_line(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    a_workspace(tmp_path)
    done = j3399("worklist", *arguments, env={"J3399_CONFIG": str(tmp_path / "j3399.toml")})
    assert_clean(done, code)
    assert words in done.stdout + done.stderr


def test_the_codes_of_an_item_name_the_element_that_is_meant() -> None:
    codes = (
        CodeEntry(group="CO", carc="252"),
        CodeEntry(rarc="N395"),
        CodeEntry(status="A7:218"),
        CodeEntry(status="IK304:8", element="CLM"),
        CodeEntry(status="IK403:7", element="CLM05-3"),
        CodeEntry(rarc="N395", line="L2"),
    )
    row = as_row(Entry(an_item(codes=codes)))
    assert row["codes"] == "CO-252, N395, A7:218, IK304:8 at CLM, IK403:7 at CLM05-3"
