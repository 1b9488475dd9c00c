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
from enum import Enum
from typing import Final, NamedTuple


class Kind(Enum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    MONEY = "money"
    QUANTITY = "quantity"
    DAY = "day"
    FLAG = "flag"


class Column(NamedTuple):
    """A column: its name, what it holds, and the element it comes from."""

    name: str
    kind: Kind
    source: str


_T, _I, _M, _Q, _D, _F = Kind.TEXT, Kind.INTEGER, Kind.MONEY, Kind.QUANTITY, Kind.DAY, Kind.FLAG

_TRANSACTION = (
    Column("file", _T, "the file's name"),
    Column("transaction", _I, "number of the ST in the file"),
)
_CLAIM = (*_TRANSACTION, Column("claim", _I, "number of the claim in the ST"))
_LINE = (*_CLAIM, Column("line", _I, "number of the line in the claim"))
_POSITION = Column("segment_position", _I, "ST = 1")

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "transactions": (
        *_TRANSACTION,
        Column("kind", _T, "835, 277CA, 277, 999, 997, 837I; TA1 stands in none"),
        Column("interchange_control_number", _T, "ISA13"),
        Column("group_control_number", _T, "GS06"),
        Column("transaction_control_number", _T, "ST02"),
        Column("version", _T, "ST03, else GS08"),
        Column("sender", _T, "ISA06"),
        Column("receiver", _T, "ISA08"),
    ),
    "remittances": (
        *_TRANSACTION,
        Column("trace_number", _T, "TRN02"),
        Column("payer_identifier", _T, "TRN03"),
        Column("payer", _T, "1000A N102"),
        Column("payee", _T, "1000B N102"),
        Column("payee_identifier", _T, "1000B N104"),
        Column("paid", _M, "BPR02, negative where BPR03 is D"),
        Column("method", _T, "BPR04"),
        Column("payment_date", _D, "BPR16"),
        Column("production_date", _D, "DTM*405"),
    ),
    "claims": (
        *_CLAIM,
        _POSITION,
        Column("patient_control_number", _T, "CLP01"),
        Column("status", _T, "CLP02"),
        Column("charge", _M, "CLP03"),
        Column("paid", _M, "CLP04"),
        Column("patient_responsibility", _M, "CLP05"),
        Column("filing_indicator", _T, "CLP06"),
        Column("payer_claim_control_number", _T, "CLP07"),
        Column("facility_type", _T, "CLP08"),
        Column("frequency", _T, "CLP09"),
        Column("drg", _T, "CLP11"),
        Column("statement_from", _D, "DTM*232"),
        Column("statement_through", _D, "DTM*233"),
        Column("received", _D, "DTM*050"),
        Column("is_reversal", _F, "CLP02 22"),
        Column("was_forwarded", _F, "CLP02 19, 20, 21, 23"),
    ),
    "lines": (
        *_LINE,
        _POSITION,
        Column("code_qualifier", _T, "SVC01-1"),
        Column("code", _T, "SVC01-2"),
        Column("modifiers", _T, "SVC01-3 to -6, blank between"),
        Column("revenue_code", _T, "SVC04"),
        Column("charge", _M, "SVC02"),
        Column("paid", _M, "SVC03"),
        Column("units", _Q, "SVC05"),
        Column("submitted_code", _T, "SVC06-2"),
        Column("submitted_units", _Q, "SVC07"),
        Column("line_control_number", _T, "REF*6R"),
        Column("service_from", _D, "DTM*472 or 150"),
        Column("service_through", _D, "DTM*472 or 151"),
        Column("allowed", _M, "AMT*B6"),
    ),
    "adjustments": (
        *_LINE,
        _POSITION,
        Column("group", _T, "CAS01"),
        Column("reason", _T, "CAS02, 05, 08 ..."),
        Column("amount", _M, "CAS03, 06, 09 ..."),
        Column("quantity", _Q, "CAS04, 07, 10 ..."),
    ),
    "remarks": (
        *_LINE,
        _POSITION,
        Column("qualifier", _T, "LQ01; HE for MIA and MOA"),
        Column("code", _T, "LQ02, MIA05, MIA20 to 23, MOA03 to 07"),
    ),
    "provider_adjustments": (
        *_TRANSACTION,
        _POSITION,
        Column("provider", _T, "PLB01"),
        Column("fiscal_period", _D, "PLB02"),
        Column("reason", _T, "PLB03-1"),
        Column("reference", _T, "PLB03-2"),
        Column("amount", _M, "PLB04; positive lowers the payment"),
    ),
    "statuses": (
        *_LINE,
        _POSITION,
        Column("level", _T, "loop of the STC: 2200B ... 2220D"),
        Column("trace_number", _T, "TRN02"),
        Column("patient_control_number", _T, "TRN02 (277CA), REF*EJ (277)"),
        Column("payer_claim_control_number", _T, "REF*1K"),
        Column("line_control_number", _T, "REF*FJ"),
        Column("category", _T, "STC01-1, 10-1, 11-1"),
        Column("status", _T, "STC01-2 ..."),
        Column("entity", _T, "STC01-3 ..."),
        Column("action", _T, "STC03"),
        Column("effective_date", _D, "STC02"),
        Column("charge", _M, "STC04"),
        Column("paid", _M, "STC05"),
        Column("message", _T, "STC12"),
        Column("rejects", _F, "STC03 U, or by the category"),
    ),
    "acknowledgments": (
        *_TRANSACTION,
        _POSITION,
        Column("kind", _T, "TA1, 999, 997"),
        Column("interchange_control_number", _T, "TA101"),
        Column("group_control_number", _T, "AK102"),
        Column("transaction_control_number", _T, "AK202"),
        Column("code", _T, "TA104, AK901, IK501"),
        Column("verdict", _T, "accepted, rejected, partial, unknown"),
        Column("note", _T, "TA105; AK905 to 909, IK502 to 506, blank between"),
        Column("segment", _T, "IK301"),
        Column("segment_at", _I, "IK302"),
        Column("loop", _T, "IK303"),
        Column("segment_code", _T, "IK304"),
        Column("element", _I, "IK401-1"),
        Column("component", _I, "IK401-2"),
        Column("element_code", _T, "IK403"),
        Column("value", _T, "IK404"),
        Column("patient_control_number", _T, "CTX CLM01"),
    ),
    "billed_claims": (
        *_CLAIM,
        _POSITION,
        Column("patient_control_number", _T, "CLM01"),
        Column("type_of_bill", _T, "CLM05, as four digits"),
        Column("charge", _M, "CLM02"),
        Column("payer_identifier", _T, "2010BB NM109"),
        Column("payer", _T, "2010BB NM103"),
        Column("responsibility", _T, "SBR01"),
        Column("filing_indicator", _T, "SBR09"),
        Column("member_identifier", _T, "2010BA NM109"),
        Column("birth_date", _D, "DMG02"),
        Column("billing_npi", _T, "2010AA NM109"),
        Column("statement_from", _D, "DTP*434"),
        Column("statement_through", _D, "DTP*434"),
        Column("principal_diagnosis", _T, "HI*ABK"),
        Column("authorization", _T, "REF*G1"),
        Column("payer_claim_control_number", _T, "REF*F8"),
    ),
    "billed_lines": (
        *_LINE,
        _POSITION,
        Column("revenue_code", _T, "SV201"),
        Column("code", _T, "SV202-2"),
        Column("modifiers", _T, "SV202-3 to -6, blank between"),
        Column("charge", _M, "SV203"),
        Column("unit", _T, "SV204"),
        Column("quantity", _Q, "SV205"),
        Column("service_from", _D, "DTP*472"),
        Column("service_through", _D, "DTP*472"),
        Column("ndc", _T, "LIN03"),
        Column("ndc_quantity", _Q, "CTP04"),
        Column("ndc_unit", _T, "CTP05-1"),
        Column("line_control_number", _T, "REF*6R"),
    ),
    "findings": (
        *_TRANSACTION,
        _POSITION,
        Column("rule", _T, "`j3399 explain` tells of it"),
        Column("severity", _T, "error, warning, info"),
        Column("element", _T, "the element's place"),
        Column("message", _T, "patient data masked"),
        Column("expected", _T, "patient data masked"),
        Column("found", _T, "patient data masked"),
    ),
}
"""All tables by name, in the order in which they are shown."""
