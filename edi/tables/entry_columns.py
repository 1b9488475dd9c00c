"""Columns of the tables that answers have in common: names, references, dates, amounts, quantities, and the rest.

Of an 835 they have what no column of `claims` and `lines` holds; of a 277 what no column of its levels,
claims and lines holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edi.tables.column_kinds import CLAIM, DAY, LINE, MONEY, POSITION, QUANTITY, TEXT, TRANSACTION, Column

_LEVEL: Final = Column("level", TEXT, "its loop: HEADER, 2100, 2110, 2200B ...")

ENTRY_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "names": (
        *CLAIM,
        POSITION,
        _LEVEL,
        Column("qualifier", TEXT, "NM101: QC patient, IL, 74 corrected, 82, TT, PR, GB ..."),
        Column("entity_type", TEXT, "NM102"),
        Column("last_name", TEXT, "NM103"),
        Column("first_name", TEXT, "NM104"),
        Column("middle_name", TEXT, "NM105"),
        Column("prefix", TEXT, "NM106"),
        Column("suffix", TEXT, "NM107"),
        Column("identifier_qualifier", TEXT, "NM108"),
        Column("identifier", TEXT, "NM109"),
    ),
    "references": (
        *LINE,
        POSITION,
        _LEVEL,
        Column("qualifier", TEXT, "REF01; 6R of a line is a column of `lines`"),
        Column("value", TEXT, "REF02"),
    ),
    "dates": (
        *LINE,
        POSITION,
        _LEVEL,
        Column("qualifier", TEXT, "DTM01, DTP01; columns of `claims` and `lines` have 232, 233, 050, 472"),
        Column("first", DAY, "DTM02, DTP03"),
        Column("last", DAY, "the end of the range"),
    ),
    "amounts": (
        *LINE,
        POSITION,
        _LEVEL,
        Column("qualifier", TEXT, "AMT01; B6 of a line is a column of `lines`"),
        Column("amount", MONEY, "AMT02"),
    ),
    "quantities": (
        *LINE,
        POSITION,
        _LEVEL,
        Column("qualifier", TEXT, "QTY01"),
        Column("quantity", QUANTITY, "QTY02"),
    ),
    "traces": (
        *TRANSACTION,
        POSITION,
        _LEVEL,
        Column("type", TEXT, "TRN01"),
        Column("number", TEXT, "TRN02"),
        Column("originator", TEXT, "TRN03"),
        Column("supplement", TEXT, "TRN04"),
    ),
    "other_elements": (
        *LINE,
        POSITION,
        _LEVEL,
        Column("segment", TEXT, "id of the segment"),
        Column("element", TEXT, "place of an element that no other table has: NM110, PLB03-3"),
        Column("value", TEXT, "what stands in it"),
    ),
}
