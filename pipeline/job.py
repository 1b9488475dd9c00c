"""One run of the job: what it works with and what it has to tell.

Clock, folders, profiles and durable steps are made in the command line and handed down;
nothing below asks for the time or the environment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Unpack

from edi.finding import Finding
from mapping.checked_records import CheckedRecords
from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger.store import Ledger
from pipeline.run_log import Fields, event


@dataclass(slots=True)
class Journal:
    """What happened in a run, counted for the summary. Holds no patient data.

    `waiting` is why a file stays for the next run, by its shown name; `unreachable` what went wrong with
    a partner; `undelivered` what became of a file that is not surely sent.
    """

    findings: list[Finding] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    files: list[dict[str, Any]] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    quarantined: list[str] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    unreachable: dict[str, str] = field(default_factory=dict)
    undelivered: dict[str, str] = field(default_factory=dict)

    def count(self, name: str, number: int = 1, **fields: Unpack[Fields]) -> None:
        """Add to a number of the summary; with fields, also a line of the log under the same name."""
        self.counts[name] = self.counts.get(name, 0) + number
        if fields:
            fields["count"] = number
            event(name, **fields)

    def leave(self, name: str, finding: Finding) -> None:
        """A file stays where it lies for the finding; `name` is as `waiting` shows it."""
        self.findings.append(finding)
        found = f" ({finding.found})" if finding.found else ""
        before = f"{self.waiting[name]} " if name in self.waiting else ""  # of one name in another folder
        self.waiting[name] = f"{before}{finding.message()}{found}"

    def cannot_reach(self, partner: str, words: str) -> None:
        """A partner could not be reached, and why."""
        self.unreachable[partner] = words
        event("partner_unreachable", partner=partner)

    @property
    def needs_attention(self) -> bool:
        """Whether something was newly held, refused, quarantined or not delivered, or an error was found."""
        return bool(
            self.held
            or self.refused
            or self.quarantined
            or self.undelivered
            or any(finding.is_error for finding in self.findings)
        )


@dataclass(frozen=True, slots=True)
class Job:
    """A run: configuration, ledger, durable steps, profiles, the time it counts as now.

    `records` are those that were taken in and are yet to be judged.
    """

    config: Config
    ledger: Ledger
    steps: DurableSteps
    profiles: ProfileStore
    now: dt.datetime
    journal: Journal = field(default_factory=Journal)
    records: CheckedRecords = field(default_factory=CheckedRecords)

    @property
    def today(self) -> dt.date:
        return self.now.date()

    @property
    def stamp(self) -> str:
        """The time of the run as ISO text."""
        return self.now.isoformat(timespec="seconds")

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A part of the run: the log says when it begins and ends, and what was counted in it."""
        before = dict(self.journal.counts)
        event("stage_begun", stage=name)
        yield
        after = self.journal.counts
        event(
            "stage_ended",
            stage=name,
            counts={key: more for key in sorted(after) if (more := after[key] - before.get(key, 0))},
        )

    def archive_in(self, path: Path) -> None:
        """Move a file that was dealt with into the archive of the day, under its own name."""
        from pipeline.folders import free_name

        folder = self.config.folders.archive_in_day(self.today)
        self.steps.make_folder(folder)
        self.steps.rename(path, free_name(folder, path.name))
