"""A file through the inbox: renamed into `.work`, read, recorded in one transaction, archived.

Beside answers it may hold claims that another system made (837I): see `external`.

A file that comes again (the same bytes, under any name) changes nothing. What cannot be
read goes into quarantine with its reason. `.work` is resumed at the start of a run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from edi.answers import Answer, AnswerFile, read_answers
from edi.envelope import collector_paused
from edi.finding import Finding, Place, RuleKey, Severity
from pipeline.faults import TROUBLE, fault_of
from pipeline.file_names import shown_name
from pipeline.folders import finished_files
from pipeline.inbound import external
from pipeline.inbound.doubts import doubts
from pipeline.inbound.events import events_of
from pipeline.inbound.external import ExternalFile
from pipeline.inbound.extract import Reference, Statement, envelope_day, identity, statements, trace_of
from pipeline.inbound.match.account_key import ACCOUNT
from pipeline.inbound.match.accounts import Key
from pipeline.inbound.match.references import SentNumbers, claims_named
from pipeline.inbound.match.settle import Settled, settle, settle_all
from pipeline.inbound.moved_money import moved_money
from pipeline.inbound.positions import bodies_of_claims
from pipeline.inbound.states import update_states, updated_chains
from pipeline.inbox.packed import is_packed, members, why_refused
from pipeline.inbox.taking import read_taken, take
from pipeline.job import Job
from pipeline.ledger import answers, provider_adjustments
from pipeline.ledger.answers import PARKED, EventRow
from pipeline.progress import watched
from pipeline.quarantine import quarantine_file, quarantine_text
from pipeline.sent_files import SentFiles

ANSWER_UNMATCHED = RuleKey("answer-unmatched", None, Severity.WARNING)
TRANSACTION_REPEATED = RuleKey("transaction-repeated", None, Severity.INFO)
TRACE_CONFLICT = RuleKey("trace-conflict", None, Severity.ERROR)
INTERCHANGE_CUT = RuleKey("interchange-cut", 1, Severity.ERROR)
STRUCTURE_ODD = RuleKey("structure-odd", 2, Severity.WARNING)


@dataclass(slots=True)
class Effects:
    """What a file changed, told once its transaction is committed. `key` is that of patient digests,
    `own` are its events that name an account."""

    findings: list[Finding]
    key: bytes
    sent: SentFiles
    touched: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    own: list[Key] = field(default_factory=list)
    events: int = 0
    parked: int = 0
    events_matched_later: int = 0


def receive(job: Job, paths: Iterable[Path], keep: bool) -> None:
    """Read answers. With `keep` the files stay where they are; else they move through the inbox."""
    if keep:
        for path in _watched(paths):
            _receive_data(job, path.name, path.read_bytes(), None)
    else:
        work = job.config.folders.work
        for path in finished_files(work):
            _receive_taken(job, path)
        for path in _watched(paths):
            _receive_taken(job, take(job, path))
    match_parked(job)


def _watched(paths: Iterable[Path]) -> Iterator[Path]:
    all_paths = list(paths)
    return watched(all_paths, "answers in", len(all_paths))


def _receive_taken(job: Job, path: Path) -> None:
    """A file in `.work`; one that cannot be read costs itself alone."""
    data = read_taken(job, path)
    if data is not None:
        _receive_data(job, path.name, data, path)


def _receive_data(job: Job, name: str, data: bytes, work: Path | None) -> None:
    """A file, or each file that is packed in it: one that was stopped goes on, since each is known by its bytes."""
    if not is_packed(data):
        _receive_bytes(job, name, data, work)
        return
    refused = why_refused(name, data, job.config.inbox)
    if refused is not None:
        _set_aside(job, name, data, work, [refused])
        return
    for member in members(name, data):
        _receive_bytes(job, member.name, member.data, None)
    if work is not None:
        job.archive_in(work)


def _receive_bytes(job: Job, name: str, data: bytes, work: Path | None) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    with job.ledger.reading() as connection:
        known = answers.has_file(connection, sha256)
    if known:
        job.journal.count("answer_files_repeated", sha256=sha256)
    else:
        unreadable = _read(job, name, data, sha256)
        if unreadable:
            _set_aside(job, name, data, work, unreadable)
            return
    if work is not None:
        job.archive_in(work)


def _read(job: Job, name: str, data: bytes, sha256: str) -> list[Finding]:
    """Read and record a file; why it was not, where it was not."""
    try:
        file = read_answers(data, shown_name(name))
        unreadable = why_unreadable(file)
        if not unreadable:
            with collector_paused():
                _record(job, name, sha256, file)
        return unreadable
    except TROUBLE:
        raise
    except Exception as error:
        return [fault_of(error, Place(file=shown_name(name)))]


def why_unreadable(file: AnswerFile) -> list[Finding]:
    """The findings for which a file is not taken in; none where it can be read."""
    if not file.complete:
        return [finding for finding in file.findings if finding.is_error] or list(file.findings)
    if all(answer.model is None and answer.kind != external.KIND for answer in file.answers):
        return [
            Finding.of(
                STRUCTURE_ODD,
                "The file holds no answer and no claim that can be read (TA1, 999, 997, 277CA, 277, 835, 837I).",
                found=", ".join(sorted({answer.kind for answer in file.answers})) or "nothing",
                fix="See what it is; put it into the inbox again once it can be read.",
                place=Place(file=file.file),
            )
        ]
    return []


def _set_aside(job: Job, name: str, data: bytes, work: Path | None, findings: list[Finding]) -> None:
    job.journal.findings += findings
    if work is not None:
        quarantine_file(job, work, findings)
    else:
        quarantine_text(job, name, data, findings)


def _record(job: Job, name: str, sha256: str, file: AnswerFile) -> None:
    """One transaction: the file, its transactions, their events, the states that follow."""
    sent = SentFiles(job.config.folders.archive_out)
    effects = Effects(list(file.findings), job.ledger.patient_key(), sent)
    kinds = "+".join(sorted({answer.kind for answer in file.answers}))
    place = Place(file=shown_name(name))
    claims = _claims_elsewhere(job, file)
    with job.ledger.transaction("answers") as connection:
        answers.add_file(connection, sha256, name, kinds, "taken in", job.stamp)
        for answer in file.answers:
            record_answer(connection, sha256, name, answer, effects)
        for made in claims:
            effects.accounts |= set(external.record(job, connection, made))
        settle_effects(connection, file, effects, place)
    for made in claims:
        external.archive_staged(job, made.row)
        job.journal.count("external_claims", len(made.claims), file=made.row.name)
    if any(answer.kind != external.KIND for answer in file.answers):
        job.journal.count("answer_files", sha256=sha256, kinds=kinds)
    tell_effects(job, effects)


def _claims_elsewhere(job: Job, file: AnswerFile) -> list[ExternalFile]:
    """The files of claims in it that neither we nor anybody gave to the ledger before, staged."""
    if all(answer.kind != external.KIND for answer in file.answers):
        return []
    found = external.external_files(job, file.document)
    with job.ledger.reading() as connection:
        known = [
            answer.interchange
            for answer in file.answers
            if answer.kind == external.KIND and answers.has_transaction(connection, identity(answer))
        ]
        new = [
            made
            for made in found
            if made.interchange not in known and not external.is_known(job, connection, made)
        ]
    if len(new) < len(found):
        job.journal.count("files_of_claims_known", len(found) - len(new))
    for made in new:
        external.stage(job, made)
    return new


def record_answer(connection: Connection, sha256: str, name: str, answer: Answer, effects: Effects) -> None:
    """An answer with its events; of one that came before, and of one whose trace did, nothing is counted."""
    digest = identity(answer)
    place = Place(file=shown_name(name))
    if answers.has_transaction(connection, digest):
        if (day := envelope_day(answer)) is not None:
            effects.touched |= answers.date_earlier(connection, digest, day)
        effects.findings.append(
            Finding.of(
                TRANSACTION_REPEATED,
                "This {kind} has come before; nothing of it was counted again.",
                fields={"kind": answer.kind},
                fix="Nothing to do.",
                place=place,
            )
        )
        return
    trace = trace_of(answer)
    if trace is not None and answers.has_trace(connection, *trace):
        answers.add_transaction(connection, digest, sha256, answer.kind, "conflict", trace)
        effects.findings.append(
            Finding.of(
                TRACE_CONFLICT,
                "A payment with this trace number has come before with another content; no money was counted.",
                fix="Ask the payer which of the two remittances holds.",
                place=place,
            )
        )
        return
    if answer.kind == external.KIND:
        answers.add_transaction(connection, digest, sha256, answer.kind, "claims")
        return
    if answer.model is None:
        answers.add_transaction(connection, digest, sha256, answer.kind, "unread")
        effects.findings.append(_unread(answer, place))
        return
    answers.add_transaction(connection, digest, sha256, answer.kind, "counted", trace)
    provider_adjustments.add(connection, moved_money(answer, digest))
    answers.add_events(connection, _events(connection, digest, answer, place, effects))


def _events(
    connection: Connection, digest: str, answer: Answer, place: Place, effects: Effects
) -> Iterator[EventRow]:
    for statement in statements(answer, effects.key):
        found = events_of(connection, effects.sent, digest, statement)
        _note_statement(digest, statement, found, place, effects)
        yield from found


def _unread(answer: Answer, place: Place) -> Finding:
    return Finding.of(
        STRUCTURE_ODD,
        "A transaction set of kind {kind} stands among the answers and was not read.",
        fields={"kind": answer.kind},
        fix="The file is in the archive; see what that part is.",
        place=place,
    )


def _note_statement(
    digest: str, statement: Statement, found: Sequence[EventRow], place: Place, effects: Effects
) -> None:
    """What is said of an account, which is settled later, or of all claims of a batch, file or set."""
    if statement.reference.kind == ACCOUNT:
        effects.accounts.add(statement.reference.value)
        effects.own.append((digest, statement.position))
    elif found[0].claim == PARKED:
        effects.parked += 1
        effects.findings.append(_unmatched(statement.position, place, ()))
    else:
        effects.touched |= {event.claim for event in found}
        effects.events += len(found)


def settle_effects(connection: Connection, file: AnswerFile, effects: Effects, place: Place) -> None:
    """What follows from the events of a file: whose they are, the states of claims, what is in doubt."""
    _tell_of(settle(connection, effects.accounts), effects, place)
    digests = {identity(answer) for answer in file.answers}
    chains = updated_chains(connection, effects.touched)
    effects.findings += doubts(chains, effects.touched, digests, place)


def tell_effects(job: Job, effects: Effects) -> None:
    """What a file changed, into the journal, once it is committed."""
    job.journal.findings += effects.findings
    job.journal.count("events", effects.events)
    if effects.events_matched_later:
        job.journal.count("events_matched_later", effects.events_matched_later)
    if effects.parked:
        job.journal.count("events_parked", effects.parked)


def _tell_of(settled: Settled, effects: Effects, place: Place) -> None:
    """What became of the file's own statements, and of those that were parked before it came."""
    effects.touched |= settled.touched
    for key in effects.own:
        if key in settled.parked:
            effects.parked += 1
            effects.findings.append(_unmatched(key[1], place, settled.parked[key]))
        else:
            effects.events += 1
    effects.events_matched_later = len(settled.matched.difference(effects.own))


