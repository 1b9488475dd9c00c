"""What a run says to people on stderr, and its summary as the last line of stdout."""

from __future__ import annotations

import json
from typing import Any

import click

from pipeline.config import Config


def tell_summary(summary: dict[str, Any], config: Config) -> None:
    """A few lines for people, then the summary as one line of JSON."""
    counts = summary["counts"]
    for file in summary["files"]:
        claims = len(file["claims"])
        _say(
            f"released {file['name']} ({claims} claim{'s' if claims != 1 else ''}) to {config.folders.ready}"
        )
    for state in ("held", "refused"):
        for entry in summary[state]:
            where = config.folders.held / f"{entry['encounter']}.json"
            _say(f"{state} encounter {entry['encounter']}: {', '.join(entry['rules'])} (see {where})")
    for name in summary["quarantined"]:
        _say(f"set aside {name}: see {config.folders.quarantine / name}.reason.json")
    for name, why in summary["waiting"].items():
        _say(f"left {name} for the next night: {why}")
    for line in summary["unreachable"].values():
        _say(line)
    for name, why in summary["undelivered"].items():
        _say(f"not delivered {name}: {why}")
    parked = counts.get("events_parked", 0)
    if parked:
        _say(f"answers that name no claim of the ledger, kept until one fits: {parked:,}")
    _say(
        f"{summary['run']}: {counts.get('claims_released', 0)} claims out, "
        f"{counts.get('answer_files', 0)} answer files in, {counts.get('work_items', 0)} open work items"
    )
    click.echo(json.dumps(summary))


def _say(line: str) -> None:
    click.echo(line, err=True)
