"""A fault of the program costs the file or the encounter that it happened over, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edi.answers import AnswerFile, read_answers
from mapping.building.claim import build_claim
from mapping.building.parts import parts_of
from mapping.building.request import BuiltClaim, ClaimRequest
from mapping.encounter import Encounter
from mapping.intake import IntakeRecord, read_encounters
from pipeline.durable import DurableSteps
from pipeline.errors import StorageError
from pipeline.inbound import receive
from pipeline.outbound import judge, take_in
from pipeline.quarantine import release
from samples.clearinghouse import Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child, claims_of
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters, tree
from validators.gates.general import authorization

SECRET = "a value of a patient"


def test_a_fault_over_one_answer_sets_it_aside_and_the_others_are_taken_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1)])
    a_night(config)
    (data,) = outbox(config).values()
    answers = list(clearinghouse(data, Script(claims={"NGT00001": Pay()}), NIGHT))
    for answer in answers:
        put_answer(config, answer.name, answer.data)
    (payment,) = (answer.name for answer in answers if answer.name.startswith("835"))

    def failing(content: bytes, name: str) -> AnswerFile:
        if name == payment:
            raise OverflowError(SECRET)
        return read_answers(content, name)

    monkeypatch.setattr(receive, "read_answers", failing)
    summary = a_night(config)
    assert summary["exit_code"] == 1
    assert summary["findings_by_rule"]["program-fault"] == 1
    assert summary["counts"]["answer_files"] == len(answers) - 1
    (reason,) = config.folders.quarantine.glob("*.reason.json")
    finding = json.loads(reason.read_text("utf-8"))["findings"][0]
    assert finding["found"].startswith("OverflowError at pipeline/inbound/receive.py:")
    assert not any(SECRET.encode() in content for content in tree(tmp_path).values())

    monkeypatch.undo()
    release(DurableSteps(), config.folders, payment)
    assert a_night(config)["counts"]["answer_files"] == 1


def test_a_fault_over_one_encounter_holds_it_and_the_others_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])

    def failing(request: ClaimRequest) -> BuiltClaim:
        if request.encounter.patient_control_number.reveal() == "NGT00001":
            raise KeyError(SECRET)
        return build_claim(request)

    monkeypatch.setattr(judge.Gate.candidates, "__defaults__", (failing,))
    summary = a_night(config)
    assert summary["exit_code"] == 1
    assert [entry["rules"] for entry in summary["held"]] == [["program-fault"]]
    assert _accounts(outbox(config)) == {"NGT00002"}
    assert not any(SECRET.encode() in content for content in tree(tmp_path).values())

    monkeypatch.undo()
    a_night(config)
    assert _accounts(outbox(config)) == {"NGT00001", "NGT00002"}


def test_a_fault_of_a_rule_over_one_encounter_holds_it_and_the_others_are_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2), a_child(3)])

    def failing(encounter: Encounter, *more: Any) -> tuple[str, ...]:
        if encounter.id == "N00002":
            raise KeyError(SECRET)
        return parts_of(encounter, *more)

    monkeypatch.setattr(authorization, "parts_of", failing)
    summary = a_night(config)
    assert [(one["encounter"], one["rules"]) for one in summary["held"]] == [("N00002", ["program-fault"])]
    assert _accounts(outbox(config)) == {"NGT00001", "NGT00003"}
    assert not any(SECRET.encode() in content for content in tree(tmp_path).values())


def test_a_fault_over_a_file_of_encounters_leaves_it_for_the_next_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "bad.ndjson", [a_child(1)])
    put_encounters(config, "good.ndjson", [a_child(2)])

    def failing(path: Path) -> Iterator[IntakeRecord]:
        if path.name == "bad.ndjson":
            raise TypeError(SECRET)
        yield from read_encounters(path)

    monkeypatch.setattr(take_in, "read_encounters", failing)
    summary = a_night(config)
    assert summary["exit_code"] == 1
    assert summary["findings_by_rule"] == {"program-fault": 1}
    assert "TypeError" in summary["waiting"]["bad.ndjson"]
    assert _accounts(outbox(config)) == {"NGT00002"}
    assert not any(SECRET.encode() in content for content in tree(tmp_path).values())

    monkeypatch.undo()
    a_night(config)
    assert _accounts(outbox(config)) == {"NGT00001", "NGT00002"}


@pytest.mark.parametrize("trouble", [ArithmeticError(SECRET), OSError(5, "Input/output error")])
def test_a_file_that_breaks_off_still_disagrees_with_one_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    """Which of two contents is right cannot be told because one of them cannot be read to its end."""
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
    put_encounters(config, "b.ndjson", [a_child(1, notes=["other content"])])

    def breaking_off(path: Path) -> Iterator[IntakeRecord]:
        for record in read_encounters(path):
            if (path.name, record.line) == ("a.ndjson", 2):
                raise trouble
            yield record

    monkeypatch.setattr(take_in, "read_encounters", breaking_off)
    summary = a_night(config)
    assert summary["counts"]["records_set_aside"] == 1 and summary["files"] == []
    assert list(summary["waiting"]) == ["a.ndjson"]


def test_a_fault_over_whose_turn_it_is_holds_the_encounter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = a_workspace(tmp_path)
    put_encounters(config, "a.ndjson", [a_child(1), a_child(2)])
    next_turn = judge.turns.next_turn

    def failing(connection: Any, encounter: Encounter, live: Any) -> Any:
        if encounter.patient_control_number.reveal() == "NGT00001":
            raise IndexError(SECRET)
        return next_turn(connection, encounter, live)

    monkeypatch.setattr(judge.turns, "next_turn", failing)
    assert [entry["rules"] for entry in a_night(config)["held"]] == [["program-fault"]]
    assert _accounts(outbox(config)) == {"NGT00002"}


def _accounts(files: dict[str, Any]) -> set[str]:
    return {claim.patient_control_number for data in files.values() for claim in claims_of(data)}


def test_trouble_of_the_operation_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = a_workspace(tmp_path)
    put_answer(config, "a.835", b"anything")

    def failing(content: bytes, name: str) -> AnswerFile:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(receive, "read_answers", failing)
    with pytest.raises(StorageError, match="Input/output error"):
        a_night(config)
    assert not list(config.folders.quarantine.glob("*.reason.json"))
