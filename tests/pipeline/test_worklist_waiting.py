"""An encounter that waits is an item: what holds it, who cures it, how long there is."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipeline.config import Config, load_config
from tests.support.builders import NIGHT, REMOVED, a_child
from tests.support.nights import a_night, a_workspace, put_encounters
from tests.support.worklists import items_of_kind, worklist_of

NO_TITER = {"clinical.antibody_titer": REMOVED}
PLANNED = {"therapy.status": "planned", "therapy.infusion_start": "2026-11-20T09:00:00"}


def night_of(config: Config, **changes: Any) -> list[dict[str, Any]]:
    put_encounters(config, "a.ndjson", [a_child(1, **changes)])
    a_night(config)
    return items_of_kind(config, "held")


def with_filing_days(folder: Path, days: int) -> Config:
    """A workspace whose Medicaid takes claims for so many days."""
    a_workspace(folder)
    payers = folder / "profiles" / "payers"
    payers.mkdir(parents=True)
    (payers / "state-medicaid.toml").write_text(
        'key = "state-medicaid"\nextends = "default"\ntitle = "T"\nname = "STATE MEDICAID"\n'
        'payer_id = "SKMCD0"\n[facts]\n'
        'filing_indicator = { value = "MC", source = "test", date = 2026-11-25 }\n'
        f'filing_days = {{ value = {days}, source = "test", date = 2026-11-25 }}\n',
        encoding="utf-8",
    )
    (folder / "j3399.toml").write_text('[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    return load_config(folder / "j3399.toml")


def evidence(item: dict[str, Any]) -> str:
    return " / ".join(item["causes"][0]["evidence"])


def test_a_held_encounter_names_its_findings_its_cause_and_who_cures_it(tmp_path: Path) -> None:
    (item,) = night_of(a_workspace(tmp_path), **NO_TITER)
    assert item["claim"] is None and item["encounter"] == "N00001" and item["key"] == "N00001:held"
    assert item["causes"][0]["id"] == "aav9-titer" and item["owner"] == "authorization team"
    assert item["facts"] == ["titer-missing"] and "rule titer-missing" in evidence(item)
    assert item["amount_at_risk"] == "2126200.00" and item["stage"] == "held"


def test_what_can_be_waived_says_so_with_the_command(tmp_path: Path) -> None:
    (item,) = night_of(a_workspace(tmp_path), **NO_TITER)
    assert any("j3399 waive N00001 titer-missing" in step for step in item["steps"])
    (item,) = night_of(a_workspace(tmp_path / "other"), setting="11")
    assert item["facts"] == ["site-of-care"] and not any("waive" in step for step in item["steps"])


def test_the_days_to_the_filing_limit_are_counted_and_are_the_due_date(tmp_path: Path) -> None:
    (item,) = night_of(with_filing_days(tmp_path, 30), **NO_TITER)
    assert item["due"] == "2026-12-10" and "filing limit" in item["deadline"]
    assert "filing limit of 30 days from the statement's end: in 24 days" in evidence(item)


def test_a_filing_limit_that_is_not_known_is_not_made_up(tmp_path: Path) -> None:
    (item,) = night_of(a_workspace(tmp_path), **NO_TITER)
    assert item["due"] is None and "not in the payer's profile" in evidence(item)


def test_before_the_infusion_the_age_limit_is_the_due_date_once_it_is_near(tmp_path: Path) -> None:
    near = {"patient.birth_date": "2024-12-20", **PLANNED, **NO_TITER}
    (item,) = night_of(a_workspace(tmp_path), **near)
    assert item["due"] == "2026-12-19" and "age" in item["deadline"]
    assert "(under 24 months): in 34 days" in evidence(item)
    far = {"patient.birth_date": "2026-03-20", **PLANNED, **NO_TITER}
    (item,) = night_of(a_workspace(tmp_path / "far"), **far)
    assert item["due"] is None and "more than 90 days away" in evidence(item)


def test_a_planned_infusion_that_lacks_nothing_only_waits(tmp_path: Path) -> None:
    (item,) = night_of(a_workspace(tmp_path), **PLANNED)
    assert item["actions"] == ["wait"]


def test_the_birth_date_stands_nowhere(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    night_of(config, **NO_TITER)
    born = a_child(1)["patient"]["birth_date"]
    assert born not in (config.folders.reports / "worklist.json").read_text("utf-8")


@pytest.mark.parametrize("changes", [{}, {"clinical.smn2_copies": 2}])
def test_an_encounter_that_became_a_claim_waits_for_nothing(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert night_of(a_workspace(tmp_path), **changes) == []


def test_the_item_goes_when_the_record_is_mended(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    night_of(config, **NO_TITER)
    put_encounters(config, "b.ndjson", [a_child(1)])
    a_night(config, NIGHT + dt.timedelta(days=1))
    assert worklist_of(config) == []
