"""How answers arrive: late, twice, out of order, cut, or never, as a scenario in TOML says."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.envelope import read_document
from samples.clearinghouse import Arrival, Deny, Pay, Scenario, ScriptError, answers, arrivals, read_scenario
from samples.clearinghouse.__main__ import main
from tests.support.builders import NIGHT, ROOT, a_built_claim, a_file_of

TROUBLES = ROOT / "samples" / "troubles.toml"
MORNING = dt.datetime(2026, 11, 18, 6, 0)
PAID = '[claims]\nACCT-1 = { outcome = "pay" }\n'


def a_file() -> bytes:
    return a_file_of(a_built_claim({"patient_control_number": "ACCT-1"}).claim)


def arrive(text: str) -> list[Arrival]:
    return arrivals(a_file(), read_scenario(PAID + text), MORNING)


def days(found: list[Arrival]) -> list[tuple[str, int]]:
    """Kind and day of each arrival."""
    return [(one.name.partition("_")[0], (one.at - MORNING).days) for one in found]


def bodies(data: bytes) -> list[str]:
    return [transaction.digest() for transaction in read_document(data).transactions()]


def test_without_a_delivery_all_answers_arrive_at_once_as_they_are_made() -> None:
    scenario = read_scenario(PAID)
    made = answers(a_file(), scenario.script, MORNING)
    assert [(one.name, one.data, one.at) for one in arrivals(a_file(), scenario, MORNING)] == [
        (one.name, one.data, MORNING) for one in made
    ]


def test_a_silent_kind_never_comes() -> None:
    assert days(arrive("[deliveries.277CA]\nsilent = true\n")) == [("999", 0), ("835", 0)]


def test_a_late_answer_is_made_on_its_day_and_so_comes_out_of_order() -> None:
    found = arrive("[deliveries.999]\nafter_days = 30\n")
    assert days(found) == [("277CA", 0), ("835", 0), ("999", 30)]
    (interchange,) = read_document(found[-1].data).interchanges
    assert interchange.header.element(9) == "261218"


def test_a_new_envelope_has_the_same_body_and_other_numbers_and_name() -> None:
    found = arrive('[deliveries.835]\nagain = "new-envelope"\nagain_after_days = 2\n')
    assert days(found)[-2:] == [("835", 0), ("835", 2)]
    first, again = found[-2:]
    assert bodies(first.data) == bodies(again.data)
    numbers = {read_document(one.data).interchanges[0].control_number for one in (first, again)}
    assert len(numbers) == 2 and first.name != again.name
    assert not read_answers(again.data).findings


def test_a_new_name_has_the_same_bytes() -> None:
    found = arrive('[deliveries.835]\nagain = "new-name"\n')
    first, again = [one for one in found if "835" in one.name]
    assert first.data == again.data and first.name != again.name


def test_a_transfer_that_was_cut_leaves_a_part_under_the_same_name_and_the_whole_comes_later() -> None:
    found = arrive("[deliveries.835]\ncut_at = 0.5\nwhole_after_days = 3\n")
    part, whole = [one for one in found if one.name.startswith("835")]
    assert part.name == whole.name and whole.data.startswith(part.data)
    assert len(part.data) == len(whole.data) // 2
    assert (whole.at - part.at).days == 3


def test_what_is_decided_later_comes_as_277_or_835_alone() -> None:
    text = '[claims]\nACCT-1 = { outcome = "pend" }\n[[later]]\nafter_days = 20\n'
    text += '[later.claims]\nACCT-1 = { outcome = "deny", reason = "50" }\n'
    scenario = read_scenario(text)
    assert days(arrivals(a_file(), scenario, MORNING)) == [("999", 0), ("277CA", 0), ("277", 0), ("835", 20)]
    assert scenario.later == ((20, read_scenario(text).later[0][1]),)
    assert scenario.later[0][1].outcome("ACCT-1") == Deny("50")


def test_the_scenario_of_the_samples_has_every_trouble() -> None:
    scenario = read_scenario(TROUBLES.read_text("utf-8"))
    (sent,) = (ROOT / "samples" / "files").iterdir()
    found = arrivals(sent.read_bytes(), scenario, MORNING)
    assert days(found) == [
        ("999", 0),
        ("999", 1),
        ("277", 1),
        ("again", 1),
        ("835", 2),
        ("277CA", 4),
        ("835", 5),
        ("835", 21),
    ]


def test_the_command_leaves_out_what_arrives_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sent,) = (ROOT / "samples" / "files").iterdir()
    arguments = [str(sent), "--script", str(TROUBLES), "--out", str(tmp_path), "--as-of", MORNING.isoformat()]
    main([*arguments, "--until", "2026-11-20T06:00"])
    assert [line.partition("_")[0] for line in capsys.readouterr().out.split()] == [
        "999",
        "999",
        "277",
        "again",
        "835",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "[deliveries.997]\nsilent = true",
        "[deliveries.835]\nlate = 1",
        "[deliveries.835]\nafter_days = -1",
        "[deliveries.835]\nafter_days = 1.5",
        '[deliveries.835]\nagain = "twice"',
        "[deliveries.835]\ncut_at = 1",
        "[deliveries]\n835 = 1",
        "later = 1",
        "[[later]]\nclaims = {}",
    ],
)
def test_a_scenario_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(ScriptError):
        read_scenario(text)


def test_the_same_scenario_gives_the_same_arrivals() -> None:
    scenario = Scenario(read_scenario(PAID).script)
    assert scenario.script.outcome("ACCT-1") == Pay()
    assert arrivals(a_file(), scenario, NIGHT) == arrivals(a_file(), scenario, NIGHT)
