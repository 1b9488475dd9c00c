"""The night: recovery, answers in, encounters in, claims out, worklist and summary.

Each stage is idempotent, so a night that was stopped anywhere is simply run again.
"""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from edi.envelope import collector_seldom
from mapping.profile_store import ProfileError, ProfileStore
from pipeline import exit_codes, report
from pipeline.config import Config
from pipeline.corrections.plan import Order
from pipeline.corrections.run import Corrected, correct
from pipeline.delivery.fetch import clear_fetched, fetch
from pipeline.delivery.send import deliver
from pipeline.durable import DurableSteps
from pipeline.errors import ConfigurationError, exit_code_of, storage_error
from pipeline.figures.one_walk import items_and_bills
from pipeline.folders import Folders, finished_files
from pipeline.heartbeat import beat
from pipeline.inbound.receive import receive
from pipeline.inbound.replay import Replayed, replay
from pipeline.inbox.looks import look
from pipeline.inbox.taking import clear_markers, ready_in
from pipeline.job import Job
from pipeline.ledger.backup import copy_ledger
from pipeline.ledger.store import Ledger
from pipeline.outbound.judge import judge_open_encounters
from pipeline.outbound.recovery import recover
from pipeline.outbound.release import release_claims
from pipeline.outbound.take_in import take_in
from pipeline.run_log import event
from pipeline.worklist.desk import Desk
from pipeline.worklist.items import open_items
from pipeline.worklist.nightly import write_worklist
from validators.registry import contracts


def run_night(config: Config, steps: DurableSteps, now: dt.datetime) -> dict[str, Any]:
    """One whole night. Returns its summary; its `exit_code` is 0, 1 or 75.

    The caller holds the lock. However it ends, the heartbeat says so. OperationError where the night had to stop: what was
    committed stays, and the next run goes on from there.
    """
    try:
        summary = _run(config, steps, now, lambda job: _night(job), with_pages=True)
    except Exception as error:
        with suppress(OSError):  # what stopped the night is told, not what came of it
            beat(steps, config.folders.state, now, {"exit_code": exit_code_of(error)})
        raise
    try:
        beat(steps, config.folders.state, now, summary)
    except OSError as error:
        raise storage_error(error) from None
    return summary


def run_generate(
    config: Config, steps: DurableSteps, now: dt.datetime, paths: Iterable[Path]
) -> dict[str, Any]:
    """Claims out of the given encounter files, which stay where they are."""
    return _run(config, steps, now, lambda job: _claims_out(job, paths, archive=False))


def run_ingest(
    config: Config, steps: DurableSteps, now: dt.datetime, paths: Iterable[Path]
) -> dict[str, Any]:
    """Answers from the given files, which stay where they are."""
    return _run(config, steps, now, lambda job: _answers_in(job, paths, keep=True))


def run_correction(config: Config, steps: DurableSteps, now: dt.datetime, order: Order) -> Corrected:
    """The corrected claim of one that was rejected or denied. NotCorrectable where there is none to send."""
    done: list[Corrected] = []
    _run(config, steps, now, lambda job: done.append(correct(job, order)))
    return done[0]


def run_replay(
    config: Config, steps: DurableSteps, now: dt.datetime, files: Iterable[str]
) -> tuple[list[Replayed], dict[str, Any]]:
    """Archived answers read again: what each file in them changed, and the summary. NotReplayable names the first that
    cannot be; those before it are done."""
    done: list[Replayed] = []
    summary = _run(config, steps, now, lambda job: done.extend(_replayed(job, files)))
    return done, summary


def _replayed(job: Job, files: Iterable[str]) -> Iterator[Replayed]:
    for file in files:
        yield from replay(job, file)


def rehearse_replay(
    config: Config, steps: DurableSteps, now: dt.datetime, files: Iterable[str]
) -> tuple[list[Replayed], dict[str, Any]]:
    """The same on a copy of the ledger: no byte and no row is changed."""
    with _copied(config, steps) as copied:
        archives = replace(
            copied.folders, archive_in=config.folders.archive_in, archive_out=config.folders.archive_out
        )
        done, summary = run_replay(replace(copied, folders=archives), steps, now, files)
    return done, {**summary, "dry_run": True}


