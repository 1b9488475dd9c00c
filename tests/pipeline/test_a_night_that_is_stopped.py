"""A night may be stopped anywhere: the next one finishes it, and nothing is lost or doubled.

Rows R1, R2, R5, R25 and R26 of docs/reliability.md.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli.main import run
from pipeline.config import Config, load_config
from pipeline.durable import DurableSteps
from tests.support.builders import REMOVED, ROOT, a_child
from tests.support.busy_hospital import BusyHospital
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.processes import DIED, DyingSteps, in_child, say_into, signalled
from tests.support.promises import assert_promises_kept

pytestmark = pytest.mark.slow

KILLS_OF_A_HOSPITAL = 50
SECONDS_TO_END = 5


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
    print(f"R2: stopped {stops} times at {number - 1} durable steps")
    assert number > 25, "the night has fewer durable steps than it must have"


def _stop_at_every_step(folder: Path, every: int) -> int:
    """A night of answers, corrections before it, claims of another system: died at each n-th step."""
    number = 1
    while True:
        hospital = BusyHospital(folder / f"{number}", seed=3)
        hospital.begin_round(2)
        hospital.night()
        hospital.pick_up(likely=1)
        hospital.begin_round(1)
        hospital.begin_round(1)
        hospital.put_from_elsewhere()
        busy: Callable[[], None] = lambda h=hospital: h.pick_up(likely=1)  # noqa: E731
        died = in_child(lambda h=hospital, n=number, b=busy: h.night(DyingSteps(n, b)))
        assert died in (0, DIED)
        hospital.promises()
        if died == 0:
            return number
        number += every


def test_a_night_of_answers_survives_a_stop_while_the_partner_picks_up_between_any_two_steps(
    tmp_path: Path,
) -> None:
    steps = _stop_at_every_step(tmp_path, every=7)
    print(f"R2, R25: stopped at every seventh of {steps} durable steps")
    assert steps > 60


@pytest.mark.soak
def test_a_night_of_answers_survives_a_stop_at_each_of_its_steps(tmp_path: Path) -> None:
    print(f"R2, R25: stopped at each of {_stop_at_every_step(tmp_path, every=1)} durable steps")


def test_the_partner_picks_up_between_any_two_steps_of_a_night_that_is_stopped_after_its_commit(
    tmp_path: Path,
) -> None:
    """From the commit of a file to its end: nothing doubled, no false alarm."""
    stops = 0
    for number in range(1, 200, 3):
        config, taken = a_workspace(tmp_path / f"w{number}"), tmp_path / f"taken{number}"
        taken.mkdir()
        put_encounters(config, "a.ndjson", [a_child(1)])

        def pick_up(config: Config = config, taken: Path = taken) -> None:
            for path in config.folders.ready.glob("*.x12"):
                path.rename(taken / path.name)

        class AfterCommit(DyingSteps):
            committed = False

            def step(self, name: str, *paths: Path) -> None:
                self.committed = self.committed or name == "commit file"
                if self.committed:
                    super().step(name, *paths)

        steps = AfterCommit(number, pick_up)
        died = in_child(lambda c=config, s=steps: a_night(c, steps=s) and None)
        pick_up()
        a_night(config, steps=DyingSteps(10_000, pick_up))
        pick_up()
        a_night(config)
        assert_promises_kept(config, taken, {"NGT00001"})
        stops += died == DIED
        if died == 0:
            break
    print(f"R25: picked up between any two of {number} steps, stopped at {stops} of them")
    assert stops > 8


def _stop_rounds(
    hospital: BusyHospital, stops: int, chance: random.Random, stop: Callable[..., bool], fresh: int = 2
) -> int:
    """Rounds whose runs are stopped at random moments; how many were running when they were.

    Every `fresh` rounds there are new encounters and answers.
    """
    hospital.begin_round(2)
    began = time.perf_counter()
    hospital.night()
    usual = time.perf_counter() - began
    stopped = 0
    for number in range(stops):
        if number % fresh == 1:
            hospital.begin_round(2)
        is_correction = number % 4 == 3
        was_running = stop(hospital, is_correction, chance.uniform(0, usual * 1.2))
        stopped += was_running
        # the first night is slower than the next, and the machine busier at times
        usual *= 1.05 if was_running else 0.85
        hospital.pick_up()
    return stopped


def _kill(hospital: BusyHospital, is_correction: bool, after: float) -> bool:
    code = in_child(hospital.correction if is_correction else hospital.night, kill_after=after)
    assert code in (0, -signal.SIGKILL)
    return code != 0


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_two_hundred_kills_at_random_moments_lose_and_double_nothing(tmp_path: Path, seed: int) -> None:
    """Four hospitals with fifty kills each: nights and corrections."""
    hospital = BusyHospital(tmp_path, seed)
    killed = _stop_rounds(hospital, KILLS_OF_A_HOSPITAL, random.Random(seed), _kill)
    hospital.promises()
    sent = len(hospital.accounts)
    print(
        f"R1: killed {killed} of {KILLS_OF_A_HOSPITAL} runs; {sent} claims, {hospital.replacements()} replaced"
    )
    assert killed > KILLS_OF_A_HOSPITAL // 3


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_two_hundred_kills_over_nights_of_500_encounters_lose_and_double_nothing(
    tmp_path: Path, seed: int
) -> None:
    """Fifty kills each; the next run goes on from where the last one was killed, until the night is done."""
    chance, kills, nights, usual = random.Random(500 + seed), 0, 0, 10.0
    while kills < KILLS_OF_A_HOSPITAL:
        nights += 1
        hospital = BusyHospital(tmp_path / f"{nights}", 100 * seed + nights)
        hospital.begin_round(500)
        code = -signal.SIGKILL
        while code != 0:
            began = time.perf_counter()
            code = in_child(hospital.night, kill_after=chance.uniform(0, usual))
            kills += code != 0
            usual = time.perf_counter() - began if code == 0 else usual * 1.1
            hospital.pick_up()
        hospital.promises()
    print(f"R1: {kills} kills over {nights} nights of 500 encounters")


def _terminate(hospital: BusyHospital, is_correction: bool, after: float) -> bool:
    """The command itself, asked to end: it does so soon, says so, and leaves no traceback."""
    folder = hospital.config.folders.state
    settings = str(folder.parent / "j3399.toml")
    arguments = ["nightly", "--config", settings, "--as-of", "2026-11-16T22:00"]

    def work() -> None:
        say_into(folder.parents[1] / "said")
        run(arguments)

    ending = signalled(work, signal.SIGTERM, after)
    said = (folder.parents[1] / "said").read_text("utf-8")
    assert ending.code in (0, 1, 128 + signal.SIGTERM, -signal.SIGTERM), said
    assert "Traceback" not in said
    assert ending.seconds < SECONDS_TO_END
    return ending.code not in (0, 1)


def test_fifty_sigterms_at_random_moments_end_the_night_within_5_s(tmp_path: Path) -> None:
    hospital = BusyHospital(tmp_path, 5)
    stopped = _stop_rounds(hospital, 50, random.Random(5), _terminate, fresh=5)
    hospital.promises()
    print(f"R5: {stopped} of 50 nights stopped by SIGTERM")
    assert stopped > 50 // 3


class StopAfterCommit(DurableSteps):
    """Ends the process at the first step after a file was committed."""

    committed = False

    def step(self, name: str, *paths: Path) -> None:
        if self.committed:
            os._exit(DIED)

    def commit(self, name: str, commit: Callable[[], None]) -> None:
        super().commit(name, commit)
        self.committed = name == "file"


def _other_record(config: Config) -> None:
    put_encounters(config, "b.ndjson", [a_child(1, **{"patient.weight_kg": "5.9"})])


def _other_partner(config: Config) -> None:
    _own_profile(
        config, "partners", "test-clearinghouse", "claims_per_transaction = 100", "claims_per_transaction = 7"
    )


def _other_kits(config: Config) -> None:
    _own_profile(config, "products", "zolgensma", "title = ", "# changed\ntitle = ")
    kits = (ROOT / "mapping" / "profiles" / "products" / "zolgensma-kits.csv").read_text("utf-8")
    heading, *rows = kits.splitlines(keepends=True)
    own = config.folders.state.parent / "profiles" / "products" / "zolgensma-kits.csv"
    own.write_text(heading + "".join(rows[:-1]), encoding="utf-8")


def _own_profile(config: Config, kind: str, key: str, old: str, new: str) -> None:
    text = (ROOT / "mapping" / "profiles" / kind / f"{key}.toml").read_text("utf-8")
    assert old in text
    own = config.folders.state.parent / "profiles" / kind
    own.mkdir(parents=True)
    (own / f"{key}.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    settings = config.folders.state.parent / "j3399.toml"
    settings.write_text(settings.read_text("utf-8") + '[profiles]\nfolder = "profiles"\n', encoding="utf-8")


@pytest.mark.parametrize("change", [_other_record, _other_partner, _other_kits])
def test_a_file_that_was_committed_keeps_its_bytes_whatever_changes_before_recovery(
    tmp_path: Path, change: Callable[[Config], None]
) -> None:
    """Stop after the commit; record, partner or kits change before the next run: what was committed goes out."""
    config, taken = a_workspace(tmp_path / "w"), tmp_path / "taken"
    taken.mkdir()
    put_encounters(config, "a.ndjson", [a_child(1)])
    assert in_child(lambda: a_night(config, steps=StopAfterCommit()) and None) == DIED
    staged = [path.read_bytes() for path in config.folders.staging.iterdir()]
    assert len(staged) == 1
    change(config)
    summary = a_night(load_config(tmp_path / "w" / "j3399.toml"))
    expected = {"encounter-changed": 1} if change is _other_record else {}
    assert summary["findings_by_rule"] == expected
    assert [path.read_bytes() for path in config.folders.ready.iterdir()] == staged
    assert_promises_kept(config, taken, {"NGT00001"})
