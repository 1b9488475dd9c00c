"""Work items made by hand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pipeline.denials.item import WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.denials.tables import causes


def an_item(cause: str | None = "aav9-titer", **changes: Any) -> WorkItem:
    """A denied claim, with the given fields changed; without a cause where that is None."""
    ranked = (RankedCause(causes()[cause], 0.8, ("the titer is old",)),) if cause else ()
    fields: dict[str, Any] = {
        "kind": "denied",
        "key": changes.get("claim", "C1"),
        "claim": "C1",
        "encounter": "E1",
        "payer": "state-medicaid",
        "state": "denied",
        "stage": "denied",
        "amount_at_risk_cents": 212_500_000,
        "codes": (),
        "causes": ranked,
        "actions": ("appeal",),
        "steps": ("send the result",),
        "owner": "authorization team",
        "due": dt.date(2026, 12, 1),
    }
    return WorkItem(**{**fields, **changes})
