"""A correction as a plan: what is sent, what changes and why, and what the rules say of it.

Nothing is written here. The claims are built by the gate that builds all claims, and the file is judged
as it would be on disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from edi.finding import Finding, has_errors
from mapping.encounter import Encounter
from mapping.profile_store import ProfileError
from pipeline.corrections.claims import Outgoing, outgoing_claims
from pipeline.corrections.difference import Difference
from pipeline.corrections.fields import NUMBER_PATH, Change
from pipeline.corrections.fixes import corrected_by_payer, fixes_for
from pipeline.corrections.kinds import SECONDARY, VOID, Decision, Situation, decide
from pipeline.corrections.record import RecordChange, Step, really_changing, with_changes
from pipeline.corrections.requests import Requests
from pipeline.corrections.shown_steps import as_built, differences_of
from pipeline.corrections.subject import claim_named, refuse_successor, situation_of
from pipeline.denials.answered import answered_item
from pipeline.denials.evidence import claim_check_of, conditions_of
from pipeline.denials.item import WorkItem
from pipeline.errors import NotCorrectable
from pipeline.job import Job
from pipeline.ledger import encounters
from pipeline.ledger.claims import ClaimRow
from pipeline.outbound.judge import Candidate, Gate, Held
from pipeline.outbound.release import file_bytes, judge_file, next_number
from pipeline.outbound.take_in import decode_content
from pipeline.outbound.turns import NotBillable
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk
from validators.checks import EncounterCheck

_LIKELY = 0.05
_FREQUENCY_CAUSE = "frequency-icn"
_FREQUENCY_PLACES = frozenset({("2300", "CLM", "CLM05-3"), ("2300", "REF*F8", "REF02")})


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for: the claim, what it is to become (None: what the worklist says), fields to set."""

    claim: str
    asked: str | None = None
    given: tuple[Change, ...] = ()
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """One claim of the plan: what it is, and what differs from the claim as it was sent.

    `claim_id` is "" where the gate keeps it back.
    """

    kind: str
    frequency: str
    claim_id: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A correction, ready to be shown and sent. `data` are the file's bytes, b"" where the gate refused it."""

    claim: ClaimRow
    state: str
    item: WorkItem | None
    decision: Decision
    changes: tuple[RecordChange, ...]
    planned: tuple[PlannedClaim, ...]
    candidates: tuple[Candidate, ...]
    findings: tuple[Finding, ...]
    control_number: int = 0
    data: bytes = field(default=b"", repr=False)

    @property
    def is_refused(self) -> bool:
        """Whether a finding keeps it back."""
        return not self.candidates or has_errors(self.findings)

    @property
    def unapproved(self) -> tuple[RecordChange, ...]:
        """The coding changes, which somebody must approve."""
        return tuple(change for change in self.changes if change.is_coding)


def make_plan(job: Job, connection: Connection, order: Order) -> Plan:
    """The plan of an order. NotCorrectable, with the reason and the next step, where there is none."""
    return _Planner(job, connection, order).plan()


