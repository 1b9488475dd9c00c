"""What the claim as sent and the encounter as it was say about a denial.

The file is taken from the archive, the encounter from the ledger, and the rules run on
both again: a finding is the evidence. What no rule judges is a fact: here the record's own word
that an authorization was refused; of an answer, `answer_facts`.

Keys of findings and facts are those of `evidence.csv`: the rule, or the rule and what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any

from edi.claim837i.model import Claim
from edi.finding import Finding
from mapping.building.claim import authorization_for, build_claim
from mapping.building.request import ClaimRequest
from pipeline.denials.tables import clues
from validators.billed import billed_product
from validators.checks import WEIGHT_VALUE_CODE, ClaimCheck, EncounterCheck
from validators.gate import RecordGate
from validators.prior_claims import PriorClaims
from validators.registry import RuleSet, RuleSets, claim_rules, encounter_rules

_DIFFERENCE = "encounter-mismatch"
_NONE = "none"
"""What a finding says of a field that is not there."""
_DENIED = "denied"
_CLAIMS = "claims"
"""The set of the rules for claims, beside the sets for records of each clinical gate."""
_NOT_RECOGNISED = "4"
"""CLP02 of a patient whom the payer does not know (FACTS D4)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings by key, the rules that were judged, the conditions that hold, and facts in words by key.

    `conditions` are ids of causes whose "first choice when" holds. All are empty where claim and
    encounter are not at hand.
    """

    findings: Mapping[str, Finding]
    judged: frozenset[str]
    conditions: frozenset[str]
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def none(cls) -> Evidence:
        return cls({}, frozenset(), frozenset())

    def with_facts(self, facts: Mapping[str, str]) -> Evidence:
        """The same with more facts."""
        return replace(self, facts={**self.facts, **facts})

    def fired(self, rule: str) -> bool:
        """Whether a rule found something."""
        return any(finding.rule == rule for finding in self.findings.values())


class EvidenceRules:
    """The rules that give evidence, put together once for a payer."""

    def __init__(self) -> None:
        self._sets = RuleSets()
        self._gate = RecordGate()

    def findings(self, check: ClaimCheck, encounter_check: EncounterCheck) -> list[Finding]:
        """What they find in a claim and in its record."""
        return [*self._of_claim(check).findings(check), *self._gate.judge(encounter_check)]

    def findings_in_claim(self, check: ClaimCheck) -> list[Finding]:
        """What they find in a claim whose record is not at hand."""
        return self._of_claim(check).findings(check)

    def judged(self, check: ClaimCheck, encounter_check: EncounterCheck) -> frozenset[str]:
        """The rules that looked, or that had nothing to look for: only those that lack something are left out."""
        product = encounter_check.product
        gate = product.clinical_gate if product is not None else None
        of_record = self._sets.of(check.payer, gate, lambda: encounter_rules(gate))
        lacking = {*self._of_claim(check).not_judged(check), *of_record.not_judged(encounter_check)}
        return frozenset(rule.id for rule in [*claim_rules(), *encounter_rules(gate)]) - lacking

    def judged_in_claim(self, check: ClaimCheck) -> frozenset[str]:
        """The same of a claim whose record is not at hand."""
        return frozenset(rule.id for rule in claim_rules()) - {*self._of_claim(check).not_judged(check)}

    def _of_claim(self, check: ClaimCheck) -> RuleSet:
        return self._sets.of(check.payer, _CLAIMS, claim_rules)


def gather(
    rules: EvidenceRules,
    claim: Claim,
    request: ClaimRequest,
    check: ClaimCheck,
    encounter_check: EncounterCheck,
) -> Evidence:
    """The evidence of one claim. `check` and `encounter_check` are of the day it was sent."""
    findings = rules.findings(check, encounter_check)
    return Evidence(
        findings=_once({_key(finding, check): finding for finding in reversed(findings)}),
        judged=rules.judged(check, encounter_check),
        conditions=conditions_of(claim, request, check),
        facts=dict(_facts(encounter_check)),
    )


def gather_from_claim(rules: EvidenceRules, check: ClaimCheck) -> Evidence:
    """The evidence of a claim that another system made: no record is at hand, so the file alone speaks."""
    found = rules.findings_in_claim(check)
    return Evidence(
        findings={_key(finding, check): finding for finding in reversed(found)},
        judged=rules.judged_in_claim(check),
        conditions=frozenset(),
    )


def _once(findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """The findings without differences to the record that a rule names already: one fault is one finding."""
    named = {
        cause
        for key, finding in findings.items()
        if finding.rule != _DIFFERENCE and key in clues()
        for cause in clues()[key].causes
    }
    return {
        key: finding
        for key, finding in findings.items()
        if finding.rule != _DIFFERENCE or key not in clues() or not named & set(clues()[key].causes)
    }


def _key(finding: Finding, check: ClaimCheck) -> str:
    """The key of a finding in `evidence.csv`."""
    about = _about(finding, check)
    return f"{finding.rule}/{about}" if about else finding.rule


def _about(finding: Finding, check: ClaimCheck) -> str:
    """What a finding of a rule for many fields is about; "" of a rule for one thing."""
    match finding.rule:
        case _ if finding.rule == _DIFFERENCE:
            return _field(finding, check)
        case "authorization-dates":
            return "the scope" if "given" in finding.fields else "the day"
        case "authorization-mismatch":
            return "member id" if (finding.place.path or "").endswith("member_id") else ""
        case "code-format" | "code-unknown" | "code-duplicate":
            return str(finding.fields["kind"])
        case _:
            return ""


def _field(finding: Finding, check: ClaimCheck) -> str:
    """The field that differs, of a procedure code with whose it is, and whether the claim lacks it."""
    words, _, number = str(finding.fields["field"]).partition(" of line ")
    if words == "procedure code" and check.rebuild() is not None:
        drug = {str(line.number) for line in check.drug_lines}
        return f"{words} of the {'drug' if number in drug else 'infusion'}"
    return f"{words} missing" if finding.found == _NONE else words


def _facts(check: EncounterCheck) -> Iterator[tuple[str, str]]:
    if any(one.status == _DENIED for one in check.coverage.authorizations):
        yield "authorization-denied", "the record says that the authorization was denied"


def answer_facts(stage: str, body: Mapping[str, Any]) -> dict[str, str]:
    """What an answer says beside its codes: of an 835, whom it does not know and what it corrects."""
    facts = {}
    if stage == "835" and body.get("status") == _NOT_RECOGNISED:
        facts["answer/not recognised"] = "the payer does not know the patient (CLP02 4)"
    if body.get("corrected_insured", {}).get("member_id"):
        facts["answer/corrected insured"] = "the payer gives another member id (NM1*74)"
    if body.get("pays_first"):
        facts["answer/another payer"] = "the payer names another one that pays first (NM1*PR)"
    return facts


def conditions_of(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> frozenset[str]:
    """The ids of causes whose "first choice when" holds for a claim and the record of the request."""
    return frozenset(cause for cause, holds in _CONDITIONS.items() if holds(claim, request, check))


def _birth_date_differs(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    return claim.birth_date != request.encounter.patient.birth_date.reveal()


def _weight_or_kit_differs(claim: Claim, request: ClaimRequest, check: ClaimCheck) -> bool:
    """Weight, kit or quantity on the claim differ from the record."""
    stated, weight = _stated_weight(claim), request.encounter.patient.weight_kg
    if stated is not None and weight is not None and stated != weight:
        return True
    expected = check.rebuild()
    return expected is not None and _drugs(claim) != _drugs(expected)


def _stated_weight(claim: Claim) -> Decimal | None:
    return next((code.amount for code in claim.codes("BE") if code.code == WEIGHT_VALUE_CODE), None)


def _drugs(claim: Claim) -> list[tuple[str, Decimal | None]]:
    """The kits on the lines, each with its quantity."""
    drugs = [line.drug for line in claim.lines if line.drug is not None]
    return sorted((((drug.ndc or "").replace("-", ""), drug.quantity) for drug in drugs), key=str)


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


def claim_check_of(
    claim: Claim, request: ClaimRequest, encounter_check: EncounterCheck, prior: PriorClaims | None = None
) -> ClaimCheck:
    """The claim with the same context as its encounter; `prior` is what the ledger knows of earlier claims."""
    return ClaimCheck(
        claim=claim,
        payer=request.payer,
        product=billed_product(claim, [request.product] if request.product else [], request.payer),
        today=encounter_check.today,
        encounter=request.encounter,
        prior=prior,
        payer_order=request.payer_order,
        site=request.site,
        created=encounter_check.today,
        rebuild=cache(lambda: _rebuilt(request)),
    )


def _rebuilt(request: ClaimRequest) -> Claim | None:
    """The claim that the record makes; None where it makes none."""
    try:
        return build_claim(request).claim
    except ValueError:
        return None
