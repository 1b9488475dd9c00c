"""After the infusion: which visits on which days, and the calendar that other programs read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import vobject

from mapping.profile_store import ProfileStore
from pipeline.aftercare.icalendar_file import as_icalendar
from pipeline.aftercare.visits import Visit, plan_of, visits_of
from pipeline.config import Config
from tests.support.builders import INPATIENT, REMOVED, a_child, an_encounter
from tests.support.commands import assert_clean, j3399
from tests.support.nights import a_night, a_workspace, put_encounters

NOW = dt.datetime(2026, 11, 16, 22, 0)
ALL_TESTS = ("liver function", "platelets", "troponin-I")
WITHOUT_TROPONIN = ("liver function", "platelets")
MEASURES = ("CHOP-INTEND", "HFMSE", "RHS", "ventilator-free survival")


def visits(changes: dict[str, Any] | None = None, revision: int = 1, **options: Any) -> list[Visit]:
    encounter = an_encounter({"therapy.infusion_start": "2026-11-10T10:00", **(changes or {})}, **options)
    profiles = ProfileStore()
    payer = profiles.payer(encounter.coverages[0].payer)
    return visits_of(encounter, revision, plan_of(profiles.product("zolgensma"), payer))


def days(found: list[Visit]) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(visit.day.isoformat(), visit.when, visit.what) for visit in found]


def test_the_label_wants_eight_visits_in_three_months() -> None:
    assert days(visits()) == [
        ("2026-11-17", "week 1", ALL_TESTS),
        ("2026-11-24", "week 2", ALL_TESTS),
        ("2026-12-01", "week 3", ALL_TESTS),
        ("2026-12-08", "week 4", ALL_TESTS),
        ("2026-12-22", "week 6", WITHOUT_TROPONIN),
        ("2027-01-05", "week 8", ALL_TESTS),
        ("2027-01-19", "week 10", WITHOUT_TROPONIN),
        ("2027-02-02", "week 12", ALL_TESTS),
    ]


def test_an_agreement_wants_the_child_measured_for_five_years() -> None:
    found = [visit for visit in visits({"contract": {"agreement_id": "OBA-1"}}) if visit.kind == "milestone"]
    assert days(found) == [
        ("2027-05-10", "month 6", MEASURES),
        ("2027-11-10", "month 12", MEASURES),
        ("2028-11-10", "month 24", MEASURES),
        ("2029-11-10", "month 36", MEASURES),
        ("2031-11-10", "month 60", MEASURES),
    ]


def test_a_milestone_on_a_day_that_its_month_has_not_is_on_the_first_of_the_next() -> None:
    start = {"therapy.infusion_start": "2026-08-31T10:00", "contract": {"agreement_id": "OBA-1"}}
    assert [visit.day for visit in visits(start) if visit.when == "month 6"] == [dt.date(2027, 3, 1)]


def test_a_payer_of_its_own_agreement_says_which_months_and_measures() -> None:
    encounter = an_encounter({"contract": {"agreement_id": "OBA-1"}})
    profiles = ProfileStore()
    terms = {"agreement_milestone_months": (9,), "agreement_measures": ("sitting",)}
    payer = profiles.payer("default").model_copy(update=terms)
    found = visits_of(encounter, 1, plan_of(profiles.product("zolgensma"), payer))
    assert [(one.when, one.what) for one in found if one.kind == "milestone"] == [("month 9", ("sitting",))]


@pytest.mark.parametrize(
    "changes",
    [{"therapy.status": "planned"}, {"therapy.infusion_start": REMOVED, "therapy.infusion_end": REMOVED}],
)
def test_a_child_that_was_not_treated_has_no_visits(changes: dict[str, Any]) -> None:
    encounter = an_encounter(changes)
    profiles = ProfileStore()
    assert visits_of(encounter, 1, plan_of(profiles.product("zolgensma"), profiles.payer("default"))) == []


def entries(data: bytes) -> dict[str, Any]:
    """The entries of a calendar by UID, as another reader of the format has them."""
    return {event.uid.value: event for event in vobject.readOne(data.decode()).vevent_list}


def test_another_reader_finds_the_visits_in_the_calendar() -> None:
    found = visits({"contract": {"agreement_id": "OBA-1"}})
    calendar = vobject.readOne(as_icalendar(found, NOW).decode())
    assert calendar.version.value == "2.0" and calendar.method.value == "PUBLISH"
    read = [
        (event.dtstart.value, event.dtend.value, event.summary.value, event.transp.value)
        for event in calendar.vevent_list
    ]
    day = dt.timedelta(days=1)
    assert read == [
        (one.day, one.day + day, f"E0001 {one.when}: {', '.join(one.what)}", "TRANSPARENT") for one in found
    ]
    assert all(event.dtstamp.value.tzinfo is not None for event in calendar.vevent_list)


def test_lines_of_the_calendar_end_and_fold_as_the_format_wants() -> None:
    lines = as_icalendar(visits(), NOW).split(b"\r\n")
    assert lines.pop() == b"" and len(lines) > 80
    assert all(b"\n" not in line and len(line) <= 75 for line in lines)


def test_a_second_import_changes_the_entries_of_the_first() -> None:
    first = entries(as_icalendar(visits(), NOW))
    moved = visits({"therapy.infusion_start": "2026-11-11T10:00"}, revision=2)
    second = entries(as_icalendar(moved, NOW))
    assert first.keys() == second.keys() and len(first) == 8
    for uid, event in second.items():
        assert event.dtstart.value == first[uid].dtstart.value + dt.timedelta(days=1)
        assert int(event.sequence.value) == int(first[uid].sequence.value) + 1


def test_entries_of_two_encounters_and_two_sites_differ() -> None:
    several = [visits(), visits({"id": "E0002"}), visits({"site": "another-site"})]
    uids = {uid for found in several for uid in entries(as_icalendar(found, NOW))}
    assert len(uids) == 24


@pytest.fixture(scope="module")
def treated(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A night with three children: sent, held, and under an agreement."""
    config = a_workspace(tmp_path_factory.mktemp("aftercare"))
    held = a_child(2, **{"clinical.antibody_titer": REMOVED})
    planned = a_child(3, **{"therapy.status": "planned"})
    agreed = a_child(4, contract={"agreement_id": "OBA-1"})
    put_encounters(config, "a.ndjson", [a_child(1), held, planned, agreed])
    a_night(config)
    return config