class _Planner:
    def __init__(self, job: Job, connection: Connection, order: Order) -> None:
        self._job, self._connection, self._order = job, connection, order
        self._desk = Desk(job.config, connection, job.profiles, job.today)
        self._claim = claim_named(self._desk, order.claim)
        refuse_successor(self._desk, self._claim, order.asked)
        self._requests = Requests(job, connection, self._claim)

    def plan(self) -> Plan:
        situation = situation_of(self._job, self._desk, self._claim, self._order.given)
        try:
            steps, changes = self._record(situation)
            situation = replace(situation, item=self._item_now(situation, steps[-1]))
            decision = decide(situation, self._order.asked, self._order.by)
            outgoing = outgoing_claims(
                self._desk,
                self._requests,
                situation,
                decision,
                steps,
                self._reason(situation, changes),
                self._order.by,
            )
        except ProfileError as error:
            raise NotCorrectable(str(error)) from None
        except NotBillable as error:
            raise NotCorrectable(
                str(error), "Take in the earlier payer's remittance, or bill by hand"
            ) from None
        return self._judged(situation, decision, steps, changes, outgoing)

    def _reason(self, situation: Situation, changes: Sequence[RecordChange]) -> str:
        """What is kept with the correction: the words given, else the cause and the fields that change."""
        fields = ", ".join(change.change.path for change in changes)
        return (
            self._order.reason or ": ".join(part for part in (situation.cause, fields) if part) or "asked for"
        )

    # What its record becomes.

    def _record(self, situation: Situation) -> tuple[list[Step], list[RecordChange]]:
        """The steps from the record as sent to the corrected one, and the changes made here."""
        claim = self._claim
        assert claim.encounter_row is not None
        newest = encounters.latest(self._connection, claim.encounter)
        assert newest is not None
        sent = self._step(
            "the profiles of today", encounters.by_row(self._connection, claim.encounter_row).content
        )
        now = self._step(f"the record's revision {newest.revision}", newest.content)
        payer_says = self._of_payer(now)
        corrected = with_changes(now, payer_says)[-1]
        given = [change for change in self._order.given if change.path != NUMBER_PATH]
        set_here = {change.path for change in given}
        fixes = [
            fix
            for fix in fixes_for(_causes(situation), self._requests.of(corrected.encounter))
            if fix.path not in set_here
        ]
        changes = [*payer_says, *fixes, *given]
        return [sent, *with_changes(now, changes)], list(really_changing(now.content, changes))

    def _item_now(self, situation: Situation, corrected: Step) -> WorkItem | None:
        """The work item as the corrected record has it: a number that exists now makes another action right."""
        sent = self._desk.sent(self._claim)
        if situation.item is None or sent is None:
            return situation.item
        request = self._requests.of(corrected.encounter)
        gate = EncounterCheck(
            corrected.encounter,
            request.payer,
            request.site,
            request.product,
            self._job.today,
            payer_order=request.payer_order,
        )
        case = case_of(self._desk, self._claim)
        holds = conditions_of(sent, request, claim_check_of(sent, request, gate))
        return answered_item(replace(case, evidence=replace(case.evidence, conditions=holds)))

    def _step(self, source: str, content: str) -> Step:
        decoded = decode_content(content)
        assert isinstance(decoded, dict)
        try:
            return Step(source, decoded, Encounter.model_validate(decoded))
        except ValidationError:
            raise NotCorrectable(
                f"the record of claim {self._claim.id} no longer fits the schema",
                "Send the record again first",
            ) from None

    def _of_payer(self, now: Step) -> list[Change]:
        event = self._desk.life(self._claim).deciding
        if event is None or event.stage != "835":
            return []
        return corrected_by_payer(self._requests.of(now.encounter), event.body, event.day)

    # What comes out.

    def _judged(
        self,
        situation: Situation,
        decision: Decision,
        steps: Sequence[Step],
        changes: Sequence[RecordChange],
        outgoing: Sequence[Outgoing],
    ) -> Plan:
        job = self._job
        plan = Plan(self._claim, situation.state, situation.item, decision, tuple(changes), (), (), ())
        gate = Gate(job, self._connection)
        candidates: list[Candidate] = []
        for one in outgoing:
            made = gate.candidates(one.row, [one.request], one.waivers, one.build)
            if isinstance(made, Held):
                shown = [self._planned(each, steps, "", as_built(job, each)) for each in outgoing]
                return replace(plan, planned=tuple(shown), findings=made.findings)
            candidates += [replace(item, correction=one.correction) for item in made]
        partner = candidates[0].request.partner
        number = next_number(job, partner)
        data = file_bytes(job, partner, candidates, number)
        report = judge_file(job, data, candidates, "the file as it would be sent")
        planned = [
            self._planned(one, steps, candidate.claim_id, found.claim)
            for one, candidate, found in zip(outgoing, candidates, report.claims, strict=True)
        ]
        self._refuse_no_change(situation, planned)
        findings = [finding for item in candidates for finding in item.findings]
        return replace(
            plan,
            planned=tuple(planned),
            candidates=tuple(candidates),
            findings=tuple(_once([*findings, *report.findings()])),
            control_number=number,
            data=data,
        )

    def _planned(self, one: Outgoing, steps: Sequence[Step], claim_id: str, final: Claim) -> PlannedClaim:
        found = differences_of(self._job, self._desk, self._requests, self._claim, steps, one, final)
        return PlannedClaim(one.kind, final.frequency, claim_id, tuple(found))

    def _refuse_no_change(self, situation: Situation, planned: Sequence[PlannedClaim]) -> None:
        """The same claim again gets the same answer; it goes only where somebody says how."""
        kinds = {one.kind for one in planned}
        if self._order.asked is not None or kinds & {VOID, SECONDARY}:
            return
        if situation.cause == _FREQUENCY_CAUSE and any(one.differences for one in planned):
            return
        if any(_is_content(difference) for one in planned for difference in one.differences):
            return
        raise NotCorrectable(
            f"nothing on claim {self._claim.id} would change: neither the record, nor the profiles, nor "
            f"the payer's answer give another value",
            "Set what is wrong with --set; where it is right now (cover was updated, another claim of the "
            f"file was at fault), send it with --as {planned[0].kind}",
        )


def _causes(situation: Situation) -> list[str]:
    """The likely causes, the likeliest first, with those of single lines."""
    item = situation.item
    if item is None:
        return []
    likely = [one.cause.id for one in item.causes if one.score >= _LIKELY]
    return list(dict.fromkeys([*likely, *(line.cause for line in item.lines if line.cause)]))


def _is_content(difference: Difference) -> bool:
    """Whether it is more than the frequency and the payer's number."""
    return (difference.loop, difference.segment, difference.element) not in _FREQUENCY_PLACES


def _once(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once: the gate and the file may say the same."""
    found = {(one.rule, one.template, one.place.path or one.place.element): one for one in findings}
    return list(found.values())
