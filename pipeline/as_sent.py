"""A claim as it stands in a file, as rows of the ledger: the same of our own and of others' files."""

from __future__ import annotations

from decimal import Decimal
from itertools import chain
from typing import Any

from edi.claim837i.model import Claim, ServiceLine
from edi.values import to_cents
from pipeline.ledger.claims import LineRow

_MOST_CENTS = 10**15
_FORMER_NUMBER, _CLEARINGHOUSE_NUMBER = "F8", "D9"


def fields_of(claim: Claim) -> dict[str, Any]:
    """What a row of the ledger takes from a claim that was read, by the names of `ClaimRow`."""
    loops = chain.from_iterable([source.loops for source in claim.sources])
    # the segments of a loop stand in the order of the file
    ends = [(own[0].position, own[-1].position) for loop, own in loops if loop.startswith(("23", "24"))]
    first, through = claim.statement_from, claim.statement_through
    return {
        "first_segment": min(ends)[0],
        "last_segment": max(last for _, last in ends),
        "patient_control_number": claim.patient_control_number,
        "frequency": claim.frequency,
        "total_cents": cents_of(claim.total_charge),
        "payer_id": claim.payer.id or None,
        "payer_name": claim.payer.name or None,
        "original_number": claim.reference(_FORMER_NUMBER) or None,
        "clearinghouse_number": claim.reference(_CLEARINGHOUSE_NUMBER) or None,
        "statement_from": first.isoformat() if first else None,
        "statement_through": through.isoformat() if through else None,
    }


def lines_of(claim: Claim) -> list[LineRow]:
    """Its service lines."""
    return [_line(number, line) for number, line in enumerate(claim.lines, start=1)]


def cents_of(amount: Decimal | None) -> int:
    """An amount in cents; 0 where there is none, or none that can be money."""
    try:
        cents = to_cents(amount) if amount is not None else 0
    except ValueError:
        return 0
    return cents if abs(cents) < _MOST_CENTS else 0


def _line(number: int, line: ServiceLine) -> LineRow:
    return LineRow(
        number=number,
        control_number=line.control_number,
        revenue_code=line.revenue_code,
        code=line.code,
        charge_cents=cents_of(line.charge),
        service_date=line.service_date.isoformat() if line.service_date else None,
    )
