"""The gate: which open encounters become claims in this run, and why the others wait.

Every open encounter is judged anew in each run, because days pass and profiles change.
What is held with the same findings as before is not told again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import ParamSpec, TypeVar

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from edi.envelope import collector_paused
from edi.finding import Finding, Place, has_errors
from edi.records import record
from mapping.building.claim import build_claim
from mapping.building.parts import frequency_of, parts_of
from mapping.building.request import BuiltClaim, ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile
from mapping.profile_store import ProfileError
from mapping.rule_keys import RECORD_INVALID
from pipeline.batches import batches
from pipeline.faults import TROUBLE, fault_of
from pipeline.job import Job
from pipeline.ledger import claims, decisions, encounters
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.decisions import Waiver
from pipeline.ledger.encounters import EncounterRow
from pipeline.outbound import turns
from pipeline.outbound.corrected import NOT_YET, Correction
from pipeline.outbound.patients import LedgerPriorClaims
from pipeline.outbound.requests import claim_request
from pipeline.outbound.waivers import apply_waivers
from pipeline.progress import watched
from pipeline.run_log import event
from validators.checks import VOID, ClaimCheck, EncounterCheck
from validators.gate import RecordGate
from validators.prior_claims import ChildIdentity, EarlierClaim, child_of_record
from validators.registry import RuleSet, claim_rules

_NEW = "new"
P = ParamSpec("P")
T = TypeVar("T")


@record(frozen=True, slots=True)
class Candidate:
    """A claim that passed the gate: its row, its request, its record, its warnings so far."""

    row: EncounterRow
    request: ClaimRequest
    claim: Claim
    claim_id: str
    version: int
    patient: str | None
    findings: tuple[Finding, ...]
    waivers: tuple[Waiver, ...] = ()
    correction: Correction | None = None


@record(frozen=True, slots=True)
class Held:
    """An encounter that waits, with the findings that say why."""

    row: EncounterRow
    findings: tuple[Finding, ...]


def judge_open_encounters(job: Job) -> Generator[Candidate]:
    """The claims to be sent, by encounter. Encounters that are held are recorded with their findings.

    Judged are the encounters that wait for a claim, and those whose next payer's turn has come. Some
    hundred are judged together, and no more are held: whoever asks may send what came before.
    """
    with job.ledger.reading() as connection:
        gate = Gate(job, connection)
        rows = _rows_to_judge(connection)
        for some in batches(watched(rows, "encounters judged", len(rows))):
            waiting: list[Held] = []
            with collector_paused():
                outcomes = list(gate.judge(encounters.by_rows(connection, some)))
            for outcome in outcomes:
                if isinstance(outcome, Held):
                    waiting.append(outcome)
                else:
                    yield from outcome
            record_outcomes(job, waiting, "held")


def _rows_to_judge(connection: Connection) -> list[int]:
    """The rows of the revisions, by encounter."""
    rows = encounters.open_rows(connection)
    for claim in turns.waiting_for_next_payer(connection):
        if claim.encounter not in rows and claim.encounter_row is not None:
            rows[claim.encounter] = claim.encounter_row
    return [rows[encounter] for encounter in sorted(rows)]


class Gate:
    """Judges encounters, and remembers the claims that this run will send."""

    def __init__(self, job: Job, connection: Connection) -> None:
        self._job = job
        self._connection = connection
        self._prior = LedgerPriorClaims(connection, job.ledger.patient_key(), job.config.folders.archive_out)
        self._record_gate = RecordGate()
        self._ledger_rules: dict[str, tuple[PayerProfile, RuleSet]] = {}
        self._accounts: dict[str, str] = {}
        self._versions: Counter[claims.Key] = Counter()
        self._known_versions: Mapping[claims.Key, int] | None = None
        self._known_accounts: Mapping[str, set[str]] = {}
        self._children: Mapping[str, tuple[ChildIdentity, ...]] = {}

    def judge(self, rows: Sequence[EncounterRow]) -> Iterator[list[Candidate] | Held]:
        """For each of some hundred encounters the claims to the payer whose turn it is.

        Nothing is given of an encounter where it is nobody's turn.
        """
        # of a first record that was never judged the ledger knows no claim, and nobody waived anything
        keys = [row.encounter for row in rows if row.revision > 1 or row.state != _NEW]
        live = claims.live_by_encounter(self._connection, keys)
        waivers = decisions.waivers_of(self._connection, keys)
        asked = [(row, _or_fault(row, self._requests, row, live.get(row.encounter, ()))) for row in rows]
        self._prepare(keys, [one for _, found in asked if isinstance(found, list) for one in found])
        judged = self._judge_records([found[0] for _, found in asked if isinstance(found, list) and found])
        for row, found in asked:
            if isinstance(found, Held):
                yield found
            elif found:
                held = [one for one in waivers.get(row.encounter, ()) if one.content_digest == row.digest]
                yield _or_fault(row, self.candidates, row, found, held, of_record=next(judged, None))

    def _judge_records(self, requests: Sequence[ClaimRequest]) -> Iterator[list[Finding]]:
        """What the rules of records find in each of some hundred; nothing where the program fails over one of them."""
        try:
            return iter(self._record_gate.judge_together([self._record_check(one) for one in requests]))
        except TROUBLE:
            raise
        except Exception:
            return iter(())  # judged one by one, it costs that one alone

    def _record_check(self, request: ClaimRequest) -> EncounterCheck:
        return EncounterCheck(
            encounter=request.encounter,
            payer=request.payer,
            site=request.site,
            product=request.product,
            today=self._job.today,
            prior=self._prior,
            payer_order=request.payer_order,
        )

    def _prepare(self, keys: Sequence[str], requests: Sequence[ClaimRequest]) -> None:
        """Ask the ledger once for what the rules will ask of each encounter."""
        self._known_versions = claims.newest_versions(self._connection, keys)
        accounts = {
            one.encounter.patient_control_number.reveal() + ending
            for one in requests
            for ending in {"", one.payer.carve_out_suffix}
        }
        self._known_accounts = claims.encounters_by_account(self._connection, accounts)
        self._children = {one.encounter.id: child_of_record(one.encounter) for one in requests}
        self._prior.prepare(
            (self._children[one.encounter.id], one.product.key) for one in requests if one.product is not None
        )

    def _requests(self, row: EncounterRow, live: Sequence[ClaimRow]) -> list[ClaimRequest] | Held:
        """The claims to be made of an encounter; [] where it is nobody's turn."""
        job = self._job
        try:
            encounter = job.records.take(row.content)
            turn = turns.next_turn(self._connection, encounter, live)
            if turn is None:
                return []
            order = turn.payer_order
            whole = claim_request(
                job.config, job.profiles, encounter, payer_order=order, earlier=turn.earlier
            )
        except ValidationError:
            return Held(row, (_unusable(row, "the record no longer fits the schema", "record"),))
        except (ProfileError, turns.NotBillable) as reason:
            return Held(row, (_unusable(row, str(reason), "record"),))
        wanted = [
            (part, frequency_of(encounter, part, order))
            for part in parts_of(encounter, whole.payer, whole.product)
        ]
        if wanted == [(whole.part, whole.frequency)]:
            return [whole]
        return [replace(whole, part=part, frequency=frequency) for part, frequency in wanted]

    def candidates(
        self,
        row: EncounterRow,
        requests: Sequence[ClaimRequest],
        waivers: Sequence[Waiver],
        build: Callable[[ClaimRequest], BuiltClaim] = build_claim,
        *,
        of_record: Sequence[Finding] | None = None,
    ) -> list[Candidate] | Held:
        """The claims of these requests, which are of one encounter and payer; held where one has an error.

        `of_record` is what the rules of records found, where they were asked before.
        """
        first = requests[0]
        if of_record is None:
            of_record = self._record_gate.judge(self._record_check(first))
        findings = apply_waivers(of_record, waivers, first.payer)
        findings += _not_yet_billable(row, first.encounter)
        built: list[tuple[ClaimRequest, Claim]] = []
        if not has_errors(findings):
            for request in requests:
                made = build(request)
                of_claim = [*made.findings, *self._of_the_ledger(row, request, made.claim)]
                findings += apply_waivers(of_claim, waivers, request.payer)
                built.append((request, made.claim))
        if has_errors(findings):
            return Held(row, tuple(finding.at(encounter=row.encounter) for finding in findings))
        return [self._candidate(row, request, claim, findings, waivers) for request, claim in built]

    def _of_the_ledger(self, row: EncounterRow, request: ClaimRequest, claim: Claim) -> list[Finding]:
        """What the ledger has against it, and an account number that another encounter has used.

        Payers answer by account number (CLM01): used twice, a payment could not be told apart.
        """
        check = ClaimCheck(
            claim=claim,
            payer=request.payer,
            product=request.product,
            today=self._job.today,
            encounter=request.encounter,
            prior=self._prior,
            payer_order=request.payer_order,
        )
        findings = self._rules_of_the_ledger(request.payer).findings(check)
        others = self._encounters_under(claim.patient_control_number)
        for other in sorted(others - {request.encounter.id}):
            reason = f"encounter {other} has a claim under the same account number"
            findings.append(_unusable(row, reason, "patient_control_number"))
        return findings

    def _rules_of_the_ledger(self, payer: PayerProfile) -> RuleSet:
        known = self._ledger_rules.get(payer.key)
        if known is None or known[0] is not payer:
            rules = [rule for rule in claim_rules() if rule.contract.needs == "ledger"]
            known = self._ledger_rules[payer.key] = payer, RuleSet(rules, payer)
        return known[1]

    def _encounters_under(self, account: str) -> set[str]:
        """The encounters that have claims under an account number, those of this run too."""
        known = self._known_accounts.get(account)
        if known is None:
            known = claims.encounters_by_account(self._connection, [account])[account]
        return known | {self._accounts[account]} if account in self._accounts else known

    def _candidate(
        self,
        row: EncounterRow,
        request: ClaimRequest,
        claim: Claim,
        findings: Sequence[Finding],
        waivers: Sequence[Waiver],
    ) -> Candidate:
        encounter, order = request.encounter, request.payer_order
        child = self._children.get(encounter.id)
        if child is None:
            child = child_of_record(encounter)
        key = (encounter.id, ledger_part(request), order)
        version = self._version_before(key) + 1 + self._versions[key]
        self._versions[key] += 1
        claim_id = claims.claim_id(*key, version)
        if request.product is not None and request.carries_drug and claim.frequency != VOID:
            earlier = EarlierClaim(
                id=claim_id,
                encounter=encounter.id,
                payer=request.payer.key,
                payer_order=order,
                frequency=claim.frequency,
                patient_control_number=claim.patient_control_number,
                infusion_date=encounter.infusion_date,
            )
            self._prior.remember(child, request.product.key, earlier)
        self._accounts[claim.patient_control_number] = encounter.id
        patient = self._prior.patient(child)
        return Candidate(row, request, claim, claim_id, version, patient, tuple(findings), tuple(waivers))

    def _version_before(self, key: claims.Key) -> int:
        known = self._known_versions
        if known is None:
            known = claims.newest_versions(self._connection, [key[0]])
        return known.get(key, 0)


