"""What the claim as sent and the encounter as it was say about a denial.

The file is taken from the archive, the encounter from the ledger, and the rules run on
both again: a finding is the evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edi.claim837i.model import Claim
from edi.finding import Finding
from mapping.building.claim import authorization_for
from mapping.building.request import ClaimRequest
from validators.billed import billed_product
from validators.checks import ClaimCheck, EncounterCheck
from validators.gate import judge_encounter
from validators.registry import all_rules, claim_rules, run_rules


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings by rule, the rules that could be judged, and the conditions that hold.

    `conditions` are ids of causes whose "first choice when" holds. All three are empty
    where claim and encounter are not at hand.
    """

    findings: Mapping[str, Finding]
    judged: frozenset[str]
    conditions: frozenset[str]

    @classmethod
    def none(cls) -> Evidence:
        return cls({}, frozenset(), frozenset())


def gather(
    claim: Claim, request: ClaimRequest, check: ClaimCheck, encounter_check: EncounterCheck
) -> Evidence:
    """The evidence of one claim. `check` and `encounter_check` are of the day it was sent."""
    findings = [*run_rules(claim_rules(), check), *judge_encounter(encounter_check)]
    return Evidence(
        findings={finding.rule: finding for finding in reversed(findings)},
        judged=frozenset(rule.id for rule in all_rules()),
        conditions=conditions_of(claim, request, check),
    )


def conditions_of(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> frozenset[str]:
    """The ids of causes whose "first choice when" holds for a claim and the record of the request."""
    return frozenset(cause for cause, holds in _CONDITIONS.items() if holds(claim, request, check))


def _birth_date_differs(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    return claim.birth_date != request.encounter.patient.birth_date.reveal()


def _weight_or_kit_differs(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    """Weight, kit or quantity on the claim differ from the record."""
    therapy = request.encounter.therapy
    stated = next((code.amount for code in claim.codes("BE") if code.code == "A8"), None)
    weight = request.encounter.patient.weight_kg
    if stated is not None and weight is not None and stated != weight:
        return True
    ndcs = {line.drug.ndc for line in check.drug_lines if line.drug is not None}
    return therapy is not None and bool(ndcs) and therapy.kits[0].ndc not in ndcs


def _number_exists(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    """The encounter has an authorization number that the claim does not carry."""
    return authorization_for(request) is not None and not claim.reference("G1")


def _number_differs(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    found = authorization_for(request)
    return found is not None and claim.reference("G1") not in ("", found[1].number)


# The column "first choice when" of the cause table, by cause.
_CONDITIONS: Mapping[str, Callable[[Claim, ClaimRequest, ClaimCheck], bool]] = {
    "age-limit": _birth_date_differs,
    "weight-limit": _weight_or_kit_differs,
    "authorization-missing": _number_exists,
    "authorization-invalid": _number_differs,
}


def claim_check_of(claim: Claim, request: ClaimRequest, encounter_check: EncounterCheck) -> ClaimCheck:
    """The claim with the same context as its encounter."""
    return ClaimCheck(
        claim=claim,
        payer=request.payer,
        product=billed_product(claim, [request.product] if request.product else [], request.payer),
        today=encounter_check.today,
        encounter=request.encounter,
        payer_order=request.payer_order,
    )
