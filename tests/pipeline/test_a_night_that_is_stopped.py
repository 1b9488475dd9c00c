"""A night may be stopped anywhere: the next one finishes it, and nothing is lost or doubled."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.durable import DurableSteps
from tests.support.builders import REMOVED, a_child
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child
from tests.support.promises import assert_promises_kept


def _partner_picks_up(config: Config, taken: Path, chance: random.Random) -> None:
    """The partner's agent moves what it sees, at its own times."""
    taken.mkdir(exist_ok=True)
    for path in sorted(config.folders.ready.glob("*.x12")):
        if chance.random() < 0.5:
            path.rename(taken / path.name)


def test_the_night_survives_a_stop_at_every_durable_step_and_again_while_recovering(tmp_path: Path) -> None:
    stops = 0
    for number in range(1, 1000):
        config = a_workspace(tmp_path / f"w{number}")
        taken = tmp_path / f"taken{number}"
        held = a_child(8, **{"clinical.antibody_titer": REMOVED})
        put_encounters(config, "a.ndjson", [a_child(1), a_child(2), held])
        put_encounters(config, "b.ndjson", [a_child(3)])
        first = in_child(lambda c=config, n=number: a_night(c, steps=DyingSteps(n)) and None)
        _partner_picks_up(config, taken, random.Random(number))
        again = in_child(lambda c=config, n=number: a_night(c, steps=DyingSteps(1 + n % 17)) and None)
        _partner_picks_up(config, taken, random.Random(-number))
        assert {first, again} <= {0, DIED}
        a_night(config)
        assert_promises_kept(config, taken, {"NGT00001", "NGT00002", "NGT00003"})
        stops += (first == DIED) + (again == DIED)
        if first == 0:
            break
    print(f"stopped {stops} times at {number - 1} durable steps")
    assert number > 25, "the night has fewer durable steps than it must have"


def _kill_nights(tmp_path: Path, kills: int) -> None:
    """Nights killed at random moments while the partner picks files up; then the promises."""
    config, taken = a_workspace(tmp_path / "w"), tmp_path / "taken"
    chance = random.Random(20261125)
    put_encounters(config, "first.ndjson", [a_child(0)])
    began = time.perf_counter()
    a_night(config)
    usual = time.perf_counter() - began
    accounts, killed = {"NGT00000"}, 0
    for round_number in range(1, kills + 1):
        children = [a_child(round_number * 10 + index) for index in range(4)]
        accounts |= {child["patient_control_number"] for child in children}
        put_encounters(config, f"round-{round_number}.ndjson", children)
        code = in_child(lambda: a_night(config) and None, kill_after=chance.uniform(0, usual * 1.5))
        killed += code == -9
        assert code in (0, -9)
        # the first night is slower than the next, and the machine busier at times
        usual *= 1.05 if code == -9 else 0.8
        _partner_picks_up(config, taken, chance)
    a_night(config)
    print(f"killed {killed} of {kills} nights")
    assert killed > kills // 3
    assert_promises_kept(config, taken, accounts)


def test_fifty_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    _kill_nights(tmp_path, 50)


@pytest.mark.soak
def test_two_hundred_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path) -> None:
    _kill_nights(tmp_path, 200)


def test_a_file_that_was_committed_keeps_its_bytes_when_the_record_changes_before_recovery(
    tmp_path: Path,
) -> None:
    """Stop after the commit; a new revision comes before the next run: what was committed goes out."""

    class StopAfterCommit(DurableSteps):
        committed = False

        def step(self, name: str, *paths: Path) -> None:
            if self.committed:
                import os

                os._exit(DIED)

        def commit(self, name, commit):  # type: ignore[no-untyped-def]
            super().commit(name, commit)
            self.committed = name == "file"

    config, taken = a_workspace(tmp_path / "w"), tmp_path / "taken"
    taken.mkdir()
    put_encounters(config, "a.ndjson", [a_child(1)])
    assert in_child(lambda: a_night(config, steps=StopAfterCommit()) and None) == DIED
    staged = [path.read_bytes() for path in config.folders.staging.iterdir()]
    changed = a_child(1, **{"patient.weight_kg": "5.9"})
    put_encounters(config, "b.ndjson", [changed])
    summary = a_night(config)
    assert summary["findings_by_rule"] == {"encounter-changed": 1}
    assert [path.read_bytes() for path in config.folders.ready.iterdir()] == staged
    assert_promises_kept(config, taken, {"NGT00001"})
