"""The labelled denials in one ledger: each claim as it was sent, its answers read as they came, its item.

A claim that could not be sent today (it breaks a rule on purpose) is recorded as the release of a
night records one; its file lies in the archive, its answers come through the inbox. What another
claim of the child would not have let out is a claim that another system sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from edi.claim837i.read import ClaimReader
from edi.envelope import read_document
from edi.values import to_cents
from mapping.encounter import Encounter
from mapping.profile_store import ProfileStore
from pipeline import as_sent, patient_keys
from pipeline.denials.item import WorkItem
from pipeline.denials.judged import Judgement, judged
from pipeline.durable import DurableSteps
from pipeline.inbound.receive import receive
from pipeline.job import Job
from pipeline.ledger import answers, claims, encounters, files
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.files import FileRow
from pipeline.ledger.store import Ledger
from pipeline.outbound.judge import ledger_part
from pipeline.outbound.patients import patient_digest
from pipeline.worklist.answered_claims import answered_claims, case_of
from pipeline.worklist.desk import Desk
from pipeline.worklist.money_watch import money_watch
from pipeline.worklist.next_payers import next_payers
from pipeline.worklist.requested_documents import requested_documents
from pipeline.worklist.unanswered import unanswered
from samples.clearinghouse import AnswerFileContent
from tests.support.builders import NIGHT
from tests.support.denial_answers.sent import SentFile
from tests.support.labelled_denials import LabelledDenial
from tests.support.nights import a_workspace

_OF_CLAIMS = (answered_claims, unanswered, requested_documents, money_watch)
"""The kinds of items that are about one claim."""
_ORIGINAL = "1"


class _WithoutWaiting(DurableSteps):
    """The steps as they are, but that nothing waits for the disk."""

    def sync_folder(self, folder: Path) -> None:
        """Nothing: a test's folder need not outlive a power cut."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A case with what the job makes of it: its work item, None where nobody needs to do anything, and
    the judgement of its last answer."""

    case: LabelledDenial
    item: WorkItem | None
    judgement: Judgement | None

    @property
    def causes(self) -> list[str]:
        """The causes in their order."""
        if self.item is not None:
            return [one.cause.id for one in self.item.causes]
        return [one.cause.id for one in self.judgement.causes] if self.judgement is not None else []

    @property
    def actions(self) -> tuple[str, ...]:
        if self.item is not None:
            return self.item.actions
        return self.judgement.actions if self.judgement is not None else ()

    @property
    def owner(self) -> str:
        if self.item is not None:
            return self.item.owner
        return self.judgement.causes[0].cause.owner if self.judgement is not None else ""


@contextmanager
def labelled_ledger(folder: Path) -> Iterator[LabelledLedger]:
    """A workspace of its own for the cases."""
    config = a_workspace(folder)
    steps = _WithoutWaiting()
    ledger = Ledger.open(config.ledger, steps)
    try:
        ledger.begin_run(NIGHT.isoformat())
        yield LabelledLedger(Job(config, ledger, steps, ProfileStore(), NIGHT))
    finally:
        ledger.close()


class LabelledLedger:
    """Puts cases into a ledger, and looks at them as the worklist does."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def take(self, case: LabelledDenial) -> None:
        """The case's claims and answers, in the order in which they went out and came back."""
        replaced = None
        elsewhere = case.sent.claim.frequency == _ORIGINAL
        for earlier in () if elsewhere else case.earlier:
            replaced = self._send(case, earlier.sent, earlier.encounter, None)
            self._answer(earlier.sent, earlier.answers)
        self._send(case, case.sent, case.encounter, replaced)
        for earlier in case.earlier if elsewhere else ():
            self._receive(f"elsewhere_{earlier.sent.control_number}.x12", earlier.sent.data)
            self._answer(earlier.sent, earlier.answers)
        self._answer(case.sent, case.answers)

    def look(self, case: LabelledDenial) -> Answered:
        """What the worklist says of a case's claim on the day on which somebody looks."""
        with self._job.ledger.reading() as connection:
            desk = _desk(self._job, connection, case)
            (claim,) = desk.claims
            of_claim = (item for source in _OF_CLAIMS for item in source(desk, desk.claims[0]))
            found = next(of_claim, None) or next(iter(next_payers(desk)), None)
            return Answered(case, found, judged(case_of(desk, claim)) if found is None else None)

    def _answer(self, sent: SentFile, heard: Sequence[AnswerFileContent]) -> None:
        for number, file in enumerate(heard):
            self._receive(f"{sent.control_number}_{number}_{file.name}", file.data)

    def _receive(self, name: str, data: bytes) -> None:
        path = self._job.config.folders.inbox / name
        path.write_bytes(data)
        receive(self._job, [path], keep=False)

    def _send(self, case: LabelledDenial, sent: SentFile, encounter: Encounter, replaces: str | None) -> str:
        """The claim's row as the release of a night makes it; its id."""
        job = self._job
        folder = job.config.folders.archive_out_day(sent.sent.date())
        job.steps.make_folder(folder)
        document = read_document(sent.data)
        (transaction,) = document.transactions()
        reader = ClaimReader(transaction)
        (claim,) = list(reader)
        name = f"sent_{sent.control_number:09d}.x12"
        (folder / name).write_bytes(sent.data)
        file = FileRow(
            row=0,
            partner="test-clearinghouse",
            parties=document.interchanges[0].parties,
            control_number=sent.control_number,
            name=name,
            day=sent.sent.date().isoformat(),
            sha256=hashlib.sha256(sent.data).hexdigest(),
            size=len(sent.data),
            state="sent",
        )
        content = json.dumps(encounter.model_dump(mode="json"))
        request = case.request
        secret = job.ledger.patient_key()
        drug = sum(to_cents(line.charge) for line in sent.lines("drug") if line.charge is not None)
        with job.ledger.transaction("file") as connection:
            record = encounters.add_correction(
                connection, encounter.id, hashlib.sha256(content.encode()).hexdigest(), content, job.stamp
            )
            part = ledger_part(request)
            key = (encounter.id, part, request.payer_order)
            version = claims.newest_versions(connection, [encounter.id]).get(key, 0) + 1
            row = ClaimRow(
                id=claims.claim_id(*key, version),
                encounter_row=record.row,
                encounter=encounter.id,
                part=part,
                payer_order=request.payer_order,
                version=version,
                payer=request.payer.key,
                product=request.product.key if request.product and request.carries_drug else None,
                patient=patient_digest(encounter, secret),
                file=files.add(connection, file, job.ledger.epoch),
                position_in_file=0,
                batch_reference=reader.header.reference,
                transaction_control_number=transaction.control_number,
                drug_cents=drug,
                has_next_payer=request.payer_order + 1 < len(encounter.coverages),
                state="ready",
                replaces=replaces,
                **as_sent.fields_of(claim),
            )
            patients = patient_keys.of_claim(claim, secret)
            added = claims.NewClaim(row, as_sent.lines_of(claim), patients=patients)
            claims.add(connection, [added], file.day)
        return row.id


class _CaseDesk(Desk):
    """A desk that reads the answers of the claims it is asked for, and not those of all cases."""

    def events(self, claim: ClaimRow) -> list[EventRow]:
        return answers.of_claim(self.connection, claim.id)


def _desk(job: Job, connection: Connection, case: LabelledDenial) -> Desk:
    """The desk as it is with the case's profiles, and with nothing on it but the case's own claim."""
    desk = _CaseDesk(job.config, connection, case.profiles, case.looked_at.date())
    account = case.sent.claim.patient_control_number
    rows = claims.by_control_number(connection, account)
    newest = max((row for row in rows if row.encounter_row is not None), key=lambda row: row.version)
    desk.all_claims = desk.claims = [newest]
    return desk
