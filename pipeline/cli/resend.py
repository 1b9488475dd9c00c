"""`j3399 resend`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import Words, as_of_option, config_option, moment, required_config
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock


@click.command()
@click.argument("file")
@click.option("--reason", type=Words(), required=True, help="Why it is sent again; name no patient.")
@click.option("--by", type=Words(), required=True, help="Who decided it.")
@config_option
@as_of_option
def resend(file: str, reason: str, by: str, config_path: Path | None, as_of: dt.datetime | None) -> int:
    """A file that was sent, once more: the same bytes, under the same control number.

    FILE is its name in `archive/out`. For a file that the partner never received; one that was answered
    is refused, since the partner has it.

    \b
    Example:
      j3399 resend 837I_tmhp_000000012_20261116220000.x12 --reason "lost by the partner" --by "A. Operator"
    """
    config, steps = required_config(config_path), DurableSteps()
    with run_lock(config.folders.state, steps):
        from mapping.profile_store import ProfileStore
        from pipeline.job import Job
        from pipeline.outbound.recovery import recover
        from pipeline.outbound.resend import resend as send_again

        with opened_ledger(config, read_only=False) as ledger:
            job = Job(config, ledger, ledger.fenced(steps), ProfileStore(config.own_profiles), moment(as_of))
            ledger.begin_run(job.stamp)
            recover(job)
            row = send_again(job, Path(file).name, reason, by)
            ledger.end_run(job.stamp, 0)
    click.echo(f"{row.name} (control number {row.control_number}) lies in {config.folders.ready} again.")
    return 0
