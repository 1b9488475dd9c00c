"""`j3399 validate`."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import exit_codes
from pipeline.cli.finding_groups import FindingGroups, Numbers, wrapped
from pipeline.cli.json_stream import Stream, write_json
from pipeline.cli.options import as_of_option, config_option, moment
from pipeline.cli.output import deliver
from pipeline.cli.progress import no_bars_over_a_document
from pipeline.config import Config, config_for_output, find_config, load_config
from pipeline.errors import ConfigurationError, OperationError, StorageError
from pipeline.progress import opened

if TYPE_CHECKING:
    from edi.claim837i.model import Claim
    from edi.finding import Finding
    from mapping.encounter import Encounter
    from pipeline.outbound.origin import Origins
    from pipeline.outbound.patients import LedgerPriorClaims
    from pipeline.pages.files_page import FileView
    from validators.validate import ClaimReport, FileCheck, KnownClaim, SharedFinding, ValidationContext

ENGINES = ("tables", "pyx12")
"""The names of `edi.guide.check.ENGINES`, the default first; importing that would slow `--help`."""

_COUNTED = ("files", "claims", "claims_with_errors", "error", "warning", "info")
_NEEDS = {
    "encounter": "the encounter records (give --encounters)",
    "ledger": "a ledger (give a --config that has one)",
    "guide": "claims of the guide 005010X223A2 (those of another are not judged)",
}
_MOST_NAMED = 12


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, readable=False, path_type=Path),
)
@click.option(
    "--encounters",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Encounter records of the claims (JSON, NDJSON, CSV, Parquet), so that more can be judged. "
    "May be given several times.",
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
@click.option("--json", "as_json", is_flag=True, help="Print JSON, every finding by itself.")
@click.option(
    "--html",
    "page",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a page: each claim as the UB-04 form, with what was found at its boxes.",
)
@click.option("--show-phi", is_flag=True, help="Show patient data on the screen.")
def validate(
    files: tuple[Path, ...],
    encounters: tuple[Path, ...],
    engine: str,
    config_path: Path | None,
    as_of: dt.datetime | None,
    as_json: bool,
    page: Path | None,
    show_phi: bool,
) -> int:
    """Re-read 837I files, ours or anybody's, and name every error.

    A file may be of any size: some twenty claims are held at a time. Findings are grouped by claim, and what
    is the same in several is told once. With a configuration the ledger is asked about earlier
    claims; it is only read.

    Exit code 0: no error; 1: errors, see the findings; 3: no error in what was read, but a file
    could not be read.

    \b
    Example:
      j3399 validate build/out/837I_test-clearinghouse_000000001_20261116220000.x12
      j3399 validate claims.x12 --html claims.html
    """
    found = find_config(config_path)
    config = load_config(found) if found is not None else config_for_output(Path())
    with _prior_claims(config if found is not None else None) as prior:
        judging = _Judging(config, moment(as_of).date(), engine, prior, show_phi)
        judging.read_encounters(encounters)
        if page is not None:
            deliver(judging.page(files, moment(as_of)).encode(), page)
        elif as_json:
            with no_bars_over_a_document():
                write_json(judging.document(files), sys.stdout)
        else:
            for line in judging.lines(files):
                click.echo(line)
    judging.tell_matches(bool(encounters))
    if judging.unreadable and not judging.summary["error"]:
        raise StorageError("; ".join(judging.unreadable))
    for line in judging.unreadable:
        click.echo(f"not read: {line}", err=True)
    return exit_codes.FINDINGS if judging.summary["error"] else exit_codes.DONE


@contextmanager
def _prior_claims(config: Config | None) -> Iterator[LedgerPriorClaims | None]:
    """What the ledger knows of earlier claims, without writing to it; None where there is none at hand."""
    if config is None or not config.may_have_ledger:
        yield None
        return
    from pipeline.durable import DurableSteps
    from pipeline.ledger.store import Ledger
    from pipeline.outbound.patients import LedgerPriorClaims

    try:
        ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    except OperationError as error:
        click.echo(f"the ledger was not asked: {error.line()}", err=True)
        yield None
        return
    try:
        with ledger.reading() as connection:
            yield LedgerPriorClaims(connection, ledger.patient_key(), config.folders.archive_out)
    finally:
        ledger.close()


class _Judging:
    """Judges files one after the other, and counts what it finds."""

    def __init__(
        self, config: Config, today: dt.date, engine: str, prior: LedgerPriorClaims | None, show_phi: bool
    ) -> None:
        from mapping.profile_store import ProfileError, ProfileStore
        from validators.registry import contracts
        from validators.validate import ValidationContext

        profiles = ProfileStore(config.own_profiles)
        try:
            profiles.check(contracts())
        except ProfileError as error:
            raise ConfigurationError(str(error)) from None
        self._config = config
        self._prior = prior
        self._show_phi = show_phi
        self._context: ValidationContext = ValidationContext(
            profiles, today, known=self._known, prior=prior, engine=engine
        )
        self._origins: Origins | None = None
        self._of_encounters: list[Finding] = []
        self._unmatched = Numbers()
        self._claims_seen = 0
        self.unreadable: list[str] = []
        self.not_checked: list[str] = []
        self.summary: dict[str, Any] = {
            **dict.fromkeys(_COUNTED, 0),
            "unreadable": [],
        }

    def read_encounters(self, paths: Iterable[Path]) -> None:
        """Read the records that claims were made from; those that do not fit are findings."""
        from mapping.intake import read_encounters
        from pipeline.outbound.origin import Origins

        encounters: list[Encounter] = []
        for path in paths:
            try:
                for record in read_encounters(path):
                    if record.encounter is not None:
                        encounters.append(record.encounter)
                    self._of_encounters += (finding.at(file=path.name) for finding in record.findings)
            except OSError as error:
                raise StorageError(f"{path}: {error.strerror}") from None
        if encounters:
            context = self._context
            self._origins = Origins(encounters, context.profiles, self._config, context.today, self._prior)

    def document(self, files: tuple[Path, ...]) -> dict[str, Any]:
        """The JSON document; its parts are made while it is written."""
        return {
            "files": [path.name for path in files],
            "findings": Stream(self._rows(files)),
            "not_checked": self.not_checked,
            "summary": self.summary,
        }

    def lines(self, files: tuple[Path, ...]) -> Iterator[str]:
        """The same for people."""
        self._count(self._of_encounters)
        groups = FindingGroups(self._show_phi)
        groups.take_file(self._of_encounters, "encounter records")
        yield from groups.lines()
        for path in files:
            yield from self._file_lines(path)
        if len(files) > 1:
            yield f"in all: {_counted(self.summary)}"
        yield from self._not_checked_lines()

    def page(self, files: tuple[Path, ...], now: dt.datetime) -> str:
        """The same as a page of forms."""
        from pipeline.pages.files_page import files_page

        self._count(self._of_encounters)
        views = [self._view(path, number) for number, path in enumerate(files, start=1)]
        if self._of_encounters:
            views[0].findings[:0] = self._of_encounters
        made = f"Made {now:%Y-%m-%d %H:%M} by j3399."
        return files_page(views, _counted(self.summary), list(self._not_checked_lines()), made)

    def _view(self, path: Path, number: int) -> FileView:
        from pipeline.pages.files_page import FileView, SharedWords
        from validators.validate import ClaimReport, SharedFinding

        before, view = dict(self.summary), FileView(path.name, number)
        for item in self._items(path):
            if isinstance(item, ClaimReport):
                made = item.header.created
                created = f"{made:%Y%m%d}" if made else ""
                view.take_claim(item.index + 1, item.claim, item.findings, created, show_phi=self._show_phi)
            elif isinstance(item, SharedFinding):
                words = f"claims {item.first + 1} to {item.last + 1}"
                view.shared.append(SharedWords(words, item.finding))
            else:
                view.findings += item
        view.close(_counted({name: self.summary[name] - before[name] for name in _COUNTED}))
        return view

    def tell_matches(self, has_encounters: bool) -> None:
        """Say which claims have no encounter, and which encounters no claim."""
        if not has_encounters:
            return
        if self._unmatched.count:
            click.echo(
                f"{self._unmatched.count:,} claims have no encounter among the records given, and were judged "
                f"without (claims {self._unmatched.words()})",
                err=True,
            )
        unused = self._origins.unmatched if self._origins is not None else []
        if unused:
            named = ", ".join(unused[:_MOST_NAMED]) + (", …" if len(unused) > _MOST_NAMED else "")
            click.echo(f"{len(unused):,} encounters have no claim in these files: {named}", err=True)

    def _known(self, index: int, claim: Claim) -> KnownClaim | None:
        known = self._origins.known(index, claim) if self._origins is not None else None
        self._claims_seen += 1
        if known is None:
            self._unmatched.add(self._claims_seen, self._claims_seen)
        return known

    def _rows(self, files: tuple[Path, ...]) -> Iterator[dict[str, Any]]:
        yield from map(self._row, self._count(self._of_encounters))
        for path in files:
            for item in self._items(path):
                yield from map(self._row, _findings_of(item))
        self.not_checked.sort()

    def _row(self, finding: Finding) -> dict[str, Any]:
        return finding.as_dict(self._show_phi)

    def _file_lines(self, path: Path) -> Iterator[str]:
        from validators.validate import ClaimReport, SharedFinding

        before = dict(self.summary)
        whole, above, claims = (FindingGroups(self._show_phi) for _ in range(3))
        for item in self._items(path):
            if isinstance(item, ClaimReport):
                claims.take_claim(item.index + 1, item.findings)
            elif isinstance(item, SharedFinding):
                above.take_claims(item.first + 1, item.last + 1, item.finding)
            else:
                whole.take_file(item)
        counts = {name: self.summary[name] - before[name] for name in _COUNTED}
        yield f"{click.style(path.name, bold=True)}: {_counted(counts)}"
        for groups in (whole, above, claims):
            yield from groups.lines()

    def _items(self, path: Path) -> Iterator[ClaimReport | SharedFinding | list[Finding]]:
        """The claims of a file, then the findings of none; a file that cannot be read stops no other."""
        from validators.validate import ClaimReport, FileCheck

        self.summary["files"] += 1
        check: FileCheck | None = None
        try:
            with opened(path) as source:
                check = FileCheck(source, self._context, path.name)
                for item in check:
                    self._count(_findings_of(item))
                    if isinstance(item, ClaimReport):
                        self.summary["claims"] += 1
                        self.summary["claims_with_errors"] += item.has_errors
                    yield item
        except OSError as error:
            self.unreadable.append(f"{path}: {error.strerror}")
            self.summary["unreadable"].append(path.name)
        if check is not None:
            yield self._count(check.file_findings)
            self.not_checked += sorted(set(check.not_checked) - set(self.not_checked))

    def _count(self, findings: list[Finding]) -> list[Finding]:
        for finding in findings:
            self.summary[finding.severity.value] += 1
        return findings

    def _not_checked_lines(self) -> Iterator[str]:
        """Silence is not approval: the rules that lacked something, by what they lacked."""
        from validators.registry import contracts, ids_judged_by_file

        lacking: dict[str, list[str]] = {}
        for rule in self.not_checked:
            need = "ledger" if contracts()[rule].needs == "ledger" else "encounter"
            lacking.setdefault("guide" if rule in ids_judged_by_file() else need, []).append(rule)
        for need, rules in lacking.items():
            named = f"all {len(rules)} rules of claims" if need == "guide" else ", ".join(rules)
            yield wrapped(f"not checked for want of {_NEEDS[need]}: {named}")


def _findings_of(item: ClaimReport | SharedFinding | list[Finding]) -> list[Finding]:
    if isinstance(item, list):
        return item
    findings: list[Finding] = item.findings if hasattr(item, "findings") else [item.finding]
    return findings


def _counted(counts: dict[str, Any]) -> str:
    """`3 files, 10 claims, 3 with errors: 5 errors, 2 warnings`."""
    parts = [_many(counts["files"], "file")] if counts["files"] > 1 else []
    parts.append(_many(counts["claims"], "claim"))
    if counts["claims_with_errors"]:
        parts.append(f"{counts['claims_with_errors']:,} with errors")
    found = [_many(counts[name], name) for name in ("error", "warning") if counts[name]]
    found += [f"{counts['info']:,} for information"] if counts["info"] else []
    return f"{', '.join(parts)}: {', '.join(found) or 'nothing found'}"


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"
