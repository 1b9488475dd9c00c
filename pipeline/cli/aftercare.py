"""`j3399 aftercare`."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import as_of_option, config_option, day_option, moment, required_config
from pipeline.cli.output import deliver
from pipeline.cli.paragraphs import entry, heading
from pipeline.spreadsheets import neutral_cell

if TYPE_CHECKING:
    from pipeline.aftercare.visits import Visit

_FORMATS = click.Choice(["table", "json", "csv", "ics"])


@click.command()
@config_option
@as_of_option
@click.option("--format", "output", type=_FORMATS, default="table", show_default=True, help="What to print.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@day_option("--from", "first", "The first day. Default: today, and all days for ics.")
@day_option("--to", "last", "The last day. Default: no end.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
@click.option("--show-phi", is_flag=True, help="In the table, with the child's record number.")
def aftercare(
    config_path: Path | None,
    as_of: dt.datetime | None,
    output: str,
    as_json: bool,
    first: dt.date | None,
    last: dt.date | None,
    out: Path | None,
    show_phi: bool,
) -> int:
    """After the infusion: the label's monitoring visits, and the milestones of agreements.

    Computed from every encounter of the ledger whose infusion was done: liver tests, platelets and
    troponin-I for three months, and, where the claim falls under an outcomes-based agreement,
    measurements for five years. Whether a visit took place is not known here. The calendar file can be
    imported again: entries are then changed, not doubled.

    \b
    Example:
      j3399 aftercare --to 2026-12-31
      j3399 aftercare --format ics --out aftercare.ics
    """
    form = "json" if as_json else output
    if show_phi and form != "table":
        raise click.UsageError("--show-phi shows record numbers in the table only; files hold none.")
    if out is not None and form == "table":
        raise click.UsageError("--out is for --format json, csv or ics.")
    if first and last and last < first:
        raise click.UsageError("--to is before --from.")
    now = moment(as_of)
    begin = first or (dt.date.min if form == "ics" else now.date())
    visits = [visit for visit in _visits(config_path) if begin <= visit.day <= (last or dt.date.max)]
    if form == "ics":
        from pipeline.aftercare.icalendar_file import as_icalendar

        deliver(as_icalendar(visits, now), out)
    elif form == "table":
        click.echo("\n".join(_lines(visits, now.date(), show_phi)))
    else:
        rows = [_row(visit, now.date()) for visit in visits]
        text = (
            _csv(rows)
            if form == "csv"
            else json.dumps({"as_of": now.date().isoformat(), "visits": rows}, indent=2) + "\n"
        )
        deliver(text.encode(), out)
    return 0


def _visits(config_path: Path | None) -> Sequence[Visit]:
    from mapping.profile_store import ProfileStore
    from pipeline.aftercare.schedule import schedule_of
    from validators.registry import contracts

    config = required_config(config_path)
    with opened_ledger(config, read_only=True) as ledger:
        profiles = ProfileStore(config.own_profiles)
        profiles.check(contracts())
        found = schedule_of(ledger, profiles)
    for words in found.left_out:
        click.echo(f"not planned: {words}", err=True)
    return found.visits


def _row(visit: Visit, today: dt.date) -> dict[str, Any]:
    return {
        "day": visit.day.isoformat(),
        "days_left": (visit.day - today).days,
        "encounter": visit.encounter,
        "site": visit.site,
        "payer": visit.payer,
        "kind": visit.kind,
        "when": visit.when,
        "what": list(visit.what),
        "until": list(visit.until),
    }


def _csv(rows: list[dict[str, Any]]) -> str:
    columns = ["day", "days_left", "encounter", "site", "payer", "kind", "when", "what"]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for row in rows:
        text = row | {"what": "; ".join(row["what"])}
        writer.writerow(
            {name: neutral_cell(str(text[name])) if name != "days_left" else text[name] for name in columns}
        )
    return stream.getvalue()


def _lines(visits: Sequence[Visit], today: dt.date, show_phi: bool) -> Iterator[str]:
    """The visits by day; children who come for the same thing stand together."""
    if not visits:
        yield "No visit is due in these days."
        return
    for day, of_day in groupby(visits, key=lambda visit: visit.day):
        yield from heading(f"{day.isoformat()}, {_distance((day - today).days)}")
        alike = sorted(of_day, key=_occasion)
        for (_, _, when, what, payer), children in groupby(alike, key=_occasion):
            yield from entry(f" {when}", ", ".join(what) + (f" (agreement with {payer})" if payer else ""))
            yield from entry("", ", ".join(_child(visit, show_phi) for visit in children))
    count = len({visit.encounter for visit in visits})
    yield f"{len(visits)} visits of {count} encounters"


def _occasion(visit: Visit) -> tuple[str, int, str, tuple[str, ...], str]:
    """What a visit is for; a milestone is also of one payer."""
    payer = visit.payer if visit.kind == "milestone" else ""
    return visit.kind, visit.number, visit.when, visit.what, payer


def _child(visit: Visit, show_phi: bool) -> str:
    number = visit.record_number.reveal() if visit.record_number and show_phi else ""
    return f"{visit.encounter} (record {number})" if number else visit.encounter


def _distance(days: int) -> str:
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"in {days} {unit}" if days > 0 else f"{-days} {unit} ago"
