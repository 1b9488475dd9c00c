"""An archived file of answers, read again as the program reads today.

Why: a newer program may read what an older one did not, a ledger may have lost rows, or have been
restored from before the file came. What the ledger has already is not counted again: an event is known
by its transaction's digest, its segment position and its claim.

It must not: take an event away, move one from its claim other than by matching, or touch a transaction
that was set aside for its trace number. Claims that another system made are left to `j3399 ingest`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from edi.answers import Answer, AnswerFile, read_answers
from edi.finding import Place
from pipeline.errors import NotReplayable
from pipeline.file_names import shown_name
from pipeline.inbound import external
from pipeline.inbound.archived_answers import archived_answer
from pipeline.inbound.events import events_of
from pipeline.inbound.extract import Statement, identity, statements
from pipeline.inbound.match.account_key import ACCOUNT
from pipeline.inbound.moved_money import moved_money
from pipeline.inbound.receive import (
    Effects,
    match_parked,
    record_answer,
    settle_effects,
    tell_effects,
    why_unreadable,
)
from pipeline.inbox.packed import Member, is_packed, members, why_refused
from pipeline.job import Job
from pipeline.ledger import answers, provider_adjustments
from pipeline.ledger.answers import PARKED, EventRow
from pipeline.sent_files import SentFiles

_COUNTED = "counted"


@dataclass(slots=True)
class Replayed:
    """What one file changed: answers that were new, events that were new, events that say more or other
    than they did, pairs of PLB that were new; and the answers that were left as they are."""

    name: str
    answers: int = 0
    new_answers: int = 0
    new_events: int = 0
    renewed_events: int = 0
    new_provider_adjustments: int = 0
    left_alone: int = 0

    @property
    def changed(self) -> bool:
        return bool(
            self.new_answers or self.new_events or self.renewed_events or self.new_provider_adjustments
        )


def replay(job: Job, wanted: str) -> list[Replayed]:
    """Read a file of `archive/in` again, named as `archived_answer` takes it: what each file in it changed.

    A packed file holds several; any other is one. NotReplayable where it cannot be read.
    """
    path = archived_answer(job.config.folders.archive_in, wanted)
    data = path.read_bytes()
    found = list(members(path.name, data)) if _can_be_unpacked(job, path.name, data) else []
    inside = found or [Member(path.name, data)]
    readable = [(one, file) for one in inside if not why_unreadable(file := read_answers(one.data, one.name))]
    if not readable:
        raise NotReplayable(
            f"{path.name} holds no answer that can be read", "`j3399 read` says what is in it"
        )
    done = [_record(job, one, file) for one, file in readable]
    match_parked(job)
    job.journal.count("answer_files_replayed", len(done))
    job.journal.count("events_renewed", sum(one.renewed_events for one in done))
    return done


def _can_be_unpacked(job: Job, name: str, data: bytes) -> bool:
    return is_packed(data) and why_refused(name, data, job.config.inbox) is None


def _record(job: Job, member: Member, file: AnswerFile) -> Replayed:
    """One transaction: what is new of the file, and the states that follow."""
    done = Replayed(member.name)
    effects = Effects([], job.ledger.patient_key(), SentFiles(job.config.folders.archive_out))
    sha256, place = hashlib.sha256(member.data).hexdigest(), Place(file=shown_name(member.name))
    with job.ledger.transaction("replay") as connection:
        if not answers.has_file(connection, sha256):
            kinds = "+".join(sorted({answer.kind for answer in file.answers}))
            answers.add_file(connection, sha256, member.name, kinds, "taken in", job.stamp)
        for answer in file.answers:
            _again(connection, sha256, member.name, answer, effects, done)
        settle_effects(connection, file, effects, place)
        done.new_events += effects.events + effects.parked
    tell_effects(job, effects)
    return done


def _again(
    connection: Connection, sha256: str, name: str, answer: Answer, effects: Effects, done: Replayed
) -> None:
    digest = identity(answer)
    state = answers.state_of_transaction(connection, digest)
    done.answers += 1
    if answer.kind == external.KIND or state not in (None, "unread", _COUNTED):
        done.left_alone += 1
    elif state == _COUNTED:
        _supplement(connection, digest, answer, effects, done)
    elif state is None or answer.model is not None:
        answers.forget_unread(connection, digest)
        record_answer(connection, sha256, name, answer, effects)
        done.new_answers += 1
    else:
        done.left_alone += 1


def _supplement(
    connection: Connection, digest: str, answer: Answer, effects: Effects, done: Replayed
) -> None:
    """What a counted transaction says beyond its events, and what they say otherwise than it."""
    known: dict[int, list[EventRow]] = {}
    for event in answers.of_transaction(connection, digest):
        known.setdefault(event.position, []).append(event)
    for statement in statements(answer, effects.key):
        there = known.get(statement.position, [])
        for event in events_of(connection, effects.sent, digest, statement):
            _one_event(connection, event, there, statement, effects, done)
    done.new_provider_adjustments += provider_adjustments.add_missing(connection, moved_money(answer, digest))


def _one_event(
    connection: Connection,
    event: EventRow,
    there: list[EventRow],
    statement: Statement,
    effects: Effects,
    done: Replayed,
) -> None:
    by_account = statement.reference.kind == ACCOUNT
    if by_account:
        effects.accounts.add(statement.reference.value)
    same = next((one for one in there if by_account or one.claim == event.claim), None)
    if same is not None:
        as_read = replace(event, claim=same.claim, matched_by=same.matched_by, day=_first_day(event, same))
        if not answers.says_the_same(as_read, same):
            answers.renew(connection, as_read)
            done.renewed_events += 1
            effects.touched |= {same.claim} - {PARKED}
    elif not _waits(event, there):
        answers.add_events(connection, [event])
        if by_account:
            effects.own.append((event.digest, event.position))
        elif event.claim == PARKED:
            effects.parked += 1
        else:
            effects.events += 1
            effects.touched.add(event.claim)


def _first_day(event: EventRow, same: EventRow) -> str | None:
    """Of a 999, whose date is that of its envelope, the oldest one's that came."""
    if event.stage == "999" and event.day and same.day:
        return min(event.day, same.day)
    return event.day


def _waits(event: EventRow, there: list[EventRow]) -> bool:
    """Whether an event that is not there stands for one that is: parked still, or given to its claims since."""
    return bool(there) and (event.claim == PARKED or any(one.claim == PARKED for one in there))
