"""Rows of encounters: every content an encounter id has had, and what became of it.

States: `new` (not judged yet), `held` (by the gate), `refused` (by a rule on the file),
`claimed` (a claim was sent), `superseded` (a newer revision has come).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from edi.records import record
from pipeline.batches import MANY
from pipeline.ledger.schema import claims, encounters

OPEN_STATES = ("new", "held", "refused")
_WRITTEN_OFF = "written_off"
_NONE = "[]"
"""No findings, as a row has them."""
RECEIVED, CORRECTION = "received", "correction"
"""Where a revision comes from: the hospital, or a correction that was made here."""


@record(frozen=True, slots=True)
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


_ROWS = select(
    encounters.c.id,
    encounters.c.encounter,
    encounters.c.revision,
    encounters.c.digest,
    encounters.c.content,
    encounters.c.state,
    encounters.c.findings,
    encounters.c.origin,
)


def latest(connection: Connection, encounter: str) -> EncounterRow | None:
    """The newest revision of an encounter."""
    statement = (
        _ROWS.where(encounters.c.encounter == encounter).order_by(encounters.c.revision.desc()).limit(1)
    )
    found = connection.execute(statement).first()
    return _record(found) if found is not None else None


def by_row(connection: Connection, row: int) -> EncounterRow:
    return _record(connection.execute(_ROWS.where(encounters.c.id == row)).one())


@record(frozen=True, slots=True)
class NewRevision:
    """A content from the hospital that is to be a revision: `new`, or `changed` with the findings that say why."""

    encounter: str
    revision: int
    digest: str
    content: str
    state: str = "new"
    findings: Sequence[dict[str, Any]] = ()


def latest_of(connection: Connection, keys: Collection[str]) -> dict[str, EncounterRow]:
    """The newest revisions of some hundred encounters, of those that are known."""
    statement = _ROWS.where(encounters.c.encounter.in_(keys)).order_by(encounters.c.revision)
    return {row.encounter: _record(row) for row in connection.execute(statement)}


def add_revisions(connection: Connection, added: Sequence[NewRevision], received: str) -> None:
    """New revisions of as many encounters; older ones that made no claim are superseded."""
    known = [one.encounter for one in added if one.revision > 1]
    if known:
        _supersede(connection, known)
    rows = [
        {
            "encounter": one.encounter,
            "revision": one.revision,
            "digest": one.digest,
            "content": one.content,
            "state": one.state,
            "findings": _as_text(one.findings),
            "received": received,
            "origin": RECEIVED,
        }
        for one in added
    ]
    if rows:
        connection.execute(insert(encounters), rows)


def add_correction(
    connection: Connection, encounter: str, digest: str, content: str, at: str
) -> EncounterRow:
    """A revision that was corrected here, in state `claimed`: it is added with the claim that is made of it.

    Called in the transaction that records that claim.
    """
    before = latest(connection, encounter)
    _supersede(connection, [encounter])
    connection.execute(
        insert(encounters).values(
            encounter=encounter,
            revision=before.revision + 1 if before is not None else 1,
            digest=digest,
            content=content,
            state="claimed",
            findings=_NONE,
            received=at,
            origin=CORRECTION,
        )
    )
    added = latest(connection, encounter)
    assert added is not None
    return added


def _supersede(connection: Connection, keys: Collection[str]) -> None:
    connection.execute(
        update(encounters)
        .where(encounters.c.encounter.in_(keys), encounters.c.state.in_(OPEN_STATES))
        .values(state="superseded")
    )


def is_repeat(connection: Connection, newest: EncounterRow, digest: str) -> bool:
    """Whether a content from the hospital is none that must be looked at: its newest revision over again.

    After a correction made here, any content that the hospital had sent before is a repeat: its
    system does not know of the correction.
    """
    if newest.origin != CORRECTION:
        return newest.digest == digest
    statement = (
        select(encounters.c.id)
        .where(encounters.c.encounter == newest.encounter, encounters.c.digest == digest)
        .limit(1)
    )
    return connection.execute(statement).first() is not None


def with_live_claims(connection: Connection, keys: Collection[str]) -> set[str]:
    """Which of some hundred encounters have a claim that is live, or was written off.

    What a person wrote off is not billed anew by itself, because a record changed; that is a
    correction.
    """
    counts = or_(claims.c.live_key.is_not(None), claims.c.state == _WRITTEN_OFF)
    statement = select(claims.c.encounter).where(claims.c.encounter.in_(keys), counts)
    return set(connection.execute(statement).scalars())


def open_encounters(connection: Connection) -> list[EncounterRow]:
    """All revisions that wait for a claim, by encounter id."""
    statement = _ROWS.where(encounters.c.state.in_(OPEN_STATES)).order_by(
        encounters.c.encounter, encounters.c.revision
    )
    return [_record(row) for row in connection.execute(statement)]


def open_rows(connection: Connection) -> dict[str, int]:
    """The newest revision that waits for a claim, by encounter: its row."""
    statement = (
        select(encounters.c.encounter, encounters.c.id)
        .where(encounters.c.state.in_(OPEN_STATES))
        .order_by(encounters.c.encounter, encounters.c.revision)
    )
    found = connection.execute(statement)
    return {row.encounter: row.id for rows in found.partitions(MANY) for row in rows}


def by_rows(connection: Connection, rows: Collection[int]) -> list[EncounterRow]:
    """Some hundred revisions, by encounter id."""
    statement = _ROWS.where(encounters.c.id.in_(rows)).order_by(encounters.c.encounter)
    return [_record(row) for row in connection.execute(statement).all()]


def in_state(connection: Connection, state: str) -> list[EncounterRow]:
    """All revisions in a state, by encounter id."""
    statement = _ROWS.where(encounters.c.state == state).order_by(
        encounters.c.encounter, encounters.c.revision
    )
    return [_record(row) for row in connection.execute(statement)]


def reopen_changed(connection: Connection, keys: Collection[str]) -> None:
    """Changes of some hundred encounters that waited for the end of a live claim are judged now."""
    statement = (
        select(encounters.c.encounter, encounters.c.id, encounters.c.state)
        .where(encounters.c.encounter.in_(keys))
        .order_by(encounters.c.revision)
    )
    newest = {row.encounter: row for row in connection.execute(statement)}
    set_states(connection, [(row.id, "new", ()) for row in newest.values() if row.state == "changed"])


Outcome = tuple[int, str, Sequence[dict[str, Any]]]
"""A revision's row, its state by a judgement, and the findings of that."""


def set_states(connection: Connection, outcomes: Iterable[Outcome]) -> None:
    """The outcomes of judgements."""
    rows = [
        {"its_row": row, "its_state": state, "its_findings": _as_text(findings)}
        for row, state, findings in outcomes
    ]
    if rows:
        statement = (
            update(encounters)
            .where(encounters.c.id == bindparam("its_row"))
            .values(state=bindparam("its_state"), findings=bindparam("its_findings"))
        )
        connection.execute(statement, rows)


def _as_text(findings: Sequence[dict[str, Any]]) -> str:
    return json.dumps(list(findings), sort_keys=True) if findings else _NONE


def _record(row: Sequence[Any]) -> EncounterRow:
    """Of a row of `_ROWS`."""
    number, encounter, revision, digest, content, state, findings, origin = row
    return EncounterRow(
        number,
        encounter,
        revision,
        digest,
        content,
        state,
        [] if findings == _NONE else json.loads(findings),
        origin,
    )
