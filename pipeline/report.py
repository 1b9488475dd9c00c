"""What a run tells: the JSON summary of the night, and files for people in `reports` and `held`.

Nothing here holds patient data: claims and encounters stand under their keys.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from typing import Any

from edi.values import from_cents
from pipeline.job import Job
from pipeline.ledger import claims, encounters

_UNANSWERED = ("ready", "sent")


def summary(job: Job, exit_code: int) -> dict[str, Any]:
    """The night in one object (DESIGN §8): ids, times, counts, amounts as text, files, findings by rule."""
    journal = job.journal
    with job.ledger.reading() as connection:
        unanswered = claims.totals_in_states(connection, _UNANSWERED)
        states = claims.count_by_state(connection)
    rules = Counter(finding.rule for finding in journal.findings)
    return {
        "run": run_name(job),
        "started": job.stamp,
        "exit_code": exit_code,
        "counts": dict(sorted(journal.counts.items())),
        "amounts": {
            "released": str(from_cents(sum(file["total_cents"] for file in journal.files))),
            "unanswered": str(from_cents(sum(unanswered.values()))),
        },
        "files": [
            {name: file[name] for name in ("name", "partner", "control_number", "sha256", "claims")}
            for file in journal.files
        ],
        "held": journal.held,
        "refused": journal.refused,
        "quarantined": journal.quarantined,
        "waiting": dict(sorted(journal.waiting.items())),
        "unreachable": dict(sorted(journal.unreachable.items())),
        "undelivered": dict(sorted(journal.undelivered.items())),
        "findings_by_rule": dict(sorted(rules.items())),
        "claims_by_state": states,
        "claims_without_answer": list(unanswered),
    }


def run_name(job: Job) -> str:
    """The number of a run as people see it."""
    return f"R{job.ledger.epoch:06d}"


def as_line(content: dict[str, Any]) -> str:
    """One line of JSON."""
    return json.dumps(content, sort_keys=False, separators=(", ", ": "))


def summary_name(day: dt.date, run: str) -> str:
    """The name of a run's summary in `reports`."""
    return f"{day.isoformat()}-{run}-summary.json"


def write_summary(job: Job, content: dict[str, Any]) -> None:
    """The summary as a file of its own, so that a later run of the day does not hide it."""
    path = job.config.folders.reports / summary_name(job.today, content["run"])
    job.steps.replace_file(path, (json.dumps(content, indent=2) + "\n").encode())


def write_held(job: Job) -> None:
    """One file in `held` for each encounter that waits, with its findings; none for the others."""
    folder = job.config.folders.held
    with job.ledger.reading() as connection:
        waiting = [row for row in encounters.open_encounters(connection) if row.state in ("held", "refused")]
    wanted = {f"{row.encounter}.json": row for row in waiting}
    for path in sorted(folder.glob("*.json")):
        if path.name not in wanted:
            job.steps.remove(path)
    for name, row in wanted.items():
        body = {"encounter": row.encounter, "state": row.state, "findings": row.findings}
        data = (json.dumps(body, indent=2, sort_keys=True) + "\n").encode()
        job.steps.update_file(folder / name, data)