def ask(config: Config, *arguments: str) -> str:
    root = config.folders.reports.parent
    done = j3399("aftercare", "--config", str(root / "j3399.toml"), "--as-of", "2026-11-18", *arguments)
    assert_clean(done, 0)
    return done.stdout


def test_all_treated_children_of_the_ledger_are_listed_whatever_became_of_their_claims(
    treated: Config,
) -> None:
    rows = json.loads(ask(treated, "--json", "--from", "2026-11-01"))["visits"]
    count = {name: sum(row["encounter"] == name for row in rows) for name in ("N00001", "N00002", "N00004")}
    assert count == {"N00001": 8, "N00002": 8, "N00004": 13} and len(rows) == 29


def test_the_list_begins_today_and_ends_where_it_is_told(treated: Config) -> None:
    rows = json.loads(ask(treated, "--json", "--to", "2026-11-30"))["visits"]
    assert {row["day"] for row in rows} == {"2026-11-24"}
    assert ask(treated, "--from", "2040-01-01") == "No visit is due in these days.\n"


def test_the_table_groups_children_and_shows_record_numbers_only_when_asked(treated: Config) -> None:
    days = ("--from", "2026-11-24", "--to", "2026-11-24")
    assert ask(treated, *days) == (
        "2026-11-24, in 6 days\n"
        " week 2   liver function, platelets, troponin-I\n"
        "          N00001, N00002, N00004\n"
        "3 visits of 3 encounters\n"
    )
    assert "N00002 (record REC00002)" in ask(treated, *days, "--show-phi")
    assert all(len(line) <= 80 for line in ask(treated).splitlines())


@pytest.mark.parametrize("form", ["ics", "csv", "json"])
def test_no_list_that_can_leave_the_house_holds_patient_data(treated: Config, form: str) -> None:
    text = ask(treated, "--format", form, "--from", "2026-11-01")
    record = a_child(1)
    patient = record["patient"]
    for value in (patient["last_name"], patient["record_number"], record["coverages"][0]["member_id"]):
        assert value.lower() not in text.lower()
    assert "N00001" in text


def test_the_calendar_file_is_complete_private_and_the_same_each_time(
    treated: Config, tmp_path: Path
) -> None:
    for name in ("a.ics", "b.ics"):
        assert ask(treated, "--format", "ics", "--out", str(tmp_path / name)) == ""
    data = (tmp_path / "a.ics").read_bytes()
    assert data == (tmp_path / "b.ics").read_bytes() and len(entries(data)) == 29
    assert (tmp_path / "a.ics").stat().st_mode & 0o777 == 0o600


def test_a_product_that_is_gone_costs_its_own_encounter_alone(tmp_path: Path) -> None:
    config = a_workspace(tmp_path)
    unknown = a_child(2, **{"therapy.product": "no-such-product"})
    put_encounters(config, "a.ndjson", [a_child(1), unknown])
    a_night(config)
    done = j3399("aftercare", "--config", str(tmp_path / "j3399.toml"), "--json", "--from", "2026-11-01")
    assert_clean(done, 0)
    assert {row["encounter"] for row in json.loads(done.stdout)["visits"]} == {"N00001"}
    assert "not planned: N00002: there is no profile 'no-such-product'" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--show-phi", "--format", "ics"], 2, "in the table only"),
        (["--from", "2027-01-02", "--to", "2027-01-01"], 2, "--to is before --from"),
        (["--from", "tomorrow"], 2, "give a date"),
        (["--out", "x.txt"], 2, "--format json, csv or ics"),
        ([], 3, "there is no ledger"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    a_workspace(tmp_path)
    done = j3399("aftercare", "--config", str(tmp_path / "j3399.toml"), *arguments)
    assert_clean(done, code)
    assert words in done.stderr


def test_an_inpatient_sample_under_an_agreement_has_both_kinds_of_visits() -> None:
    kinds = [visit.kind for visit in visits(base=INPATIENT)]
    assert kinds == ["monitoring"] * 8 + ["milestone"] * 5
