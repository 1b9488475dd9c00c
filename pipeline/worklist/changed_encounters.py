"""Encounters whose record changed after their claim went out.

The claim stands until somebody corrects it; the item names the fields that differ, never what
stands in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.denials.deadlines import NO_DEADLINE, Deadline, replacement
from pipeline.denials.item import WorkItem
from pipeline.ledger import encounters
from pipeline.ledger.claims import ENDED_STATES, ClaimRow
from pipeline.worklist.desk import Desk, day_of
from pipeline.worklist.making import about_claim, certain, own_kinds

KIND = "encounter-changed"
_MOST_NAMED = 12


def changed_encounters(desk: Desk) -> Iterator[WorkItem]:
    """An item for each encounter that came again with other content than its live claims were made from."""
    for row in encounters.in_state(desk.connection, "changed"):
        live = [claim for claim in desk.of_encounter(row.encounter) if claim.state not in ENDED_STATES]
        newest = encounters.latest(desk.connection, row.encounter)
        if not live or newest is None or newest.row != row.row or live[0].encounter_row is None:
            continue
        sent = encounters.by_row(desk.connection, live[0].encounter_row)
        fields = changed_fields(json.loads(sent.content), json.loads(row.content))
        if fields:
            yield _item(desk, live, fields)


def changed_fields(before: Any, after: Any, path: str = "") -> list[str]:
    """The paths at which two records differ; a list that grew or shrank is named as a whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = dict.fromkeys([*before, *after])
        inner = [
            changed_fields(before.get(name), after.get(name), f"{path}.{name}" if path else name)
            for name in names
        ]
        return [found for one in inner for found in one]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for at, (old, new) in pairs for found in changed_fields(old, new, f"{path}[{at}]")]
    return [] if before == after else [path]


def _item(desk: Desk, live: Sequence[ClaimRow], fields: Sequence[str]) -> WorkItem:
    shown = ", ".join(fields[:_MOST_NAMED])
    more = f" and {len(fields) - _MOST_NAMED} more" if len(fields) > _MOST_NAMED else ""
    steps = [
        f"`j3399 correct {claim.id} --as replace --preview DIR` shows the replacement (frequency 7)"
        for claim in live
    ]
    if not any(desk.life(claim).payer_claim_control_number for claim in live):
        steps.append("a replacement names the payer's claim control number: wait for it")
    return about_claim(
        live[0],
        KIND,
        certain(KIND, [f"differs from the claim: {shown}{more}"]),
        key=f"{live[0].encounter}:{KIND}",
        state=live[0].state,
        stage=desk.life(live[0]).stage or "pending",
        cents=sum(claim.total_cents for claim in live),
        actions=["replace"],
        steps=[*own_kinds()[KIND].steps, *steps],
        deadline=_deadline(desk, live[0]),
        facts=fields,
    )


def _deadline(desk: Desk, claim: ClaimRow) -> Deadline:
    """The last day for a replacement, which counts from the remittance."""
    deciding = desk.life(claim).deciding
    if deciding is None or deciding.stage != "835":
        return NO_DEADLINE
    return replacement(day_of(deciding), desk.payer(claim.payer))
