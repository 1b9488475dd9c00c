"""Rows of encounters: every content an encounter id has had, and what became of it.

States: `new` (not judged yet), `held` (by the gate), `refused` (by a rule on the file),
`claimed` (a claim was sent), `superseded` (a newer revision has come).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, update

from pipeline.ledger.schema import claims, encounters

OPEN_STATES = ("new", "held", "refused")
_WRITTEN_OFF = "written_off"
RECEIVED, CORRECTION = "received", "correction"
"""Where a revision comes from: the hospital, or a correction that was made here."""


@dataclass(frozen=True, slots=True)
class EncounterRow:
    """One revision of an encounter. `findings` are those of the last judgement, as JSON objects.

    `origin` is `received` or `correction`.
    """

    row: int
    encounter: str
    revision: int
    digest: str
    content: str
    state: str
    findings: list[dict[str, Any]]
    origin: str


def latest(connection: Connection, encounter: str) -> EncounterRow | None:
    """The newest revision of an encounter."""
    statement = (
        select(encounters)
        .where(encounters.c.encounter == encounter)
        .order_by(encounters.c.revision.desc())
        .limit(1)
    )
    found = connection.execute(statement).first()
    return _record(found) if found is not None else None


def by_row(connection: Connection, row: int) -> EncounterRow:
    return _record(connection.execute(select(encounters).where(encounters.c.id == row)).one())


def add_revision(connection: Connection, encounter: str, digest: str, content: str, received: str) -> int:
    """A new revision from the hospital in state `new`; older ones that made no claim are superseded.

    Returns its number.
    """
    return _add(connection, encounter, digest, content, received, RECEIVED, "new").revision


def add_correction(
    connection: Connection, encounter: str, digest: str, content: str, at: str
) -> EncounterRow:
    """A revision that was corrected here, in state `claimed`: it is added with the claim that is made of it.

    Called in the transaction that records that claim.
    """
    return _add(connection, encounter, digest, content, at, CORRECTION, "claimed")


def _add(
    connection: Connection,
    encounter: str,
    digest: str,
    content: str,
    received: str,
    origin: str,
    state: str,
) -> EncounterRow:
    revision = (
        connection.execute(
            select(func.max(encounters.c.revision)).where(encounters.c.encounter == encounter)
        ).scalar()
        or 0
    ) + 1
    connection.execute(
        update(encounters)
        .where(encounters.c.encounter == encounter, encounters.c.state.in_(OPEN_STATES))
        .values(state="superseded")
    )
    connection.execute(
        insert(encounters).values(
            encounter=encounter,
            revision=revision,
            digest=digest,
            content=content,
            state=state,
            findings="[]",
            received=received,
            origin=origin,
        )
    )
    added = latest(connection, encounter)
    assert added is not None
    return added


def is_repeat(connection: Connection, encounter: str, digest: str) -> bool:
    """Whether a content from the hospital is none that must be looked at: its newest revision over again.

    After a correction made here, any content that the hospital had sent before is a repeat: its
    system does not know of the correction.
    """
    newest = latest(connection, encounter)
    if newest is None:
        return False
    if newest.origin != CORRECTION:
        return newest.digest == digest
    statement = (
        select(encounters.c.id)
        .where(encounters.c.encounter == encounter, encounters.c.digest == digest)
        .limit(1)
    )
    return connection.execute(statement).first() is not None


def has_live_claim(connection: Connection, encounter: str) -> bool:
    """Whether any claim of the encounter is live, or was written off.

    What a person wrote off is not billed anew by itself, because a record changed; that is a
    correction.
    """
    counts = or_(claims.c.live_key.is_not(None), claims.c.state == _WRITTEN_OFF)
    statement = select(claims.c.id).where(claims.c.encounter == encounter, counts).limit(1)
    return connection.execute(statement).first() is not None


def open_encounters(connection: Connection) -> list[EncounterRow]:
    """All revisions that wait for a claim, by encounter id."""
    statement = (
        select(encounters)
        .where(encounters.c.state.in_(OPEN_STATES))
        .order_by(encounters.c.encounter, encounters.c.revision)
    )
    return [_record(row) for row in connection.execute(statement)]


def in_state(connection: Connection, state: str) -> list[EncounterRow]:
    """All revisions in a state, by encounter id."""
    statement = (
        select(encounters)
        .where(encounters.c.state == state)
        .order_by(encounters.c.encounter, encounters.c.revision)
    )
    return [_record(row) for row in connection.execute(statement)]


def reopen_changed(connection: Connection, encounter: str) -> None:
    """A change that waited for the end of a live claim is judged now."""
    newest = latest(connection, encounter)
    if newest is not None and newest.state == "changed":
        set_state(connection, newest.row, "new", [])


def set_state(connection: Connection, row: int, state: str, findings: Sequence[dict[str, Any]]) -> None:
    """The outcome of a judgement."""
    body = json.dumps(list(findings), sort_keys=True)
    connection.execute(update(encounters).where(encounters.c.id == row).values(state=state, findings=body))


def _record(row: Row[Any]) -> EncounterRow:
    return EncounterRow(
        row.id,
        row.encounter,
        row.revision,
        row.digest,
        row.content,
        row.state,
        json.loads(row.findings),
        row.origin,
    )
