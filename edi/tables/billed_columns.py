"""Columns of the tables of claims as billed.

Source: 005010X223A2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edi.tables.column_kinds import CLAIM, DAY, LINE, MONEY, POSITION, QUANTITY, TEXT, Column

BILLED_TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "billed_claims": (
        *CLAIM,
        POSITION,
        Column("patient_control_number", TEXT, "CLM01"),
        Column("type_of_bill", TEXT, "CLM05, as four digits"),
        Column("charge", MONEY, "CLM02"),
        Column("payer_identifier", TEXT, "2010BB NM109"),
        Column("payer", TEXT, "2010BB NM103"),
        Column("responsibility", TEXT, "SBR01"),
        Column("filing_indicator", TEXT, "SBR09"),
        Column("member_identifier", TEXT, "2010BA NM109"),
        Column("birth_date", DAY, "DMG02"),
        Column("billing_npi", TEXT, "2010AA NM109"),
        Column("statement_from", DAY, "DTP*434"),
        Column("statement_through", DAY, "DTP*434"),
        Column("principal_diagnosis", TEXT, "HI*ABK"),
        Column("authorization", TEXT, "REF*G1"),
        Column("payer_claim_control_number", TEXT, "REF*F8"),
    ),
    "billed_lines": (
        *LINE,
        POSITION,
        Column("revenue_code", TEXT, "SV201"),
        Column("code", TEXT, "SV202-2"),
        Column("modifiers", TEXT, "SV202-3 to -6, blank between"),
        Column("charge", MONEY, "SV203"),
        Column("unit", TEXT, "SV204"),
        Column("quantity", QUANTITY, "SV205"),
        Column("service_from", DAY, "DTP*472"),
        Column("service_through", DAY, "DTP*472"),
        Column("ndc", TEXT, "LIN03"),
        Column("ndc_quantity", QUANTITY, "CTP04"),
        Column("ndc_unit", TEXT, "CTP05-1"),
        Column("line_control_number", TEXT, "REF*6R"),
    ),
}
