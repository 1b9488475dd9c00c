"""A correction may be stopped at any durable step: old claim or new one, never half of it, never two."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from edi.envelope import read_document
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.errors import NotCorrectable
from pipeline.ledger import decisions, encounters, files
from pipeline.ledger.store import Ledger
from samples.clearinghouse import Deny
from tests.pipeline.corrections.support import ACCOUNT, ENCOUNTER, PAID, Trip, correct, refused_claim, rows
from tests.support.builders import OUTPATIENT, claims_of
from tests.support.nights import a_night, outbox
from tests.support.processes import DIED, DyingSteps, in_child

pytestmark = pytest.mark.slow

TRIP = Trip("units", Deny("16", remarks=("M53",), other_lines="deny"), OUTPATIENT, "7")
UNITS = "service_lines[1].units=2"
CODER = "C. Coder"


def _correct(config: Config, steps: DurableSteps | None = None) -> None:
    """Correct the encounter's claim; one that was corrected before is left alone."""
    (first, *_) = rows(config)
    try:
        correct(config, first.id, UNITS, by=CODER, steps=steps)
    except NotCorrectable as reason:
        assert "corrected before" in reason.line()


def assert_sent_once(config: Config) -> None:
    """One original and one replacement, each in one archived file under a number of its own."""
    old, new = rows(config)
    assert (old.frequency, new.frequency, new.replaces) == ("1", "7", old.id)
    published = outbox(config)
    (data,) = published.values()
    (claim,) = claims_of(data)
    assert (claim.patient_control_number, claim.frequency) == (ACCOUNT, "7")
    assert list(config.folders.staging.iterdir()) == []
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    with ledger.reading() as connection:
        sent = files.all_files(connection)
        kept = decisions.latest(connection, new.id, (decisions.CORRECTION,))
        revision = encounters.latest(connection, ENCOUNTER)
    ledger.close()
    assert [row.state for row in sent] == ["published", "published"]
    assert [row.control_number for row in sent] == [1, 2]
    archived = config.folders.archive_out / sent[1].day / sent[1].name
    assert archived.read_bytes() == data
    assert int(read_document(data).interchanges[0].control_number) == 2
    assert kept is not None and kept.by == CODER
    assert revision is not None and revision.revision == 2
    assert json.loads(revision.content)["service_lines"][1]["units"] == "2"


def test_a_correction_survives_a_stop_at_every_durable_step_and_again_afterwards(tmp_path: Path) -> None:
    stops, number = 0, 0
    for number in range(1, 200):
        config = refused_claim(tmp_path / f"w{number}", TRIP)
        first = in_child(lambda c=config, n=number: _correct(c, DyingSteps(n)))
        again = in_child(lambda c=config, n=number: _correct(c, DyingSteps(1 + n % 11)))
        assert {first, again} <= {0, DIED}
        _correct(config)
        a_night(config, PAID)
        assert_sent_once(config)
        stops += (first == DIED) + (again == DIED)
        if first == 0:
            break
    print(f"stopped {stops} times at {number - 1} durable steps")
    assert number > 15, "a correction has fewer durable steps than it must have"