def _or_fault(row: EncounterRow, work: Callable[P, T | Held], *given: P.args, **named: P.kwargs) -> T | Held:
    """What the work gives of an encounter; held where the program fails over it."""
    try:
        return work(*given, **named)
    except TROUBLE:
        raise
    except Exception as error:
        return Held(row, (fault_of(error, Place(encounter=row.encounter)),))


def ledger_part(request: ClaimRequest) -> str:
    """The part under which the ledger keeps a claim: lines that go alone have one of their own."""
    if request.only is None:
        return request.part
    return "-".join([request.part, *(f"L{number:03d}" for number in sorted(request.only))])


def _not_yet_billable(row: EncounterRow, encounter: Encounter) -> list[Finding]:
    """An infusion that is only planned."""
    if encounter.therapy is None or encounter.therapy.status != "planned":
        return []
    reason = "the infusion is planned and not done; a claim is made once it is done"
    return [_unusable(row, reason, "therapy.status")]


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
        encounters.set_states(
            connection,
            [
                (held.row.row, state, [finding.as_dict() for finding in held.findings])
                for held in changed
                if held.row.row != NOT_YET
            ],
        )
    for held in changed:
        job.journal.findings += held.findings
        rules = sorted(_rules(held))
        entry = {"encounter": held.row.encounter, "rules": rules}
        event("encounter_waits", state=state, encounter=held.row.encounter, rules=rules)
        (job.journal.held if state == "held" else job.journal.refused).append(entry)


def _rules(held: Held) -> set[str]:
    return {finding.rule for finding in held.findings if finding.is_error}


def _known_rules(held: Held) -> set[str]:
    return {finding["rule"] for finding in held.row.findings if finding["severity"] == "error"}
