"""The calendar: what runs out before an infusion, and visits after it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from lxml import html

from mapping.encounter import Encounter
from mapping.profile_store import ProfileStore
from pipeline.aftercare.visits import Visit
from pipeline.durable import DurableSteps
from pipeline.ledger.store import Ledger
from pipeline.pages.calendar_page import MOST_VISITS, calendar_page
from pipeline.pages.countdown import planned_infusions
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, put_encounters
from validators.readiness import Readiness, check_before, readiness

TODAY = dt.date(2026, 11, 9)


def _ready() -> Readiness:
    check = check_before(Encounter.model_validate(a_child(1)), ProfileStore(), TODAY)
    return readiness(check)


def _visit(day: dt.date, encounter: str = "E1") -> Visit:
    return Visit(encounter, "example-childrens", "state-medicaid", 1, "monitoring", 1, day, ("platelets",))


def _page(planned: list[Readiness], visits: list[Visit], **options: bool) -> html.HtmlElement:
    return html.fromstring(calendar_page(TODAY, planned, visits, [], made="made", **options))


def test_visits_stand_by_week_and_only_those_of_three_months() -> None:
    days = [
        TODAY - dt.timedelta(1),
        TODAY,
        TODAY + dt.timedelta(8),
        TODAY + dt.timedelta(90),
        TODAY + dt.timedelta(91),
    ]
    page = _page([], [_visit(day) for day in days])
    assert [time.get("datetime") for time in page.xpath("//tbody//td/time")] == [
        day.isoformat() for day in days[1:4]
    ]
    assert len(page.xpath("//th[@scope='rowgroup']")) == 3


def test_what_runs_out_before_the_infusion_is_marked() -> None:
    ready = _ready()
    assert ready.infusion is not None
    early = replace(
        ready.deadlines[0], what="antibody titer", day=ready.infusion - dt.timedelta(1), is_private=False
    )
    page = _page([replace(ready, deadlines=(early,))], [])
    assert "before the infusion" in page.find_class("late")[0].text_content()


def test_a_day_that_tells_the_birth_date_is_masked() -> None:
    ready = _ready()
    (private,) = [one for one in ready.deadlines if one.is_private]
    assert private.day.isoformat() not in _page([ready], []).text_content()
    assert private.day.isoformat() in _page([ready], [], show_phi=True).text_content()


def test_more_visits_than_fit_are_counted() -> None:
    page = _page([], [_visit(TODAY, f"E{number}") for number in range(MOST_VISITS + 5)])
    assert len(page.xpath("//tbody//td/time")) == MOST_VISITS
    assert "5 later visits" in page.text_content()


def test_a_planned_infusion_of_the_ledger_is_counted_down(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    planned, done = a_child(1), a_child(2)
    planned["therapy"]["status"] = "planned"
    put_encounters(config, "a.ndjson", [planned, done])
    a_night(config)
    ledger = Ledger.open(config.ledger, DurableSteps())
    try:
        found = planned_infusions(ledger, ProfileStore(), NIGHT.date())
    finally:
        ledger.close()
    assert [one.encounter for one in found] == [planned["id"]]
