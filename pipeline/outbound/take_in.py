"""Encounter files into the ledger.

A record with the same content as the newest revision has no effect, nor has one that came
before a correction that was made here; other content is a new revision, or, where a claim is live, a change that waits for a correction. A file is
archived only after its records are committed; read again, it changes nothing.

Each file is read twice, so that no more than one record of it is held: first all files,
to know which encounters come with two contents, then each into the ledger. A file that
changed in between is left for the next run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from edi.finding import Finding, Place, RuleKey, Severity
from mapping.intake import IntakeRecord, read_encounters
from mapping.rule_keys import RECORD_INVALID
from pipeline.file_names import shown_name
from pipeline.job import Job
from pipeline.ledger import answers, encounters
from pipeline.progress import watched
from pipeline.quarantine import ENCOUNTERS, quarantine_text

ENCOUNTER_CONFLICT = RuleKey("encounter-conflict", None, Severity.ERROR)
ENCOUNTER_CHANGED = RuleKey("encounter-changed", None, Severity.ERROR)
_KIND = "encounters"


@dataclass(frozen=True, slots=True)
class _SurveyedFile:
    """A file whose records were looked at: its SHA-256, and whether it was read in an earlier run."""

    path: Path
    sha256: str
    known: bool


class _Unreadable(Exception):
    """The file cannot be read, or is no longer the one that was surveyed; the reason in words."""


def take_in(job: Job, paths: Iterable[Path], archive: bool) -> None:
    """Read encounter files; with `archive`, move each away once its records are in the ledger."""
    contents: dict[str, str | None] = {}
    files = [file for path in paths if (file := _survey(job, path, contents)) is not None]
    conflicts = frozenset(key for key, digest in contents.items() if digest is None)
    del contents
    for file in files:
        if file.known:
            job.journal.count("encounter_files_repeated")
        elif not _take_in_file(job, file, conflicts):
            continue
        if archive:
            job.archive_in(file.path)


def _survey(job: Job, path: Path, contents: dict[str, str | None]) -> _SurveyedFile | None:
    """Note what each encounter of the file says: its digest, or None where it comes with two contents."""
    try:
        sha256 = _sha256(path)
        with job.ledger.reading() as connection:
            known = answers.has_file(connection, sha256)
        if not known:
            for record in _records(path):
                if record.encounter is not None:
                    key = record.encounter.id
                    same = contents.setdefault(key, record.digest) == record.digest
                    contents[key] = record.digest if same else None
    except _Unreadable as error:
        _tell_unreadable(job, path, error)
        return None
    return _SurveyedFile(path, sha256, known)


def _records(path: Path) -> Iterator[IntakeRecord]:
    """The records of a file. Trouble with this file alone is told apart from trouble with our own disk."""
    try:
        yield from watched(read_encounters(path), "encounters in")
    except OSError as error:
        raise _Unreadable(error.strerror or type(error).__name__) from None


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise _Unreadable(error.strerror or type(error).__name__) from None


def _tell_unreadable(job: Job, path: Path, error: _Unreadable) -> None:
    job.journal.findings.append(
        Finding.of(
            RECORD_INVALID,
            "The file cannot be read: {reason}.",
            fields={"reason": str(error)},
            fix="Mend the file's permission or the disk; it is read in the next run.",
            place=Place(file=shown_name(path.name)),
        )
    )


def _conflict(encounter: str, line: int) -> Finding:
    return Finding.of(
        ENCOUNTER_CONFLICT,
        "Encounter {encounter} comes with two different contents in one run; both were set aside.",
        fields={"encounter": encounter},
        fix="Find out which record is right and send that one alone.",
        place=Place(encounter=encounter, line=line),
    )


def _take_in_file(job: Job, file: _SurveyedFile, conflicts: frozenset[str]) -> bool:
    """The records of a file into the ledger, all or none; False where the file could not be read again."""
    try:
        with job.ledger.transaction("encounters") as connection:
            taken, set_aside, is_again_needed = 0, 0, False
            for record in _records(file.path):
                key = record.encounter.id if record.encounter is not None else None
                if key is None:
                    _set_aside(job, file.path, record, record.findings)
                elif key in conflicts:
                    # Sent again alone, the right one of the two must be read.
                    is_again_needed = True
                    _set_aside(job, file.path, record, (_conflict(key, record.line),))
                else:
                    taken += 1
                    _take_in_record(job, connection, record)
                    continue
                set_aside += 1
            if _sha256(file.path) != file.sha256:
                raise _Unreadable("it changed while it was read")
            if not is_again_needed:
                state = "taken in" if taken or not set_aside else "set aside"
                answers.add_file(connection, file.sha256, file.path.name, _KIND, state, job.stamp)
    except _Unreadable as error:
        _tell_unreadable(job, file.path, error)
        return False
    if not is_again_needed:
        job.journal.count("encounter_files")
    return True


def _set_aside(job: Job, path: Path, record: IntakeRecord, findings: Sequence[Finding]) -> None:
    """A record that is not taken: its findings into the journal, itself into quarantine."""
    findings = [finding.at(file=shown_name(path.name)) for finding in findings]
    job.journal.findings += findings
    job.journal.count("records_set_aside")
    if record.whole_file:
        quarantine_text(job, path.name, path.read_bytes(), findings, ENCOUNTERS)
    else:
        name = f"{path.name}.line-{record.line}{record.suffix}"
        quarantine_text(job, name, record.content.encode(), findings, ENCOUNTERS)


def _take_in_record(job: Job, connection: Connection, record: IntakeRecord) -> None:
    assert record.encounter is not None
    key = record.encounter.id
    if encounters.is_repeat(connection, key, record.digest):
        job.journal.count("encounters_repeated")
        return
    newest = encounters.latest(connection, key)
    live = encounters.has_live_claim(connection, key)
    encounters.add_revision(connection, key, record.digest, record.content, job.stamp)
    job.journal.count("encounters_new" if newest is None else "encounters_revised")
    if live:
        _mark_changed(job, connection, key)


def _mark_changed(job: Job, connection: Connection, key: str) -> None:
    """A change to an encounter with a live claim makes no second claim: it waits for a correction."""
    finding = Finding.of(
        ENCOUNTER_CHANGED,
        "Encounter {encounter} has a live claim and came again with other content; no second claim was made.",
        fields={"encounter": key},
        fix="If the claim must change, correct it; a correction uses the newest content.",
        place=Place(encounter=key),
    )
    job.journal.findings.append(finding)
    newest = encounters.latest(connection, key)
    assert newest is not None
    encounters.set_state(connection, newest.row, "changed", [finding.as_dict()])


def decode_content(content: str) -> object:
    """A stored record back to the object that was validated."""
    return json.loads(content)
