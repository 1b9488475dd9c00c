"""`j3399 read`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline import exit_codes
from pipeline.cli.json_stream import Stream, write_json
from pipeline.errors import StorageError

if TYPE_CHECKING:
    from edi.claim837i.model import Source
    from edi.claim837i.read import ClaimReader
    from edi.envelope import StreamedTransaction
    from edi.finding import Finding, Place

_CLAIMS = "837"
_MOST_OF_A_KIND = 1000


@click.command()
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--segments", "with_segments", is_flag=True, help="Each claim with all its segments.")
@click.option("--show-phi", is_flag=True, help="Show patient data in the findings, too.")
def read(files: tuple[Path, ...], with_segments: bool, show_phi: bool) -> int:
    """Print the claims of 837I files as JSON, and what was wrong with them.

    The claims are printed as they stand, patient data included. A file may be of any size:
    one claim is held at a time. Whether claims would be paid is what `j3399 validate` says.

    Exit code 0: all was read; 1: something was not, see `findings`; 3: a file could not be read.

    \b
    Example:
      j3399 read samples/files/837I_test-clearinghouse_000000001_20261116220000.x12
    """
    reading = _Reading(with_segments, show_phi)
    document = {"files": Stream(reading.file(path) for path in files), "summary": reading.summary}
    write_json(document, sys.stdout)
    for line in reading.notes:
        click.echo(line, err=True)
    if reading.unreadable:
        raise StorageError("; ".join(reading.unreadable))
    return exit_codes.FINDINGS if reading.summary["error"] else exit_codes.DONE


class _Reading:
    """Reads files one after the other, and counts what they hold."""

    def __init__(self, with_segments: bool, show_phi: bool) -> None:
        self._with_segments = with_segments
        self._show_phi = show_phi
        self.summary = dict.fromkeys(
            ("files", "transactions", "claims", "error", "warning", "info", "left_out"), 0
        )
        self.notes: list[str] = []
        self.unreadable: list[str] = []

    def file(self, path: Path) -> dict[str, Any]:
        """One file; its findings are complete when its transaction sets were written."""
        self.summary["files"] += 1
        findings = _Findings(path.name, self._show_phi, self.summary)
        return {
            "file": path.name,
            "transactions": Stream(self._transactions(path, findings)),
            "findings": findings.shown,
        }

    def _transactions(self, path: Path, findings: _Findings) -> Iterator[dict[str, Any]]:
        from edi.envelope import TransactionReader

        before = self.summary["transactions"]
        try:
            with path.open("rb") as source:
                reader = TransactionReader(source, file=path.name)
                for transaction in reader:
                    self.summary["transactions"] += 1
                    if transaction.set_id == _CLAIMS:
                        yield self._claims(transaction, findings)
                    else:
                        yield self._not_read(transaction, findings)
                findings.take(reader.findings)
        except OSError as error:
            # the document goes on: what was read of this file and of the others stays valid JSON
            self.unreadable.append(f"{path}: {error.strerror}")
            return
        if self.summary["transactions"] == before:
            self.notes.append(f"{path.name}: no claim was found. `j3399 ingest` takes answers in.")
            if not findings.shown:
                findings.take([_no_claims("no transaction set")])

    def _claims(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        from edi.claim837i.as_json import header_as_json
        from edi.claim837i.read import ClaimReader

        reader = ClaimReader(transaction)
        unread: list[dict[str, Any]] = []
        claims = Stream(self._each(reader, findings, unread))  # the header comes with the first
        return {
            **_place(transaction),
            "header": header_as_json(reader.header),
            "claims": claims,
            "unread": unread,
        }

    def _each(
        self, reader: ClaimReader, findings: _Findings, unread: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        from edi.claim837i.as_json import claim_as_json, segments_as_json

        before: tuple[Source, ...] = ()
        for claim in reader:
            self.summary["claims"] += 1
            for source in claim.sources:
                # a level above several claims is the same object for each, and is said once
                if not any(source is one for one in before):
                    findings.take(source.findings)
            before = claim.sources
            yield claim_as_json(claim, self._with_segments)
        findings.take(reader.findings)
        unread += segments_as_json(reader.unread)

    def _not_read(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        place = _place(transaction)
        number = transaction.control_number or "without number"
        self.notes.append(
            f"{findings.file}: ST {number} is of kind {place['kind']}, and only 837 claims are printed. "
            "`j3399 ingest` takes answers in."
        )
        findings.take([_no_claims(place["kind"], transaction.place(transaction.header))])
        return {**place, "header": None, "claims": None, "unread": None}


class _Findings:
    """The findings of a file as JSON: of each kind the first, the others are counted."""

    def __init__(self, file: str, show_phi: bool, summary: dict[str, int]) -> None:
        self.file = file
        self.shown: list[dict[str, Any]] = []
        self._show_phi = show_phi
        self._summary = summary
        self._of_kind: Counter[str] = Counter()

    def take(self, found: Iterable[Finding]) -> None:
        for finding in found:
            self._summary[finding.severity.value] += 1
            self._of_kind[finding.template] += 1
            if self._of_kind[finding.template] <= _MOST_OF_A_KIND:
                self.shown.append(finding.at(file=self.file).as_dict(self._show_phi))
            else:
                self._summary["left_out"] += 1


def _no_claims(kind: str, place: Place | None = None) -> Finding:
    from edi.finding import Finding, Place
    from edi.reading_rules import OUTBOUND

    return Finding.of(
        OUTBOUND.not_x12,
        "This is no transaction set of claims; nothing of it is printed.",
        expected="a transaction set 837",
        found=kind,
        fix="Give an 837I file; an answer (835, 277, 999, TA1) goes to `j3399 ingest`.",
        place=place or Place(),
    )


def _place(transaction: StreamedTransaction) -> dict[str, Any]:
    from edi.kinds import kind_by_guide

    return {
        "interchange": transaction.interchange.control_number,
        "group": transaction.group.control_number,
        "transaction": transaction.control_number,
        "kind": kind_by_guide(transaction.set_id, transaction.version),
        "version": transaction.version,
    }
