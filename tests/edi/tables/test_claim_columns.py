"""Columns read of many claims at once are the rows that claims give one by one."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest

from edi.envelope import read_transactions
from edi.reading_rules import INBOUND
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS
from edi.tables.build import read_tables
from edi.tables.claim_columns import ClaimColumns
from edi.tables.claim_stretches import clean_parts, long_stretches
from tests.edi.test_remittance import DENIED, PAID, REVERSAL, a_set, file_of
from tests.edi.test_remittance_glance import CLEAN, ODD_VALUES, odd_bodies
from tests.edi.test_remittance_scan import FILES
from tests.support.accidents import accident
from tests.support.builders import ROOT

BODY = PAID + DENIED + REVERSAL
MANY = file_of(a_set(BODY * 30 + "LX*2\n" + BODY * 20 + "PLB*1*20261231*WO:A*1", amount="94924999"))


@pytest.fixture(autouse=True)
def _few_claims_at_once() -> Iterator[None]:
    with patch("edi.tables.claim_stretches._FEWEST_CLAIMS", 1):
        yield


def tables_of(path: Path, data: bytes) -> dict[str, pa.Table]:
    path.write_bytes(data)
    return dict(read_tables([path]))


def assert_alike(path: Path, data: bytes) -> None:
    """Columns and rows give the same tables."""
    columns = tables_of(path, data)
    with patch("edi.tables.files.clean_parts", lambda stretch: [stretch]):
        one_by_one = tables_of(path, data)
    for name, table in one_by_one.items():
        columns[name].validate(full=True)
        assert columns[name].equals(table), name
        assert columns[name].schema.equals(table.schema, check_metadata=True)


@pytest.mark.parametrize("data", [*FILES, *CLEAN, MANY, MANY.replace(b"\n", b"")])
def test_clean_files_give_the_same_tables(tmp_path: Path, data: bytes) -> None:
    assert_alike(tmp_path / "f", data)


def test_one_date_for_all_is_none_where_there_is_none(tmp_path: Path) -> None:
    assert_alike(tmp_path / "f", re.sub(rb"(DTM\*\w+\*)\d{8}", rb"\g<1>20261101", MANY))


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "answers").iterdir()), ids=lambda path: path.name)
def test_samples_give_the_same_tables(tmp_path: Path, path: Path) -> None:
    assert_alike(tmp_path / "f", path.read_bytes())


@pytest.mark.parametrize("seed", range(6))
def test_files_with_accidents_give_the_same_tables(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(15):
        text = chance.choice(FILES[:4]).decode()
        for _ in range(chance.randint(1, 3)):
            text = accident(text, chance)
        assert_alike(tmp_path / "f", text.encode("latin-1"))


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_at_every_place_give_the_same_tables(tmp_path: Path, value: str) -> None:
    """In a text that is looked through in several blocks, too."""
    bodies = [BODY, *odd_bodies(BODY, "@@"), BODY]
    with patch("edi.tables.cut_text._BLOCK", 1000):
        assert_alike(tmp_path / "f", file_of(a_set("".join(bodies))).replace(b"@@", value.encode("latin-1")))


def test_clean_claims_are_read_as_columns(tmp_path: Path) -> None:
    with patch("edi.remittance.scan.ClaimText.read", side_effect=AssertionError("one by one")):
        tables_of(tmp_path / "f", MANY.replace(b"LX*2~\n", b""))


def test_a_claim_that_is_not_clean_lets_the_others_be_columns() -> None:
    data = file_of(a_set(BODY * 3 + DENIED.replace("*400*", "*4O0*") + BODY * 9))
    transaction = next(read_transactions(data, INBOUND, run_ids=RUN_IDS))
    stretches = list(long_stretches(RemittanceReader(transaction).stretches()))
    parts = [part for stretch in stretches for part in clean_parts(stretch)]
    found = [len(part.starts) if isinstance(part, ClaimColumns) else -len(list(part)) for part in parts]
    assert [count for count in found if count] == [9, -1, 27]


@pytest.mark.parametrize(
    "odd", ["NTE*ADD*A~", "CAS~", "LX~", "PLB*1*20261231*WO:A*1~", "\n", "N1*PR*A~", "CUR~"]
)
def test_what_stands_among_the_segments_of_a_claim_is_not_lost(tmp_path: Path, odd: str) -> None:
    """Beside odd segments claims are read segment by segment, and may become columns all the same."""
    text = MANY.decode().replace("\n", "")
    for number in (1, 2, 30, 60):
        parts = text.split("DTM*232")
        head, tail = "DTM*232".join(parts[:number]), "DTM*232".join(parts[number:])
        assert_alike(tmp_path / "f", f"{head}{odd}DTM*232{tail}".encode())
        assert_alike(tmp_path / "f", f"{head}DTM*232{tail}".replace("~", "\n").encode())
