"""What a stopped run left, finished before anything new is begun.

A staged file without a row was seen by nobody: it is removed and its number is free. A
committed file is published, never made again. Where ledger and archive disagree, nothing
is sent: an older ledger may have been restored, and it would give numbers out twice.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.errors import IntegrityAlarm
from pipeline.file_digest import file_sha256
from pipeline.job import Job
from pipeline.ledger import files
from pipeline.ledger.files import FileRow
from pipeline.outbound.publish import mark_published, publish

_NEXT_STEP = (
    "See the operator's page, section on the integrity alarm; do not run again before a person has looked"
)


def recover(job: Job) -> None:
    """Finish or undo what a stopped run left. IntegrityAlarm where rows and archive differ."""
    with job.ledger.reading() as connection:
        rows = files.all_files(connection)
    for row in rows:
        if row.state == files.EXTERNAL and not _archived(job, row).is_file():
            _archive_external(job, row)
    _check_archive(job, rows)
    for row in rows:
        if row.state == "committed":
            _finish(job, row)
    # Every row's file stands in the archive by now: what is left was never committed, or is a second
    # name that a power cut brought back.
    for staged in sorted(job.config.folders.staging.iterdir()):
        if staged.is_file():
            job.steps.remove(staged)
            job.journal.count("staged_files_removed", file=staged.name)
    folders = job.config.folders
    for folder in (folders.reports, folders.held, folders.quarantine):
        job.steps.remove_unfinished(folder)


def _finish(job: Job, row: FileRow) -> None:
    staged = job.config.folders.staging / row.name
    archived = _archived(job, row)
    if staged.is_file():
        if file_sha256(staged) != row.sha256:
            raise IntegrityAlarm(f"staged file {row.name} is not the one that was committed", _NEXT_STEP)
        publish(job, row)
    elif archived.is_file() and file_sha256(archived) == row.sha256:
        mark_published(job, row)
    else:
        raise IntegrityAlarm(f"committed file {row.name} is neither staged nor archived", _NEXT_STEP)
    job.journal.count("files_recovered", file=row.name)


def _archive_external(job: Job, row: FileRow) -> None:
    """A file of another system that was recorded and not archived yet."""
    staged, archived = job.config.folders.staging / row.name, _archived(job, row)
    if not staged.is_file() or file_sha256(staged) != row.sha256:
        raise IntegrityAlarm(f"file {row.name} is neither staged nor archived", _NEXT_STEP)
    job.steps.make_folder(archived.parent)
    job.steps.rename(staged, archived)
    job.journal.count("files_recovered", file=row.name)


def _check_archive(job: Job, rows: list[FileRow]) -> None:
    """Every published file is archived with its size, and the archive holds nothing else."""
    for row in rows:
        archived = _archived(job, row)
        if row.state == "committed":
            continue
        if not archived.is_file() or archived.stat().st_size != row.size:
            raise IntegrityAlarm(
                f"file {row.name} is in the ledger but not, or not so, in the archive", _NEXT_STEP
            )
    known = {row.name for row in rows}
    for path in sorted(job.config.folders.archive_out.glob("*/*")):
        if path.name not in known and not path.name.startswith("."):
            raise IntegrityAlarm(f"the archive holds {path.name}, which the ledger does not know", _NEXT_STEP)


def _archived(job: Job, row: FileRow) -> Path:
    return job.config.folders.archive_out / row.day / row.name
