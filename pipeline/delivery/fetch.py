"""Answers from the partners that have a URL, into the inbox: each once.

A file is taken when it looked the same in two listings and has been quiet, is written into the inbox under a dot name,
then renamed. Its name, size, time and digest go into the ledger, so that one that stays there is not fetched
again. What the configuration wants removed or moved there is so only once its bytes lie in `archive/in`.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterator

from pipeline.delivery.remote import Remote, RemoteFile, opened
from pipeline.delivery_settings import DELETE, LEAVE, MOVE, Delivery
from pipeline.errors import ConfigurationError, PartnerUnreachable, storage_error
from pipeline.file_digest import file_sha256
from pipeline.file_names import shown_name, stored_name
from pipeline.folders import free_name
from pipeline.inbox.looks import DONE, Looks, is_marker, why_waiting
from pipeline.inbox.packed import too_large
from pipeline.job import Job
from pipeline.ledger import fetched
from pipeline.ledger.fetched import FetchedRow

_PREFIX = 100
"""Characters of a name that are kept whatever is put behind it."""


def fetch(job: Job) -> Looks:
    """Fetch what is new, and look how it lies in the inbox. A partner that fails costs nobody else."""
    looks: dict[str, tuple[int, int]] = {}
    for delivery in job.config.delivery.values():
        if delivery.inbox is None:
            continue
        try:
            with opened(delivery, delivery.inbox, job.steps) as remote:
                for file in _new_files(job, delivery, remote):
                    looks |= _fetch(job, delivery, remote, file)
        except (PartnerUnreachable, ConfigurationError) as error:
            job.journal.cannot_reach(delivery.partner, error.line())
    return looks


def clear_fetched(job: Job) -> None:
    """Remove or move at the partner's what is in our archive, where the configuration says so."""
    for delivery in job.config.delivery.values():
        if (
            delivery.inbox is None
            or delivery.after_fetch == LEAVE
            or delivery.partner in job.journal.unreachable
        ):
            continue
        with job.ledger.reading() as connection:
            rows = [
                row for row in fetched.lying_there(connection, delivery.partner) if _is_archived(job, row)
            ]
        try:
            if rows:
                with opened(delivery, delivery.inbox, job.steps) as remote:
                    for row in rows:
                        _clear(job, delivery, remote, row)
        except (PartnerUnreachable, ConfigurationError) as error:
            job.journal.cannot_reach(delivery.partner, error.line())


def _new_files(job: Job, delivery: Delivery, remote: Remote) -> Iterator[RemoteFile]:
    """The files there that are whole, small enough and were not fetched before."""
    first = {file.name: (file.size, file.changed) for file in remote.list()}
    listed = remote.list()
    now_seen = {file.name: (file.size, file.changed) for file in listed}
    settings, now = job.config.inbox, job.now.timestamp()
    with job.ledger.reading() as connection:
        known = {
            (row.name, row.size, row.changed) for row in fetched.lying_there(connection, delivery.partner)
        }
    for file in listed:
        if (
            (file.name, file.size, file.changed) in known
            or file.name.startswith(".")
            or "/" in file.name
            or is_marker(file.name, settings)
        ):
            continue
        if stored_name(file.name) != file.name:
            job.journal.waiting[f"{delivery.partner}: {shown_name(file.name)}"] = "its name is no text"
            continue
        why = why_waiting(file.name, first, now_seen, now, settings)
        refused = too_large(file.name, file.size, settings)
        if why:
            job.journal.waiting[f"{delivery.partner}: {shown_name(file.name)}"] = why
        elif refused is not None:
            job.journal.leave(f"{delivery.partner}: {shown_name(file.name)}", refused)
        else:
            yield file


def _fetch(job: Job, delivery: Delivery, remote: Remote, file: RemoteFile) -> Looks:
    """One file into the inbox, and into the ledger; nothing where it changed meanwhile."""
    data = remote.read(file.name)
    if len(data) != file.size or remote.find(file.name) != file:
        job.journal.waiting[f"{delivery.partner}: {shown_name(file.name)}"] = "it changed while it was read"
        return {}
    row = FetchedRow(
        delivery.partner, file.name, file.size, file.changed, hashlib.sha256(data).hexdigest(), job.stamp
    )
    path = free_name(job.config.folders.inbox, file.name)
    marker = path.with_name(f"{path.name}{DONE}")
    try:
        if is_marker(marker.name, job.config.inbox):
            job.steps.write_file(marker, b"")
        job.steps.replace_file(path, data)
        os.utime(path, ns=(file.changed, file.changed))
    except OSError as error:
        raise storage_error(error) from None
    with job.ledger.transaction("fetched") as connection:
        fetched.add(connection, row)
    job.journal.count("files_fetched", partner=delivery.partner, sha256=row.sha256)
    return {path.name: (file.size, file.changed)}


def _is_archived(job: Job, row: FetchedRow) -> bool:
    """Whether these bytes lie in the archive, under that name or one made of it."""
    pattern = f"*/{glob.escape(row.name[:_PREFIX])}*"
    return any(
        path.stat().st_size == row.size and file_sha256(path) == row.sha256
        for path in job.config.folders.archive_in.glob(pattern)
    )


def _clear(job: Job, delivery: Delivery, remote: Remote, row: FetchedRow) -> None:
    """One that has another content by now is a new file, and stays."""
    found = remote.find(row.name)
    if found == RemoteFile(row.name, row.size, row.changed):
        if delivery.after_fetch == DELETE:
            remote.remove(row.name)
        else:
            folder = delivery.after_fetch.removeprefix(MOVE)
            remote.move(row.name, f"{folder}/{_free_there(remote, folder, row.name)}")
        marker = f"{row.name}{DONE}"
        if is_marker(marker, job.config.inbox) and remote.find(marker) is not None:
            remote.remove(marker)
    with job.ledger.transaction("cleared") as connection:
        fetched.set_cleared(connection, row, job.stamp)
    job.journal.count("files_cleared_at_partners")


def _free_there(remote: Remote, folder: str, name: str) -> str:
    number, free = 1, name
    while remote.find(f"{folder}/{free}") is not None:
        number += 1
        free = f"{name}.{number}"
    return free
