"""`j3399 generate`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from pipeline.cli.log import log_options
from pipeline.cli.options import as_of_option, config_option, moment
from pipeline.cli.tell import tell_summary
from pipeline.config import config_for_output, find_config, load_config
from pipeline.durable import DurableSteps
from pipeline.folders import Folders, finished_files
from pipeline.lock import run_lock


@click.command()
@click.argument("encounters", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for the released files; the ledger lies in its `state`.",
)
@config_option
@as_of_option
@log_options
def generate(
    encounters: tuple[Path, ...], out: Path, config_path: Path | None, as_of: dt.datetime | None
) -> int:
    """Claims out of encounter files: gate, build, write, re-read, validate, release.

    ENCOUNTERS are JSON, NDJSON, CSV or Parquet files, or folders of them; they stay
    where they are.
    Without a configuration the files carry usage T (test).

    \b
    Example:
      j3399 generate samples/encounters --out build/out
    """
    found = find_config(config_path)
    config = config_for_output(out.resolve())
    if found is not None:
        own = load_config(found)
        config = type(config)(Folders.for_output(out.resolve()), own.own_profiles, own.partners)
    steps = DurableSteps()
    with run_lock(config.folders.state, steps):
        from pipeline.night import run_generate

        summary = run_generate(config, steps, moment(as_of), _files(encounters))
    tell_summary(summary, config)
    return int(summary["exit_code"])


def _files(paths: tuple[Path, ...]) -> list[Path]:
    """The files named, and the files in the folders named."""
    return [file for path in paths for file in (finished_files(path) if path.is_dir() else [path])]
