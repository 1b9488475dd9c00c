"""Answers that may be about the drug and fit no claim of the ledger, or several: kept, never guessed.

A remittance of the hospital has many claims that this job did not make. So there is one item for
each transaction, not for each of its claims, and none where all it says is about other claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby

from mapping.profile_models import ProductProfile
from pipeline.denials.item import WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.inbound.clues import Clues
from pipeline.inbound.match.account_key import is_of_account
from pipeline.ledger import answers
from pipeline.ledger.answers import ParkedEvent
from pipeline.worklist.desk import Desk
from pipeline.worklist.making import own_kinds

KIND = "answer-unmatched"
_EDI_DESK = "EDI desk"
_ACKNOWLEDGMENTS = ("TA1", "999")
_ACCEPTED = "accepted"
_DIGEST_SHOWN = 12
_MOST_SHOWN = 10
_CENTS = 100


def unmatched_answers(desk: Desk) -> Iterator[WorkItem]:
    """An item for each transaction of which a part is parked that may be about a claim of ours."""
    products = desk.profiles.products()
    parked = answers.parked_events(desk.connection, [product.hcpcs for product in products])
    ours = (event for event in parked if _may_be_ours(event, products))
    for digest, group in groupby(ours, key=lambda event: event.digest):
        yield _item(desk, digest, list(group))


def _may_be_ours(event: ParkedEvent, products: Sequence[ProductProfile]) -> bool:
    """Whether it fits several claims, names a product, is over as much money as a claim with one, or says of no
    money; of a file that nobody knows, whether it was refused."""
    if event.fitting or event.names_code:
        return True
    if not is_of_account(event.reference):
        return event.verdict != _ACCEPTED
    charge = Clues.from_json(event.clues).charge_cents
    return not charge or any(abs(charge) >= _least_cents(product) for product in products)


def _least_cents(product: ProductProfile) -> Decimal:
    return (product.least_charge or Decimal()) * _CENTS


def _item(desk: Desk, digest: str, parked: Sequence[ParkedEvent]) -> WorkItem:
    own = own_kinds()[KIND]
    return WorkItem(
        kind=KIND,
        key=f"answer-{digest[:_DIGEST_SHOWN]}:{KIND}",
        claim="",
        encounter="",
        payer="",
        state="parked",
        stage="",
        amount_at_risk_cents=sum(abs(event.paid_cents) for event in parked),
        codes=(),
        causes=(RankedCause(own, 1.0, tuple(_evidence(desk, digest, parked))),),
        actions=("inquire",),
        steps=own.steps,
        owner=_EDI_DESK if parked[0].stage in _ACKNOWLEDGMENTS else own.owner,
        due=None,
        facts=tuple(f"{event.position}:{','.join(event.fitting)}" for event in parked),
    )


def _evidence(desk: Desk, digest: str, parked: Sequence[ParkedEvent]) -> Iterator[str]:
    stage, day = parked[0].stage, parked[0].day
    file = answers.file_of(desk.connection, digest)
    where = f" in {file[0]}, taken in on {file[1][:10]}" if file is not None else ""
    yield f"{stage} of {day or 'no date'}{where}"
    none = [str(event.position) for event in parked if not event.fitting]
    if none:
        which = ", ".join(none[:_MOST_SHOWN]) + (", ..." if len(none) > _MOST_SHOWN else "")
        fits = "statement fits" if len(none) == 1 else "statements fit"
        yield f"{len(none)} {fits} no claim of the ledger: at segment {which}"
    for event in parked:
        if event.fitting:
            yield f"the one at segment {event.position} fits several: {', '.join(event.fitting)}"
