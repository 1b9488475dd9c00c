"""Taking files out of a folder that others write to: the ready ones, moved away first and read then.

What cannot be taken is said in the journal: it waits, is set aside, or needs a person.
"""

from __future__ import annotations

from pathlib import Path

from edi.finding import Finding, Place
from pipeline.file_names import shown_name
from pipeline.folders import free_name
from pipeline.inbox.looks import DONE, FILE_LEFT, Looks, is_marker, ready_files
from pipeline.inbox.packed import too_large
from pipeline.job import Job
from pipeline.quarantine import quarantine_file


def ready_in(job: Job, folder: Path, before: Looks) -> list[Path]:
    """The files of a folder to take now; `before` is the look at the beginning of the run."""
    ready = ready_files(folder, before, job.config.inbox, job.now)
    job.journal.waiting |= ready.waiting
    for finding in ready.findings:
        job.journal.leave(str(finding.place.file), finding)
    return ready.files


def clear_markers(job: Job, folder: Path) -> None:
    """Remove the done-files whose files were taken."""
    for marker in sorted(folder.glob(f"*{DONE}")):
        if is_marker(marker.name, job.config.inbox):
            of = marker.with_name(marker.name.removesuffix(DONE))
            if not of.is_symlink() and not of.exists():
                job.steps.remove(marker)


def take(job: Job, path: Path) -> Path:
    """Move a file into `.work`, from where it is read. Returns where it is now.

    A file with a second name elsewhere could be changed through that one: an own copy is made of it.
    """
    taken = free_name(job.config.folders.work, path.name)
    status = path.stat()
    if status.st_nlink > 1 and status.st_size <= job.config.inbox.most_bytes:
        job.steps.replace_file(taken, path.read_bytes())
        job.steps.remove(path)
    else:
        job.steps.rename(path, taken)
    return taken


def read_taken(job: Job, path: Path) -> bytes | None:
    """The bytes of a file in `.work`; None where it cannot be read whole, which costs it alone.

    One that somebody still writes to goes back to the inbox.
    """
    try:
        before = path.stat()
        refused = too_large(path.name, before.st_size, job.config.inbox)
        if refused is not None:
            job.journal.findings.append(refused)
            quarantine_file(job, path, [refused])
            return None
        data = path.read_bytes()
        after = path.stat()
    except OSError as error:
        job.journal.leave(shown_name(path.name), _unreadable(path, error))
        return None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(
        data
    ) != after.st_size:
        job.steps.rename(path, free_name(job.config.folders.inbox, path.name))
        job.journal.waiting[shown_name(path.name)] = "it changed while it was read"
        return None
    return data


def _unreadable(path: Path, error: OSError) -> Finding:
    return Finding.of(
        FILE_LEFT,
        "It cannot be read: {reason}.",
        fields={"reason": error.strerror or type(error).__name__},
        fix="Mend the disk or the permission; the file is read in the next run.",
        place=Place(file=shown_name(path.name)),
    )
