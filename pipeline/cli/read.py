"""`j3399 read`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from pipeline import exit_codes
from pipeline.cli.json_stream import Stream, write_json
from pipeline.errors import StorageError

if TYPE_CHECKING:
    from edi.claim837i.read import ClaimReader
    from edi.envelope import StreamedTransaction, TransactionReader
    from edi.finding import Finding

_CLAIMS = "837"


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

    \b
    Example:
      j3399 read samples/files/837I_test-clearinghouse_000000001_20261116220000.x12
    """
    reading = _Reading(with_segments, show_phi)
    document = {"files": Stream(reading.file(path) for path in files), "summary": reading.summary}
    write_json(document, sys.stdout)
    for line in reading.notes:
        click.echo(line, err=True)
    return exit_codes.FINDINGS if reading.summary["error"] or reading.notes else exit_codes.DONE


class _Reading:
    """Reads files one after the other, and counts what they hold."""

    def __init__(self, with_segments: bool, show_phi: bool) -> None:
        self._with_segments = with_segments
        self._show_phi = show_phi
        self.summary = dict.fromkeys(("files", "transactions", "claims", "error", "warning", "info"), 0)
        self.notes: list[str] = []

    def file(self, path: Path) -> dict[str, Any]:
        """One file; its findings are complete when its transaction sets were written."""
        from edi.envelope import TransactionReader

        self.summary["files"] += 1
        findings: list[dict[str, Any]] = []
        try:
            source = path.open("rb")
        except OSError as error:
            raise StorageError(f"{path}: {error.strerror}") from None
        reader = TransactionReader(source, file=path.name)
        return {
            "file": path.name,
            "transactions": Stream(self._transactions(path, source, reader, findings)),
            "findings": findings,
        }

    def _transactions(
        self, path: Path, source: BinaryIO, reader: TransactionReader, findings: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        before = self.summary["transactions"]
        with source:
            for transaction in reader:
                self.summary["transactions"] += 1
                if transaction.set_id == _CLAIMS:
                    yield self._claims(transaction, path.name, findings)
                else:
                    yield self._not_read(transaction, path.name)
        if self.summary["transactions"] == before:
            self.notes.append(f"{path.name}: no transaction set was found.")
        self._take(reader.findings, path.name, findings)

    def _claims(
        self, transaction: StreamedTransaction, file: str, findings: list[dict[str, Any]]
    ) -> dict[str, Any]:
        from edi.claim837i.as_json import header_as_json
        from edi.claim837i.read import ClaimReader

        reader = ClaimReader(transaction)
        unread: list[dict[str, Any]] = []
        claims = Stream(self._each(reader, file, findings, unread))  # the header comes with the first
        return {
            **_place(transaction),
            "header": header_as_json(reader.header),
            "claims": claims,
            "unread": unread,
        }

    def _each(
        self,
        reader: ClaimReader,
        file: str,
        findings: list[dict[str, Any]],
        unread: list[dict[str, Any]],
    ) -> Iterator[dict[str, Any]]:
        from edi.claim837i.as_json import claim_as_json, segments_as_json

        said: set[tuple[object, ...]] = set()
        for claim in reader:
            self.summary["claims"] += 1
            # what is wrong above several claims belongs to each, and is said once
            fresh = [finding for finding in claim.findings if _identity(finding) not in said]
            said.update(map(_identity, fresh))
            self._take(fresh, file, findings)
            yield claim_as_json(claim, self._with_segments)
        self._take(reader.findings, file, findings)
        unread += segments_as_json(reader.unread)

    def _not_read(self, transaction: StreamedTransaction, file: str) -> dict[str, Any]:
        place = _place(transaction)
        self.notes.append(
            f"{file}: ST {transaction.control_number or 'without number'} is of kind {place['kind']}; "
            "only 837I claims are printed. `j3399 ingest` takes answers in."
        )
        return {**place, "header": None, "claims": None, "unread": None}

    def _take(self, found: Iterable[Finding], file: str, findings: list[dict[str, Any]]) -> None:
        for finding in found:
            self.summary[finding.severity.value] += 1
            findings.append(finding.at(file=file).as_dict(self._show_phi))


def _identity(finding: Finding) -> tuple[object, ...]:
    place = finding.place
    return place.segment_position, place.element, finding.template


def _place(transaction: StreamedTransaction) -> dict[str, Any]:
    from edi.kinds import kind_by_guide

    return {
        "interchange": transaction.interchange.control_number,
        "group": transaction.group.control_number,
        "transaction": transaction.control_number,
        "kind": kind_by_guide(transaction.set_id, transaction.version),
        "version": transaction.version,
    }
