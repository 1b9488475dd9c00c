"""Rows of decisions: what people decided, tied to the facts they decided on.

A decision holds while its fingerprint does: where the facts change it lapses by itself. A
waiver's subject is an encounter, its fingerprint the digest of that encounter's content and the
rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from pipeline.ledger.schema import decisions

WAIVED = "waived"


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
    statement = (
        select(decisions)
        .where(
            decisions.c.subject == encounter,
            decisions.c.kind == WAIVED,
            decisions.c.fingerprint.startswith(f"{content_digest}:", autoescape=True),
        )
        .order_by(decisions.c.id)
    )
    return [
        Waiver(encounter, content_digest, row.fingerprint.partition(":")[2], row.reason, row.by, row.at)
        for row in connection.execute(statement)
    ]
