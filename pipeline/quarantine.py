"""What could not be read, set aside whole with its reason beside it.

`NAME` is the content, `NAME.reason.json` says what is wrong, where, and what to do. The
reason is written first: a file in quarantine always has one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from edi.finding import Finding
from pipeline.job import Job

_LONGEST_NAME = 200


def quarantine_text(job: Job, name: str, content: bytes, findings: Sequence[Finding]) -> None:
    """Set a piece of a file aside; the same content again takes its own place, another gets a name of its own."""
    path = _place(job, name, content)
    _write_reason(job, path, findings)
    job.steps.replace_file(path, content)
    job.journal.quarantined.append(path.name)


def quarantine_file(job: Job, source: Path, findings: Sequence[Finding]) -> None:
    """Move a whole file aside."""
    path = _place(job, source.name, source.read_bytes())
    _write_reason(job, path, findings)
    job.steps.rename(source, path)
    job.journal.quarantined.append(path.name)


def _place(job: Job, name: str, content: bytes) -> Path:
    """Where it goes: under its name, shortened where a longer one could not be written beside it."""
    folder = job.config.folders.quarantine
    digest = hashlib.sha256(content).hexdigest()[:8]
    short = name.encode()[:_LONGEST_NAME].decode(errors="ignore")
    path = folder / (name if short == name else f"{short}.{digest}")
    if path.exists() and path.read_bytes() != content:
        path = folder / f"{short}.{digest}"
    return path


def _write_reason(job: Job, path: Path, findings: Sequence[Finding]) -> None:
    reason = {
        "name": path.name,
        "since": job.stamp,
        "findings": [finding.as_dict() for finding in findings],
        "next_step": findings[0].fix if findings else "",
    }
    body = json.dumps(reason, indent=2, sort_keys=True) + "\n"
    job.steps.replace_file(path.with_name(f"{path.name}.reason.json"), body.encode())
