"""An amount of more digits than a database holds is told as no amount; the night and the tables go on.

Found by ten thousand broken remittances (R12): one such file stopped every night.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from edi.tables.build import read_tables
from edi.values import MAXIMUM_CENTS, parse_cents
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, SCRIPT, a_sent_night, states
from tests.support.nights import a_night, put_answer

pytestmark = pytest.mark.usefixtures("plain_charts")


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_most_and_one_cent_more(sign: str) -> None:
    assert parse_cents(f"{sign}9999999999999.99") == int(f"{sign}{MAXIMUM_CENTS}")
    assert parse_cents(f"{sign}10000000000000") is None
    assert parse_cents(f"{sign}999999999999999999") is None


@pytest.mark.usefixtures("each_ledger")
def test_a_remittance_with_such_an_amount_is_taken_in_and_tables_are_made(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path / "w")
    (remittance,) = [one.data for one in clearinghouse(sent, SCRIPT, LATER) if one.name.startswith("835")]
    data, count = re.subn(rb"(CLP\*NGT00001\*1)\*(\d+)\*(\d+)", rb"\1*\2*" + b"9" * 17, remittance)
    assert count == 1
    put_answer(config, "much.835", data)
    summary = a_night(config, LATER)
    assert summary["findings_by_rule"]["amount-format"] == 1
    found, money = states(config)
    assert set(found) == {"NGT00001", "NGT00002", "NGT00003", "NGT00004"} and money == 120_000
    (tmp_path / "much.835").write_bytes(data)
    tables = read_tables([tmp_path / "much.835"])
    assert "amount-format" in tables["findings"]["rule"].to_pylist()
