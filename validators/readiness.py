"""Before the infusion: what the gate says, which papers the payer wants, and how long each holds.

Why: what is missing on the day cannot be cured afterwards. A titer, a weight and an
authorization run out; the child grows out of the label.

It must not: make a claim, or know a payer or a drug by name. Papers are in the payer's
profile, limits in the product's. Source: FACTS C3, C5, E1.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi.finding import Finding
from mapping.encounter import Encounter
from mapping.profile_models import Kit, Paper
from mapping.profile_store import ProfileStore
from validators.ages import age_limit
from validators.baseline import baseline_results
from validators.checks import EncounterCheck
from validators.gate import judge_encounter


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something still holds. `is_private`: the day tells the birth date."""

    what: str
    day: dt.date
    is_private: bool = False

    def days_left(self, today: dt.date) -> int:
        """Days until it, 0 on the day itself, negative afterwards."""
        return (self.day - today).days


@dataclass(frozen=True, slots=True)
class Readiness:
    """One encounter before its infusion. `missing` and `present` are the payer's papers in its order."""

    encounter: str
    payer: str
    infusion: dt.date | None
    findings: tuple[Finding, ...]
    present: tuple[Paper, ...]
    missing: tuple[Paper, ...]
    deadlines: tuple[Deadline, ...]
    kit: Kit | None

    @property
    def is_ready(self) -> bool:
        """Whether nothing is missing, nothing is an error, and nothing runs out before the infusion."""
        runs_out = self.infusion is not None and any(one.day < self.infusion for one in self.deadlines)
        return not (self.missing or runs_out or any(finding.is_error for finding in self.findings))


def check_before(encounter: Encounter, profiles: ProfileStore, today: dt.date) -> EncounterCheck:
    """An encounter with the profiles it is judged by before its infusion. ProfileError where one is unknown."""
    return EncounterCheck(
        encounter=encounter,
        payer=profiles.known_payer(encounter.coverages[0].payer),
        site=profiles.site(encounter.site),
        product=profiles.product(encounter.therapy.product) if encounter.therapy else None,
        today=today,
    )


def readiness(check: EncounterCheck) -> Readiness:
    """What stands between an encounter and its infusion. `check.today` is the day it is asked on."""
    encounter, product = check.encounter, check.product
    there = [paper for paper in check.payer.packet if _PAPERS[paper](check)]
    weight = encounter.patient.weight_kg
    return Readiness(
        encounter=encounter.id,
        payer=check.payer.key,
        infusion=check.infusion_date,
        findings=tuple(judge_encounter(check)),
        present=tuple(there),
        missing=tuple(paper for paper in check.payer.packet if paper not in there),
        deadlines=tuple(sorted(_deadlines(check), key=lambda one: (one.day, one.what))),
        kit=product.kit_for_weight(weight) if product is not None and weight is not None else None,
    )


_PAPERS: dict[Paper, Callable[[EncounterCheck], bool]] = {
    "authorization": lambda one: any(
        item.number and item.status == "approved" and item.scope == "drug"
        for item in one.coverage.authorizations
    ),
    "antibody_titer": lambda one: one.encounter.clinical.antibody_titer is not None,
    "smn1": lambda one: one.encounter.clinical.smn1 is not None,
    "smn2_copies": lambda one: one.encounter.clinical.smn2_copies is not None,
    "sma_type": lambda one: one.encounter.clinical.sma_type is not None,
    "weight": lambda one: (
        one.encounter.patient.weight_kg is not None and one.encounter.patient.weight_date is not None
    ),
    "glucocorticoid_plan": lambda one: one.encounter.clinical.glucocorticoid_plan is not None,
    "baseline_labs": lambda one: (
        one.product is not None and set(one.product.gate.baseline_tests) <= set(baseline_results(one))
    ),
    "monitoring_plan": lambda one: one.encounter.clinical.monitoring_plan_months is not None,
    "neuromuscular_consult": lambda one: one.encounter.clinical.neuromuscular_consult_date is not None,
    "boxed_warning_consent": lambda one: one.encounter.clinical.boxed_warning_consent_date is not None,
    "prior_therapies": lambda one: one.encounter.clinical.prior_therapies is not None,
    "contract": lambda one: one.encounter.contract is not None,
}


def _deadlines(check: EncounterCheck) -> Iterator[Deadline]:
    encounter, product, clinical = check.encounter, check.product, check.encounter.clinical
    for item in check.coverage.authorizations:
        if item.last_date is not None and item.status == "approved":
            yield Deadline(f"authorization of the {item.scope}", item.last_date)
    if product is None:
        return
    if clinical.antibody_titer is not None:
        days = check.limit("titer_maximum_days")
        yield Deadline("antibody titer", _later(clinical.antibody_titer.date, days))
    tests = baseline_results(check).values()
    if tests:
        oldest = min(one.result.date for one in tests)
        yield Deadline("baseline laboratory tests", _later(oldest, product.gate.labs_maximum_days))
    if encounter.patient.weight_date is not None:
        days = check.limit("weight_maximum_days")
        yield Deadline("weight", _later(encounter.patient.weight_date, days))
    limit = age_limit(encounter.patient.birth_date.reveal(), product, check.payer)
    last = limit.birthday if limit.inclusive else limit.birthday - dt.timedelta(1)
    yield Deadline("age of the label or payer", last, is_private=True)


def steroid_start(check: EncounterCheck) -> dt.date | None:
    """The day on which glucocorticoids begin at the latest; None without an infusion date."""
    infused, product = check.infusion_date, check.product
    if infused is None or product is None:
        return None
    return _later(infused, -product.gate.steroid_lead_days)


def _later(day: dt.date, days: int) -> dt.date:
    """So many days on. A record may hold any date: at either end of the calendar it stays there."""
    try:
        return day + dt.timedelta(days)
    except OverflowError:
        return dt.date.max if days > 0 else dt.date.min
