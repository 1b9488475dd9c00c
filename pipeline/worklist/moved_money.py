"""Money taken out of a payment by PLB, and the claim it is for.

PLB03-2 is free text: it often holds a claim's account number or the payer's claim control number,
with other things around it. What names no claim counts only in a remittance that answers claims
of ours. A claim whose payment was reversed is not told twice: there the PLB only says when the
money moves.

Source: FACTS D4 (WO, FB, 72; a positive amount lowers the payment).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from edi.codes import code_words
from edi.values import dollars
from pipeline.denials.actions import actions_for
from pipeline.denials.deadlines import appeal
from pipeline.denials.evidence import Evidence
from pipeline.denials.item import WorkItem
from pipeline.ledger import answers
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.provider_adjustments import ProviderAdjustmentRow
from pipeline.worklist.desk import Desk, day_from
from pipeline.worklist.making import cause_named, certain
from pipeline.worklist.money_watch import RECOUPED, disputed, is_reversed

_TAKES_BACK = ("WO", "WU", "FB", "B3", "CS", "E3", "J1", "OB", "RA")
"""PLB03-1 under which money of claims is recovered, offset or withheld; taxes, loans and interest are not."""
_SHORTEST = 6
"""A shorter number would be found by chance."""
_DIGEST_SHOWN = 12


def moved_money(desk: Desk) -> Iterator[WorkItem]:
    """An item for each claim that PLB takes money for, and each PLB beside our claims that names none."""
    rows = [row for row in desk.moved_money if row.reason in _TAKES_BACK]
    found = claims_named(desk, {row.reference for row in rows})
    named: defaultdict[str, list[ProviderAdjustmentRow]] = defaultdict(list)
    for row in rows:
        claim = found.get(row.reference)
        if claim is not None:
            named[claim.id].append(row)
        elif row.cents > 0 and answers.is_of_a_claim(desk.connection, row.digest):
            yield _of_nobody(desk, row)
    for claim in desk.claims if named else ():
        own = named.get(claim.id, [])
        if sum(row.cents for row in own) > 0 and not is_reversed(desk, claim):
            yield _of_claim(desk, claim, own)


def claims_named(desk: Desk, references: Collection[str]) -> dict[str, ClaimRow]:
    """The newest claim whose number stands in each reference; none where several encounters' do."""
    if not references:
        return {}
    texts: defaultdict[str, set[str]] = defaultdict(set)
    for reference in references:
        for number in _numbers_in(_plain(reference)):
            texts[number].add(reference)
    found: defaultdict[str, dict[str, ClaimRow]] = defaultdict(dict)
    for claim in desk.walk(desk.all_claims):
        for number in _numbers(desk, claim):
            for reference in texts.get(number, ()):
                found[reference][claim.id] = claim
    return {
        reference: max(sorted(rows.values(), key=lambda row: row.id), key=lambda row: row.version)
        for reference, rows in found.items()
        if len({(row.encounter, row.payer_order) for row in rows.values()}) == 1
    }


def _numbers(desk: Desk, claim: ClaimRow) -> Iterator[str]:
    yield _plain(claim.patient_control_number)
    yield _plain(desk.life(claim).payer_claim_control_number)


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _numbers_in(text: str) -> set[str]:
    """The numbers that a text may name: all of it, and what stands in it and is not too short."""
    ends = ((start, end) for start in range(len(text)) for end in range(start + _SHORTEST, len(text) + 1))
    return {text, *(text[start:end] for start, end in ends)}


def _of_claim(desk: Desk, claim: ClaimRow, rows: Sequence[ProviderAdjustmentRow]) -> WorkItem:
    last = max(rows, key=lambda row: row.day or "")
    taken = sum(row.cents for row in rows)
    return disputed(desk, claim, RECOUPED, taken, [_words(row) for row in rows], last.day)


def _of_nobody(desk: Desk, row: ProviderAdjustmentRow) -> WorkItem:
    cause = cause_named(RECOUPED)
    payer = desk.payer("default")
    deadline = appeal(day_from(row.day), payer)
    return WorkItem(
        kind=RECOUPED,
        key=f"answer-{row.digest[:_DIGEST_SHOWN]}-{row.position}-{row.element}:{RECOUPED}",
        claim="",
        encounter="",
        payer="",
        state="parked",
        stage="paid",
        amount_at_risk_cents=row.cents,
        codes=(),
        causes=certain(RECOUPED, [_words(row), "it names no claim of the ledger"]),
        actions=tuple(actions_for(cause, "paid", payer, (), Evidence.none())),
        steps=("find out which claim it is for", *cause.steps),
        owner=cause.owner,
        due=deadline.day,
        deadline=deadline.words,
        facts=(str(row.day),),
    )


def _words(row: ProviderAdjustmentRow) -> str:
    did = "takes" if row.cents > 0 else "gives back"
    what = code_words("plb_reason", row.reason)
    return f"PLB {row.reason} of {row.day or 'no date'} {did} {dollars(abs(row.cents))}: {what}"
