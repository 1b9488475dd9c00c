"""Encounter files into the ledger.

A record with the same content as the newest revision has no effect, nor has one that came
before a correction that was made here; other content is a new revision, or, where a claim is live, a change that waits for a correction. A file is
archived only after its records are committed; read again, it changes nothing.

All files are read first, to know which encounters come with two contents; then their records go
into the ledger. The records of small files are held meanwhile, larger ones are read again. A file
that changed in between is left for the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection

from edi.finding import Finding, Place, RuleKey, Severity
from mapping.checked_records import MOST_CHARACTERS
from mapping.encounter import Encounter
from mapping.intake import IntakeRecord, read_encounters
from mapping.rule_keys import RECORD_INVALID
from pipeline.batches import made_batches
from pipeline.faults import fault_of
from pipeline.file_digest import file_sha256
from pipeline.file_names import shown_name
from pipeline.job import Job
from pipeline.ledger import answers, encounters
from pipeline.ledger.encounters import EncounterRow, NewRevision
from pipeline.progress import watched
from pipeline.quarantine import ENCOUNTERS, quarantine_text

ENCOUNTER_CONFLICT = RuleKey("encounter-conflict", None, Severity.ERROR)
ENCOUNTER_CHANGED = RuleKey("encounter-changed", None, Severity.ERROR)
_KIND = "encounters"

_Valid = tuple[Encounter, IntakeRecord]
"""An encounter, and the record that it was read from."""


@dataclass(frozen=True, slots=True)
class _SurveyedFile:
    """A file whose records were looked at: its SHA-256, and whether it was read in an earlier run.

    `records` are all of them, None where they are to be read again.
    """

    path: Path
    sha256: str
    known: bool
    records: Sequence[IntakeRecord] | None


@dataclass(slots=True)
class _Survey:
    """What the files of a run say: each encounter with its digest, None where it comes with two contents.

    `room` is how many characters of records may still be held.
    """

    contents: dict[str, str | None] = field(default_factory=dict)
    room: int = MOST_CHARACTERS

    def held(self, records: Iterable[IntakeRecord]) -> list[IntakeRecord] | None:
        """All records of a file, noted; None where there is no room for them."""
        held: list[IntakeRecord] = []
        room = self.room
        for batch in made_batches(self._noted(records)):
            room -= sum(len(record.content) for record in batch)
            if room >= 0:
                held += batch
            else:
                held.clear()
        if room < 0:
            return None
        self.room = room
        return held

    def _noted(self, records: Iterable[IntakeRecord]) -> Iterator[IntakeRecord]:
        """The records, noted one by one: a file that breaks off says what stands before the break."""
        for record in records:
            if record.encounter is not None:
                key = record.encounter.id
                same = self.contents.setdefault(key, record.digest) == record.digest
                self.contents[key] = record.digest if same else None
            yield record


class _Unreadable(Exception):
    """The file cannot be read, or is no longer the one that was surveyed; the reason in words.

    `fault` is the finding where the program failed over it.
    """

    def __init__(self, reason: str, fault: Finding | None = None) -> None:
        super().__init__(reason)
        self.fault = fault


def take_in(job: Job, paths: Iterable[Path], archive: bool) -> None:
    """Read encounter files; with `archive`, move each away once its records are in the ledger."""
    survey = _Survey()
    files = [file for path in paths if (file := _surveyed(job, path, survey)) is not None]
    conflicts = frozenset(key for key, digest in survey.contents.items() if digest is None)
    del survey
    for file in files:
        if file.known:
            job.journal.count("encounter_files_repeated", sha256=file.sha256)
        elif not _take_in_file(job, file, conflicts):
            continue
        if archive:
            job.archive_in(file.path)


def _surveyed(job: Job, path: Path, survey: _Survey) -> _SurveyedFile | None:
    """A file, looked at; None where it cannot be read."""
    try:
        sha256 = _sha256(path)
        with job.ledger.reading() as connection:
            known = answers.has_file(connection, sha256)
        records = None if known else survey.held(_records(path))
    except _Unreadable as error:
        _tell_unreadable(job, path, error)
        return None
    return _SurveyedFile(path, sha256, known, records)


def _records(path: Path) -> Iterator[IntakeRecord]:
    """The records of a file. Trouble with this file alone is told apart from trouble with our own disk."""
    try:
        yield from watched(read_encounters(path), "encounters in")
    except OSError as error:
        raise _Unreadable(error.strerror or type(error).__name__) from None
    except Exception as error:
        fault = fault_of(error, Place(file=shown_name(path.name)))
        raise _Unreadable("the program failed over it", fault) from None


def _sha256(path: Path) -> str:
    try:
        return file_sha256(path)
    except OSError as error:
        raise _Unreadable(error.strerror or type(error).__name__) from None


def _tell_unreadable(job: Job, path: Path, error: _Unreadable) -> None:
    """The file stays where it lies, and the run says so."""
    name = shown_name(path.name)
    finding = error.fault or Finding.of(
        RECORD_INVALID,
        "It cannot be read: {reason}.",
        fields={"reason": str(error)},
        fix="Mend the file's permission or the disk; it is read in the next run.",
        place=Place(file=name),
    )
    job.journal.leave(name, finding)


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
            records = file.records if file.records is not None else _records(file.path)
            for batch in made_batches(records):
                valid: list[_Valid] = []
                for record in batch:
                    if record.encounter is None:
                        _set_aside(job, file.path, record, record.findings)
                    elif record.encounter.id in conflicts:
                        # Sent again alone, the right one of the two must be read.
                        is_again_needed = True
                        _set_aside(job, file.path, record, (_conflict(record.encounter.id, record.line),))
                    else:
                        valid.append((record.encounter, record))
                taken += len(valid)
                set_aside += len(batch) - len(valid)
                _take_in_records(job, connection, valid)
            if _sha256(file.path) != file.sha256:
                raise _Unreadable("it changed while it was read")
            if not is_again_needed:
                state = "taken in" if taken or not set_aside else "set aside"
                answers.add_file(connection, file.sha256, file.path.name, _KIND, state, job.stamp)
    except _Unreadable as error:
        _tell_unreadable(job, file.path, error)
        return False
    if not is_again_needed:
        job.journal.count("encounter_files", sha256=file.sha256)
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


def _take_in_records(job: Job, connection: Connection, records: Sequence[_Valid]) -> None:
    """Some hundred records, each of an encounter of its own unless it repeats one of them."""
    keys = {encounter.id for encounter, _ in records}
    newest = encounters.latest_of(connection, keys)
    live = encounters.with_live_claims(connection, newest)
    added: dict[str, NewRevision] = {}
    for encounter, record in records:
        key, before = encounter.id, newest.get(encounter.id)
        # two contents in one run were set aside before: another one of this key says the same
        if key in added or (before is not None and encounters.is_repeat(connection, before, record.digest)):
            job.journal.count("encounters_repeated")
            continue
        added[key] = _revision(job, key, record, before, key in live)
        job.journal.count("encounters_new" if before is None else "encounters_revised")
        job.records.keep(record.content, encounter)
    encounters.add_revisions(connection, list(added.values()), job.stamp)


def _revision(
    job: Job, key: str, record: IntakeRecord, before: EncounterRow | None, has_live_claim: bool
) -> NewRevision:
    """A change to an encounter with a live claim makes no second claim: it waits for a correction."""
    number = before.revision + 1 if before is not None else 1
    if not has_live_claim:
        return NewRevision(key, number, record.digest, record.content)
    finding = Finding.of(
        ENCOUNTER_CHANGED,
        "Encounter {encounter} has a live claim and came again with other content; no second claim was made.",
        fields={"encounter": key},
        fix="If the claim must change, correct it; a correction uses the newest content.",
        place=Place(encounter=key),
    )
    job.journal.findings.append(finding)
    return NewRevision(key, number, record.digest, record.content, "changed", [finding.as_dict()])


def decode_content(content: str) -> object:
    """A stored record back to the object that was validated."""
    return json.loads(content)
