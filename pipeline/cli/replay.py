"""`j3399 replay`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.ledgers import require_ledger
from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.cli.tell import tell_summary
from pipeline.durable import DurableSteps
from pipeline.file_names import shown_name
from pipeline.lock import run_lock

if TYPE_CHECKING:
    from pipeline.inbound.replay import Replayed


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Say what would be added, and change nothing.")
@config_option
@as_of_option
def replay(files: tuple[str, ...], dry_run: bool, config_path: Path | None, as_of: dt.datetime | None) -> int:
    """Read archived answers again, and add what the ledger does not have of them.

    FILE is a file of `archive/in`: its name (with its day, `2026-11-18/remittance.835`, where several share
    it) or its SHA-256, of which 8 digits are enough. For answers that a newer program reads better,
    and for a ledger that lost some: nothing is counted twice, nothing is taken away. The last line on
    stdout is the summary as JSON.

    \b
    Example:
      j3399 replay remittance.835 --dry-run
      j3399 replay 2026-11-18/remittance.835
    """
    config, steps, now = required_config(config_path), DurableSteps(), moment(as_of)
    require_ledger(config)
    if dry_run:
        from pipeline.night import rehearse_replay

        done, summary = rehearse_replay(config, steps, now, files)
    else:
        with run_lock(config.folders.state, steps):
            from pipeline.night import run_replay

            done, summary = run_replay(config, steps, now, files)
    for one in done:
        click.echo(_line(one, "would be" if dry_run else "were"), err=True)
    tell_summary(summary, config)
    return int(summary["exit_code"])


def _line(one: Replayed, verb: str) -> str:
    """What one file changed, in words."""
    parts = [
        f"{number} {what}"
        for number, what in (
            (one.new_answers, "answers added"),
            (one.new_events, "events added"),
            (one.renewed_events, "events read otherwise than before"),
            (one.new_provider_adjustments, "adjustments outside claims (PLB) added"),
        )
        if number
    ]
    left = f"; {one.left_alone} left as they are" if one.left_alone else ""
    return (
        f"{shown_name(one.name)}: of {one.answers} answers {verb}: {', '.join(parts) or 'nothing new'}{left}"
    )
