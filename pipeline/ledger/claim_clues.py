"""Ids of claims by what an answer may name them by: account number, numbers of payer and clearinghouse, patient.

Asked for many answers at once: a remittance holds thousands of claims that are none of ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import BindParameter, Connection, Select, bindparam, or_, select

from pipeline.batches import batches
from pipeline.ledger.answers import PARKED, UNSURE
from pipeline.ledger.schema import claim_patients, claims, events

_VALUES: BindParameter[str] = bindparam("values", expanding=True)
_IS_SURE = (events.c.claim != PARKED, or_(events.c.matched_by.is_(None), events.c.matched_by.not_in(UNSURE)))
_ANSWERED = select(events.c.payer_claim_control_number, events.c.claim).where(
    events.c.payer_claim_control_number.in_(_VALUES), *_IS_SURE
)
_NAMED = select(claims.c.original_number, claims.c.replaces).where(
    claims.c.original_number.in_(_VALUES), claims.c.replaces.is_not(None)
)
_ANSWERED_BY_CLEARINGHOUSE = select(events.c.clearinghouse_number, events.c.claim).where(
    events.c.clearinghouse_number.in_(_VALUES), *_IS_SURE
)
_SENT_BY_CLEARINGHOUSE = select(claims.c.clearinghouse_number, claims.c.id).where(
    claims.c.clearinghouse_number.in_(_VALUES)
)
_OF_PATIENTS = (
    select(claim_patients.c.digest, claims.c.id, claims.c.total_cents)
    .join(claims, claims.c.id == claim_patients.c.claim)
    .where(claim_patients.c.digest.in_(_VALUES))
)


def account_numbers(connection: Connection) -> Iterator[str]:
    """CLM01 of all claims."""
    yield from connection.execute(select(claims.c.patient_control_number)).scalars()


def numbered(connection: Connection, numbers: Collection[str]) -> dict[str, set[str]]:
    """The claims that surely have each of these payer claim control numbers: by an answer, or because
    the claim sent in their place names it (REF*F8). Numbers that no claim has are left out."""
    return _by_value(connection, (_ANSWERED, _NAMED), numbers)


def numbered_by_clearinghouse(connection: Connection, numbers: Collection[str]) -> dict[str, set[str]]:
    """The claims that surely have each of these numbers of a clearinghouse (REF*D9)."""
    return _by_value(connection, (_ANSWERED_BY_CLEARINGHOUSE, _SENT_BY_CLEARINGHOUSE), numbers)


def of_patients(connection: Connection, digests: Collection[str]) -> dict[str, dict[str, int]]:
    """The claims of each of these patients, with their total charges in cents."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for some in batches(sorted(digests)):
        for digest, claim, cents in connection.execute(_OF_PATIENTS, {"values": some}):
            found[digest][claim] = cents
    return found


def _by_value(
    connection: Connection, questions: Collection[Select[Any]], values: Collection[str]
) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for some in batches(sorted(values)):
        for question in questions:
            for row in connection.execute(question, {"values": some}):
                found[row[0]].add(row[1])
    return found
