"""`j3399 doctor`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import click

from pipeline import exit_codes
from pipeline.cli.options import as_of_option, config_option, moment
from pipeline.config import find_config, load_config

_COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


@click.command()
@config_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--online", is_flag=True, help="Connect to the partners that have a URL, too.")
def doctor(config_path: Path | None, as_of: dt.datetime | None, as_json: bool, online: bool) -> int:
    """Whether this installation could run tonight: packages, profiles, code tables, folders, partners, ledger.

    Changes nothing. Ends with 1 where a night would fail or be wrong.

    \b
    Example:
      j3399 doctor --config j3399.toml
      j3399 doctor --online
    """
    from pipeline.doctor import examine

    found = find_config(config_path)
    remarks = examine(load_config(found) if found else None, moment(as_of), online)
    if as_json:
        click.echo(json.dumps([remark.as_dict() for remark in remarks], indent=2))
    else:
        for remark in remarks:
            state = click.style(f"{remark.state:8}", fg=_COLOURS[remark.state])
            click.echo(f"{state}{remark.check:14} {remark.detail}")
            if remark.next_step:
                click.echo(f"{'':23}{remark.next_step}")
    has_errors = any(remark.state == "error" for remark in remarks)
    return exit_codes.FINDINGS if has_errors else exit_codes.DONE
