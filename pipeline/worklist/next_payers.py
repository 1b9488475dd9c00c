"""Claims to a next payer that are due and that the night could not send.

The night bills the next payer by itself. What is left for somebody: a rule holds that claim, the
decision of the payer before cannot be told to the next, or the payer before denied everything, so
that a person decides between appeal and billing on. A claim that crossed over (CLP02 19 to 21) is
not due, nor one that left no money to ask for.

Source: FACTS A8, D4; `secondary-due` of the cause table.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from edi.values import dollars
from mapping.encounter import Encounter
from pipeline.denials.actions import actions_for
from pipeline.denials.deadlines import filing
from pipeline.denials.evidence import Evidence
from pipeline.denials.item import WorkItem
from pipeline.ledger import claims, encounters
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.encounters import EncounterRow
from pipeline.worklist.desk import Desk, day_of
from pipeline.worklist.making import about_claim, cause_named, certain, days_words
from pipeline.worklist.waiting_encounters import blocking, finding_words, remedies

KIND = "secondary-due"
_DENIED = "denied"
_DECIDED = ("paid", "partly_paid", _DENIED)


def next_payers(desk: Desk) -> Iterator[WorkItem]:
    """An item for each encounter whose next payer could be billed and was not."""
    counted = {claim.id for claim in desk.claims}
    told: set[str] = set()
    for claim in claims.without_next_payer(desk.connection, _DECIDED):
        if claim.id in counted and claim.encounter not in told:
            told.add(claim.encounter)
            yield from _of_encounter(desk, claim)


def _of_encounter(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """Nothing while a claim to the same payer waits for its decision (stay and drug apart)."""
    beside = [other for other in desk.of_encounter(claim.encounter) if other.payer_order == claim.payer_order]
    decisions = [event for one in beside if (event := desk.life(one).deciding) is not None]
    record = desk.record(claim)
    if record is None or any(one.state not in _DECIDED for one in beside):
        return
    if any(event.body.get("forwarded") for event in decisions):
        return
    left = sum(one.total_cents for one in beside) - sum(desk.life(one).paid_cents for one in beside)
    share = sum(event.body.get("patient_cents", 0) for event in decisions)
    days = [day for event in decisions if (day := day_of(event)) is not None]
    if left > 0 and len(record.coverages) > claim.payer_order + 1:
        yield _item(desk, claim, record, share if 0 < share < left else left, max(days, default=None))


def _item(desk: Desk, claim: ClaimRow, record: Encounter, left: int, decided: dt.date | None) -> WorkItem:
    order = claim.payer_order + 1
    payer = desk.payer(record.coverages[order].payer)
    limit = filing(None, decided, order, payer)
    cause = cause_named(KIND)
    newest = encounters.latest(desk.connection, claim.encounter)
    holding = blocking(newest) if newest is not None and newest.state in ("held", "refused") else []
    words = [
        f"{claim.payer} {_decision(claim)} on {decided or 'a day it does not state'}, {dollars(left)} left",
        f"next payer: {payer.key}; it was not billed and the claim did not cross over",
        *(finding_words(finding) for finding in holding),
    ]
    if limit.day is not None:
        words.append(f"{limit.words}: {days_words((limit.day - desk.today).days)}")
    else:
        words.append("the filing limit of the next payer is not in its profile")
    steps = [*cause.steps, *remedies(claim.encounter, holding, payer), *_steps(claim, holding, newest)]
    return about_claim(
        claim,
        KIND,
        certain(KIND, words),
        state=claim.state,
        stage="paid",
        cents=left,
        actions=actions_for(cause, "paid", payer, (), Evidence.none()),
        steps=steps,
        deadline=limit,
        facts=[payer.key, *sorted({finding["rule"] for finding in holding})],
    )


def _decision(claim: ClaimRow) -> str:
    return {"paid": "paid", "partly_paid": "paid in part", _DENIED: "denied"}[claim.state]


def _steps(claim: ClaimRow, holding: Sequence[object], newest: EncounterRow | None) -> Iterator[str]:
    if claim.state == _DENIED:
        yield "decide first whether the denial is appealed; a next payer may want to see its end"
        yield f"`j3399 correct {claim.id} --as secondary --preview DIR` shows the claim to the next payer"
    elif holding:
        yield "once that is mended the next night bills the next payer"