def _unmatched(position: int, place: Place, fitting: Sequence[str]) -> Finding:
    where = Place(file=place.file, segment_position=position or None)
    if len(fitting) > 1:
        return Finding.of(
            ANSWER_UNMATCHED,
            "This answer fits claims {claims}, and does not say which; it is kept until more is known.",
            fields={"claims": ", ".join(fitting)},
            fix="Ask the payer which of them it means.",
            place=where,
        )
    return Finding.of(
        ANSWER_UNMATCHED,
        "This answer names no claim, or more than one, that the ledger knows; it is kept until one fits.",
        fix="If the claim was made elsewhere, give its 837I file to `j3399 ingest`.",
        place=where,
    )


def match_parked(job: Job) -> None:
    """Look again for the claims of events that have none, or one that is not sure; tell how many are left."""
    with job.ledger.reading() as connection:
        if not answers.has_unsure(connection):
            return
    with job.ledger.transaction("parked answers") as connection:
        settled = settle_all(connection)
        found = len(settled.matched) + _match_by_control_numbers(job, connection, settled.touched)
        update_states(connection, settled.touched)
        left, fitting_several = answers.count_parked(connection)
    if found:
        job.journal.count("events_matched_later", found)
    if left:
        job.journal.counts["answers_without_a_claim"] = left
        job.journal.counts["answers_that_fit_several_claims"] = fitting_several


def _match_by_control_numbers(job: Job, connection: Connection, touched: set[str]) -> int:
    """Give parked events of files, sets and batches to their claims; how many found some. `touched` gets these."""
    found, sent, known = 0, SentFiles(job.config.folders.archive_out), SentNumbers(connection)
    for text in answers.parked_references(connection, Reference(ACCOUNT, "").text()):
        reference = Reference.from_text(text)
        named = claims_named(connection, reference) if known.may_have(reference) else []
        for event in answers.parked_of_reference(connection, text) if named else ():
            answers.unpark(connection, event, bodies_of_claims(connection, sent, event.body, named))
            found += 1
        touched |= {claim.id for claim in named}
    return found
