"""The rows of a file, whatever it holds: answers and claims as billed, by content."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from edi.acknowledgment.implementation import GroupAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.answers import Answer, read_answers
from edi.claim837i.read import ClaimReader
from edi.claim_status.model import ClaimStatusReport
from edi.envelope import Interchange, Transaction
from edi.remittance.model import Remittance
from edi.tables import rows
from edi.tables.rows import TableRow

_CLAIMS = "837I"


def file_rows(path: Path) -> Iterator[TableRow]:
    """All rows of a file. OSError where it cannot be read."""
    found = read_answers(path.read_bytes(), path.name)
    for finding in found.envelope_findings:
        yield _placed(path.name, None, rows.finding_row(finding))
    number = 0
    for answer in found.answers:
        if answer.transaction is not None:
            number += 1
        where = number if answer.transaction is not None else None
        for row in chain(_transaction_rows(answer), _rows(answer), map(rows.finding_row, answer.findings)):
            yield _placed(path.name, where, row)


def _placed(file: str, transaction: int | None, row: TableRow) -> TableRow:
    return row[0], (file, transaction, *row[1])


def _transaction_rows(answer: Answer) -> Iterator[TableRow]:
    transaction, interchange = answer.transaction, answer.interchange
    if transaction is not None:
        numbers = (
            interchange.control_number,
            transaction.group.control_number,
            transaction.control_number,
            transaction.version,
        )
        yield "transactions", (answer.kind, *numbers, *_parties(interchange))


def _parties(interchange: Interchange) -> tuple[str, str]:
    _, sender, _, receiver = interchange.parties
    return sender, receiver


def _rows(answer: Answer) -> Iterator[TableRow]:
    match answer.model:
        case Remittance():
            yield from rows.remittance_rows(answer.model)
        case ClaimStatusReport():
            yield from rows.claim_status_rows(answer.model)
        case GroupAcknowledgment():
            yield from rows.acknowledgment_rows(answer.kind, answer.model)
        case InterchangeAcknowledgment():
            yield from rows.interchange_acknowledgment_rows(answer.model)
        case None if answer.kind == _CLAIMS and answer.transaction is not None:
            yield from _billed(answer.transaction)


def _billed(transaction: Transaction) -> Iterator[TableRow]:
    reader = ClaimReader(transaction)
    for number, claim in enumerate(reader, start=1):
        yield from rows.billed_claim_rows(number, claim)
        yield from map(rows.finding_row, claim.findings)
    yield from map(rows.finding_row, reader.findings)
