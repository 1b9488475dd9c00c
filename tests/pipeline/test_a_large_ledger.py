"""A ledger of many claims: no query of a claim or of an answer reads a whole table, and memory stays bounded."""

from __future__ import annotations

import datetime as dt
import json
import re
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from tests.support.builders import NIGHT, a_child
from tests.support.large_ledger import REAL_CLAIMS, multiply, put_real_claims
from tests.support.nights import a_night, a_workspace, put_encounters

_LARGE = ("claims", "events", "encounters")
_A_NIGHT = 3
"""A night may read a whole table so often, whatever it finds there."""
_MOST_MEGABYTES = 2_000


@contextmanager
def _statements() -> Iterator[dict[str, list[Any]]]:
    """The statements that run meanwhile: the parameters of each time, by their text."""
    found: dict[str, list[Any]] = {}

    def note(_c: Any, _u: Any, statement: str, parameters: Any, _x: Any, many: bool) -> None:
        shape = re.sub(r"\?(, \?)+", "?", statement)
        found.setdefault(shape, []).append((statement, parameters[0] if many else parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def _reads_all(connection: sqlite3.Connection, statement: str, parameters: Any) -> list[str]:
    plan = connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
    return [row[3] for row in plan if re.match(rf"SCAN ({'|'.join(_LARGE)})\b", row[3])]


def test_no_query_of_a_claim_or_an_answer_reads_a_whole_table(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    put_real_claims(config)
    multiply(config.ledger_path, 5)
    put_encounters(config, "b.ndjson", [a_child(REAL_CLAIMS + number) for number in range(1, 11)])
    with _statements() as ran:
        a_night(config, NIGHT + dt.timedelta(days=2))
    often = {shape: times for shape, times in ran.items() if len(times) > _A_NIGHT}
    asked = {shape: times[0] for shape, times in often.items() if re.match("SELECT|UPDATE|DELETE", shape)}
    with closing(sqlite3.connect(config.ledger_path)) as connection:
        plans = {shape: _reads_all(connection, *one) for shape, one in asked.items()}
    tables = Counter(table for shape in asked for table in _LARGE if re.search(rf"\b{table}\b", shape))
    assert all(tables[table] for table in _LARGE), "the night asks for claims, answers and records one by one"
    assert {shape: plan for shape, plan in plans.items() if plan} == {}


@pytest.mark.soak
def test_a_night_over_200_000_claims_and_a_million_answers_is_right_and_bounded() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.ledger", "200000"],
        check=True,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)
    assert found["items"] == 200_000 // REAL_CLAIMS
    assert found["faults"] == []
    assert found["megabytes"] < _MOST_MEGABYTES
