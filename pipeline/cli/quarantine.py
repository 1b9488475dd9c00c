"""`j3399 quarantine`: what could not be read, why, and putting it back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.options import config_option, required_config
from pipeline.cli.paragraphs import entry, heading
from pipeline.durable import DurableSteps
from pipeline.file_names import shown_name
from pipeline.lock import run_lock

if TYPE_CHECKING:
    from pipeline.quarantine import Quarantined

_BACK = {"inbox": "inbox/new", "encounters": "encounters/new"}


@click.group()
def quarantine() -> None:
    """What could not be read: each file with its reason, and a way back.

    \b
    Example:
      j3399 quarantine list
      j3399 quarantine release remittance.835
    """


@quarantine.command("list")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_files(config_path: Path | None, as_json: bool) -> int:
    """The files in quarantine, each with its first reason.

    \b
    Example:
      j3399 quarantine list --json
    """
    from pipeline.quarantine import quarantined

    found = quarantined(required_config(config_path).folders.quarantine)
    if as_json:
        click.echo(json.dumps([one.as_dict() for one in found], indent=2))
    for one in () if as_json else found:
        click.echo("\n".join(_lines(one)))
    if not found and not as_json:
        click.echo("nothing is in quarantine")
    return 0


@quarantine.command()
@click.argument("name")
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(name: str, config_path: Path | None, as_json: bool) -> int:
    """All that was found in one file: where, what was expected, what to do.

    The content itself may be patient data and is not shown; the file lies in `quarantine`.

    \b
    Example:
      j3399 quarantine show remittance.835
    """
    from pipeline.quarantine import quarantined_as

    found = quarantined_as(required_config(config_path).folders.quarantine, name)
    if as_json:
        click.echo(json.dumps(found.as_dict(), indent=2))
        return 0
    click.echo("\n".join(_lines(found)))
    for number, finding in enumerate(found.findings, start=1):
        place = " ".join(str(finding[part]) for part in ("loop", "segment", "element") if finding.get(part))
        where = (
            f" ({place}, segment {finding['segment_position']})" if finding.get("segment_position") else ""
        )
        lines = heading(f"{number}. {finding['severity']} {finding['rule']}{where}: {finding['message']}")
        for part in ("expected", "found", "fix"):
            if finding.get(part):
                lines += entry(part, str(finding[part]))
        click.echo("\n".join(lines))
    return 0


@quarantine.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@config_option
def release(names: tuple[str, ...], config_path: Path | None) -> int:
    """Put files back where they came from; the next night reads them again.

    For a file that was mended in place, or that a newer program or profile can read. One that still
    cannot be read comes back with its reason.

    \b
    Example:
      j3399 quarantine release remittance.835
    """
    from pipeline.quarantine import quarantined_as
    from pipeline.quarantine import release as put_back

    config, steps = required_config(config_path), DurableSteps()
    with run_lock(config.folders.state, steps):
        for name in names:
            quarantined_as(config.folders.quarantine, name)
        for name in names:
            target = put_back(steps, config.folders, name)
            where = f"{target.parent.parent.name}/{target.parent.name}"
            click.echo(f"{shown_name(name)} is back in {where} as {shown_name(target.name)}")
    return 0


def _lines(one: Quarantined) -> list[str]:
    since, where = one.since[:16] or "unknown", _BACK.get(one.came_from, one.came_from)
    more = f" (and {len(one.findings) - 1} more)" if len(one.findings) > 1 else ""
    lines = heading(f"{shown_name(one.name)}  since {since}, from {where}")
    lines += entry("why", f"{one.reason}{more}")
    return lines + (entry("next", one.next_step) if one.next_step else [])
