"""`j3399 ingest`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline.cli.log import log_options
from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.cli.tell import tell_summary
from pipeline.durable import DurableSteps
from pipeline.lock import run_lock


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@config_option
@as_of_option
@log_options
def ingest(files: tuple[Path, ...], config_path: Path | None, as_of: dt.datetime | None) -> int:
    """Answers into the ledger: TA1, 999, 997, 277CA, 277, 835, known by their content.

    The files stay where they are. A file that came before changes nothing. Claims that
    another system made (837I) are taken in too, so that their answers find them.

    \b
    Example:
      j3399 ingest remittance.835 --config j3399.toml
      j3399 ingest made-elsewhere.837 --config j3399.toml
    """
    config, steps = required_config(config_path), DurableSteps()
    with run_lock(config.folders.state, steps):
        from pipeline.night import run_ingest

        summary = run_ingest(config, steps, moment(as_of), files)
    tell_summary(summary, config)
    return int(summary["exit_code"])
