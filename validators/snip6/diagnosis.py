"""Diagnoses of a claim for the drug, and the DRG of the stay.

Claims that withdraw another are not judged: they say what the wrong claim said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from edi.claim837i.model import HealthCode
from edi.protected import shown_code
from validators.checks import PRINCIPAL, ClaimCheck
from validators.claim_fields import shown
from validators.facts import facts
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule

_GROUPER = "MS-DRG"
_LONGEST = 7
_MOST_SHOWN = 2


def _principal(check: ClaimCheck) -> list[tuple[HealthCode, str]]:
    """The principal diagnosis with its plain form; of a damaged claim there may be several."""
    return [pair for pair in check.diagnoses if pair[0].qualifier in PRINCIPAL]


def _treated(check: ClaimCheck) -> bool:
    """Whether a diagnosis of the claim is one that the drug treats."""
    return not check.plain_diagnoses.isdisjoint(check.therapy.diagnoses)


@claim_rule(
    "diagnosis-sma",
    source="FDA label, indication; ICD-10-CM April 2026; FACTS B4",
    of_drug=True,
    of_void=False,
)
def diagnosis_sma(check: ClaimCheck) -> Iterator[Fault]:
    """A diagnosis on the claim is the disease that the drug treats.

    What: none of the product's diagnoses stands among principal and other diagnoses.
    Why: the diagnosis must support the procedure (CARC 11, 167).
    Fix: code the documented type of the disease in diagnoses; for a child found by screening too.
    """
    if _treated(check):
        return
    found = tuple(plain for _, plain in check.diagnoses)
    yield Fault(
        "No diagnosis on the claim is one that the drug treats.",
        check.claim_place("HI", "ABK", "HI01-2"),
        expected=", ".join(check.therapy.diagnoses),
        found=shown(found[:_MOST_SHOWN], is_protected=False),
    )


@claim_rule(
    "diagnosis-unspecified",
    source="published billing guide of 2026; ICD-10-CM April 2026",
    of_drug=True,
    of_void=False,
)
def diagnosis_unspecified(check: ClaimCheck) -> Iterator[Fault]:
    """The principal diagnosis says which type of the disease it is.

    What: the principal diagnosis leaves the type of the disease open (G12.9).
    Why: payers' criteria go by the type, and ask for it before they pay (CARC 167, 146).
    Fix: have the type documented, and code it in diagnoses; where it is truly not known, send the claim as it is.
    """
    if check.plain_diagnoses.isdisjoint(check.therapy.unspecified_diagnoses):
        return
    for code, plain in _principal(check):
        if plain in check.therapy.unspecified_diagnoses:
            yield Fault(
                "The principal diagnosis leaves the type of the disease open.",
                health_code_place(check, code),
                expected=", ".join(_specified(check)),
                found=plain,
            )


def _specified(check: ClaimCheck) -> list[str]:
    product = check.therapy
    return [code for code in product.diagnoses if code not in product.unspecified_diagnoses]


@claim_rule(
    "diagnosis-principal",
    source="ICD-10-CM guidelines I.C.21, II; published billing guide of 2026; FACTS B4",
    of_drug=True,
    of_void=False,
)
def diagnosis_principal(check: ClaimCheck) -> Iterator[Fault]:
    """The principal diagnosis is an illness.

    What: the principal diagnosis of a claim for the drug is a Z code, and not one of a birth stay (Z38).
    Why: a history, a screening or a family's trait is no reason to give the drug (RARC MA63; CARC 146).
    Fix: make the disease the principal diagnosis, and the Z code another one, in diagnoses[].role.
    """
    known = facts()
    for code, plain in _principal(check):
        if plain.startswith(known.never_principal) and not plain.startswith(known.may_be_principal):
            yield Fault(
                "The principal diagnosis is no illness.",
                health_code_place(check, code),
                expected="the disease that is treated",
                found=shown_code(plain, _LONGEST),
            )


@claim_rule("diagnosis-carrier", source="ICD-10-CM April 2026, Z14.8; FACTS B4", of_drug=True, of_void=False)
def diagnosis_carrier(check: ClaimCheck) -> Iterator[Fault]:
    """The child has the disease, and does not only carry it.

    What: a carrier's code (Z14.8) stands on the claim, and none of the diagnoses that the drug treats.
    Why: a carrier is not ill, and not eligible for the drug (CARC 11, 50).
    Fix: where the child has the disease, code its type in diagnoses; where it is a carrier only, do not bill the drug.
    """
    carrier = check.therapy.carrier_diagnoses
    if check.plain_diagnoses.isdisjoint(carrier) or _treated(check):
        return
    for code, plain in check.diagnoses:
        if plain not in carrier:
            continue
        yield Fault(
            "The claim says that the child carries the disease, and not that it has it.",
            health_code_place(check, code),
            expected=", ".join(check.therapy.diagnoses),
            found=plain,
        )


@claim_rule(
    "gene-therapy-history", source="ICD-10-CM April 2026, Z92.86; FACTS B4", of_drug=True, of_void=False
)
def gene_therapy_history(check: ClaimCheck) -> Iterator[Fault]:
    """The claim does not say that the child had a gene therapy before.

    What: a diagnosis of the claim is the history of gene therapy (Z92.86).
    Why: the drug is given once in a lifetime; the payer reads that it was given before (CARC 149, RARC N117).
    Fix: where it stands for this very infusion, remove it from diagnoses; else find the earlier therapy before you bill.
    """
    if check.plain_diagnoses.isdisjoint(check.therapy.history_diagnoses):
        return
    for code, plain in check.diagnoses:
        if plain in check.therapy.history_diagnoses:
            yield Fault(
                "The claim says that the child had a gene therapy before.",
                health_code_place(check, code),
                expected="no such history",
                found=plain,
            )


@claim_rule(
    "drg-neonatal",
    source="MS-DRG, major diagnostic categories 1 and 15; FACTS B4, C16",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: payer.grouper == _GROUPER,
)
def drg_neonatal(check: ClaimCheck) -> Iterator[Fault]:
    """The stay's DRG is not one of newborns where the child is older.

    What: the payer groups by MS-DRG, the DRG is one of newborns (789 to 795), the principal diagnosis
    is what the drug treats, and the child is over 28 days old at admission.
    Why: the disease groups to the nervous system; a newborn's DRG pays far less, or is not accepted.
    Fix: have the stay grouped again, and enter drg; without a DRG the payer groups it itself.
    """
    groups = [code for code in check.codes_by_qualifier.get("DR", ()) if code.code in facts().neonatal_groups]
    age = _days_at_admission(check)
    if not groups or age is None or age <= facts().newborn_days:
        return
    if any(plain in check.therapy.diagnoses for _, plain in _principal(check)):
        for code in groups:
            yield Fault(
                "DRG {group} is for newborns, and the child is older.",
                health_code_place(check, code),
                fields={"group": code.code},
                expected="a DRG of the nervous system, or none",
                found=code.code,
            )


def _days_at_admission(check: ClaimCheck) -> int | None:
    """The child's age in days when it was admitted, else when the statement begins."""
    claim = check.claim
    admitted = claim.admission or claim.statement_from
    if claim.birth_date is None or admitted is None:
        return None
    day = admitted.date() if isinstance(admitted, dt.datetime) else admitted
    return (day - claim.birth_date).days