def rehearse_night(config: Config, steps: DurableSteps, now: dt.datetime) -> dict[str, Any]:
    """What a night would do, played on a copy of ledger and inputs: no byte and no row is changed."""
    with _copied(config, steps) as copied:
        for source, target in (
            (config.folders.encounters, copied.folders.encounters),
            (config.folders.inbox, copied.folders.inbox),
        ):
            for path in finished_files(source):
                shutil.copy2(path, target / path.name)
        summary = _run(copied, steps, now, lambda job: _night(job, is_rehearsal=True))
    return {**summary, "dry_run": True}


@contextmanager
def _copied(config: Config, steps: DurableSteps) -> Iterator[Config]:
    """The same configuration over a copy of the ledger and empty folders, which are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="j3399-rehearsal-") as name:
        folders = Folders.below(Path(name))
        folders.make(steps)
        copied = replace(config, folders=folders, ledger_url=None)
        if config.may_have_ledger:
            copy_ledger(config.ledger, copied.ledger_path)
        yield copied


def _run(
    config: Config, steps: DurableSteps, now: dt.datetime, work: Any, with_pages: bool = False
) -> dict[str, Any]:
    try:
        profiles = ProfileStore(config.own_profiles)
        profiles.check(contracts())
        config.folders.make(steps)
        ledger = Ledger.open(config.ledger, steps)
        try:
            job = Job(config, ledger, ledger.fenced(steps), profiles, now)
            ledger.begin_run(job.stamp)
            event("run_begun", run=report.run_name(job))
            work(job)
            return _finish(job, with_pages)
        finally:
            ledger.close()
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    except OSError as error:
        raise storage_error(error) from None


def _finish(job: Job, with_pages: bool) -> dict[str, Any]:
    exit_code = exit_codes.FINDINGS if job.journal.needs_attention else exit_codes.DONE
    if job.journal.unreachable:
        exit_code = exit_codes.UNREACHABLE
    with job.stage("reports"), job.ledger.reading() as connection, collector_seldom():
        report.write_held(job)
        desk = Desk(job.config, connection, job.profiles, job.today)
        items, bills = items_and_bills(desk) if with_pages else (open_items(desk), [])
        shown = write_worklist(job, items)
        content = report.summary(job, exit_code)
        report.write_summary(job, content)
        if with_pages:
            from pipeline.pages.nightly import write_pages

            write_pages(job, desk, content, shown, bills)
    job.ledger.end_run(job.stamp, exit_code)
    event("run_ended", exit_code=exit_code)
    return content


def _night(job: Job, is_rehearsal: bool = False) -> None:
    """A rehearsal is played on copies: there is nothing to recover, and no partner is asked or told."""
    inbox, encounters = job.config.folders.inbox, job.config.folders.encounters
    before = {folder: look(folder) for folder in (inbox, encounters)}
    if not is_rehearsal:
        _recovery(job)
        with job.stage("fetch"):
            before[inbox] = {**before[inbox], **fetch(job)}
    _answers_in(job, ready_in(job, inbox, before[inbox]), keep=False)
    clear_markers(job, inbox)
    if not is_rehearsal:
        clear_fetched(job)
    _claims_out(job, ready_in(job, encounters, before[encounters]), archive=True, with_recovery=False)
    clear_markers(job, encounters)
    if not is_rehearsal:
        with job.stage("delivery"):
            deliver(job)


def _recovery(job: Job) -> None:
    with job.stage("recovery"):
        recover(job)


def _answers_in(job: Job, paths: Iterable[Path], keep: bool) -> None:
    with job.stage("answers_in"):
        receive(job, paths, keep)


def _claims_out(job: Job, paths: Iterable[Path], archive: bool, with_recovery: bool = True) -> None:
    if with_recovery:
        _recovery(job)
    with collector_seldom():
        with job.stage("encounters_in"):
            take_in(job, paths, archive)
        with job.stage("claims_out"), closing(judge_open_encounters(job)) as candidates:
            release_claims(job, candidates)
