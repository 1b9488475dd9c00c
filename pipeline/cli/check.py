"""`j3399 check`."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import exit_codes
from pipeline.cli.options import as_of_option, config_option, moment
from pipeline.cli.products import own_profiles
from pipeline.errors import ConfigurationError

if TYPE_CHECKING:
    from mapping.encounter import Encounter
    from mapping.profile_store import ProfileStore
    from validators.checks import EncounterCheck
    from validators.readiness import Deadline, Readiness

_NEAR_DAYS = 90
"""A day that tells the birth date is counted down only when there is something to be done about it."""


@click.command()
@click.argument(
    "encounters", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@config_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--show-phi", is_flag=True, help="Show patient data, and the day that the child's age runs out."
)
def check(
    encounters: tuple[Path, ...],
    config_path: Path | None,
    as_of: dt.datetime | None,
    as_json: bool,
    show_phi: bool,
) -> int:
    """Before the infusion: the gate, the payer's papers, and how long each still holds. Makes no claim.

    Exit code 0: every encounter is ready; 1: one is not, or could not be read.

    \b
    Example:
      j3399 check samples/encounters/01-outpatient-medicaid.json --as-of 2026-11-09
    """
    from mapping.profile_store import ProfileError, ProfileStore
    from validators.registry import contracts

    profiles = ProfileStore(own_profiles(config_path))
    try:
        profiles.check(contracts())
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    today = moment(as_of).date()
    rows: list[dict[str, Any]] = []
    all_read = True
    for path in encounters:
        for encounter in _records(path):
            if encounter is None:
                all_read = False
                continue
            row = _judged(profiles, encounter, today, show_phi)
            all_read = all_read and row is not None
            if row is not None:
                rows.append(row)
    click.echo(
        json.dumps({"as_of": today.isoformat(), "encounters": rows}, indent=2) if as_json else _text(rows)
    )
    ready = all_read and all(row["ready"] for row in rows)
    return exit_codes.DONE if ready else exit_codes.FINDINGS


def _records(path: Path) -> Iterator[Encounter | None]:
    """The encounters of a file; None for one that could not be read, which is said."""
    from mapping.intake import read_encounters

    for record in read_encounters(path):
        for finding in record.findings:
            click.echo(f"{path.name}, {finding.place.words()}: {finding.message()}", err=True)
        yield record.encounter


def _judged(
    profiles: ProfileStore, encounter: Encounter, today: dt.date, show_phi: bool
) -> dict[str, Any] | None:
    from mapping.profile_store import ProfileError
    from validators.readiness import check_before, readiness

    try:
        judged = check_before(encounter, profiles, today)
    except ProfileError as error:
        click.echo(f"{encounter.id}: {error}", err=True)
        return None
    return _row(judged, readiness(judged), show_phi)


def _row(judged: EncounterCheck, found: Readiness, show_phi: bool) -> dict[str, Any]:
    from validators.readiness import steroid_start

    start = steroid_start(judged)
    return {
        "encounter": found.encounter,
        "payer": found.payer,
        "ready": found.is_ready,
        "infusion": found.infusion.isoformat() if found.infusion else None,
        "steroids_from": start.isoformat() if start else None,
        "kit": found.kit.ndc_10 if found.kit else None,
        "present": list(found.present),
        "missing": list(found.missing),
        "deadlines": [_deadline(one, judged.today, found.infusion, show_phi) for one in found.deadlines],
        "findings": [finding.as_dict(show_phi) for finding in found.findings],
    }


def _deadline(one: Deadline, today: dt.date, infusion: dt.date | None, show_phi: bool) -> dict[str, Any]:
    shown = show_phi or not one.is_private
    left = one.days_left(today)
    return {
        "what": one.what,
        "holds_until": one.day.isoformat() if shown else "***",
        "days_left": left if shown or left <= _NEAR_DAYS else None,
        "before_infusion": infusion is not None and one.day < infusion,
    }


def _text(rows: list[dict[str, Any]]) -> str:
    return "\n\n".join("\n".join(_lines(row)) for row in rows) or "no encounter was read"


def _lines(row: dict[str, Any]) -> Iterator[str]:
    state = "ready" if row["ready"] else "not ready"
    yield f"{row['encounter']}  {row['payer']}  infusion {row['infusion'] or 'without a date'}: {state}"
    for _, alike in groupby(row["findings"], key=lambda finding: (finding["rule"], finding["fix"])):
        yield from _finding_lines(list(alike))
    yield f"  papers   missing: {', '.join(map(_words, row['missing'])) or 'none'}"
    yield f"           there: {', '.join(map(_words, row['present'])) or 'none'}"
    for one in row["deadlines"]:
        late = ", BEFORE THE INFUSION" if one["before_infusion"] else ""
        left = f"more than {_NEAR_DAYS}" if one["days_left"] is None else one["days_left"]
        yield f"  holds    {one['what']} until {one['holds_until']} ({left} days){late}"
    if row["steroids_from"]:
        yield f"  plan     glucocorticoids from {row['steroids_from']} at the latest"
    yield f"  kit      {row['kit'] or 'none for this weight'}"


def _finding_lines(findings: list[dict[str, Any]]) -> Iterator[str]:
    """Findings of one rule, one after the other, and what to do about them once."""
    for finding in findings:
        yield f"  {finding['severity']:8} {finding['rule']}: {finding['message']}"
        sides = [f"{side} {finding[side]}" for side in ("expected", "found") if finding[side]]
        if sides:
            yield f"           {', '.join(sides)}"
    if findings[0]["fix"]:
        yield f"           fix: {findings[0]['fix']}"


def _words(paper: str) -> str:
    return paper.replace("_", " ")
