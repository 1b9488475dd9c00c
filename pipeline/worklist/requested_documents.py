"""Documents that a payer asks for before it decides: a 277 of the R categories, a 277 of X213, or an 835
that leaves the claim undecided (CARC 133) and wants a document (CARC 252).

Asked for is what the last answer asks for: one that came later, a decision or "in process", ends it.

Source: FACTS D3; 005010X212 and X213, STC01 and DTP*106.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from pipeline.denials.actions import actions_for
from pipeline.denials.answer_codes import codes_of
from pipeline.denials.deadlines import Deadline
from pipeline.denials.evidence import Evidence
from pipeline.denials.item import CodeEntry, WorkItem
from pipeline.denials.judged import judged
from pipeline.denials.ranking import code_in_words
from pipeline.denials.steps import steps_for
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk
from pipeline.worklist.making import about_claim, cause_named, certain, days_words

KIND = "documents-requested"
_WAITS_ON_PROVIDER = "P3"


def requested_documents(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """The item of a claim whose last answer asks for documents."""
    if claim.state != "pending":
        return
    event = desk.life(claim).deciding
    if event is not None and (request := _request(desk, claim, event)) is not None:
        yield _item(desk, claim, event.stage, event.day, event.body, request)


def _request(desk: Desk, claim: ClaimRow, event: EventRow) -> dict[str, Any] | None:
    """What is asked for, and until when; None where nothing is."""
    found: dict[str, Any] | None = event.body.get("request")
    if found is not None:
        return found
    if event.stage == "835":
        judgement = judged(case_of(desk, claim, with_evidence=False))
        waits = judgement is not None and judgement.causes[0].cause.id == KIND
    else:
        waits = any(item["category"] == _WAITS_ON_PROVIDER for item in event.body["statuses"])
    return {"due": None, "documents": []} if waits else None


def _item(
    desk: Desk, claim: ClaimRow, stage: str, day: str | None, body: dict[str, Any], request: dict[str, Any]
) -> WorkItem:
    case = case_of(desk, claim, with_evidence=False)
    cause = cause_named(KIND)
    codes = codes_of(stage, body, case.lines)
    actions = actions_for(cause, "pending", case.payer, (), Evidence.none())
    due = dt.date.fromisoformat(request["due"]) if request["due"] else None
    return about_claim(
        claim,
        KIND,
        certain(KIND, list(_evidence(desk, stage, day, codes, request, due))),
        state=claim.state,
        stage="pending",
        cents=claim.total_cents,
        actions=actions,
        steps=steps_for(case, cause, actions, ()),
        deadline=Deadline(due, "documents, due date of the payer's request" if due else ""),
        facts=[*request["documents"], *([request["due"]] if request["due"] else [])],
        codes=codes,
    )


def _evidence(
    desk: Desk,
    stage: str,
    day: str | None,
    codes: tuple[CodeEntry, ...],
    request: dict[str, Any],
    due: dt.date | None,
) -> Iterator[str]:
    yield f"{stage} of {day or 'no date'} asks for documents"
    documents = request["documents"]
    if documents:
        yield f"asked for: {', '.join(f'LOINC {code}' for code in documents)}"
    for kind, code in dict.fromkeys(code.pair() for code in codes):
        if code not in documents:
            yield code_in_words(kind, code)
    if due is not None:
        yield f"due on {due}, {days_words((due - desk.today).days)}"
    else:
        yield "the request names no due date"
