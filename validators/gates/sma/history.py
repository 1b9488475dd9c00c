"""What was done before: earlier therapies, the specialist's consult, the talk on the boxed warning."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.encounter import PriorTherapy
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule

_THERAPIES = "clinical.prior_therapies"


@encounter_rule("therapy-history", gate="sma", source="published billing guide of 2026: documentation")
def therapy_history(check: EncounterCheck) -> Iterator[Fault]:
    """Earlier treatment of the disease is documented.

    What: the record does not say whether the child had another therapy for the disease.
    Why: payers ask for the history, and do not pay two therapies at once.
    Fix: enter clinical.prior_therapies; an empty list says that there were none.
    """
    if check.encounter.clinical.prior_therapies is None:
        yield Fault(
            "Earlier therapies of the disease are not documented.",
            check.place(_THERAPIES),
            expected="the therapies, or an empty list",
        )


@encounter_rule(
    "prior-gene-therapy", gate="sma", source="FDA label: a single dose; all payers: once in a lifetime"
)
def prior_gene_therapy(check: EncounterCheck) -> Iterator[Fault]:
    """The child had no dose before.

    What: the record names an earlier gene therapy of the disease, by any route.
    Why: the therapy is given once in a lifetime; a second dose is neither safe nor paid.
    Fix: check the history; where the entry is this very infusion, remove it from clinical.prior_therapies.
    """
    for number, therapy in enumerate(check.encounter.clinical.prior_therapies or ()):
        if _is_earlier(therapy, check) and _is_gene_therapy(therapy, check):
            yield Fault(
                "The child had a gene therapy for the disease before.",
                check.place(f"{_THERAPIES}[{number}]"),
                expected="no earlier dose",
                found="an earlier dose",
            )


@encounter_rule("consult-missing", gate="sma", source="UnitedHealthcare policy; FDA label, boxed warning")
def consult_missing(check: EncounterCheck) -> Iterator[Fault]:
    """A specialist has seen the child, and the parents know of the risk.

    What: the payer asks for a neuromuscular consult, or for the record that the boxed warning was
    discussed, and its date is missing.
    Why: the payer's criteria name it; without it the authorization is denied.
    Fix: enter clinical.neuromuscular_consult_date or clinical.boxed_warning_consent_date, or arrange it.
    """
    clinical, asked = check.encounter.clinical, check.payer.packet
    if "neuromuscular_consult" in asked and clinical.neuromuscular_consult_date is None:
        yield Fault(
            "No pediatric neuromuscular consult is on record.",
            check.place("clinical.neuromuscular_consult_date"),
            expected="its date",
        )
    if "boxed_warning_consent" in asked and clinical.boxed_warning_consent_date is None:
        yield Fault(
            "No record says that the boxed warning was discussed.",
            check.place("clinical.boxed_warning_consent_date"),
            expected="the date of the consent",
        )


def _is_earlier(therapy: PriorTherapy, check: EncounterCheck) -> bool:
    """Whether it was begun before this infusion, as far as the dates say."""
    infused = check.infusion_date
    return therapy.first_date is None or infused is None or therapy.first_date < infused


def _is_gene_therapy(therapy: PriorTherapy, check: EncounterCheck) -> bool:
    name = therapy.name.casefold()
    return therapy.gene_therapy or any(known in name for known in check.therapy.gate.therapy_names)
