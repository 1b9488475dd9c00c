"""`j3399 figures`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.cli.output import deliver
from pipeline.spreadsheets import neutral_cell

if TYPE_CHECKING:
    from pipeline.figures.measures import Figure

NAMES = ("denials", "days", "at-risk", "first-pass", "preventable", "recovered")


@click.command()
@config_option
@as_of_option
@click.option(
    "--format",
    "output",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="What to print.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--only", type=click.Choice(NAMES), help="This figure alone.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
def figures(
    config_path: Path | None,
    as_of: dt.datetime | None,
    output: str,
    as_json: bool,
    only: str | None,
    out: Path | None,
) -> int:
    """Figures over the ledger: denials, days to the payment, money at risk, first-pass acceptance.

    A bill is a claim with all that was sent in its place, and counts once. What exactly is counted:
    docs/figures.md.

    \b
    Example:
      j3399 figures
      j3399 figures --only denials --format csv > denials.csv
    """
    form = "json" if as_json else output
    if form == "table" and out is not None:
        raise click.UsageError("--out is for --format json or csv.")
    if form == "csv" and only is None:
        raise click.UsageError(f"CSV holds one table: name it with --only ({', '.join(NAMES)}).")
    today = moment(as_of).date()
    chosen = [figure for figure in _figures(config_path, today) if only in (None, figure.name)]
    if form == "table":
        _print_tables(chosen)
    elif form == "csv":
        deliver(_csv(chosen[0]).encode(), out)
    else:
        content = {figure.name: [_plain(row) for row in figure.rows()] for figure in chosen}
        deliver((json.dumps({"as_of": today.isoformat(), **content}, indent=2) + "\n").encode(), out)
    return 0


def _figures(config_path: Path | None, today: dt.date) -> Sequence[Figure]:
    from mapping.profile_store import ProfileStore
    from pipeline.figures.ledger import ledger_figures

    config = required_config(config_path)
    with opened_ledger(config, read_only=True) as ledger:
        return ledger_figures(config, ledger, ProfileStore(config.own_profiles), today)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as JSON: money as text, shares to four places."""
    return {
        name: str(value)
        if isinstance(value, Decimal)
        else round(value, 4)
        if isinstance(value, float)
        else value
        for name, value in row.items()
    }


def _csv(figure: Figure) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(figure.table.columns), lineterminator="\n")
    writer.writeheader()
    for row in figure.rows():
        writer.writerow(
            {
                name: neutral_cell(str(value)) if isinstance(value, str) else value
                for name, value in _plain(row).items()
            }
        )
    return stream.getvalue()


def _print_tables(chosen: Sequence[Figure]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for place, figure in enumerate(chosen):
        if place:
            console.print()
        console.print(figure.title, style="bold")
        rows = figure.rows()
        if not rows:
            console.print("  nothing to count yet", style="dim")
            continue
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="underline")
        for name in figure.table.columns:
            justify: Any = "left" if isinstance(rows[0][name], str) else "right"
            table.add_column(_heading(name), justify=justify, overflow="fold")
        for row in rows:
            is_total = next(iter(row.values())) == "all"
            table.add_row(
                *(_shown(name, value) for name, value in row.items()), style="bold" if is_total else ""
            )
        console.print(table)


def _heading(name: str) -> str:
    return name.removesuffix("_amount").replace("_", " ") + (" $" if name.endswith("_amount") else "")


def _shown(name: str, value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    if isinstance(value, float):
        return f"{value:.1%}" if name == "rate" else f"{value:g}"
    return str(value)
