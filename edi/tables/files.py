"""The rows of a file, whatever it holds: answers and claims as billed, by content.

Remittances and claims as billed are read one claim at a time, so that a file's length does not
matter; other answers are held one transaction set at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow as pa

from edi.acknowledgment.implementation import GroupAcknowledgment
from edi.acknowledgment.interchange import read_interchange_acknowledgment
from edi.answers import read_answer
from edi.claim837i.read import ClaimReader
from edi.claim_status.model import ClaimStatusReport
from edi.envelope import Interchange, StreamedTransaction, read_transactions
from edi.kinds import kind_by_guide
from edi.reading_rules import INBOUND
from edi.remittance.checked import CheckedRemittance
from edi.remittance.model import ClaimGroup
from edi.remittance.scan import RUN_IDS
from edi.run_columns import QuickRunIds
from edi.tables import rows
from edi.tables.acknowledgment_rows import acknowledgment_rows, interchange_acknowledgment_rows
from edi.tables.arrow import arrow_schema, same_text
from edi.tables.claim_columns import ClaimColumns
from edi.tables.claim_stretches import clean_parts, long_stretches
from edi.tables.netted import netted_claims
from edi.tables.pieces import TableRow, other_element_rows
from edi.tables.status_rows import claim_status_rows
from edi.tables.unknown import unknown_codes

_RUN_IDS = QuickRunIds(RUN_IDS)
_CHUNK_SIZE = 128 * 1024  # more is quicker for long remittances, and slower for many short interchanges

TableColumns = tuple[str, list[pa.Array]]
"""The name of a table, and its columns for many rows without file and transaction."""
TableBatch = tuple[str, pa.RecordBatch]
"""The name of a table, and many rows of it."""


def file_rows(path: Path) -> Iterator[TableRow | TableBatch]:
    """All rows of a file, many at once where all is clean. OSError where it cannot be read.

    What it holds never raises.
    """
    interchanges: list[Interchange] = []
    with path.open("rb") as source:
        reader = read_transactions(
            source,
            INBOUND,
            path.name,
            on_interchange=interchanges.append,
            run_ids=_RUN_IDS,
            with_digests=False,
            chunk_size=_CHUNK_SIZE,
        )
        for number, transaction in enumerate(reader, start=1):
            for table, row in _transaction_rows(transaction):
                if isinstance(row, list):
                    yield table, _batch(table, path.name, number, row)
                else:
                    yield table, (path.name, number, *row)
    acknowledgments = (segment for one in interchanges for segment in one.acknowledgments)
    answers = map(read_interchange_acknowledgment, acknowledgments)
    outside = chain(
        chain.from_iterable(map(interchange_acknowledgment_rows, answers)),
        map(rows.finding_row, reader.findings),
    )
    for table, row in outside:
        yield table, (path.name, None, *row)


def _batch(table: str, file: str, number: int, columns: list[pa.Array]) -> pa.RecordBatch:
    count = len(columns[0])
    same = [same_text(file, count), pa.array(np.full(count, number, dtype=np.int64))]
    return pa.RecordBatch.from_arrays([*same, *columns], schema=arrow_schema(table))


def _transaction_rows(transaction: StreamedTransaction) -> Iterator[TableRow | TableColumns]:
    kind = kind_by_guide(transaction.set_id, transaction.version)
    match kind:
        case "835":
            yield _header_row(transaction, kind)
            yield from _remittance(transaction)
        case "837I":
            yield _header_row(transaction, kind)
            yield from _billed(transaction)
        case _:
            yield from _answer(transaction)


def _header_row(transaction: StreamedTransaction, kind: str) -> TableRow:
    interchange = transaction.interchange
    _, sender, _, receiver = interchange.parties
    numbers = (
        interchange.control_number,
        transaction.group.control_number,
        transaction.control_number,
        transaction.version,
    )
    return "transactions", (kind, *numbers, sender, receiver)


def _remittance(transaction: StreamedTransaction) -> Iterator[TableRow | TableColumns]:
    remittance = CheckedRemittance(transaction)
    reader = remittance.reader
    groups = _Groups()
    has_header = False
    for stretch in long_stretches(reader.stretches()):
        if not has_header:
            has_header = True
            yield from rows.remittance_header_rows(reader.header)
        yield from groups.enter(reader.group, remittance.next_number)
        for part in clean_parts(stretch):
            if isinstance(part, ClaimColumns):
                tables = part.tables(remittance.next_number)
                netted = netted_claims(tables["claims"], remittance.awaited_corrections)
                remittance.clean(part.accounts.to_pylist, part.amounts, netted, unknown_codes(tables))
                yield from tables.items()
                continue
            for text in part:
                number, claim, findings = remittance.check(text.read())
                yield from rows.claim_payment_rows(number, claim)
                yield from map(rows.finding_row, findings)
    if not has_header:
        yield from rows.remittance_header_rows(reader.header)
    yield from groups.end(remittance.next_number)
    for group in reader.empty_groups:
        yield from rows.provider_total_rows(group, None, None)
    yield from rows.provider_adjustment_rows(reader.provider_adjustments)
    yield from other_element_rows((None, None), reader.other_elements)
    yield from rows.reversal_rows(remittance.reversals)
    yield from map(rows.finding_row, remittance.findings())


class _Groups:
    """The groups of a remittance (LX), each told when the next one begins."""

    def __init__(self) -> None:
        self._open: tuple[ClaimGroup, int] | None = None

    def enter(self, group: ClaimGroup, claim: int) -> Iterator[TableRow]:
        """The group of the next claim, which has this number."""
        if self._open is None or self._open[0] is not group:
            yield from self.end(claim)
            self._open = group, claim

    def end(self, next_claim: int) -> Iterator[TableRow]:
        """No claim of the open group comes any more."""
        if self._open is not None:
            group, first_claim = self._open
            yield from rows.provider_total_rows(group, first_claim, next_claim - 1)
            self._open = None


def _billed(transaction: StreamedTransaction) -> Iterator[TableRow]:
    reader = ClaimReader(transaction)
    for number, claim in enumerate(reader, start=1):
        yield from rows.billed_claim_rows(number, claim)
        yield from map(rows.finding_row, claim.findings)
    yield from map(rows.finding_row, reader.findings)


def _answer(transaction: StreamedTransaction) -> Iterator[TableRow]:
    answer = read_answer(transaction.read())
    yield _header_row(transaction, answer.kind)
    match answer.model:
        case ClaimStatusReport():
            yield from claim_status_rows(answer.model)
        case GroupAcknowledgment():
            yield from acknowledgment_rows(answer.kind, answer.model)
    yield from map(rows.finding_row, answer.findings)
