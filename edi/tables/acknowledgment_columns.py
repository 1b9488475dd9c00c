"""Columns of the tables of a TA1, a 999 and a 997.

Source: FACTS D1 and its annexes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edi.tables.column_kinds import DAY, INTEGER, POSITION, TEXT, TRANSACTION, Column

ACKNOWLEDGMENT_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "acknowledgments": (
        *TRANSACTION,
        POSITION,
        Column("kind", TEXT, "TA1, 999, 997"),
        Column("interchange_control_number", TEXT, "TA101"),
        Column("interchange_date", DAY, "TA102"),
        Column("interchange_time", TEXT, "TA103"),
        Column("functional_id", TEXT, "AK101"),
        Column("group_control_number", TEXT, "AK102"),
        Column("set_id", TEXT, "AK201"),
        Column("transaction_control_number", TEXT, "AK202"),
        Column("version", TEXT, "AK103, AK203"),
        Column("code", TEXT, "TA104, AK901, IK501"),
        Column("verdict", TEXT, "accepted, rejected, partial, unknown"),
        Column("note", TEXT, "TA105; AK905 to 909, IK502 to 506, blank between"),
        Column("included", INTEGER, "AK902, transaction sets that were sent"),
        Column("received", INTEGER, "AK903"),
        Column("accepted_count", INTEGER, "AK904"),
        Column("fault_position", INTEGER, "segment_position of the IK3"),
        Column("segment", TEXT, "IK301"),
        Column("segment_at", INTEGER, "IK302"),
        Column("loop", TEXT, "IK303"),
        Column("segment_code", TEXT, "IK304"),
        Column("element", INTEGER, "IK401-1"),
        Column("component", INTEGER, "IK401-2"),
        Column("repetition", INTEGER, "IK401-3"),
        Column("data_element", TEXT, "IK402"),
        Column("element_code", TEXT, "IK403"),
        Column("value", TEXT, "IK404"),
        Column("patient_control_number", TEXT, "CTX CLM01"),
    ),
    "acknowledgment_contexts": (
        *TRANSACTION,
        POSITION,
        Column("fault_position", INTEGER, "segment_position of its IK3, as in `acknowledgments`"),
        Column("element_position", INTEGER, "segment_position of its IK4; null: it is of the IK3"),
        Column("name", TEXT, "CTX01-1"),
        Column("value", TEXT, "CTX01-2"),
        Column("segment", TEXT, "CTX02"),
        Column("segment_at", INTEGER, "CTX03"),
        Column("loop", TEXT, "CTX04"),
        Column("element", INTEGER, "CTX05-1"),
        Column("component", INTEGER, "CTX05-2"),
        Column("repetition", INTEGER, "CTX05-3"),
        Column("data_element", TEXT, "CTX06"),
    ),
}
