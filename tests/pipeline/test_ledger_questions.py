"""What is asked of the ledger for each answer goes by an index, however many claims there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert

from pipeline.batches import MANY
from pipeline.durable import DurableSteps
from pipeline.inbound.states import update_states
from pipeline.ledger import claim_clues, claims, encounters
from pipeline.ledger.answers import (
    clues_of_references,
    count_parked,
    has_unsure,
    of_claims,
    of_references,
    parked_events,
    parked_of_reference,
    parked_references,
    unsure_events,
    unsure_numbered,
    unsure_of_reference,
)
from pipeline.ledger.schema import patients
from pipeline.ledger.store import Ledger

_BIG = ("claims", "events", "encounters", "claim_lines", "claim_patients", "claim_findings", "decisions")

_MANY = [f"N{number}" for number in range(MANY)]

QUESTIONS: dict[str, Callable[[Connection], object]] = {
    "chains of claims": lambda connection: claims.chains_of(connection, ["C1", "C2"]),
    "claims that name another": claims.link_chains,
    "states of answered claims": lambda connection: update_states(connection, ["C1"]),
    "claims of an account": lambda connection: claims.with_account(connection, "A1"),
    "claims of a number": lambda connection: claim_clues.numbered(connection, ["N1"]),
    "claims of a clearinghouse's number": (
        lambda connection: claim_clues.numbered_by_clearinghouse(connection, ["N1"])
    ),
    "claims of a patient": lambda connection: claim_clues.of_patients(connection, ["D1"]),
    "claims by their ids": lambda connection: claims.by_ids(connection, ["C1"]),
    "answers to claims": lambda connection: of_claims(connection, ["C1"]),
    "answers to an account": lambda connection: of_references(connection, "account:A1"),
    "clues of answers to an account": lambda connection: clues_of_references(connection, "account:A1"),
    "answers not surely known": unsure_events,
    "whether there are any": has_unsure,
    "answers without an account": lambda connection: unsure_of_reference(connection, "account:"),
    "answers with a number": lambda connection: unsure_numbered(connection, _MANY, _MANY),
    "answers that are parked": lambda connection: list(parked_events(connection, ["J3399"])),
    "references of parked acknowledgments": lambda connection: parked_references(connection, "account:"),
    "acknowledgments parked under one": lambda connection: parked_of_reference(connection, "file:1"),
    "how many are parked": count_parked,
    "live claims of children": lambda connection: claims.live_drug_claims(connection, ["D1"], "P"),
    "live claims of encounters": lambda connection: claims.live_by_encounter(connection, ["E1"]),
    "versions of claims": lambda connection: claims.newest_versions(connection, ["E1"]),
    "encounters of accounts": lambda connection: claims.encounters_by_account(connection, ["A1"]),
    "newest records": lambda connection: encounters.latest_of(connection, ["E1"]),
    "encounters with a live claim": lambda connection: encounters.with_live_claims(connection, ["E1"]),
    "encounters that wait": encounters.open_rows,
    "claims for the next payer": lambda connection: claims.without_next_payer(connection, ("paid",)),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_of_a_night_scans_a_big_table(tmp_path: Path, name: str) -> None:
    plans = _plans(tmp_path, QUESTIONS[name])
    assert plans
    assert not [step for step in plans if step.startswith(tuple(f"SCAN {table}" for table in _BIG))]


@pytest.mark.parametrize("name", ["answers with a number", "answers without an account"])
def test_what_is_asked_of_each_answer_does_not_look_at_all_that_are_parked(tmp_path: Path, name: str) -> None:
    assert not [step for step in _plans(tmp_path, QUESTIONS[name]) if "events_by_claim" in step]


def _plans(folder: Path, question: Callable[[Connection], object]) -> list[str]:
    """How the database goes about it, step by step."""
    ledger = Ledger.open(folder / "ledger.sqlite", DurableSteps())
    asked: list[tuple[str, Any]] = []
    with ledger.transaction("test") as connection:
        connection.execute(
            insert(patients), {"digest": "D1", "first_seen": "2026-11-16"}
        )  # or it is not asked of
        event.listen(
            connection,
            "before_cursor_execute",
            lambda conn, cursor, statement, given, context, many: asked.append((statement, given)),
        )
        question(connection)
        selects = [(statement, given) for statement, given in asked if statement.startswith("SELECT")]
        plans = [
            row[3]
            for statement, given in selects
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        ]
    ledger.close()
    return plans
