"""What people decide of items holds while the facts do, and is told when the item comes back."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import NotDecidable
from pipeline.ledger import claims
from pipeline.ledger.store import Ledger
from pipeline.lock import run_lock
from pipeline.worklist.decisions import Entry, decide, decision_on, entries, find
from pipeline.worklist.items import WorkItems
from samples.clearinghouse import Deny, Outcome, Reject, Script
from samples.clearinghouse import answers as clearinghouse
from tests.pipeline.test_answers_that_come_back import LATER, a_sent_night
from tests.support.builders import a_child
from tests.support.commands import assert_clean, j3399
from tests.support.items import an_item
from tests.support.nights import a_night, put_answer, put_encounters

DENIED = Deny("252", remarks=("N395",), other_lines="deny")
ANSWERED = LATER + dt.timedelta(days=5)
TODAY = LATER.date()
WHO = ("--reason", "records asked for", "--by", "A. Analyst")


def answered(config: Config, sent: bytes, outcome: Outcome, now: dt.datetime = LATER) -> None:
    """A night in which the payer's answer to the one claim comes."""
    for answer in clearinghouse(sent, Script(claims={"NGT00001": outcome}), now):
        put_answer(config, answer.name, answer.data)
    a_night(config, now)


@pytest.fixture
def denied(tmp_path: Path) -> tuple[Config, bytes]:
    config, sent = a_sent_night(tmp_path, children=1)
    answered(config, sent, DENIED)
    return config, sent


def listed(config: Config, today: dt.date = TODAY) -> list[Entry]:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        return entries(ledger, WorkItems(config, ledger, ProfileStore(), today).open_items(), today)
    finally:
        ledger.close()


def only(config: Config, today: dt.date = TODAY) -> Entry:
    (entry,) = listed(config, today)
    return entry


def decided(config: Config, kind: str, state: str = "", until: dt.date | None = None) -> bool:
    entry = only(config)
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        decision = decision_on(
            entry.item, kind, reason="records asked for", by="A. Analyst", at=LATER.isoformat(), until=until
        )
        return decide(ledger, entry, decision, state)
    finally:
        ledger.close()


def state(config: Config) -> str:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            (claim,) = claims.all_claims(connection)
    finally:
        ledger.close()
    return claim.state


