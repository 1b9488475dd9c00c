"""Before the infusion: papers, limits of time, and whether the child is ready."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest

from mapping.profile_models import Paper
from mapping.profile_store import ProfileStore
from tests.support.builders import REMOVED, an_encounter
from validators.checks import EncounterCheck
from validators.readiness import Readiness, readiness, steroid_start

TODAY = dt.date(2026, 11, 9)
ALL: tuple[Paper, ...] = ProfileStore().payer("unitedhealthcare").packet


def the_check(changes: Mapping[str, Any] | None = None, **payer: Any) -> EncounterCheck:
    encounter, store = an_encounter(changes), ProfileStore()
    return EncounterCheck(
        encounter=encounter,
        payer=store.payer("state-medicaid").model_copy(update=payer),
        site=store.site(encounter.site),
        product=store.product("zolgensma"),
        today=TODAY,
    )


def asked(changes: Mapping[str, Any] | None = None, **payer: Any) -> Readiness:
    return readiness(the_check(changes, **payer))


def test_the_sample_is_ready() -> None:
    found = asked()
    assert found.is_ready and found.missing == () and found.findings == ()
    assert found.infusion == dt.date(2026, 11, 10)
    assert found.kit is not None and found.kit.ndc_10 == "71894-126-04"
    assert steroid_start(the_check()) == dt.date(2026, 11, 9)


@pytest.mark.parametrize(
    ("path", "paper"),
    [
        ("coverages[0].authorizations", "authorization"),
        ("clinical.antibody_titer", "antibody_titer"),
        ("clinical.smn1", "smn1"),
        ("patient.weight_date", "weight"),
        ("patient.weight_kg", "weight"),
        ("clinical.glucocorticoid_plan", "glucocorticoid_plan"),
        ("clinical.baseline_labs", "baseline_labs"),
        ("clinical.monitoring_plan_months", "monitoring_plan"),
        ("clinical.sma_type", "sma_type"),
    ],
)
def test_a_paper_that_is_missing_is_named(path: str, paper: Paper) -> None:
    before = asked(packet=ALL)
    found = asked({path: REMOVED}, packet=ALL)
    assert set(found.missing) - set(before.missing) == ({paper} - set(before.missing))
    assert paper in found.missing and not found.is_ready


@pytest.mark.parametrize(
    "change",
    [
        {"coverages[0].authorizations[0].status": "denied"},
        {"coverages[0].authorizations[0].status": "pending"},
        {"coverages[0].authorizations[0].scope": "admission"},
        {"coverages[0].authorizations[0].number": None},
    ],
)
def test_an_authorization_counts_when_it_is_approved_for_the_drug(change: dict[str, Any]) -> None:
    assert "authorization" in asked(change).missing


def test_a_payer_gets_its_own_list() -> None:
    assert asked(packet=("contract",)).missing == ("contract",)
    assert asked({"contract": {"agreement_id": "OBA"}}, packet=("contract",)).present == ("contract",)


@pytest.mark.parametrize(("drawn", "ready"), [("2026-10-13", True), ("2026-10-12", False)])
def test_a_titer_that_runs_out_before_the_infusion_is_no_titer(drawn: str, ready: bool) -> None:
    """28 days before 10 November is 13 October."""
    found = asked({"clinical.antibody_titer.date": drawn})
    assert found.is_ready is ready


@pytest.mark.parametrize(("weighed", "ready"), [("2026-10-27", True), ("2026-10-26", False)])
def test_a_weight_holds_fourteen_days(weighed: str, ready: bool) -> None:
    assert asked({"patient.weight_date": weighed}).is_ready is ready


@pytest.mark.parametrize(("born", "ready"), [("2024-11-11", True), ("2024-11-10", False)])
def test_the_age_runs_out_on_the_second_birthday(born: str, ready: bool) -> None:
    found = asked({"patient.birth_date": born})
    assert found.is_ready is ready
    (age,) = [one for one in found.deadlines if one.is_private]
    assert age.day == dt.date.fromisoformat(born).replace(year=2026) - dt.timedelta(1)


def test_deadlines_come_in_their_order_with_the_days_left() -> None:
    found = asked()
    days = [one.days_left(TODAY) for one in found.deadlines]
    assert days == sorted(days) and len(days) == 5
    assert {one.what: one.days_left(TODAY) for one in found.deadlines}["weight"] == 12
