"""Rows of money that remittances move outside their claims (PLB)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, insert, select

from pipeline.ledger.schema import provider_adjustments


@dataclass(frozen=True, slots=True)
class ProviderAdjustmentRow:
    """A pair of PLB. A positive amount lowers the payment; `day` is when the remittance paid.

    `reference` (PLB03-2) is free text that often names a claim; it is kept out of `repr`.
    """

    digest: str
    position: int
    element: str
    reason: str
    reference: str = field(repr=False)
    cents: int
    day: str | None
    payer: str


def add(connection: Connection, rows: Iterable[ProviderAdjustmentRow]) -> None:
    """The pairs of a transaction that is counted for the first time."""
    values = [asdict(row) for row in rows]
    if values:
        connection.execute(insert(provider_adjustments), values)


def add_missing(connection: Connection, rows: Iterable[ProviderAdjustmentRow]) -> int:
    """The pairs of a counted transaction that are not there yet; how many they were."""
    found = list(rows)
    if not found:
        return 0
    columns = provider_adjustments.c
    statement = select(columns.position, columns.element).where(columns.digest == found[0].digest)
    known = {tuple(row) for row in connection.execute(statement)}
    missing = [row for row in found if (row.position, row.element) not in known]
    add(connection, missing)
    return len(missing)


def all_rows(connection: Connection) -> list[ProviderAdjustmentRow]:
    """Every pair, by transaction and place."""
    columns = provider_adjustments.c
    statement = select(provider_adjustments).order_by(columns.digest, columns.position, columns.element)
    return [ProviderAdjustmentRow(*row) for row in connection.execute(statement)]
