"""Items of every sort on a terminal of 80 and of 120 columns."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from samples.clearinghouse import Deny, Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.support.builders import NIGHT, REMOVED, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, put_answer, put_encounters
from tests.support.reversals import reversal_of, with_adjustment
from tests.support.worklists import worklist_of

KINDS = {
    "held",
    "partly-denied",
    "recouped",
    "answer-unmatched",
    "no-answer",
    "encounter-changed",
}


@pytest.mark.parametrize("columns", [80, 120])
def test_every_item_fits_the_terminal(tmp_path: Path, columns: int) -> None:
    config, sent = a_sent_night(tmp_path, 4)
    outcomes = {"NGT00001": Pay(), "NGT00002": Deny("252", remarks=("N395",))}
    for answer in clearinghouse(sent, Script(claims=outcomes), LATER):
        put_answer(config, answer.name, answer.data)
        if answer.name.startswith("835"):
            nobodys = answer.data.replace(b"CLP*NGT0000", b"CLP*QQQ0000").replace(b"EFT", b"EFX")
            nameless = b"\n".join(row for row in nobodys.split(b"\n") if not row.startswith(b"NM1*QC"))
            put_answer(config, "nobody.835", nameless.replace(b"*261116", b"*261199"))
    put_encounters(config, "b.ndjson", [a_child(9, **{"clinical.antibody_titer": REMOVED})])
    put_encounters(config, "c.ndjson", [a_child(3, **{"therapy.kits[0].lot": "LOT9"})])
    a_night(config, LATER)
    later = LATER + dt.timedelta(days=40)
    script = Script(claims={"NGT00001": Pay()}, kinds=("835",))
    (paid,) = clearinghouse(sent, script, later)
    put_answer(config, "back.835", with_adjustment(reversal_of(paid.data), "FB", "SOMEBODY9", "77"))
    a_night(config, later)
    items = worklist_of(config)
    assert {item["kind"] for item in items} == KINDS
    now = (NIGHT + dt.timedelta(days=42)).isoformat()
    for options in ([], ["--brief"]):
        arguments = ["worklist", "list", "--config", str(tmp_path / "j3399.toml"), "--as-of", now, *options]
        done = j3399(*arguments, env={"COLUMNS": str(columns)})
        assert_clean(done, 0)
        assert max(len(row) for row in done.stdout.splitlines()) <= columns
        if not options:
            shown = "".join(done.stdout.split())
            assert all(item["key"] in shown for item in items)
        assert f"{len(items)} items" in done.stdout
