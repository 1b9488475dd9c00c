"""`j3399 correct`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import exit_codes
from pipeline.cli.ledgers import require_ledger
from pipeline.cli.options import Words, as_of_option, config_option, moment, required_config
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock

if TYPE_CHECKING:
    from pipeline.config import Config
    from pipeline.corrections.fields import Change
    from pipeline.corrections.plan import Order
    from pipeline.corrections.run import Corrected

_KINDS = click.Choice(["replace", "void", "new-claim", "secondary"])


@click.command()
@click.argument("claim")
@click.option(
    "--set",
    "assignments",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Set a field of the record; again for more.",
)
@click.option(
    "--set-from",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Set the fields of a TOML or JSON file: for patient data, which must not stand in arguments.",
)
@click.option("--as", "asked", type=_KINDS, help="What it becomes. Default: what the worklist says.")
@click.option("--by", type=Words(), help="Who approved it; needed for codes, units and charges.")
@click.option("--reason", type=Words(), help="Why, to be kept with it; name no patient.")
@click.option("--dry-run", is_flag=True, help="Show it, and change nothing.")
@click.option(
    "--preview",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The same, with the bytes as a file in this folder, under a name that is not to be sent.",
)
@config_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--show-phi", is_flag=True, help="Show patient data on the screen.")
def correct(
    claim: str,
    assignments: tuple[str, ...],
    file: Path | None,
    asked: str | None,
    by: str | None,
    reason: str | None,
    dry_run: bool,
    folder: Path | None,
    config_path: Path | None,
    as_of: dt.datetime | None,
    as_json: bool,
    show_phi: bool,
) -> int:
    """Build the corrected claim of one that was rejected or denied, show what differs, and send it.

    CLAIM is a claim of the worklist, or an encounter with one claim. The claim is built anew of the newest record with
    the profiles of today; what the payer corrected in its 835 and what the causes ask for is put
    in, then what --set says (names as `j3399 schema --csv` prints them, lists count from 0; an
    empty value takes a field out).

    Exit code 0: sent or shown; 1: findings keep it back; 2: there is nothing to send, with the reason.

    \b
    Example:
      j3399 correct CA1B2C3D4E5 --dry-run
      j3399 correct CA1B2C3D4E5 --set "service_lines[0].units=1" --by "C. Coder"
    """
    config, steps, now = required_config(config_path), DurableSteps(), moment(as_of)
    is_shown_only = dry_run or folder is not None
    with run_lock(config.folders.state, steps):
        require_ledger(config)
        from pipeline.corrections.plan import Order
        from pipeline.corrections.run import write_preview

        order = Order(claim, asked, tuple(_given(assignments, file)), by or "", reason or "")
        done = _done(config, steps, now, order, is_shown_only)
        path = None
        if folder is not None and done.plan.data:
            path = write_preview(config, steps, folder, done.plan)
    if as_json:
        from pipeline.cli.correction_words import as_document

        click.echo(as_document(done, path, show_phi))
    else:
        from pipeline.cli.correction_words import lines_of

        outbox = config.folders.ready
        for line in lines_of(done, path, outbox, is_shown_only=is_shown_only, show_phi=show_phi, by=order.by):
            click.echo(line)
    is_done = not done.plan.is_refused and (is_shown_only or done.file is not None)
    return exit_codes.DONE if is_done else exit_codes.FINDINGS


def _done(
    config: Config, steps: DurableSteps, now: dt.datetime, order: Order, is_shown_only: bool
) -> Corrected:
    """The plan; and the file that went out, where it was to be sent and nothing keeps it back."""
    from pipeline.corrections.run import Corrected, preview, refuse_unapproved

    plan = preview(config, steps, now, order)
    if is_shown_only or plan.is_refused:
        return Corrected(plan, None)
    refuse_unapproved(plan, order)
    from pipeline.night import run_correction

    return run_correction(config, steps, now, order)


def _given(assignments: tuple[str, ...], file: Path | None) -> list[Change]:
    from pipeline.corrections.given import changes_of_arguments, changes_of_file, is_open_to_others

    changes = changes_of_arguments(assignments)
    if file is not None:
        if is_open_to_others(file):
            click.echo(
                f"{file.name} can be read by others; chmod 600 it, and remove it afterwards.", err=True
            )
        changes = [*changes_of_file(file), *changes]
    return changes
