"""Broken answers of each kind: read or set aside with place, reason and next step, never a traceback.

R12 of the promises: every mutant is one or the other, and none takes two seconds. `make soak` tries
five times as many.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.finding import Finding
from edi.plain import plain
from edi.tables.build import write_batches
from pipeline.inbound.extract import identity, statements, trace_of
from pipeline.inbound.receive import why_unreadable
from tests.support.broken_answers import KINDS, mutants
from tests.support.limits import seconds_allowed
from tests.support.nights import a_night, a_workspace, put_answer

pytestmark = pytest.mark.slow

MUTANTS = (2000, pytest.param(10_000, marks=pytest.mark.soak))
ONE_IN = 40
A_NIGHT_OF_EACH = 8


@pytest.mark.parametrize("count", MUTANTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_answer_is_read_or_set_aside_with_a_reason(kind: str, count: int, tmp_path: Path) -> None:
    tally: Counter[str] = Counter()
    path = tmp_path / "mutant"
    for number, data in enumerate(mutants(kind, count)):
        started = time.process_time()
        found = read_answers(data, "mutant")
        reasons = why_unreadable(found)
        if reasons:
            tally["quarantined"] += 1
            assert all(map(_says_where_and_what_next, reasons)), number
        else:
            tally["read"] += 1
            for answer in found.answers:
                assert identity(answer) and (trace_of(answer) is None or answer.kind == "835")
                json.dumps([statement.body for statement in statements(answer, b"key")])
                json.dumps(plain(answer.model))
        assert all(finding.message() and finding.fix for finding in found.findings)
        assert time.process_time() - started < seconds_allowed()
        if number % ONE_IN == 0:
            path.write_bytes(data)
            write_batches([path], lambda table, batch: batch.validate(full=True))
            tally["tables"] += 1
    assert tally["read"] + tally["quarantined"] == count
    assert min(tally.values()) > count // 100
    print(f"R12 {kind}: {count} mutants, {dict(tally)}")


def _says_where_and_what_next(finding: Finding) -> bool:
    message = finding.message()
    where = (
        finding.place.segment_position is not None or "(byte " in message or finding.place.file == "mutant"
    )
    return bool(message and finding.fix and where)


def test_a_night_of_broken_answers_accounts_for_each(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    sent = {
        f"{kind}-{number}.x12": data
        for kind in KINDS
        for number, data in enumerate(mutants(kind, A_NIGHT_OF_EACH))
    }
    for name, data in sent.items():
        put_answer(config, name, data)
    counts = a_night(config)["counts"]
    aside = {path.name for path in config.folders.quarantine.iterdir()}
    reasons = [name for name in aside if name.endswith(".reason.json")]
    archived = [path for path in config.folders.archive_in.rglob("*") if path.is_file()]
    assert len(reasons) * 2 == len(aside)
    assert len(archived) + len(reasons) == len(sent)
    assert counts["answer_files"] + counts.get("answer_files_repeated", 0) == len(archived)
    assert not list(config.folders.inbox.iterdir()) and not list(config.folders.work.iterdir())
    for name in reasons:
        findings = json.loads((config.folders.quarantine / name).read_text(encoding="utf-8"))["findings"]
        assert findings and all(finding["message"] and finding["fix"] for finding in findings)
        assert (config.folders.quarantine / name.removesuffix(".reason.json")).read_bytes() == sent[
            name.removesuffix(".reason.json")
        ]
