"""A claim whose answer is overdue is an item; one that is only waiting is none."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config
from samples.clearinghouse import Accept, Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import a_sent_night
from tests.support.builders import NIGHT
from tests.support.nights import a_night, put_answer
from tests.support.worklists import items_of_kind

ANSWERED = NIGHT + dt.timedelta(days=2)


def after(config: Config, days: int) -> list[dict[str, Any]]:
    """The items without an answer so many days after the claims went out."""
    a_night(config, NIGHT + dt.timedelta(days=days))
    return items_of_kind(config, "no-answer")


def answered(config: Config, sent: bytes, script: Script) -> None:
    for answer in clearinghouse(sent, script, ANSWERED):
        put_answer(config, answer.name, answer.data)
    a_night(config, ANSWERED)


def test_a_claim_that_heard_nothing_is_an_item_once_the_277ca_is_overdue(tmp_path: Path) -> None:
    config, _ = a_sent_night(tmp_path, 1)
    assert after(config, 5) == []
    (item,) = after(config, 6)
    assert item["actions"] == ["inquire"] and item["owner"] == "EDI desk" and item["stage"] == "pending"
    assert item["due"] == "2026-11-21" and "277CA" in item["deadline"]
    words = " ".join(item["causes"][0]["evidence"])
    assert "never came: TA1, 999, 277CA" in words and "still lies in the outbox" in words
    assert item["amount_at_risk"] == "2126200.00" and item["key"].endswith(":no-answer")


def test_it_says_what_came_last(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    answered(config, sent, Script(kinds=("999",)))
    (item,) = after(config, 6)
    words = " ".join(item["causes"][0]["evidence"])
    assert "last heard: 999 of 2026-11-18" in words and "never came: 277CA" in words
    assert item["facts"] == ["999", "TA1"]


def test_an_accepted_claim_waits_for_the_payers_usual_time(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    answered(config, sent, Script(claims={"NGT00001": Accept()}))
    assert after(config, 32) == []
    (item,) = after(config, 33)
    assert "remittance" in item["deadline"] and item["due"] == "2026-12-18"


@pytest.mark.parametrize("days", [6, 90])
def test_a_paid_claim_waits_for_nothing(tmp_path: Path, days: int) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    answered(config, sent, Script(claims={"NGT00001": Pay()}))
    assert after(config, days) == []


def test_what_was_decided_holds_while_nothing_new_is_heard(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, 1)
    (first,) = after(config, 6)
    (later,) = after(config, 9)
    assert first["fingerprint"] == later["fingerprint"]
    answered(config, sent, Script(kinds=("999",)))
    (heard,) = after(config, 10)
    assert heard["fingerprint"] != first["fingerprint"] and heard["key"] == first["key"]
