"""A committed file into the outbox: archive first, then one rename that makes it visible."""

from __future__ import annotations

import datetime as dt

from pipeline.job import Job
from pipeline.ledger import files
from pipeline.ledger.files import PUBLISHED, FileRow


def publish(job: Job, row: FileRow) -> None:
    """Link the staged file into the archive, rename it into `ready`, record it as published.

    Safe to repeat after a stop at any step: a link that stands and a rename that happened
    are left as they are.
    """
    folders = job.config.folders
    archive = folders.archive_out_day(dt.date.fromisoformat(row.day))
    job.steps.make_folder(archive)
    staged = folders.staging / row.name
    job.steps.link(staged, archive / row.name)
    job.steps.rename(staged, folders.ready / row.name)
    mark_published(job, row)


def mark_published(job: Job, row: FileRow) -> None:
    with job.ledger.transaction("published") as connection:
        files.set_state(connection, row.name, PUBLISHED)
    job.journal.count("files_published", file=row.name)
