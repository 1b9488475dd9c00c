"""What could not be read, set aside whole with its reason beside it.

`NAME` is the content, `NAME.reason.json` says what is wrong, where, and what to do. The
reason is written first: a file in quarantine always has one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from edi.finding import Finding
from pipeline.job import Job


def quarantine_text(job: Job, name: str, content: bytes, findings: Sequence[Finding]) -> None:
    """Set a piece of a file aside under a name of its own; again the same when it comes again."""
    path = job.config.folders.quarantine / name
    _write_reason(job, path, findings)
    job.steps.replace_file(path, content)
    job.journal.quarantined.append(name)


def quarantine_file(job: Job, source: Path, findings: Sequence[Finding]) -> None:
    """Move a whole file aside."""
    from pipeline.folders import free_name

    path = free_name(job.config.folders.quarantine, source.name)
    _write_reason(job, path, findings)
    job.steps.rename(source, path)
    job.journal.quarantined.append(path.name)


def _write_reason(job: Job, path: Path, findings: Sequence[Finding]) -> None:
    reason = {
        "name": path.name,
        "since": job.stamp,
        "findings": [finding.as_dict() for finding in findings],
        "next_step": findings[0].fix if findings else "",
    }
    body = json.dumps(reason, indent=2, sort_keys=True) + "\n"
    job.steps.replace_file(path.with_name(f"{path.name}.reason.json"), body.encode())
