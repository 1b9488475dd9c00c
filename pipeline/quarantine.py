"""What could not be read, set aside whole with its reason beside it; looked at and released again.

`NAME` is the content, `NAME.reason.json` says what is wrong, where, what to do, and the folder it came
from. The reason is written first and removed last: a file in quarantine always has one.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edi.finding import Finding
from pipeline.durable import DurableSteps
from pipeline.errors import NotInQuarantine
from pipeline.file_digest import file_sha256
from pipeline.file_names import cut_name, shown_name
from pipeline.folders import Folders, free_name
from pipeline.job import Job
from pipeline.run_log import event

INBOX, ENCOUNTERS = "inbox", "encounters"
"""Where a file may have come from."""
_LONGEST_NAME = 200
_REASON = ".reason.json"


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A file that was set aside: since when (ISO text), from which folder, why, and what to do."""

    name: str
    since: str
    came_from: str
    size: int
    findings: tuple[dict[str, Any], ...]
    next_step: str

    @property
    def reason(self) -> str:
        """The first finding in words."""
        return str(self.findings[0]["message"]) if self.findings else "no reason was written"

    def as_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "since": self.since,
            "came_from": self.came_from,
            "size": self.size,
            "findings": list(self.findings),
            "next_step": self.next_step,
        }


def quarantined(folder: Path) -> list[Quarantined]:
    """What lies in quarantine, by name. A reason whose file has gone is none; a file without one is told so."""
    if not folder.is_dir():
        return []
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return [_entry(folder, name) for name in names if not name.endswith(_REASON)]


def quarantined_as(folder: Path, name: str) -> Quarantined:
    """One file by its name, as it is or as it is shown. NotInQuarantine where there is none."""
    if name == Path(name).name and not name.endswith(_REASON) and (folder / name).is_file():
        return _entry(folder, name)
    for one in quarantined(folder):
        if shown_name(one.name) == name:
            return one
    raise NotInQuarantine(repr(name), "`j3399 quarantine list` names what is there")


def release(steps: DurableSteps, folders: Folders, name: str) -> Path:
    """Put a file back where it came from, so that the next night reads it again. Returns where it is now."""
    found = quarantined_as(folders.quarantine, name)
    folder = folders.encounters if found.came_from == ENCOUNTERS else folders.inbox
    steps.make_folder(folder)
    target = free_name(folder, found.name)
    steps.rename(folders.quarantine / found.name, target)
    steps.remove(_reason_of(folders.quarantine / found.name))
    return target


def _entry(folder: Path, name: str) -> Quarantined:
    path = folder / name
    try:
        reason = json.loads(_reason_of(path).read_text("utf-8"))
    except (OSError, ValueError):
        reason = {}
    return Quarantined(
        name=name,
        since=str(reason.get("since", "")),
        came_from=str(reason.get("came_from", INBOX)),
        size=path.stat().st_size,
        findings=tuple(reason.get("findings", ())),
        next_step=str(reason.get("next_step", "")),
    )


def _reason_of(path: Path) -> Path:
    return path.with_name(f"{path.name}{_REASON}")


def quarantine_text(
    job: Job, name: str, content: bytes, findings: Sequence[Finding], came_from: str = INBOX
) -> None:
    """Set a piece of a file aside; the same content again takes its own place, another gets a name of its own."""
    digest = hashlib.sha256(content).hexdigest()
    path = _place(job, name.replace("/", "!"), digest)
    _write_reason(job, path, findings, came_from)
    job.steps.replace_file(path, content)
    _tell(job, path, digest, findings)


def quarantine_file(job: Job, source: Path, findings: Sequence[Finding]) -> None:
    """Move a whole file aside."""
    digest = file_sha256(source)
    path = _place(job, source.name, digest)
    _write_reason(job, path, findings, INBOX)
    job.steps.rename(source, path)
    _tell(job, path, digest, findings)


def _tell(job: Job, path: Path, digest: str, findings: Sequence[Finding]) -> None:
    job.journal.quarantined.append(shown_name(path.name))
    event("file_quarantined", sha256=digest, rules=sorted({finding.rule for finding in findings}))


def _place(job: Job, name: str, digest: str) -> Path:
    """Where it goes: under its name, shortened where a longer one could not be written beside it."""
    path = job.config.folders.quarantine / name
    is_long = len(os.fsencode(name)) > _LONGEST_NAME
    if is_long or (path.exists() and file_sha256(path) != digest):
        return path.with_name(cut_name(name, _LONGEST_NAME, f".{digest[:8]}"))
    return path


def _write_reason(job: Job, path: Path, findings: Sequence[Finding], came_from: str) -> None:
    reason = {
        "name": path.name,
        "since": job.stamp,
        "came_from": came_from,
        "findings": [finding.as_dict() for finding in findings],
        "next_step": findings[0].fix if findings else "",
    }
    body = json.dumps(reason, indent=2, sort_keys=True) + "\n"
    job.steps.replace_file(_reason_of(path), body.encode())