@pytest.mark.usefixtures("each_ledger")
def test_a_closed_item_is_hidden_and_the_night_leaves_it_out(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    assert not only(config).is_hidden and only(config).words() == ""
    assert decided(config, "closed")
    assert only(config).is_hidden and state(config) == "denied"
    assert only(config).words() == "closed on 2026-11-18 by A. Analyst: records asked for"
    assert a_night(config, LATER)["counts"]["work_items"] == 0
    assert json.loads((config.folders.reports / "worklist.json").read_text("utf-8")) == []


def test_the_same_decision_stands_once(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    assert decided(config, "closed") and not decided(config, "closed")
    assert decided(config, "snoozed", until=dt.date(2026, 12, 1))


@pytest.mark.usefixtures("each_ledger")
def test_a_snoozed_item_is_back_on_its_day_and_says_why_it_was_away(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    decided(config, "snoozed", until=dt.date(2026, 12, 1))
    assert only(config, dt.date(2026, 11, 30)).is_hidden
    back = only(config, dt.date(2026, 12, 1))
    assert not back.is_hidden
    assert back.words() == (
        "snoozed until 2026-12-01 on 2026-11-18 by A. Analyst: records asked for; that day has come"
    )


def test_a_closed_item_is_back_when_its_facts_change(denied: tuple[Config, bytes]) -> None:
    config, sent = denied
    decided(config, "closed")
    answered(config, sent, Deny("50", other_lines="deny"), ANSWERED)
    back = only(config, ANSWERED.date())
    assert not back.is_hidden and back.words().endswith("; the facts have changed since")
    assert back.as_dict()["decision"]["back_because"] == "the facts have changed since"


def test_a_reopened_item_is_open_again(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    decided(config, "closed")
    assert decided(config, "reopened") and not only(config).is_hidden
    with pytest.raises(NotDecidable, match="is open"):
        decided(config, "reopened")


@pytest.mark.usefixtures("each_ledger")
def test_a_claim_written_off_is_so_until_that_is_taken_back(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    decided(config, "closed", "written_off")
    assert state(config) == "written_off" and only(config).is_hidden
    a_night(config, LATER)
    assert state(config) == "written_off"
    decided(config, "reopened")
    assert state(config) == "denied" and not only(config).is_hidden


def test_an_appealed_claim_is_so_until_the_payer_decides_anew(denied: tuple[Config, bytes]) -> None:
    config, sent = denied
    decided(config, "closed", "appealed", dt.date(2026, 12, 18))
    assert state(config) == "appealed"
    assert not only(config, dt.date(2026, 12, 18)).is_hidden
    answered(config, sent, Deny("50", other_lines="deny"), ANSWERED)
    assert state(config) == "denied" and not only(config, ANSWERED.date()).is_hidden


def test_a_rejected_claim_cannot_be_appealed(tmp_path: Path) -> None:
    config, sent = a_sent_night(tmp_path, children=1)
    answered(config, sent, Reject("218"))
    with pytest.raises(NotDecidable, match="is rejected and cannot be appealed"):
        decided(config, "closed", "appealed")
    assert decided(config, "closed", "written_off") and state(config) == "written_off"


def test_a_changed_record_bills_nothing_that_was_written_off(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    assert decided(config, "closed", "written_off")
    record = a_child(1)
    record["patient"]["weight_kg"] = "7.2"
    put_encounters(config, "again.ndjson", [record])
    summary = a_night(config, LATER + dt.timedelta(days=1))
    assert summary["counts"].get("claims_released", 0) == 0
    assert summary["findings_by_rule"]["encounter-changed"] == 1


def test_an_item_is_found_by_its_key_or_by_what_it_alone_is_about() -> None:
    first, held = Entry(an_item()), Entry(an_item(None, key="E1:held", kind="held", claim="", encounter="E1"))
    other = Entry(an_item(None, key="E2:held", kind="held", claim="", encounter="E2"))
    found = [first, held, other]
    assert find(found, "C1") is first and find(found, "E1:held") is held and find(found, "E2") is other
    with pytest.raises(NotDecidable, match="'E1' has several items") as refused:
        find(found, "E1")
    assert refused.value.next_step == "Name one of them: C1, E1:held"
    with pytest.raises(NotDecidable, match="no item is named 'E9'"):
        find(found, "E9")


def test_what_is_not_of_a_claim_cannot_be_written_off(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    held = Entry(an_item(None, key="E1:held", kind="held", claim="", encounter="E1"))
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        decision = decision_on(held.item, "closed", reason="r", by="b", at=LATER.isoformat())
        with pytest.raises(NotDecidable, match="E1:held is held and cannot be written off"):
            decide(ledger, held, decision, "written_off")
    finally:
        ledger.close()


def ask(config: Config, *arguments: str, code: int = 0) -> str:
    file = str(config.folders.reports.parent / "j3399.toml")
    done = j3399("worklist", *arguments, "--config", file, "--as-of", LATER.isoformat())
    assert_clean(done, code)
    return done.stdout + done.stderr


def test_the_commands(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    claim = only(config).item.claim
    told = ask(config, "snooze", claim, "--until", "2026-12-01", *WHO)
    assert told == f"{claim} is snoozed; it is back on 2026-12-01, or when its facts change.\n"
    assert claim not in ask(config) and "1 item closed or snoozed (--all shows them)" in ask(config)
    assert "snoozed until 2026-12-01" in ask(config, "list", "--all", "--format", "csv")
    assert ask(config, "close", claim, "--as", "appealed", *WHO) == (
        f"{claim} is appealed and closed; it is back on 2026-12-18, or when its facts change.\n"
    )
    assert ask(config, "close", "N00001", *WHO, "--as", "written-off") == (
        f"{claim} is written off and closed.\n"
    )
    assert ask(config, "reopen", claim, *WHO) == f"{claim} is reopened.\n"
    assert claim in ask(config)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["close", "C0", *WHO], "no item is named 'C0'"),
        (["snooze", "C0", "--until", "2026-11-18", *WHO], "--until is a day to come"),
        (["snooze", "C0", *WHO], "Missing option '--until'"),
        (["close", "C0", "--reason", "x"], "Missing option '--by'"),
        (["clsoe", "C0"], "No such command 'clsoe'"),
        (["close", "C0", "--as", "paid", *WHO], "'paid' is not one of"),
    ],
)
def test_what_cannot_be_decided_is_said(
    denied: tuple[Config, bytes], arguments: list[str], words: str
) -> None:
    assert words in ask(denied[0], *arguments, code=2)


def test_nothing_is_decided_while_a_night_runs(denied: tuple[Config, bytes]) -> None:
    config, _ = denied
    with run_lock(config.folders.state, DurableSteps()):
        assert "lock" in ask(config, "close", only(config).item.claim, *WHO, code=4)
        assert only(config).item.claim in ask(config, "list", "--brief")
