"""Tables of whatever files hold: typed, exact, joinable, held against the files themselves."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.tables.arrow import arrow_schema
from edi.tables.build import TableBuilder, read_frames, read_tables, write_batches
from edi.tables.columns import TABLES
from tests.support.builders import ROOT

ANSWERS = sorted((ROOT / "samples" / "answers").iterdir())
(CLAIMS,) = (ROOT / "samples" / "files").glob("*.x12")
REMITTANCE = """ISA*00*          *00*          *ZZ*PAYER          *ZZ*HOSPITAL       *261116*2200*^*00501*000000001*0*T*:~
GS*HP*PAYER*HOSPITAL*20261116*2200*1*X*005010X221A1~
ST*835*0001~
BPR*I*2000*C*ACH*CCP*01*1*DA*1*1*1*01*1*DA*1*20261120~
TRN*1*TRACE1*1PAYER~
REF*EV*HOSPITAL~
DTM*405*20261119~
N1*PR*EXAMPLE PLAN~
REF*2U*60054~
REF*NF*17~
PER*CX*DESK*TE*5555550100*EX*7~
N1*PE*EXAMPLE HOSPITAL*XX*1234567893~
LX*1~
TS3*1234567893*13*20261231*2*2900.5~
CLP*A1*1*3000.5*2500.25*100*MC*ICN1*13*1~
CAS*PR*3*100**45*.25*2~
NM1*QC*1*DOE*JO~
MOA***N1*N2~
DTM*232*20261101~
SVC*HC:J3399:JZ:TB*3000.5*2500.25*0636*1.5**2~
DTM*472*20261102~
CAS*CO*45*400~
REF*6R*L1~
AMT*B6*2600~
LQ*HE*M119~
CLP*A2*22*-100*-99999999.99*0*MC*ICN2~
PLB*1234567893*20261231*WO:REF1*500.25*L6:*-1~
SE*24*0001~
GE*1*1~
IEA*1*000000001~
"""


EMPTY_GROUP = "LX*7~TS3*1234567893*13*20261231*0*5~"


@pytest.fixture
def remittance(tmp_path: Path) -> Path:
    path = tmp_path / "one.835"
    path.write_text(REMITTANCE.replace("\n", ""), encoding="ascii")
    return path


def rows(tables: dict[str, pa.Table], name: str) -> list[dict[str, object]]:
    return list(tables[name].to_pylist())


def test_an_lx_without_claims_keeps_its_totals(tmp_path: Path) -> None:
    path = tmp_path / "one.835"
    text = REMITTANCE.replace("\n", "").replace("LX*1~", EMPTY_GROUP + "LX*1~")
    path.write_text(text.replace("PLB*", EMPTY_GROUP + "PLB*"), encoding="ascii")
    found = [(one["group"], one["first_claim"]) for one in rows(dict(read_tables([path])), "provider_totals")]
    assert found == [("1", 1), ("1", 1), ("7", None), ("7", None), ("7", None), ("7", None)]


def test_every_field_of_a_remittance_is_where_its_column_says(remittance: Path) -> None:
    tables = dict(read_tables([remittance]))
    (payment,) = rows(tables, "remittances")
    assert payment == {
        "file": "one.835",
        "transaction": 1,
        "trace_number": "TRACE1",
        "payer_identifier": "1PAYER",
        "originator_supplement": "",
        "payer": "EXAMPLE PLAN",
        "health_plan_identifier": "",
        "payer_references": "2U:60054 NF:17",
        "payee": "EXAMPLE HOSPITAL",
        "payee_identifier_qualifier": "XX",
        "payee_identifier": "1234567893",
        "payee_references": "",
        "handling": "I",
        "paid": Decimal("2000.00"),
        "credit_or_debit": "C",
        "method": "ACH",
        "payment_date": dt.date(2026, 11, 20),
        "production_date": dt.date(2026, 11, 19),
        "currency": "",
        "references": "EV:HOSPITAL",
        "currency_entity": "",
        "payment_format": "CCP",
        "payer_bank_qualifier": "01",
        "payer_bank": "1",
        "payer_account_qualifier": "DA",
        "payer_account": "1",
        "originating_company": "1",
        "originating_company_supplement": "1",
        "payee_bank_qualifier": "01",
        "payee_bank": "1",
        "payee_account_qualifier": "DA",
        "payee_account": "1",
        "payer_identifier_qualifier": "",
        **{
            f"paye{end}_{name}": ""
            for end in "re"
            for name in ("street", "city", "state", "postal_code", "country", "country_subdivision")
        },
        **{f"delivery_{name}": "" for name in ("method", "name", "number")},
    }
    assert [
        (one["level"], one["name"], one["qualifier"], one["number"]) for one in rows(tables, "contacts")
    ] == [
        ("1000A", "DESK", "TE", "5555550100"),
        ("1000A", "DESK", "EX", "7"),
    ]
    assert [
        (one["group"], one["first_claim"], one["last_claim"], one["provider"], one["element"], one["total"])
        for one in rows(tables, "provider_totals")
    ] == [("1", 1, 2, "1234567893", "TS304", 2), ("1", 1, 2, "1234567893", "TS305", Decimal("2900.5"))]
    first, second = rows(tables, "claims")
    assert (first["charge"], first["paid"], first["patient_responsibility"]) == (
        Decimal("3000.50"),
        Decimal("2500.25"),
        Decimal("100.00"),
    )
    assert (first["statement_from"], first["statement_through"]) == (dt.date(2026, 11, 1), None)
    assert (second["paid"], second["is_reversal"]) == (Decimal("-99999999.99"), True)
    (line,) = rows(tables, "lines")
    assert (line["code"], line["modifiers"], line["units"], line["submitted_units"]) == (
        "J3399",
        "JZ TB",
        Decimal("1.5"),
        Decimal(2),
    )
    assert (line["service_from"], line["allowed"]) == (dt.date(2026, 11, 2), Decimal(2600))
    assert [
        (one["line"], one["group"], one["reason"], one["amount"], one["quantity"])
        for one in rows(tables, "adjustments")
    ] == [
        (None, "PR", "3", Decimal("100.00"), None),
        (None, "PR", "45", Decimal("0.25"), Decimal(2)),
        (1, "CO", "45", Decimal("400.00"), None),
    ]
    assert [(one["line"], one["code"]) for one in rows(tables, "remarks")] == [
        (None, "N1"),
        (None, "N2"),
        (1, "M119"),
    ]
    assert [
        (one["reason"], one["reference"], one["amount"]) for one in rows(tables, "provider_adjustments")
    ] == [
        ("WO", "REF1", Decimal("500.25")),
        ("L6", "", Decimal("-1.00")),
    ]


def test_an_amount_that_is_none_is_null_and_a_finding_says_so(tmp_path: Path) -> None:
    path = tmp_path / "odd.835"
    path.write_text(
        REMITTANCE.replace("\n", "").replace("*3000.5*2500.25*100*", "*abc*2500.25*100*"), encoding="ascii"
    )
    tables = dict(read_tables([path]))
    assert rows(tables, "claims")[0]["charge"] is None
    assert "CLP03" in {one["element"] for one in rows(tables, "findings")}


def test_tables_join_by_file_transaction_claim_and_line(remittance: Path) -> None:
    frames = read_frames([remittance, *ANSWERS])
    key = ["file", "transaction", "claim"]
    joined = frames["lines"].merge(frames["claims"], on=key, suffixes=("", "_of_claim"))
    assert len(joined) == len(frames["lines"])
    lines = frames["adjustments"].dropna(subset=["line"]).merge(frames["lines"], on=[*key, "line"])
    assert len(lines) == frames["adjustments"].line.notna().sum()


def test_counts_are_those_of_the_segments_in_the_files() -> None:
    text = "".join(path.read_text("latin-1") for path in ANSWERS)
    tables = read_tables(ANSWERS)
    for table, segment in (("claims", "CLP"), ("lines", "SVC"), ("remittances", "BPR")):
        ids = re.findall(rf"(?:^|~\s*){segment}\*", text)
        statuses = text.count("SVC*") - tables["lines"].num_rows if segment == "SVC" else 0
        assert tables[table].num_rows == len(ids) - statuses


def test_claims_as_billed_add_up_to_the_cent() -> None:
    frames = read_frames([CLAIMS])
    sums = frames["billed_lines"].groupby("claim").charge.sum()
    assert (sums.to_numpy() == frames["billed_claims"].charge.to_numpy()).all()


def test_a_table_without_rows_has_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "empty"
    path.write_bytes(b"")
    for name, table in read_tables([path]).items():
        assert table.schema.equals(arrow_schema(name))
    assert read_tables([path])["findings"].num_rows == 1


def test_a_batch_is_handed_on_when_it_is_full() -> None:
    taken: list[tuple[str, int]] = []
    builder = TableBuilder(lambda name, batch: taken.append((name, batch.num_rows)), rows_of_a_batch=2)
    for _ in range(5):
        builder.add("remarks", ("f", 1, 1, None, 2, "HE", "N1"))
    assert taken == [("remarks", 2), ("remarks", 2)]
    builder.close()
    assert taken[-1] == ("remarks", 1)


def test_every_column_says_where_it_comes_from() -> None:
    assert all(column.source for columns in TABLES.values() for column in columns)


@given(cents=st.lists(st.none() | st.integers(-(10**18) + 1, 10**18 - 1), min_size=1))
def test_money_is_exact(cents: list[int | None]) -> None:
    kept: list[pa.RecordBatch] = []
    builder = TableBuilder(lambda name, batch: kept.append(batch))
    for value in cents:
        builder.add("provider_adjustments", ("f", 1, 2, "p", None, "WO", "", value))
    builder.close()
    amounts = kept[0].column("amount").to_pylist()
    assert amounts == [None if one is None else Decimal(one).scaleb(-2) for one in cents]


@given(st.binary(max_size=200))
def test_any_bytes_give_tables(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(REMITTANCE.encode()[:400] + tail)
    write_batches([path], lambda name, batch: batch.validate(full=True))
