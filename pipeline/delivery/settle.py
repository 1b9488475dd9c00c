"""What a person knows of a file that may have been sent: that the partner has it, or has it not."""

from __future__ import annotations

from pipeline.delivery.send import mark_sent
from pipeline.errors import NotSettled
from pipeline.job import Job
from pipeline.ledger import decisions, files
from pipeline.ledger.decisions import NOT_RECEIVED, RECEIVED, Decision
from pipeline.ledger.files import PUBLISHED, UNKNOWN, FileRow


def settle(job: Job, name: str, received: bool, reason: str, by: str) -> FileRow:
    """Record what became of a file in state `unknown`; one that was not received is sent by the next night.

    NotSettled where the ledger knows no such file, or knows what became of it.
    """
    with job.ledger.reading() as connection:
        row = files.by_name(connection, name)
    if row is None or row.state != UNKNOWN:
        state = "known to no ledger" if row is None else f"in state {row.state!r}"
        raise NotSettled(f"{name!r} is {state}", "`j3399 delivery list` names what is to be settled")
    if not received and not (job.config.folders.ready / row.name).is_file():
        archived = job.config.folders.archive_out / row.day / row.name
        job.steps.replace_file(job.config.folders.ready / row.name, archived.read_bytes())
    kind = RECEIVED if received else NOT_RECEIVED
    with job.ledger.transaction("settle") as connection:
        decisions.add(connection, Decision(row.name, kind, row.sha256, reason, by, job.stamp))
        if not received:
            files.set_state(connection, row.name, PUBLISHED)
    if received:
        mark_sent(job, row)
    return row
