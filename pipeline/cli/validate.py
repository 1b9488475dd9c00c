"""`j3399 validate`."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import exit_codes
from pipeline.cli.options import as_of_option, config_option, moment
from pipeline.config import find_config, load_config
from pipeline.errors import ConfigurationError, StorageError

if TYPE_CHECKING:
    from edi.claim837i.model import Claim
    from edi.finding import Finding
    from mapping.profile_store import ProfileStore
    from validators.validate import KnownClaim

ENGINES = ("tables", "pyx12")
"""The names of `edi.guide.check.ENGINES`, the default first; importing that would slow `--help`."""


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--encounters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Encounter records of the claims, so that more can be judged.",
)
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    help="Who judges the guide: our own tables, or pyx12 for a second opinion (slower, stops where input is broken).",
)
@config_option
@as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--show-phi", is_flag=True, help="Show patient data on the screen.")
def validate(
    files: tuple[Path, ...],
    encounters: Path | None,
    engine: str,
    config_path: Path | None,
    as_of: dt.datetime | None,
    as_json: bool,
    show_phi: bool,
) -> int:
    """Re-read 837I files, ours or anybody's, and name every error.

    \b
    Example:
      j3399 validate build/out/837I_test-clearinghouse_000000001_20261116220000.x12
    """
    from mapping.profile_store import ProfileError, ProfileStore
    from validators.validate import ValidationContext, validate_bytes

    found = find_config(config_path)
    profiles = ProfileStore(load_config(found).own_profiles if found else None)
    try:
        profiles.check()
    except ProfileError as error:
        raise ConfigurationError(str(error)) from None
    known = _known(encounters, profiles)
    context = ValidationContext(profiles, moment(as_of).date(), known=known, engine=engine)
    findings: list[Finding] = []
    not_checked: set[str] = set()
    claims = 0
    for path in files:
        report = validate_bytes(_read(path), context, path.name)
        findings += [finding.at(file=path.name) for finding in report.findings()]
        not_checked |= set(report.not_checked)
        claims += len(report.claims)
    errors = sum(finding.is_error for finding in findings)
    if as_json:
        click.echo(json.dumps(_document(files, findings, not_checked, claims, show_phi), indent=2))
    else:
        _print(findings, not_checked, claims, show_phi)
    return exit_codes.FINDINGS if errors else exit_codes.DONE


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from None


def _known(encounters: Path | None, profiles: ProfileStore) -> Callable[[int, Claim], KnownClaim | None]:
    """Finds a claim's encounter by its account number."""
    from mapping.intake import read_encounters
    from validators.validate import KnownClaim

    by_account = {}
    if encounters is not None:
        for record in read_encounters(encounters):
            if record.encounter is not None:
                by_account[record.encounter.patient_control_number.reveal()] = record.encounter
            for finding in record.findings:
                click.echo(f"{finding.place.words()}: {finding.message()}", err=True)

    def known(index: int, claim: Claim) -> KnownClaim | None:
        encounter = by_account.get(claim.patient_control_number)
        return KnownClaim(encounter, profiles.payer(encounter.coverages[0].payer)) if encounter else None

    return known


def _document(
    files: tuple[Path, ...], findings: list[Finding], not_checked: set[str], claims: int, show_phi: bool
) -> dict[str, Any]:
    severities = Counter(finding.severity.value for finding in findings)
    return {
        "files": [path.name for path in files],
        "findings": [finding.as_dict(show_phi) for finding in findings],
        "not_checked": sorted(not_checked),
        "summary": {
            "claims": claims,
            **{name: severities.get(name, 0) for name in ("error", "warning", "info")},
        },
    }


def _print(findings: list[Finding], not_checked: set[str], claims: int, show_phi: bool) -> None:
    for finding in findings:
        row = finding.as_dict(show_phi)
        click.echo(f"{row['severity']:7} {finding.rule}  {finding.place.file}: {finding.place.words()}")
        click.echo(f"        {finding.message(show_phi)}")
        if row["expected"] or row["found"]:
            click.echo(f"        expected {row['expected'] or '-'}, found {row['found'] or '-'}")
        if finding.fix:
            click.echo(f"        fix: {finding.fix}")
    if not_checked:
        click.echo(f"not checked: {', '.join(sorted(not_checked))}")
    errors = sum(finding.is_error for finding in findings)
    click.echo(f"{claims} claims, {errors} errors, {len(findings) - errors} other findings")
