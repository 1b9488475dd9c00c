"""`j3399 delivery`: files on their way to a partner, and what a person knows of them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import Words, as_of_option, config_option, moment, required_config
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock

_WORDS = {
    "published": "ready; the next night sends it",
    "unknown": "may have been sent; settle it, or wait for an answer",
}


@click.group()
def delivery() -> None:
    """Files to partners that have a URL: what was not sent, and what may have been.

    \b
    Example:
      j3399 delivery list
      j3399 delivery settle FILE --received --reason "the partner sees it" --by "A. Operator"
    """


@delivery.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_files(config_path: Path | None, as_json: bool) -> int:
    """The files that are not surely sent, by partner.

    \b
    Example:
      j3399 delivery list --json
    """
    from pipeline.delivery.send import open_files

    config = required_config(config_path)
    with opened_ledger(config, read_only=True) as ledger, ledger.reading() as connection:
        rows = [
            row
            for one in config.delivery.values()
            for row in open_files(connection, config.folders.ready, one)
        ]
    found = [{"name": row.name, "partner": row.partner, "state": row.state} for row in rows]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return 0
    for one in found:
        click.echo(f"{one['name']}  {one['partner']}: {_WORDS[one['state']]}")
    if not found:
        click.echo("every file was sent")
    return 0


@delivery.command()
@click.argument("file")
@click.option("--received/--not-received", "received", required=True, help="What the partner says.")
@click.option("--reason", type=Words(), required=True, help="How you know it; name no patient.")
@click.option("--by", type=Words(), required=True, help="Who decided it.")
@config_option
@as_of_option
def settle(
    file: str, received: bool, reason: str, by: str, config_path: Path | None, as_of: dt.datetime | None
) -> int:
    """What became of a file that may have been sent: the connection died in the one moment when nobody can tell.

    Ask the partner. One that was not received is sent again by the next night, the same bytes under the same
    number. Never guess: a claim that arrives twice may be paid twice.

    \b
    Example:
      j3399 delivery settle 837I_tmhp_000000012.x12 --not-received --reason "not in their log" --by "A. Operator"
    """
    config, steps = required_config(config_path), DurableSteps()
    with run_lock(config.folders.state, steps):
        from mapping.profile_store import ProfileStore
        from pipeline.delivery.settle import settle as record
        from pipeline.job import Job

        with opened_ledger(config, read_only=False) as ledger:
            job = Job(config, ledger, ledger.fenced(steps), ProfileStore(config.own_profiles), moment(as_of))
            ledger.begin_run(job.stamp)
            row = record(job, Path(file).name, received, reason, by)
            ledger.end_run(job.stamp, 0)
    ending = "counts as sent" if received else "is sent again by the next night"
    click.echo(f"{row.name} (control number {row.control_number}) {ending}.")
    return 0
