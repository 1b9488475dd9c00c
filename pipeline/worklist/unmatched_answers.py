"""Answers that fit no claim of the ledger, or several: kept, never guessed.

A remittance of the hospital has many claims that this job did not make. So there is one item for
each transaction, not for each of its claims.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from pipeline.denials.item import WorkItem
from pipeline.denials.ranking import RankedCause
from pipeline.ledger import answers
from pipeline.ledger.answers import ParkedEvent
from pipeline.worklist.desk import Desk
from pipeline.worklist.making import own_kinds

KIND = "answer-unmatched"
_EDI_DESK = "EDI desk"
_ACKNOWLEDGMENTS = ("TA1", "999")
_DIGEST_SHOWN = 12


def unmatched_answers(desk: Desk) -> Iterator[WorkItem]:
    """An item for each transaction of which a part is parked."""
    parked = answers.parked_with_candidates(desk.connection)
    for digest, group in groupby(parked, key=lambda pair: pair[0].digest):
        yield _item(desk, digest, list(group))


def _item(desk: Desk, digest: str, fits: Sequence[tuple[ParkedEvent, tuple[str, ...]]]) -> WorkItem:
    own = own_kinds()[KIND]
    parked = [event for event, _ in fits]
    several = {event.position: claims for event, claims in fits if claims}
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
        causes=(RankedCause(own, 1.0, tuple(_evidence(desk, digest, parked, several))),),
        actions=("inquire",),
        steps=own.steps,
        owner=_EDI_DESK if parked[0].stage in _ACKNOWLEDGMENTS else own.owner,
        due=None,
        facts=tuple(f"{event.position}:{','.join(several.get(event.position, ()))}" for event in parked),
    )


def _evidence(
    desk: Desk, digest: str, parked: Sequence[ParkedEvent], several: dict[int, tuple[str, ...]]
) -> Iterator[str]:
    stage, day = parked[0].stage, parked[0].day
    file = answers.file_of(desk.connection, digest)
    where = f" in {file[0]}, taken in on {file[1][:10]}" if file is not None else ""
    yield f"{stage} of {day or 'no date'}{where}"
    none = len(parked) - len(several)
    if none:
        yield f"{none} of its statements {'fits' if none == 1 else 'fit'} no claim of the ledger"
    for position, claims in several.items():
        yield f"the one at segment {position} fits several: {', '.join(claims)}"
