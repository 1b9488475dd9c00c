"""A claim as it stands in a file, as rows of the ledger: the same of our own and of others' files."""

from __future__ import annotations

from typing import Any

from edi.claim837i.model import Claim, ServiceLine
from edi.values import to_cents
from pipeline.ledger.claims import LineRow

_FORMER_NUMBER, _CLEARINGHOUSE_NUMBER = "F8", "D9"


def fields_of(claim: Claim) -> dict[str, Any]:
    """What a row of the ledger takes from a claim that was read, by the names of `ClaimRow`."""
    positions = [item.segment.position for item in claim.segments if item.loop.startswith(("23", "24"))]
    first, through = claim.statement_from, claim.statement_through
    return {
        "first_segment": min(positions),
        "last_segment": max(positions),
        "patient_control_number": claim.patient_control_number,
        "frequency": claim.frequency,
        "total_cents": to_cents(claim.total_charge) if claim.total_charge is not None else 0,
        "payer_id": claim.payer.id or None,
        "payer_name": claim.payer.name or None,
        "original_number": claim.reference(_FORMER_NUMBER) or None,
        "clearinghouse_number": claim.reference(_CLEARINGHOUSE_NUMBER) or None,
        "statement_from": first.isoformat() if first else None,
        "statement_through": through.isoformat() if through else None,
    }


def lines_of(claim: Claim) -> list[LineRow]:
    """Its service lines."""
    return [_line(line) for line in claim.lines]


def _line(line: ServiceLine) -> LineRow:
    return LineRow(
        number=int(line.number),
        control_number=line.control_number,
        revenue_code=line.revenue_code,
        code=line.code,
        charge_cents=to_cents(line.charge) if line.charge is not None else 0,
        service_date=line.service_date.isoformat() if line.service_date else None,
    )
