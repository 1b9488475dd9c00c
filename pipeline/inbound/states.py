"""The states that follow from what was answered and decided, written into the ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import Connection

from pipeline.batches import batches
from pipeline.chains import Chain
from pipeline.ledger import answers, claims, decisions, encounters


def update_states(connection: Connection, touched: Iterable[str]) -> None:
    """Give claims, and those that follow or precede them, the states that follow from their events
    and from what was decided of them."""
    for _ in updated_chains(connection, touched):
        pass


def updated_chains(connection: Connection, touched: Iterable[str]) -> Iterator[Chain]:
    """The chains of claims, each once, as their states are given to them."""
    done: set[str] = set()
    for some in batches(sorted(touched)):
        chains = chains_of(connection, [claim for claim in some if claim not in done])
        ids = [one.id for chain in chains for one in chain.claims]
        done.update(ids)
        decided = decisions.latest_of(connection, ids, decisions.STATE_KINDS)
        claims.set_states(connection, [(chain.claims, chain.states(decided)) for chain in chains])
        encounters_of_chains = {one.encounter for chain in chains for one in chain.claims}
        live = encounters.with_live_claims(connection, encounters_of_chains)
        encounters.reopen_changed(connection, encounters_of_chains - live)
        yield from chains


def chains_of(connection: Connection, ids: Collection[str]) -> list[Chain]:
    """The chains of some hundred claims, each once, with all that was answered about them."""
    found = claims.chains_of(connection, ids)
    events = answers.of_claims(connection, [row.id for rows in found for row in rows])
    return [Chain(rows, {row.id: events[row.id] for row in rows}) for rows in found]
