"""The gate: which open encounters become claims in this run, and why the others wait.

Every open encounter is judged anew in each run, because days pass and profiles change.
What is held with the same findings as before is not told again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from edi.finding import Finding, Place, has_errors
from mapping.building.claim import build_claim
from mapping.building.request import ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_store import ProfileError
from mapping.rule_keys import RECORD_INVALID
from pipeline.job import Job
from pipeline.ledger import claims, encounters
from pipeline.ledger.encounters import EncounterRow
from pipeline.outbound.patients import LedgerPriorClaims, patient_digest
from pipeline.outbound.take_in import decode_content
from validators.checks import ClaimCheck, EncounterCheck
from validators.gate import judge_encounter
from validators.registry import rule_by_id, run_rules

_WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that passed the gate: its row, its request, its record, its warnings so far."""

    row: EncounterRow
    request: ClaimRequest
    claim: Claim
    claim_id: str
    version: int
    patient: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An encounter that waits, with the findings that say why."""

    row: EncounterRow
    findings: tuple[Finding, ...]


def judge_open_encounters(job: Job) -> list[Candidate]:
    """The claims to be sent. Encounters that are held are recorded with their findings."""
    key = job.ledger.patient_key()
    candidates: list[Candidate] = []
    waiting: list[Held] = []
    with job.ledger.reading() as connection:
        prior = LedgerPriorClaims(connection, key)
        accounts: dict[str, str] = {}
        for row in encounters.open_encounters(connection):
            outcome = _judge(job, connection, prior, row, key, accounts)
            if isinstance(outcome, Held):
                waiting.append(outcome)
            else:
                candidates.append(outcome)
    record_outcomes(job, waiting, "held")
    return candidates


def _judge(
    job: Job,
    connection: Connection,
    prior: LedgerPriorClaims,
    row: EncounterRow,
    key: bytes,
    accounts: dict[str, str],
) -> Candidate | Held:
    try:
        encounter = Encounter.model_validate(decode_content(row.content))
        request = make_request(job, encounter)
    except ValidationError:
        return Held(row, (_unusable(row, "the record no longer fits the schema", "record"),))
    except ProfileError as error:
        return Held(row, (_unusable(row, str(error), "record"),))
    findings = _not_yet_billable(connection, row, encounter, accounts)
    findings += judge_encounter(
        EncounterCheck(encounter, request.payer, request.site, request.product, job.today, prior)
    )
    if has_errors(findings):
        return Held(row, tuple(findings))
    built = build_claim(request)
    findings += [*built.findings, *_lifetime_findings(job, request, built.claim, prior)]
    if has_errors(findings):
        return Held(row, tuple(finding.at(encounter=row.encounter) for finding in findings))
    version = claims.next_version(connection, encounter.id, _WHOLE, request.payer_order)
    claim_id = claims.claim_id(encounter.id, _WHOLE, request.payer_order, version)
    if request.product is not None:
        prior.remember(encounter, request.product.key, request.payer_order, claim_id)
    accounts[encounter.patient_control_number.reveal()] = encounter.id
    patient = patient_digest(encounter, key)
    return Candidate(row, request, built.claim, claim_id, version, patient, tuple(findings))


def _not_yet_billable(
    connection: Connection, row: EncounterRow, encounter: Encounter, accounts: dict[str, str]
) -> list[Finding]:
    """An infusion that is only planned, and an account number that another encounter has used.

    Payers answer by account number (CLM01): used twice, a payment could not be told apart.
    """
    findings = []
    if encounter.therapy is not None and encounter.therapy.status == "planned":
        reason = "the infusion is planned and not done; a claim is made once it is done"
        findings.append(_unusable(row, reason, "therapy.status"))
    account = encounter.patient_control_number.reveal()
    others = {claim.encounter for claim in claims.by_control_number(connection, account)}
    others |= {accounts[account]} if account in accounts else set()
    for other in sorted(others - {encounter.id}):
        reason = f"encounter {other} has a claim under the same account number"
        findings.append(_unusable(row, reason, "patient_control_number"))
    return findings


def make_request(job: Job, encounter: Encounter) -> ClaimRequest:
    """The claim that an encounter asks for. ProfileError where a profile is missing."""
    payer = job.profiles.known_payer(encounter.coverages[0].payer)
    partner = job.profiles.partner(job.config.partner_of(payer.key, payer.partner))
    return ClaimRequest(
        encounter=encounter,
        payer=payer,
        partner=partner,
        site=job.profiles.site(encounter.site),
        product=job.profiles.product(encounter.therapy.product) if encounter.therapy else None,
    )


def _lifetime_findings(
    job: Job, request: ClaimRequest, claim: Claim, prior: LedgerPriorClaims
) -> list[Finding]:
    check = ClaimCheck(
        claim=claim,
        payer=request.payer,
        product=request.product,
        today=job.today,
        encounter=request.encounter,
        prior=prior,
        payer_order=request.payer_order,
    )
    return list(run_rules([rule_by_id("drug-lifetime")], check))


def _unusable(row: EncounterRow, reason: str, path: str) -> Finding:
    return Finding.of(
        RECORD_INVALID,
        "{path}: {reason}",
        fields={"path": path, "reason": reason},
        fix="Correct the record and send it again, or add the profile that is missing.",
        place=Place(encounter=row.encounter, path=path),
    )


def record_outcomes(job: Job, outcomes: Sequence[Held], state: str) -> None:
    """Write the outcomes that are new, and tell them; what waits as before is only counted."""
    changed = [held for held in outcomes if held.row.state != state or _rules(held) != _known_rules(held)]
    job.journal.count(f"encounters_{state}", len(outcomes))
    if not changed:
        return
    with job.ledger.transaction(state) as connection:
        for held in changed:
            encounters.set_state(
                connection, held.row.row, state, [finding.as_dict() for finding in held.findings]
            )
    for held in changed:
        job.journal.findings += held.findings
        entry = {"encounter": held.row.encounter, "rules": sorted(_rules(held))}
        (job.journal.held if state == "held" else job.journal.refused).append(entry)


def _rules(held: Held) -> set[str]:
    return {finding.rule for finding in held.findings if finding.is_error}


def _known_rules(held: Held) -> set[str]:
    return {finding["rule"] for finding in held.row.findings if finding["severity"] == "error"}
