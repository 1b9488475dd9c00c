"""A 999 that refuses a transaction set: the claim at fault is told from those that stood beside it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from edi.answers import read_answers
from pipeline.durable import DurableSteps
from pipeline.inbound.extract import statements
from pipeline.inbound.positions import bodies_of_claims
from pipeline.ledger import claims
from pipeline.ledger.store import Ledger
from pipeline.sent_files import SentFiles
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


@pytest.mark.parametrize(
    ("fault", "element", "sent"),
    [
        (Refuse("CLM", element="5:3", element_code="7"), "CLM05-3", "1"),
        (Refuse("SV2", element="2:2", element_code="7"), "SV202-2", "***"),
        (Refuse("HI", element="1:2", element_code="7"), "HI01-2", "***"),
        (Refuse("CLM", element="19", element_code="10"), "CLM19", None),
    ],
)
def test_the_element_at_fault_is_named_with_the_code_that_was_sent(
    tmp_path: Path, fault: Refuse, element: str, sent: str | None
) -> None:
    item = refused(tmp_path, Script(claims={"NGT00002": fault}))["N00002"]
    segment, of_element = item["codes"]
    assert (segment["element"], segment["sent"]) == (fault.segment, None)
    assert (of_element["status"], of_element["element"], of_element["sent"]) == (
        f"IK403:{fault.element_code}",
        element,
        sent,
    )


def test_where_the_archive_is_gone_positions_tell_whose_fault_it_is(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 3)
    fault = Refuse("CLM", element="5:3", element_code="7")
    for answer in clearinghouse(sent, Script(claims={"NGT00002": fault}), LATER):
        put_answer(config, answer.name, answer.data)
    for path in config.folders.archive_out.rglob("*.x12"):
        path.unlink()
    with Ledger.open(config.ledger, DurableSteps()).reading() as connection:
        found = {row.encounter: row for row in claims.all_claims(connection)}
        (answered,) = [
            statement
            for path in config.folders.inbox.iterdir()
            for answer in read_answers(path.read_bytes()).answers
            if answer.kind == "999"
            for statement in statements(answer, b"key")
        ]
        named = list(found.values())
        bodies = bodies_of_claims(connection, SentFiles(config.folders.archive_out), answered.body, named)
    errors = {name: bodies[row.id]["errors"] for name, row in found.items()}
    assert [len(errors[name]) for name in sorted(errors)] == [0, 1, 0]
    assert errors["N00002"][0]["elements"][0]["name"] == "CLM05-3"
    assert errors["N00002"][0]["elements"][0]["sent"] is None
