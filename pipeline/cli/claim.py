"""`j3399 claim`."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.ledgers import opened_ledger
from pipeline.cli.options import as_of_option, config_option, moment, required_config
from pipeline.cli.output import deliver

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pipeline.ledger.claims import ClaimRow
    from pipeline.pages.claim_page import ClaimView
    from pipeline.worklist.desk import Desk

_FORMATS = click.Choice(["text", "json", "html"])


@click.command()
@click.argument("claim")
@click.option("--format", "output", type=_FORMATS, default="text", show_default=True, help="What to print.")
@click.option(
    "--html", "as_html", is_flag=True, help="The same as --format html: one page that needs nothing else."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@click.option("--show-phi", is_flag=True, help="Show patient data.")
@config_option
@as_of_option
def claim(
    claim: str,
    output: str,
    as_html: bool,
    as_json: bool,
    out: Path | None,
    show_phi: bool,
    config_path: Path | None,
    as_of: dt.datetime | None,
) -> int:
    """A claim as the UB-04 form, with its history, what was found in it and what to do.

    CLAIM is the id of a claim as the worklist shows it, or an encounter: then its newest claim.

    \b
    Example:
      j3399 claim C70TRDFBT0E --html --out claim.html
    """
    from mapping.profile_store import ProfileStore
    from pipeline.worklist.desk import Desk

    config, now = required_config(config_path), moment(as_of)
    kind = "html" if as_html else "json" if as_json else output
    with opened_ledger(config, read_only=True) as ledger, ledger.reading() as connection:
        desk = Desk(config, connection, ProfileStore(config.own_profiles), now.date())
        text = _shown(desk, _named(connection, claim), kind, show_phi, now)
    deliver(f"{text}\n".encode(), out)
    return 0


def _named(connection: Connection, name: str) -> ClaimRow:
    """The claim of an id, or the newest of an encounter."""
    from pipeline.ledger import claims

    named = claims.by_id(connection, name)
    found = [named] if named is not None else claims.of_encounter(connection, name)
    if not found:
        raise click.UsageError(
            "the ledger knows no claim and no encounter of this name; `j3399 worklist` shows the ids."
        )
    return max(found, key=lambda one: (one.version, one.payer_order, one.part))


def _shown(desk: Desk, row: ClaimRow, kind: str, show_phi: bool, now: dt.datetime) -> str:
    from pipeline.pages.claim_page import claim_page
    from pipeline.pages.claim_views import claim_view

    view = claim_view(desk, row, made=f"Made {now:%Y-%m-%d %H:%M} by j3399.")
    if kind == "html":
        return claim_page(view, show_phi=show_phi)
    if kind == "json":
        return json.dumps(_as_dict(row, view), indent=2)
    return "\n".join(_lines(view, show_phi))


def _as_dict(row: ClaimRow, view: ClaimView) -> dict[str, Any]:
    return {
        "claim": row.id,
        "encounter": row.encounter,
        "payer": row.payer,
        "state": row.state,
        "facts": dict(view.facts),
        "history": [entry.as_dict() for entry in view.timeline or ()],
        "findings": [finding.as_dict() for finding in view.findings],
        "item": view.item.as_dict() if view.item else None,
    }


def _lines(view: ClaimView, show_phi: bool) -> list[str]:
    from pipeline.pages.form import form_html
    from pipeline.pages.form_text import form_text

    lines = [view.title, ""]
    lines += [f"  {name:<12} {value}" for name, value in view.facts]
    lines += ["", "History"]
    for entry in view.timeline or ():
        lines.append(f"  {entry.day or 'undated':<10}  {entry.what}: {entry.words}")
        lines += [f"              {detail}" for detail in entry.details]
    if view.findings:
        lines += ["", "Findings"]
        for number, finding in enumerate(view.findings, start=1):
            lines.append(f"  {number}. {finding.severity.value} {finding.rule}: {finding.message()}")
    if view.item is not None:
        first = view.item.causes[0]
        due = f", by {view.item.due}" if view.item.due else ""
        lines += ["", f"To do: {view.item.owner}{due}"]
        lines.append(f"  {first.cause.meaning} ({first.cause.id}, {first.score:.0%} likely)")
        lines += [f"  - {step}" for step in view.item.steps]
    lines += ["", "UB-04 (form locator, what it is, what was sent)"]
    if view.claim is None:
        return [*lines, "  the file that was sent is no longer in the archive"]
    form = form_html(view.claim, view.findings, created=view.created, show_phi=show_phi)
    return [*lines, *form_text(form)]
