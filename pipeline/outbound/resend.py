"""A file that was sent, once more: the same bytes under the same number.

Why: a partner may have lost a file. Making it again would take a new number and, were the first one
found after all, bill a child twice. Whoever received it knows it by its number.

It must not: send again what was answered: a partner that answered has the file.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.errors import IntegrityAlarm, NotResendable
from pipeline.file_digest import file_sha256
from pipeline.job import Job
from pipeline.ledger import decisions, files
from pipeline.ledger.decisions import RESENT, Decision
from pipeline.ledger.files import PUBLISHED, UNKNOWN, FileRow
from pipeline.sent_files import answered_by


def resend(job: Job, name: str, reason: str, by: str) -> FileRow:
    """Put an archived file into the outbox again. NotResendable where it may not, with the next step.

    The decision is recorded before the file appears: a stop between leaves a recorded wish, and a second
    call puts the file there.
    """
    with job.ledger.reading() as connection:
        row = _known(connection, name)
        answered = answered_by(connection, row)
    archived = job.config.folders.archive_out / row.day / row.name
    ready = job.config.folders.ready / row.name
    if answered:
        raise NotResendable(
            f"{row.name} was answered ({', '.join(answered)}): the partner has it",
            "Ask the partner what became of the claims, or correct them with `j3399 correct`",
        )
    if ready.is_file():
        raise NotResendable(
            f"{row.name} still lies in {ready.parent}", "The partner has not picked it up yet"
        )
    if not archived.is_file() or file_sha256(archived) != row.sha256:
        raise IntegrityAlarm(f"{row.name} is not in the archive as it was sent", "Restore the archive first")
    with job.ledger.transaction("resend") as connection:
        decisions.add(connection, Decision(row.name, RESENT, row.sha256, reason, by, job.stamp))
        files.set_state(connection, row.name, PUBLISHED)
    partial = ready.with_name(f".{row.name}.partial")
    job.steps.write_file(partial, archived.read_bytes())
    job.steps.rename(partial, ready)
    return row


def _known(connection: Connection, name: str) -> FileRow:
    row = files.by_name(connection, name)
    if row is None:
        raise NotResendable(
            f"the ledger knows no file {name!r}", "Name a file of `archive/out`, without its folder"
        )
    if row.state == files.EXTERNAL:
        raise NotResendable(f"{name} was made by another system", "Send it again from there")
    if row.state == UNKNOWN:
        raise NotResendable(
            f"{name} may have been sent", "Ask the partner, then say so with `j3399 delivery settle`"
        )
    if row.state == "committed":
        raise NotResendable(f"{name} was never sent", "Run `j3399 nightly`: it finishes what was begun")
    return row
