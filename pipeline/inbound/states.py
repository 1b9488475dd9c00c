"""The states that follow from what was answered and decided, written into the ledger."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from pipeline.chains import Chain
from pipeline.ledger import answers, claims, decisions, encounters


def update_states(connection: Connection, touched: Iterable[str]) -> None:
    """Give claims, and those that follow or precede them, the states that follow from their events
    and from what was decided of them."""
    done: set[str] = set()
    for claim in sorted(touched):
        if claim in done:
            continue
        chain = chain_of(connection, claim)
        done |= {one.id for one in chain.claims}
        decided = {
            one.id: decisions.latest(connection, one.id, decisions.STATE_KINDS) for one in chain.claims
        }
        claims.set_states(connection, chain.states(decided))
        for encounter in sorted({one.encounter for one in chain.claims}):
            if not encounters.has_live_claim(connection, encounter):
                encounters.reopen_changed(connection, encounter)


def chain_of(connection: Connection, claim: str) -> Chain:
    """A claim's chain with all that was answered about it."""
    rows = claims.chain_of(connection, claim)
    return Chain(rows, {one.id: answers.of_claim(connection, one.id) for one in rows})
