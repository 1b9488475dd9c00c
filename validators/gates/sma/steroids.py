"""The cover with glucocorticoids, and the plan to watch the liver, platelets and heart."""

from __future__ import annotations

from collections.abc import Iterator

from edi.values import decimal_words
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule

_PLAN = "clinical.glucocorticoid_plan"


@encounter_rule(
    "steroid-plan", gate="sma", source="FDA label: from the day before, 30 days in all; FACTS C22"
)
def steroid_plan(check: EncounterCheck) -> Iterator[Fault]:
    """A glucocorticoid covers the infusion.

    What: there is no plan; or it begins later than the day before the infusion, runs under 30 days, or
    ends before the infusion.
    Why: it protects the liver; payers deny without the plan, and the label asks for it.
    Fix: enter drug, dose and both dates under clinical.glucocorticoid_plan; before the infusion, have the
    clinic correct the plan.
    """
    plan, gate = check.encounter.clinical.glucocorticoid_plan, check.therapy.gate
    if plan is None:
        yield Fault(
            "No glucocorticoid plan is on record.",
            check.place(_PLAN),
            expected="drug, dose, first and last day",
        )
        return
    days = (plan.last_date - plan.first_date).days + 1
    if days < gate.steroid_minimum_days:
        yield Fault(
            "The glucocorticoid plan is too short.",
            check.place(f"{_PLAN}.last_date"),
            expected=f"{gate.steroid_minimum_days} days or more",
            found=f"{days} days" if days > 0 else "an end before its beginning",
        )
    infused = check.infusion_date
    if infused is None:
        return
    lead = (infused - plan.first_date).days
    if lead < gate.steroid_lead_days:
        yield Fault(
            "The glucocorticoid plan begins too late.",
            check.place(f"{_PLAN}.first_date"),
            expected=f"at least {gate.steroid_lead_days} day(s) before the infusion",
            found=f"{lead} days before" if lead >= 0 else f"{-lead} days after",
        )
    elif plan.first_date <= plan.last_date < infused:
        yield Fault(
            "The glucocorticoid plan ends before the infusion.",
            check.place(f"{_PLAN}.last_date"),
            expected="a plan that covers the infusion",
            found=f"{(infused - plan.last_date).days} days before",
        )


@encounter_rule("steroid-dose", gate="sma", source="FDA label: 1 mg/kg/day of prednisolone; FACTS C22")
def steroid_dose(check: EncounterCheck) -> Iterator[Fault]:
    """The planned dose is high enough.

    What: the plan is under 1 mg of prednisolone (or its equivalent) per kilogram and day.
    Why: the label names this dose; payers compare it.
    Fix: check clinical.glucocorticoid_plan.dose_mg_per_kg; write another steroid's dose as that of
    prednisolone.
    """
    plan, least = check.encounter.clinical.glucocorticoid_plan, check.therapy.gate.steroid_minimum_mg_per_kg
    if plan is not None and plan.dose_mg_per_kg < least:
        yield Fault(
            "The planned glucocorticoid dose is low.",
            check.place(f"{_PLAN}.dose_mg_per_kg"),
            expected=f"{decimal_words(least)} mg/kg/day or more",
            found=f"{decimal_words(plan.dose_mg_per_kg)} mg/kg/day",
        )


@encounter_rule(
    "monitoring-plan", gate="sma", source="FDA label, boxed warning; published billing guide of 2026"
)
def monitoring_plan(check: EncounterCheck) -> Iterator[Fault]:
    """Liver, platelets and troponin are watched for three months.

    What: no plan is on record, or it is for less than three months.
    Why: the boxed warning asks for it, and payers deny without the plan.
    Fix: enter the months of the plan under clinical.monitoring_plan_months: weekly for a month, then every
    two weeks.
    """
    months, least = check.encounter.clinical.monitoring_plan_months, check.therapy.gate.monitoring_months
    if months is None or months < least:
        yield Fault(
            "No plan of {least} months for liver tests, platelets and troponin is on record.",
            check.place("clinical.monitoring_plan_months"),
            fields={"least": least},
            expected=f"{least} months or more",
            found="none" if months is None else f"{months} months",
        )
