"""Which tables there are, and their columns.

Every row says where it comes from: `file`, `transaction` (the transaction set's number in that
file, from 1), `claim` (its number in the transaction set) and `line` (its number in the claim),
null where it does not apply. Tables are joined by them. `segment_position` counts from ST = 1.

Money is exact to the cent, dates are dates, ids are text. Whatever could not be read is null,
and a finding says so.

Source: FACTS D1 to D5 and its annexes; 005010X223A2 for claims as billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edi.tables.acknowledgment_columns import ACKNOWLEDGMENT_TABLES
from edi.tables.billed_columns import BILLED_TABLES
from edi.tables.column_kinds import CLAIM, POSITION, TEXT, TRANSACTION, Column, Kind
from edi.tables.entry_columns import ENTRY_TABLES
from edi.tables.remittance_columns import REMITTANCE_TABLES
from edi.tables.status_columns import STATUS_TABLES

__all__ = ["TABLES", "Column", "Kind"]

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "transactions": (
        *TRANSACTION,
        Column("kind", TEXT, "835, 277CA, 277, 999, 997, 837I; TA1 stands in none"),
        Column("interchange_control_number", TEXT, "ISA13"),
        Column("group_control_number", TEXT, "GS06"),
        Column("transaction_control_number", TEXT, "ST02"),
        Column("version", TEXT, "ST03, else GS08"),
        Column("sender", TEXT, "ISA06"),
        Column("receiver", TEXT, "ISA08"),
    ),
    **REMITTANCE_TABLES,
    "contacts": (
        *CLAIM,
        POSITION,
        Column("level", TEXT, "loop of the PER: 1000A, 2100A ...; 2200D of a claim (277)"),
        Column("function", TEXT, "PER01"),
        Column("name", TEXT, "PER02"),
        Column("qualifier", TEXT, "PER03, 05, 07: TE, FX, EM, UR, EX"),
        Column("number", TEXT, "PER04, 06, 08"),
    ),
    **ENTRY_TABLES,
    **STATUS_TABLES,
    **ACKNOWLEDGMENT_TABLES,
    **BILLED_TABLES,
    "findings": (
        *TRANSACTION,
        POSITION,
        Column("rule", TEXT, "`j3399 explain` tells of it"),
        Column("severity", TEXT, "error, warning, info"),
        Column("element", TEXT, "the element's place"),
        Column("message", TEXT, "patient data masked"),
        Column("expected", TEXT, "patient data masked"),
        Column("found", TEXT, "patient data masked"),
    ),
}
"""All tables by name, in the order in which they are shown."""
