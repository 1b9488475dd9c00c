"""A waiver lets a claim go that a rule holds: recorded, shown on the claim, tied to the facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import NotWaivable
from pipeline.ledger import schema
from pipeline.ledger.store import Ledger
from pipeline.outbound.waivers import waive
from tests.support.builders import REMOVED, a_child
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, outbox, put_encounters

NO_TITER = {"clinical.antibody_titer": REMOVED}
BY = {"reason": "treated in an emergency", "by": "A. Analyst", "at": "2026-11-16T23:00:00"}


def held(folder: Path, **changes: Any) -> Config:
    """A workspace whose one encounter was held in the first night."""
    config = a_workspace(folder)
    put_encounters(config, "a.ndjson", [a_child(1, **(changes or NO_TITER))])
    a_night(config)
    assert outbox(config) == {}
    return config


def let_go(config: Config, rule: str, subject: str = "N00001") -> bool:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        return waive(ledger, ProfileStore(), subject, rule, **BY)
    finally:
        ledger.close()


def findings_as_sent(config: Config) -> list[dict[str, Any]]:
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            rows = connection.execute(select(schema.claim_findings.c.body)).scalars().all()
    finally:
        ledger.close()
    return [json.loads(body) for body in rows]


def test_a_waived_finding_lets_the_claim_go_and_shows_on_it(tmp_path: Path) -> None:
    config = held(tmp_path)
    assert let_go(config, "titer-missing")
    summary = a_night(config)
    assert summary["counts"]["claims_released"] == 1 and len(outbox(config)) == 1
    (finding,) = [one for one in findings_as_sent(config) if one["rule"] == "titer-missing"]
    assert finding["severity"] == "warning"
    assert "Waived on 2026-11-16 by A. Analyst: treated in an emergency." in finding["message"]


def test_a_waiver_stands_once(tmp_path: Path) -> None:
    config = held(tmp_path)
    assert let_go(config, "titer-missing") and not let_go(config, "titer-missing")


def test_a_waiver_lapses_when_the_record_changes(tmp_path: Path) -> None:
    config = held(tmp_path)
    let_go(config, "titer-missing")
    put_encounters(config, "b.ndjson", [a_child(1, **NO_TITER, **{"clinical.smn2_copies": 4})])
    assert a_night(config)["held"] == [{"encounter": "N00001", "rules": ["titer-missing"]}]
    assert outbox(config) == {}


def test_a_waiver_lets_nothing_else_go(tmp_path: Path) -> None:
    config = held(tmp_path, **NO_TITER, setting="11")
    let_go(config, "titer-missing")
    assert a_night(config)["held"] == [{"encounter": "N00001", "rules": ["site-of-care"]}]


def test_a_rule_that_no_profile_marks_waivable_stays(tmp_path: Path) -> None:
    config = held(tmp_path, setting="11")
    with pytest.raises(NotWaivable, match="does not let site-of-care be waived"):
        let_go(config, "site-of-care")


@pytest.mark.parametrize(
    ("subject", "rule", "words"),
    [
        ("N00009", "titer-missing", "nothing is known of 'N00009'"),
        ("N00001", "titer-high", "held by titer-missing, not by titer-high"),
    ],
)
def test_a_waiver_needs_something_that_waits(tmp_path: Path, subject: str, rule: str, words: str) -> None:
    config = held(tmp_path)
    with pytest.raises(NotWaivable, match=words):
        let_go(config, rule, subject)


def test_a_claim_that_went_out_needs_no_waiver(tmp_path: Path) -> None:
    config = held(tmp_path)
    let_go(config, "titer-missing")
    a_night(config)
    with pytest.raises(NotWaivable, match="is claimed and waits for nothing"):
        let_go(config, "titer-missing")


def test_the_command(tmp_path: Path) -> None:
    config = held(tmp_path)
    file = ("--config", str(tmp_path / "j3399.toml"))
    words = ("--reason", "treated in an emergency", "--by", "A. Analyst")
    done = j3399("waive", "N00001", "titer-missing", *words, *file)
    assert_clean(done, 0)
    assert done.stdout == "titer-missing is waived for N00001.\n"
    again = j3399("waive", "N00001", "titer-missing", *words, *file)
    assert_clean(again, 0)
    assert again.stdout == "titer-missing was waived for N00001 before.\n"
    for wrong in (("N00001", "no-such-rule"), ("N00009", "titer-missing")):
        assert_clean(j3399("waive", *wrong, *words, *file), 2)
    assert_clean(j3399("waive", "N00001", "titer-missing", "--reason", " ", "--by", "x", *file), 2)
    assert len(outbox(config)) == 0
