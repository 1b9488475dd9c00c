"""The figures of a ledger as it is on a day."""

from __future__ import annotations

import datetime as dt

from mapping.profile_store import ProfileStore
from pipeline.config import Config
from pipeline.figures.measures import Figure, figures_of
from pipeline.figures.one_walk import items_and_bills
from pipeline.ledger.decisions import CLOSED
from pipeline.ledger.store import Ledger
from pipeline.worklist.decisions import entries
from pipeline.worklist.desk import Desk


def ledger_figures(config: Config, ledger: Ledger, profiles: ProfileStore, today: dt.date) -> list[Figure]:
    """All figures. Snoozed items are at risk like open ones; closed ones are not."""
    with ledger.reading() as connection:
        desk = Desk(config, connection, profiles, today)
        items, bills = items_and_bills(desk)
        listed = entries(ledger, items, today)
    closed = [one.is_hidden and one.decision is not None and one.decision.kind == CLOSED for one in listed]
    at_risk = [entry.item for entry, done in zip(listed, closed, strict=True) if not done]
    return figures_of(bills, at_risk, today)
