"""The gate as a whole: what it asks of whom, and that nothing in a record can break it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from mapping.encounter import Encounter
from mapping.profile_models import SiteLocation
from mapping.profile_store import ProfileStore
from tests.support.builders import (
    INPATIENT,
    NIGHT,
    OUTPATIENT,
    REMOVED,
    SAMPLES,
    a_record,
    an_encounter,
    set_path,
)
from validators.checks import EncounterCheck
from validators.gate import judge_encounter
from validators.readiness import readiness
from validators.registry import contracts, encounter_rules

STORE = ProfileStore()
BARE = {"clinical": REMOVED, "patient.weight_kg": REMOVED, "patient.weight_date": REMOVED}
VOID = {"replaces": {"payer_claim_control_number": "ICN1", "frequency": "8"}}
PARENT = {"relationship": "child", "subscriber": {"last_name": "Sample", "first_name": "Ana"}}


def the_check(
    changes: Mapping[str, Any] | None = None, base: str = OUTPATIENT, **rest: Any
) -> EncounterCheck:
    encounter = an_encounter(changes, base)
    order = rest.get("payer_order", 0)
    return EncounterCheck(
        encounter=encounter,
        payer=STORE.payer(encounter.coverages[order].payer),
        site=STORE.site(encounter.site),
        product=STORE.product("zolgensma") if encounter.therapy else None,
        today=NIGHT.date(),
        **rest,
    )


def fired(check: EncounterCheck) -> set[str]:
    return {finding.rule for finding in judge_encounter(check)}


def test_every_rule_of_the_contract_on_encounters_is_there() -> None:
    wanted = {rule_id for rule_id, one in contracts().items() if one.stage == "encounter"}
    assert wanted <= {rule.id for rule in encounter_rules("sma")}


@pytest.mark.parametrize("base", sorted(path.stem for path in SAMPLES.glob("*.json")))
def test_a_sample_is_clean_or_held_for_one_thing(base: str) -> None:
    found = judge_encounter(the_check(base=base))
    assert len(found) <= 1, [finding.message() for finding in found]


def test_a_packet_without_anything_is_held_for_each_thing_that_is_missing() -> None:
    assert fired(the_check(BARE)) >= {
        "titer-missing",
        "smn1-missing",
        "sma-type-missing",
        "steroid-plan",
        "monitoring-plan",
        "baseline-labs",
        "weight-missing",
        "therapy-history",
    }


def test_a_void_goes_out_whatever_the_packet_lacks() -> None:
    assert fired(the_check({**BARE, **VOID})) == set()
    assert fired(the_check({**VOID, "setting": "11"})) == {"site-of-care"}


def test_a_claim_to_the_second_payer_is_no_void_because_the_first_one_is_voided() -> None:
    second = {"payer": "state-medicaid", "member_id": "MCD1"}
    first = {"payer": "commercial-oba", "member_id": "W1", **PARENT}
    changes = {**BARE, **VOID, "coverages": [first, second]}
    assert fired(the_check(changes)) == set()
    assert "titer-missing" in fired(the_check(changes, payer_order=1))


@pytest.mark.parametrize("changes", [{}, VOID])
@pytest.mark.parametrize("base", [OUTPATIENT, INPATIENT])
def test_an_encounter_without_a_therapy_is_asked_for_nothing(base: str, changes: dict[str, Any]) -> None:
    assert fired(the_check({**BARE, **changes, "therapy": REMOVED}, base)) == set()


def test_the_authorization_of_the_payer_whose_turn_it_is_is_judged() -> None:
    expired = [{"number": "PA1", "last_date": "2026-10-01"}]
    first = {"payer": "commercial-oba", "member_id": "W1", "authorizations": expired, **PARENT}
    second = {"payer": "state-medicaid", "member_id": "MCD1", "authorizations": [{"number": "PA2"}]}
    changes = {"coverages": [first, second]}
    (finding,) = judge_encounter(the_check(changes))
    assert (finding.rule, finding.place.path) == ("authorization-dates", "coverages[0].authorizations[0]")
    assert finding.found == "service 40 days after"
    assert fired(the_check(changes, payer_order=1)) == set()


def test_an_authorization_may_name_the_department_where_the_drug_is_given() -> None:
    address = STORE.site("example-childrens").address
    pavilion = SiteLocation(name="PAVILION", npi="1003000126", address=address)
    check = the_check(
        {"setting": "19", "location": "pavilion", "coverages[0].authorizations[0].npi": "1003000126"}
    )
    assert fired(check) == {"authorization-mismatch"}
    site = check.site.model_copy(update={"locations": {"pavilion": pavilion}})
    assert fired(replace(check, site=site)) == set()


def test_another_drug_under_a_code_for_any_drug_needs_no_units_of_the_authorization() -> None:
    """J3490 stands for any drug without a code of its own."""
    other = {"revenue_code": "0636", "hcpcs": "J3490", "charge": "12.00", "units": "9", "date": "2026-12-24"}
    assert fired(the_check({"service_lines[1]": other})) == set()
    assert fired(the_check({"service_lines[0]": other, "service_lines[1]": REMOVED})) == {
        "authorization-dates",
        "authorization-mismatch",
    }


@pytest.mark.parametrize("base", [OUTPATIENT, INPATIENT])
def test_a_planned_infusion_is_judged_on_its_planned_day(base: str) -> None:
    """The sample's weight is three days old on the day; six weeks later it is old, and so are the tests."""
    planned = {"therapy.status": "planned", "therapy.infusion_start": "2026-12-22T09:00:00"}
    lines = {f"service_lines[{number}].date": None for number in (0, 1)}
    found = fired(the_check({**planned, **lines}, base))
    assert found >= {"weight-old", "baseline-labs-old", "titer-expired", "authorization-dates"}


