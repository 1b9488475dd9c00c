"""The dosing weight."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import Protected
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule
from validators.weights import has_kit, weights_words


@encounter_rule("weight-missing", source="published billing guide of 2026; FACTS C3", of_drug=True)
def weight_missing(check: EncounterCheck) -> Iterator[Fault]:
    """The child's weight is on record.

    What: the record has no weight, or no date of it.
    Why: dose and kit follow from the weight; payers ask for it with its date.
    Fix: enter patient.weight_kg and patient.weight_date from the last weighing before the infusion.
    """
    patient = check.encounter.patient
    if patient.weight_kg is None:
        yield Fault("No weight is on record.", check.place("patient.weight_kg"), expected="kilograms")
    if patient.weight_date is None:
        yield Fault("The weight has no date.", check.place("patient.weight_date"), expected="its date")


@encounter_rule("weight-old", source="eviCore policy: weight of the last 14 days; FACTS C3", of_drug=True)
def weight_old(check: EncounterCheck) -> Iterator[Fault]:
    """The weight is fresh on the day of the infusion.

    What: the weight is older than 14 days (or the payer's own limit) on the day of the infusion, or
    taken after it.
    Why: an infant outgrows a weight band in weeks; some payers take a fresh weight only.
    Fix: before the infusion, weigh the child again; afterwards, enter the last weight before it.
    """
    weighed, infused = check.encounter.patient.weight_date, check.infusion_date
    if weighed is None or infused is None:
        return
    age, most = (infused - weighed).days, check.limit("weight_maximum_days")
    if age < 0 or age > most:
        yield Fault(
            "The weight is not of the last {most} days before the infusion.",
            check.place("patient.weight_date"),
            fields={"most": most},
            expected=f"at most {most} days before",
            found="after the infusion" if age < 0 else f"{age} days before",
        )


@encounter_rule("weight-range", source="FDA label, dosing table: 2.6 to 21.0 kg; FACTS C6", of_drug=True)
def weight_range(check: EncounterCheck) -> Iterator[Fault]:
    """There is a kit for the child's weight.

    What: the weight on record is below 2.6 or above 21.0 kg.
    Why: no kit is made for it, so the weight is wrong, or the dose is off label and not paid (CARC 153).
    Fix: compare patient.weight_kg (kilograms) with the chart; outside the range do not order a kit.
    """
    weight = check.encounter.patient.weight_kg
    if weight is not None and not has_kit(weight, check.therapy):
        yield Fault(
            "No kit is made for the child's weight.",
            check.place("patient.weight_kg"),
            expected=weights_words(check.therapy),
            found=Protected(str(weight)),
        )
