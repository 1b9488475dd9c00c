"""Released files to the partners that have a URL: each once.

A file is written there under a temporary name, then renamed. Between those two its row becomes `unknown`: from
there on only its own rename may follow, never its bytes again. After it the row is `sent`, and the file
moves from `ready` to `sent`. A run that was stopped, or cut off, in between looks there the next time: the
temporary name is proof that the partner never saw the file, the right name that it is there. Where neither is,
an answer settles it, or a person (`j3399 delivery settle`).
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import Connection

from pipeline.delivery.remote import Remote, opened
from pipeline.delivery_settings import Delivery
from pipeline.errors import ConfigurationError, IntegrityAlarm, PartnerUnreachable, storage_error
from pipeline.job import Job
from pipeline.ledger import files
from pipeline.ledger.files import PUBLISHED, SENT, UNKNOWN, FileRow
from pipeline.run_log import event
from pipeline.sent_files import answered_by

NAME_TAKEN = "another file of that name lies there; see whose it is"
NOBODY_KNOWS = "it may have been sent; an answer will tell, or `j3399 delivery settle`"


def deliver(job: Job) -> None:
    """Send what is ready, and look for what may have been sent. A partner that fails costs nobody else."""
    _settle_by_answers(job)
    _tidy(job)
    for delivery in job.config.delivery.values():
        rows = _open(job, delivery)
        if delivery.outbox is None or not rows:
            continue
        try:
            with opened(delivery, delivery.outbox, job.steps) as remote:
                for row in rows:
                    _deliver(job, remote, row)
        except (PartnerUnreachable, ConfigurationError) as error:
            job.journal.cannot_reach(delivery.partner, error.line())
    for delivery in job.config.delivery.values():
        for row in _open(job, delivery):
            words = NOBODY_KNOWS if row.state == UNKNOWN else "it was not sent yet"
            job.journal.undelivered.setdefault(row.name, words)
            event("file_undelivered", file=row.name, partner=row.partner)


def mark_sent(job: Job, row: FileRow) -> None:
    """The partner has it: record that, then move it out of `ready`."""
    with job.ledger.transaction("sent") as connection:
        files.set_state(connection, row.name, SENT)
    _move_to_sent(job, row.name)


def partial_name(row: FileRow) -> str:
    """The temporary name of a file at its partner's."""
    return f".{row.name}.partial"


def open_files(connection: Connection, ready: Path, delivery: Delivery) -> list[FileRow]:
    """The files of a partner that lie in `ready`, and those that may have been sent."""
    if delivery.outbox is None:
        return []
    rows = files.in_states(connection, delivery.partner, files.OPEN)
    return [row for row in rows if row.state == UNKNOWN or (ready / row.name).is_file()]


def _open(job: Job, delivery: Delivery) -> list[FileRow]:
    with job.ledger.reading() as connection:
        return open_files(connection, job.config.folders.ready, delivery)


def _settle_by_answers(job: Job) -> None:
    """A partner that answered a file has it."""
    with job.ledger.reading() as connection:
        unknown = [
            row for row in files.in_states(connection, None, (UNKNOWN,)) if answered_by(connection, row)
        ]
    for row in unknown:
        mark_sent(job, row)
        job.journal.count("files_settled", file=row.name)


def _tidy(job: Job) -> None:
    """A run may have been stopped after a file was sent and before it was moved."""
    names = [path.name for path in sorted(job.config.folders.ready.iterdir()) if path.is_file()]
    with job.ledger.reading() as connection:
        sent = [name for name in names if _is_sent(files.by_name(connection, name))]
    for name in sent:
        _move_to_sent(job, name)


def _is_sent(row: FileRow | None) -> bool:
    return row is not None and row.state == SENT


def _move_to_sent(job: Job, name: str) -> None:
    ready = job.config.folders.ready / name
    try:
        if ready.is_file():
            job.steps.rename(ready, job.config.folders.sent / name)
    except OSError as error:
        raise storage_error(error) from None


def _deliver(job: Job, remote: Remote, row: FileRow) -> None:
    if row.state == PUBLISHED:
        if not _upload(job, remote, row):
            return
    elif not _can_be_renamed(remote, row):
        found = remote.find(row.name)
        if found is not None and found.size == row.size:
            _tell_sent(job, row)
        return
    remote.move(partial_name(row), row.name)
    _tell_sent(job, row)


def _upload(job: Job, remote: Remote, row: FileRow) -> bool:
    """The bytes under the temporary name, and the row `unknown`; False where the name is taken."""
    if remote.find(row.name) is not None:
        job.journal.undelivered[row.name] = NAME_TAKEN
        return False
    remote.write(partial_name(row), _bytes_of(job, row))
    if not _can_be_renamed(remote, row):
        raise PartnerUnreachable(
            f"{row.partner}: a file arrived cut short", "It is tried again in the next run"
        )
    with job.ledger.transaction("delivery") as connection:
        files.set_state(connection, row.name, UNKNOWN)
    return True


def _can_be_renamed(remote: Remote, row: FileRow) -> bool:
    """Whether the whole file lies there under its temporary name, so that it was never seen."""
    written = remote.find(partial_name(row))
    return written is not None and written.size == row.size


def _bytes_of(job: Job, row: FileRow) -> bytes:
    try:
        data = (job.config.folders.archive_out / row.day / row.name).read_bytes()
    except OSError as error:
        raise storage_error(error) from None
    if hashlib.sha256(data).hexdigest() != row.sha256:
        raise IntegrityAlarm(f"{row.name} is not in the archive as it was made", "Restore the archive first")
    return data


def _tell_sent(job: Job, row: FileRow) -> None:
    mark_sent(job, row)
    job.journal.undelivered.pop(row.name, None)
    job.journal.count("files_sent", file=row.name, partner=row.partner)
