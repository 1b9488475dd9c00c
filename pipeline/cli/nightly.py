"""`j3399 nightly`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline import exit_codes
from pipeline.cli.log import log_options
from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.cli.tell import tell_summary
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock
from pipeline.run_log import event


@click.command()
@config_option
@as_of_option
@log_options
@click.option("--dry-run", is_flag=True, help="Say what the night would do, and change nothing.")
def nightly(config_path: Path | None, as_of: dt.datetime | None, dry_run: bool) -> int:
    """The whole night: recovery, answers in, encounters in, claims out, worklist, summary.

    The last line on stdout is the summary as JSON. Exit code 0: nothing needs a person;
    1: something was newly held, refused, quarantined or wrong; others as in the manual.

    \b
    Example:
      j3399 nightly --config j3399.toml
      j3399 nightly --config j3399.toml --log reports/runs.jsonl --log-format json
    """
    config, steps, now = required_config(config_path), DurableSteps(), moment(as_of)
    if dry_run:
        from pipeline.night import rehearse_night

        event("rehearsal_begun", rehearsal=True)
        summary = rehearse_night(config, steps, now)
    else:
        with run_lock(config.folders.state, steps):
            from pipeline.night import run_night

            summary = run_night(config, steps, now)
    tell_summary(summary, config)
    return int(summary["exit_code"]) or exit_codes.DONE
