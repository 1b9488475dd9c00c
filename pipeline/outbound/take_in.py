"""Encounter files into the ledger.

A record with the same content as the newest revision has no effect; other content is a
new revision, or, where a claim is live, a change that waits for a correction. A file is
archived only after its records are committed; read again, it changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection

from edi.finding import Finding, Place, RuleKey, Severity
from mapping.intake import IntakeRecord, parse_encounters
from mapping.rule_keys import RECORD_INVALID
from pipeline.job import Job
from pipeline.ledger import answers, encounters
from pipeline.quarantine import quarantine_text

ENCOUNTER_CONFLICT = RuleKey("encounter-conflict", None, Severity.ERROR)
ENCOUNTER_CHANGED = RuleKey("encounter-changed", None, Severity.ERROR)
_KIND = "encounters"


@dataclass(frozen=True, slots=True)
class _ReadFile:
    path: Path
    data: bytes
    sha256: str
    records: tuple[IntakeRecord, ...]
    known: bool


def take_in(job: Job, paths: Iterable[Path], archive: bool) -> None:
    """Read encounter files; with `archive`, move each away once its records are in the ledger."""
    files = [file for path in paths if (file := _read(job, path)) is not None]
    files = [replace(file, records=_set_conflicts_aside(file.records, files)) for file in files]
    for file in files:
        if file.known:
            job.journal.count("encounter_files_repeated")
        else:
            _take_in_file(job, file)
        if archive:
            job.archive_in(file.path)


def _read(job: Job, path: Path) -> _ReadFile | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        job.journal.findings.append(
            Finding.of(
                RECORD_INVALID,
                "The file cannot be read: {reason}.",
                fields={"reason": error.strerror or type(error).__name__},
                fix="Mend the file's permission or the disk; it is read in the next run.",
                place=Place(file=path.name),
            )
        )
        return None
    sha256 = hashlib.sha256(data).hexdigest()
    with job.ledger.reading() as connection:
        known = answers.has_file(connection, sha256)
    return _ReadFile(path, data, sha256, () if known else tuple(parse_encounters(data, path)), known)


def _set_conflicts_aside(
    records: tuple[IntakeRecord, ...], files: Iterable[_ReadFile]
) -> tuple[IntakeRecord, ...]:
    """Records whose encounter comes with two contents in one run lose their encounter to a finding."""
    contents: dict[str, set[str]] = {}
    for file in files:
        for record in file.records:
            if record.encounter is not None:
                contents.setdefault(record.encounter.id, set()).add(record.digest)
    return tuple(
        replace(record, encounter=None, findings=(_conflict(record.encounter.id, record.line),))
        if record.encounter is not None and len(contents[record.encounter.id]) > 1
        else record
        for record in records
    )


def _conflict(encounter: str, line: int) -> Finding:
    return Finding.of(
        ENCOUNTER_CONFLICT,
        "Encounter {encounter} comes with two different contents in one run; both were set aside.",
        fields={"encounter": encounter},
        fix="Find out which record is right and send that one alone.",
        place=Place(encounter=encounter, line=line),
    )


def _take_in_file(job: Job, file: _ReadFile) -> None:
    refused = [record for record in file.records if record.encounter is None]
    for record in refused:
        findings = [finding.at(file=file.path.name) for finding in record.findings]
        job.journal.findings += findings
        job.journal.count("records_set_aside")
        name = file.path.name if record.whole_file else f"{file.path.name}.line-{record.line}.json"
        quarantine_text(job, name, file.data if record.whole_file else record.content.encode(), findings)
    with job.ledger.transaction("encounters") as connection:
        for record in file.records:
            if record.encounter is not None:
                _take_in_record(job, connection, record)
        if any(finding.rule == ENCOUNTER_CONFLICT.id for record in refused for finding in record.findings):
            # Sent again alone, the right one of the two must be read.
            return
        state = "set aside" if len(refused) == len(file.records) else "taken in"
        answers.add_file(connection, file.sha256, file.path.name, _KIND, state, job.stamp)
    job.journal.count("encounter_files")


def _take_in_record(job: Job, connection: Connection, record: IntakeRecord) -> None:
    assert record.encounter is not None
    key = record.encounter.id
    newest = encounters.latest(connection, key)
    if newest is not None and newest.digest == record.digest:
        job.journal.count("encounters_repeated")
        return
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
