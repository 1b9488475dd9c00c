"""A correction previewed, or sent through the outbox.

A preview changes nothing: the ledger is only read, no number is taken, and the file lies where nobody
picks files up, under a name that says what it is. What is sent goes the way of every claim: staged,
read back, committed with its number, published.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.corrections.plan import Order, Plan, make_plan
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError, NotCorrectable
from pipeline.job import Job
from pipeline.ledger.store import Ledger
from pipeline.outbound.recovery import recover
from pipeline.outbound.release import release_claims
from validators.registry import contracts

_PREVIEW = "PREVIEW-NOT-TO-BE-SENT-{claim}.txt"


@dataclass(frozen=True, slots=True)
class Corrected:
    """The plan, and the file that went out (None where it was refused)."""

    plan: Plan
    file: dict[str, Any] | None


def preview(config: Config, steps: DurableSteps, now: dt.datetime, order: Order) -> Plan:
    """The plan of a correction; nothing is changed."""
    profiles = ProfileStore(config.own_profiles)
    try:
        profiles.check(contracts())
        ledger = Ledger.open_read_only(config.ledger, steps)
        try:
            job = Job(config, ledger, steps, profiles, now)
            with ledger.reading() as connection:
                return make_plan(job, connection, order)
        finally:
            ledger.close()
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None


def write_preview(config: Config, steps: DurableSteps, folder: Path, plan: Plan) -> Path:
    """The bytes that would be sent, in a folder that is none of the job's. NotCorrectable for one that is."""
    target = folder.resolve()
    folders = config.folders
    for own in (folders.ready.parent, folders.staging, folders.archive_out, folders.inbox.parent):
        if target == own.resolve() or target.is_relative_to(own.resolve()):
            raise NotCorrectable(
                f"{folder} belongs to the job: a preview there could be sent", "Give another folder"
            )
    steps.make_folder(target)
    path = target / _PREVIEW.format(claim=plan.claim.id)
    steps.write_file(path, plan.data)
    return path


def correct(job: Job, order: Order) -> Corrected:
    """Send a correction; the caller holds the lock. NotCorrectable where there is none to send."""
    recover(job)
    with job.ledger.reading() as connection:
        plan = make_plan(job, connection, order)
    refuse_unapproved(plan, order)
    if plan.is_refused:
        return Corrected(plan, None)
    release_claims(job, plan.candidates)
    return Corrected(plan, next(iter(job.journal.files), None))


def refuse_unapproved(plan: Plan, order: Order) -> None:
    """NotCorrectable where codes, units or charges change and nobody is named who approved it."""
    if plan.unapproved and not order.by:
        fields = ", ".join(change.change.path for change in plan.unapproved)
        raise NotCorrectable(
            f"this changes what was coded ({fields}), and nobody is named who approved it",
            "Look at it with --dry-run, then say with --by who approved it",
        )
