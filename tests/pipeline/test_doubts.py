"""Answers that disagree, and reversals that stand alone."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest

from pipeline.ledger.answers import EventRow
from pipeline.life import conflicts, life_of, unpaired_reversal
from samples.clearinghouse import Accept, Pay, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night, states
from tests.support.nights import a_night, put_answer


def an_event(stage: str, verdict: str, day: str | None = "2026-11-18", **changes: Any) -> EventRow:
    values: dict[str, Any] = {
        "digest": f"{stage}{verdict}{day}",
        "position": 10,
        "claim": "C1",
        "reference": "account:A",
        "stage": stage,
        "day": day,
        "verdict": verdict,
        "payer_claim_control_number": None,
        "paid_cents": 0,
        "body": {},
    }
    return EventRow(**{**values, **changes})


def a_payment(cents: int, digest: str, day: str = "2026-11-20") -> EventRow:
    verdict = "reversal" if cents < 0 else "adjudicated"
    body = {"paid_cents": cents, "adjustments": [], "lines": []}
    return an_event("835", verdict, day, digest=digest, paid_cents=cents, body=body)


@pytest.mark.parametrize(
    ("events", "held"),
    [
        ([an_event("277CA-payer", "accepted"), an_event("277CA-payer", "rejected")], ["rejected"]),
        ([an_event("277CA-payer", "accepted"), an_event("277CA-payer", "accepted", digest="x")], []),
        ([an_event("277CA-payer", "accepted"), an_event("277CA-payer", "rejected", "2026-11-19")], []),
        ([an_event("277CA-payer", "accepted"), an_event("277CA-clearinghouse", "rejected")], []),
        ([an_event("999", "accepted", None), an_event("999", "rejected", None)], []),
    ],
    ids=["worse", "same", "another day", "another stage", "no day"],
)
def test_answers_of_one_stage_and_day_that_disagree(events: list[EventRow], held: list[str]) -> None:
    for order in itertools.permutations(events):
        found = conflicts(order)
        assert [pair[0].verdict for pair in found] == held
        if held:
            assert life_of(order).state == "rejected"


@pytest.mark.parametrize(
    ("cents", "missing"),
    [
        ([100], None),
        ([-100], "original"),
        ([100, -100], "correction"),
        ([100, -100, 90], None),
        ([100, -100, 90, -90], "correction"),
    ],
)
def test_a_reversal_needs_its_original_and_its_correction(cents: list[int], missing: str | None) -> None:
    events = [
        a_payment(amount, f"d{number}", f"2026-11-{20 + number}") for number, amount in enumerate(cents)
    ]
    for order in itertools.permutations(events):
        found = unpaired_reversal(order)
        assert (found[1] if found else None) == missing
        assert life_of(order).paid_cents == sum(cents)


def answers_to(sent: bytes, script: Script, kind: str) -> bytes:
    return next(answer.data for answer in clearinghouse(sent, script, LATER) if answer.name.startswith(kind))


def test_a_night_tells_of_answers_that_disagree_once(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    put_answer(config, "one.277", answers_to(sent, Script(claims={"NGT00001": Accept()}), "277CA"))
    assert "status-conflict" not in a_night(config, LATER)["findings_by_rule"]
    put_answer(config, "two.277", answers_to(sent, Script(claims={"NGT00001": Reject("218")}), "277CA"))
    assert a_night(config, LATER)["findings_by_rule"]["status-conflict"] == 1
    assert states(config)[0] == {"NGT00001": "rejected"}
    assert "status-conflict" not in a_night(config, LATER)["findings_by_rule"]


def test_a_night_tells_of_a_reversal_that_stands_alone(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    remittance = answers_to(sent, Script(claims={"NGT00001": Pay()}), "835")
    text = remittance.decode().replace("CLP*NGT00001*1*", "CLP*NGT00001*22*-")
    put_answer(config, "reversal.835", text.encode())
    assert a_night(config, LATER)["findings_by_rule"]["reversal-unpaired"] == 1
    assert states(config)[0] == {"NGT00001": "reversed"}