def test_without_any_day_nothing_is_said_of_days() -> None:
    """Dates years away draw no finding where the day of the infusion is not known."""
    changes = {
        "therapy.infusion_start": None,
        "therapy.infusion_end": None,
        "service_lines[0].date": None,
        "clinical.antibody_titer.date": "2020-01-01",
        "patient.weight_date": "2020-01-01",
        "coverages[0].authorizations[0].last_date": "2020-12-31",
        "coverages[0].authorizations[0].first_date": "2020-01-01",
        "clinical.glucocorticoid_plan.first_date": "2020-01-01",
        "clinical.glucocorticoid_plan.last_date": "2020-03-01",
        "clinical.baseline_labs[0].date": "2030-01-01",
    }
    assert fired(the_check(changes)) == set()


@pytest.mark.parametrize(("charge", "fires"), [("0.00", False), ("0.01", True)])
def test_a_free_kit_is_charged_where_its_line_has_a_charge(charge: str, fires: bool) -> None:
    found = fired(the_check({"therapy.kits[0].source": "free", "service_lines[0].charge": charge}))
    assert found == ({"drug-source"} if fires else set())


def test_no_value_of_a_patient_stands_in_a_message() -> None:
    changes = {
        "coverages[0].authorizations[0].member_id": "OTHERMEMBER",
        "clinical.baseline_labs[0].value": "98765",
        "clinical.prior_therapies": [{"name": "zolgensma of somebody", "first_date": "2026-01-02"}],
    }
    found = judge_encounter(the_check(changes))
    assert len(found) == 3
    text = " ".join(str(finding.as_dict()) for finding in found)
    assert not any(
        value in text for value in ("OTHERMEMBER", "98765", "somebody", "MCD100000001", "2026-01-02")
    )


EXTREMES = (
    None, [], {}, "", "0", "1", "199.999", "0.001", "99999999.99", "999999999.999999", 0, 1, 10, "x",
    "0001-01-01", "9999-12-31", "9999-12-31T23:59:59", True, "J3399", "J3590", "drug", "admission",
)  # fmt: skip


def paths_of(value: Any, path: str = "") -> Iterator[str]:
    """The path of every field of a record, lists and objects included."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        where = f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}".lstrip(".")
        yield where
        yield from paths_of(one, where)


@pytest.mark.parametrize("base", [OUTPATIENT, INPATIENT])
def test_whatever_a_record_may_hold_the_gate_gives_findings_and_raises_nothing(base: str) -> None:
    chance = random.Random(base)
    payers = [STORE.payer(key) for key in STORE.keys("payers")]
    record = a_record(base=base)
    paths = [
        path for path in paths_of(record) if path.startswith(("clinical", "therapy", "patient", "cov", "adm"))
    ]
    judged = 0
    for number in range(1500):
        mutant = copy.deepcopy(record)
        for path in chance.sample(paths, 1 + number % 2):
            with suppress(KeyError, IndexError, TypeError):
                set_path(mutant, path, chance.choice(EXTREMES))
        try:
            encounter = Encounter.model_validate(mutant)
        except ValidationError:
            continue
        judged += 1
        check = replace(the_check(base=base), encounter=encounter, payer=chance.choice(payers))
        found = readiness(check).findings
        assert all(finding.message() and finding.fix for finding in found)
    assert judged > 100
