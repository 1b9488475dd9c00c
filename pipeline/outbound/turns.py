"""Whose turn it is: the payer that an encounter is billed to next, and what those before it decided.

Why: the second payer is billed when the first has decided, and with what it decided; that
stands in the ledger, so nobody types it in. A claim that the first payer sent on itself
(crossed over) is not sent again.

Source: FACTS A8, D4 (CLP02 19 to 21); 835 loops 2100 and 2110.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.records import record
from edi.values import from_cents
from mapping.encounter import Adjudication, Adjustment, Encounter, LineAdjudication
from pipeline.ledger import answers, claims
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow, LineRow
from pipeline.life import life_of

_DECIDED = ("paid", "partly_paid")
_REMITTANCE = "835"
_LINE_NUMBER = re.compile(r"L([0-9]{3})(?:-[0-9]+)?")


class NotBillable(Exception):
    """The next payer cannot be billed by us; the message says why, without patient data."""


@record(frozen=True, slots=True)
class Turn:
    """A payer's turn: its place among the coverages, and the decisions before it in their order."""

    payer_order: int
    earlier: tuple[Adjudication | None, ...]


def next_turn(connection: Connection, encounter: Encounter, of_encounter: Sequence[ClaimRow]) -> Turn | None:
    """The payer to be billed now, where these claims of the encounter are live; None while one is still to decide, and where no money is left to ask for.

    Raises NotBillable where what an earlier payer decided cannot be told the next.
    """
    earlier: list[Adjudication | None] = []
    for order, coverage in enumerate(encounter.coverages):
        live = [claim for claim in of_encounter if claim.payer_order == order]
        if not live and coverage.adjudication is not None and order + 1 < len(encounter.coverages):
            earlier.append(coverage.adjudication)  # billed and decided elsewhere
            continue
        if not live:
            return Turn(order, tuple(earlier))
        decisions = [_payment(connection, claim) for claim in live]
        decided = [payment for payment in decisions if payment is not None]
        if len(decided) < len(live) or any(payment.body["forwarded"] for payment in decided):
            return None
        if sum(payment.body["paid_cents"] for payment in decided) >= sum(claim.total_cents for claim in live):
            return None
        earlier.append(_decision(connection, live, decided))
    return None


def waiting_for_next_payer(connection: Connection) -> list[ClaimRow]:
    """The claims that were paid at least in part, with another payer behind that was not billed yet."""
    return claims.without_next_payer(connection, _DECIDED)


def _payment(connection: Connection, claim: ClaimRow) -> EventRow | None:
    """The remittance that holds for a claim, None where it is not paid in any part."""
    life = life_of(answers.of_claim(connection, claim.id))
    return life.deciding if life.state in _DECIDED else None


def decision_of(connection: Connection, encounter: str, payer_order: int) -> Adjudication:
    """What a payer decided on an encounter, a denial too, as the payer behind it is told.

    NotBillable where it has not decided on all its claims, or that cannot be told.
    """
    live = claims.live_of(connection, encounter, payer_order)
    decisions = [life_of(answers.of_claim(connection, claim.id)).deciding for claim in live]
    decided = [one for one in decisions if one is not None and one.stage == _REMITTANCE]
    if not live or len(decided) < len(live):
        raise NotBillable("the earlier payer has not decided yet")
    if any(one.body["forwarded"] for one in decided):
        raise NotBillable("the earlier payer sent the claim on itself")
    return _decision(connection, live, decided)


def _decision(connection: Connection, live: Sequence[ClaimRow], payments: Sequence[EventRow]) -> Adjudication:
    """One decision out of the remittances for all claims to a payer (stay and drug apart)."""
    days = [payment.day for payment in payments if payment.day]
    numbers = [payment.payer_claim_control_number for payment in payments]
    if not days:
        raise NotBillable("the remittance of the earlier payer bears no date")
    try:
        return Adjudication(
            paid=from_cents(sum(payment.body["paid_cents"] for payment in payments)),
            date=dt.date.fromisoformat(max(days)),
            payer_claim_control_number=next((number for number in numbers if number), None),
            adjustments=[item for payment in payments for item in _adjustments(payment.body["adjustments"])],
            lines=list(_lines(connection, live, payments)),
        )
    except ValidationError:
        reason = "the remittance of the earlier payer has adjustments that no claim can carry"
        raise NotBillable(reason) from None


def _lines(
    connection: Connection, live: Sequence[ClaimRow], payments: Sequence[EventRow]
) -> Iterator[LineAdjudication]:
    """The decided lines by their number in the record; the shares of a line that was split are joined."""
    found: dict[int, list[dict[str, Any]]] = {}
    for claim, payment in zip(live, payments, strict=True):
        sent = claims.lines_of(connection, claim.id)
        for line in payment.body["lines"]:
            found.setdefault(record_line(line, sent), []).append(line)
    for number in sorted(found):
        yield LineAdjudication(
            line=number,
            paid=from_cents(sum(line["paid_cents"] for line in found[number])),
            adjustments=[item for line in found[number] for item in _adjustments(line["adjustments"])],
        )


def record_line(line: dict[str, Any], sent: Sequence[LineRow]) -> int:
    """By our line control number; where the payer did not give it back, by code and charge."""
    numbers = [line["control_number"]]
    if not line["control_number"]:
        code = line["code"] or line["revenue_code"]
        numbers = [
            row.control_number
            for row in sent
            if (row.code or row.revenue_code) == code and row.charge_cents == line["charge_cents"]
        ]
    found = {int(match[1]) for match in map(_LINE_NUMBER.fullmatch, numbers) if match is not None}
    if len(found) != 1:
        raise NotBillable("a line of the earlier payer's remittance fits no line of the record, or several")
    return found.pop()


def _adjustments(found: Iterable[dict[str, Any]]) -> list[Adjustment]:
    return [
        Adjustment(
            group=item["group"],
            reason=item["reason"],
            amount=from_cents(item["cents"]),
            quantity=Decimal(item["quantity"]) if item.get("quantity") else None,
        )
        for item in found
    ]
