"""Where a document goes: stdout, or a file that only its owner can read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.durable import DurableSteps


def deliver(data: bytes, out: Path | None) -> None:
    """The document in the file named, whole or not at all, else on stdout."""
    if out is None:
        click.echo(data, nl=False)
        return
    steps = DurableSteps()
    steps.make_folder(out.parent)
    steps.replace_file(out, data)


def refuse_terminal(out: Path | None, form: str) -> None:
    """UsageError where a document that is no text would be written to a terminal."""
    if out is None and sys.stdout.isatty():
        raise click.UsageError(
            f"{form} is no text for a terminal; give --out FILE, or send it on with > or |."
        )
