"""Rows of decisions: what people decided, tied to the facts they decided on.

A decision holds while its fingerprint does: where the facts change it lapses by itself. A
waiver's subject is an encounter, its fingerprint the digest of that encounter's content and the
rule. A correction's subject is the claim that it made, its fingerprint the claim before it. That of
a file sent again, or settled, is its name, with its SHA-256. A decision on a work item has the item's key for
its subject. One that gives a claim a state of its own (appealed, written off) is tied to the answer
that it was made on.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from pipeline.ledger.schema import decisions

WAIVED = "waived"
CORRECTION = "correction"
RESENT = "resent"
RECEIVED, NOT_RECEIVED = "received", "not received"
"""What a person knows of a file that may have been sent."""
CLOSED, SNOOZED, REOPENED = "closed", "snoozed", "reopened"
ITEM_KINDS = (CLOSED, SNOOZED, REOPENED)
"""What can be decided of a work item."""
APPEALED, WRITTEN_OFF, TAKEN_BACK = "appealed", "written_off", "taken back"
STATE_KINDS = (APPEALED, WRITTEN_OFF, TAKEN_BACK)
"""What gives a claim a state that no answer gives it, or takes that state back."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided of a subject. `at` is ISO text with the time, `until` a day or None."""

    subject: str
    kind: str
    fingerprint: str
    reason: str
    by: str
    at: str
    until: str | None = None


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule that somebody waived for one content of an encounter."""

    encounter: str
    content_digest: str
    rule: str
    reason: str
    by: str
    at: str

    @property
    def fingerprint(self) -> str:
        """What the waiver is tied to."""
        return f"{self.content_digest}:{self.rule}"


def add_waiver(connection: Connection, waiver: Waiver) -> None:
    """Record a waiver."""
    connection.execute(
        insert(decisions).values(
            subject=waiver.encounter,
            kind=WAIVED,
            reason=waiver.reason,
            by=waiver.by,
            fingerprint=waiver.fingerprint,
            at=waiver.at,
        )
    )


def waivers(connection: Connection, encounter: str, content_digest: str) -> list[Waiver]:
    """The waivers that hold for this content of an encounter, oldest first."""
    found = waivers_of(connection, [encounter]).get(encounter, [])
    return [one for one in found if one.content_digest == content_digest]


def waivers_of(connection: Connection, encounters: Collection[str]) -> dict[str, list[Waiver]]:
    """The waivers for all contents of some hundred encounters, oldest first; none of one without."""
    statement = (
        select(decisions)
        .where(decisions.c.subject.in_(encounters), decisions.c.kind == WAIVED)
        .order_by(decisions.c.id)
    )
    found: dict[str, list[Waiver]] = {}
    for row in connection.execute(statement):
        digest, _, rule = row.fingerprint.partition(":")
        found.setdefault(row.subject, []).append(
            Waiver(row.subject, digest, rule, row.reason, row.by, row.at)
        )
    return found


def add_correction(connection: Connection, claim: str, replaces: str, reason: str, by: str, at: str) -> None:
    """Record why a claim was corrected, and who approved it ("" where nothing had to be approved)."""
    connection.execute(
        insert(decisions).values(
            subject=claim, kind=CORRECTION, reason=reason, by=by, fingerprint=replaces, at=at
        )
    )


def add(connection: Connection, decision: Decision) -> None:
    """Record a decision; those before it stay."""
    values = {name: getattr(decision, name) for name in Decision.__slots__}
    connection.execute(insert(decisions).values(**values))


def latest_by_subject(connection: Connection, kinds: Collection[str]) -> dict[str, Decision]:
    """The last decision of these kinds on each subject."""
    statement = select(decisions).where(decisions.c.kind.in_(kinds)).order_by(decisions.c.id)
    return {row.subject: _decision(row) for row in connection.execute(statement)}


def latest(connection: Connection, subject: str, kinds: Collection[str]) -> Decision | None:
    """The last decision of these kinds on a subject."""
    statement = (
        select(decisions)
        .where(decisions.c.subject == subject, decisions.c.kind.in_(kinds))
        .order_by(decisions.c.id.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return _decision(row) if row is not None else None


def latest_of(
    connection: Connection, subjects: Collection[str], kinds: Collection[str]
) -> dict[str, Decision]:
    """The last decision of these kinds on each of some hundred subjects; none of one without."""
    statement = (
        select(decisions)
        .where(decisions.c.subject.in_(subjects), decisions.c.kind.in_(kinds))
        .order_by(decisions.c.id)
    )
    return {row.subject: _decision(row) for row in connection.execute(statement)}


def _decision(row: Row[Any]) -> Decision:
    return Decision(**{name: getattr(row, name) for name in Decision.__slots__})
