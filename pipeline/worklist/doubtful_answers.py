"""Claims about which answers leave a doubt that still matters.

Answers of one day that disagree, as long as the claim stands where they put it; a payment that was
taken back and never reported.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.denials.deadlines import appeal
from pipeline.denials.item import WorkItem
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.life import conflicts, unpaired_reversal
from pipeline.worklist.desk import Desk, day_of
from pipeline.worklist.making import about_claim, certain, own_kinds

CONFLICT, UNPAIRED = "status-conflict", "reversal-unpaired"


def doubtful_answers(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """An item for each disagreement that decides where the claim is, and a reversal without its payment."""
    events = desk.events(claim)
    if not events:
        return
    deciding = desk.life(claim).deciding
    for held, other in conflicts(events):
        if held == deciding:
            yield _conflict(desk, claim, held, other)
    reversal = unpaired_reversal(events)
    if reversal is not None and reversal[1] == "original":
        yield _unpaired(desk, claim, reversal[0])


def _conflict(desk: Desk, claim: ClaimRow, held: EventRow, other: EventRow) -> WorkItem:
    words = f"{held.stage} of {held.day}: one says {held.verdict}, one says {other.verdict}"
    return about_claim(
        claim,
        CONFLICT,
        certain(CONFLICT, [words]),
        state=claim.state,
        stage=desk.life(claim).stage or "pending",
        cents=claim.total_cents,
        actions=["inquire"],
        steps=own_kinds()[CONFLICT].steps,
        facts=[held.stage, str(held.day), held.verdict, other.verdict],
    )


def _unpaired(desk: Desk, claim: ClaimRow, reversal: EventRow) -> WorkItem:
    return about_claim(
        claim,
        UNPAIRED,
        certain(UNPAIRED, [f"835 of {reversal.day or 'no date'} takes back a payment that no 835 reported"]),
        state=claim.state,
        stage="paid",
        cents=abs(reversal.paid_cents),
        actions=["inquire"],
        steps=own_kinds()[UNPAIRED].steps,
        deadline=appeal(day_of(reversal), desk.payer(claim.payer)),
        facts=[str(reversal.day), str(reversal.paid_cents)],
    )
