"""Every row of every table of a ledger, whichever database it lies in."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from pipeline.config import Config
from pipeline.durable import DurableSteps
from pipeline.ledger.schema import metadata
from pipeline.ledger.store import Ledger


def ledger_rows(config: Config) -> dict[str, list[tuple[Any, ...]]]:
    """By table, in an order that does not depend on the database."""
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            return {
                table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
                for table in metadata.sorted_tables
            }
    finally:
        ledger.close()
