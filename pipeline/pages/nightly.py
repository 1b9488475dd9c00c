"""The pages that a night leaves in `reports`: the report of the day, its calendar, a page for each open claim.

A page of a claim is made again only when what it shows has changed, so that a night with thousands of
open items stays short; the pages of claims that need nobody any more are removed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pipeline.aftercare.schedule import schedule_of
from pipeline.denials.item import WorkItem
from pipeline.figures.bills import Bill
from pipeline.job import Job
from pipeline.pages.calendar_page import DAYS_AHEAD, calendar_page
from pipeline.pages.claim_page import claim_page
from pipeline.pages.claim_views import claim_view
from pipeline.pages.countdown import planned_infusions
from pipeline.pages.report_page import report_page
from pipeline.pages.shown_figures import shown_figures
from pipeline.progress import watched
from pipeline.worklist.decisions import Entry
from pipeline.worklist.desk import Desk

_CLAIM_PAGES = "claims"
_WORKBOOK = "worklist.xlsx"
"""Lies beside the report (`pipeline.worklist.nightly`)."""


def write_pages(
    job: Job, desk: Desk, summary: Mapping[str, Any], entries: Sequence[Entry], bills: Sequence[Bill]
) -> None:
    """Write the pages of a night. Patient data is masked, unless the configuration shows it in reports."""
    folder = job.config.folders.reports
    items = [entry.item for entry in entries]
    calendar = f"{job.today.isoformat()}-calendar.html"
    page = report_page(
        job.today,
        summary,
        items,
        shown_figures(bills, items, job.today),
        claim_pages=Path(_CLAIM_PAGES),
        links=(("Calendar", calendar), ("Worklist as a workbook", _WORKBOOK)),
    )
    _write_claim_pages(job, desk, items)
    job.steps.update_file(folder / f"{job.today.isoformat()}.html", page.encode())
    job.steps.update_file(folder / calendar, _calendar(job).encode())


def _calendar(job: Job) -> str:
    last = job.today + dt.timedelta(days=DAYS_AHEAD)
    schedule = schedule_of(job.ledger, job.profiles, job.today, last)
    planned = planned_infusions(job.ledger, job.profiles, job.today)
    return calendar_page(
        job.today,
        planned,
        schedule.visits,
        schedule.left_out,
        made=f"Made {job.now:%Y-%m-%d %H:%M}.",
        show_phi=job.config.reports_show_phi,
    )


def _write_claim_pages(job: Job, desk: Desk, items: Sequence[WorkItem]) -> None:
    folder = job.config.folders.reports / _CLAIM_PAGES
    job.steps.make_folder(folder)
    wanted = {item.claim: item for item in items if item.claim}
    shown = "shown" if job.config.reports_show_phi else "masked"
    for path in sorted(folder.glob("*.html")):
        if path.stem not in wanted:
            job.steps.remove(path)
    shown_claims = desk.walk(row for row in desk.all_claims if row.id in wanted)
    for claim in watched(shown_claims, "pages of claims", len(wanted)):
        path = folder / f"{claim.id}.html"
        answers = len(desk.events(claim))
        made = f"Facts {wanted[claim.id].fingerprint}, answers {answers}, patient data {shown}."
        if path.is_file() and made in path.read_text("utf-8"):
            continue
        view = claim_view(desk, claim, made=made)
        job.steps.update_file(path, claim_page(view, show_phi=job.config.reports_show_phi).encode())
