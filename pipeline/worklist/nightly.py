"""The worklist that a night leaves in `reports`."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.denials.item import WorkItem
from pipeline.job import Job
from pipeline.worklist.decisions import Entry, entries
from pipeline.worklist.formats import as_csv, as_json
from pipeline.worklist.sheet import as_xlsx


def write_worklist(job: Job, items: Iterable[WorkItem]) -> list[Entry]:
    """The open items of the night as `reports/worklist.json`, `.csv` and `.xlsx`; those that are shown."""
    shown = [entry for entry in entries(job.ledger, items, job.today) if not entry.is_hidden]
    job.journal.counts["work_items"] = len(shown)
    reports = job.config.folders.reports
    job.steps.update_file(reports / "worklist.json", (as_json(shown) + "\n").encode())
    job.steps.update_file(reports / "worklist.csv", as_csv(shown).encode())
    job.steps.update_file(reports / "worklist.xlsx", as_xlsx(shown, job.now))
    return shown
