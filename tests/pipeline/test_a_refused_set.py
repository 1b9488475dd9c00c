"""A 999 that refuses a transaction set: the claim at fault is told from those that stood beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from samples.clearinghouse import Refuse, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import a_sent_night, states, the_worklist
from tests.support.builders import NIGHT
from tests.support.nights import a_night, put_answer

LATER = NIGHT + dt.timedelta(days=2)


def refused(folder: Path, script: Script) -> dict[str, dict[str, Any]]:
    """The work items, by encounter, after a 999 on three claims of one set."""
    config, sent = a_sent_night(folder, 3)
    for answer in clearinghouse(sent, script, LATER):
        put_answer(config, answer.name, answer.data)
    a_night(config, LATER)
    assert set(states(config)[0].values()) == {"rejected"}
    return {item["encounter"]: item for item in the_worklist(config)}


def test_each_claim_of_a_refused_set_is_told_whose_fault_it_is(tmp_path: Path) -> None:
    items = refused(tmp_path, Script(claims={"NGT00002": Refuse("CL1")}))
    codes = {name: [code["status"] for code in item["codes"]] for name, item in items.items()}
    assert codes == {"N00001": ["IK501-others:R"], "N00002": ["IK304:8"], "N00003": ["IK501-others:R"]}
    beside, at_fault = items["N00001"], items["N00002"]
    assert any("fault of another claim" in words for words in beside["causes"][0]["evidence"])
    assert at_fault["codes"][0]["segment_position"] is not None
    assert beside["actions"] == at_fault["actions"] == ["new_claim"]


@pytest.mark.parametrize("both", [("NGT00001", "NGT00003")])
def test_two_claims_at_fault_have_each_its_own(tmp_path: Path, both: tuple[str, str]) -> None:
    items = refused(tmp_path, Script(claims=dict.fromkeys(both, Refuse("CL1"))))
    positions = {name: [code["segment_position"] for code in item["codes"]] for name, item in items.items()}
    assert positions["N00001"] != positions["N00003"]
    assert [len(found) for found in positions.values()] == [1, 1, 1]
