"""Codes that no table knows are kept, and told once with the place where they first stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from edi.answers import read_answers
from edi.finding import Finding
from edi.tables.build import read_tables
from tests.edi.test_answers import interchange_of
from tests.edi.test_remittance import a_set, file_of

RULE = "adjustment-code-unknown"
CLEAN = "CLP*B2*1*100*90*0*MC*ICN3*13*1\nCAS*CO*45*10\n"
ODD = """CLP*A1*77*100*60*0*MC*ICN1*13*1
CAS*XX*45*10**9999*10**9999*10
MOA***QQ12
SVC*HC:J3399*70*60
CAS*CO*8888*10
LQ*HE*ZZ9
LQ*RX*ZZ9
"""
BODY = CLEAN * 3 + ODD + ODD + "PLB*1*20261231*WO:A*1*Q9:B*2"


def unknown(data: bytes) -> list[Finding]:
    (answer,) = read_answers(data).answers
    return [finding for finding in answer.findings if finding.rule == RULE]


def test_of_a_remittance_each_is_told_once_at_its_first_place() -> None:
    data = file_of(a_set(BODY))
    (answer,) = read_answers(data).answers
    assert answer.transaction is not None
    first = next(one.position for one in answer.transaction.body if one.element(2) == "77")
    assert [(one.place.segment_position, one.found) for one in unknown(data)] == [
        (first, "77"),
        (first + 1, "XX"),
        (first + 1, "9999"),
        (first + 2, "QQ12"),
        (first + 4, "8888"),
        (first + 5, "ZZ9"),
        (first + 14, "Q9"),
    ]


@pytest.mark.parametrize("fewest", [1, 1000])
def test_tables_tell_the_same_whether_claims_are_read_one_by_one_or_not(tmp_path: Path, fewest: int) -> None:
    path, data = tmp_path / "f.835", file_of(a_set(CLEAN * 40 + BODY))
    path.write_bytes(data)
    with patch("edi.tables.claim_stretches._FEWEST_CLAIMS", fewest):
        rows: list[dict[str, Any]] = read_tables([path])["findings"].to_pylist()
    found = [(row["segment_position"], row["found"]) for row in rows if row["rule"] == RULE]
    assert found == [(one.place.segment_position, one.found) for one in unknown(data)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("STC*A7:218*20260111", "STC*A7:218:PR*20260111", []),
        ("STC*A7:218*20260111", "STC*Z9:218*20260111", ["STC01-1"]),
        ("STC*A7:218*20260111", "STC*A7:9999*20260111", ["STC01-2"]),
        ("STC*A7:218*20260111", "STC*A7:218:Q?*20260111", ["STC01-3"]),
        ("STC*A7:218*20260111", "STC*A7:9999::RX*20260111", []),
    ],
)
def test_of_a_status_each_part_is_known_or_told(old: str, new: str, told: list[str]) -> None:
    data = interchange_of("277CA").replace(old.encode(), new.encode())
    assert [finding.fields["element"] for finding in unknown(data)] == told


def test_what_may_be_a_name_is_not_shown() -> None:
    (finding,) = unknown(file_of(a_set(CLEAN.replace("*45*", "*BABY DOE*"))))
    assert "DOE" not in str(finding.as_dict()) + finding.message()
