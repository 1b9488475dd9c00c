"""Money that was paid short, or paid and taken back.

Money is netted: a reversal counts against the payment that it takes back. A claim that was denied
in the end stands in the worklist as a denial, and one that we replaced or voided ourselves is
none of these.

Source: FACTS D4 (reversal and correction), `underpaid` and `recouped` of the cause table.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi.values import dollars
from pipeline.denials.actions import actions_for
from pipeline.denials.answer_codes import DRUG, decided_lines
from pipeline.denials.deadlines import appeal
from pipeline.denials.evidence import Evidence
from pipeline.denials.item import CodeEntry, LineEntry, WorkItem
from pipeline.denials.steps import steps_for
from pipeline.ledger.claims import ClaimRow
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk, day_from
from pipeline.worklist.expected_payment import allowed_cents, expected_cents, is_short
from pipeline.worklist.making import about_claim, cause_named, certain

UNDERPAID, RECOUPED = "underpaid", "recouped"
_FOLDED = ("45", "97")
"""CARC under which a payer folds the drug into what it pays for the stay."""


def money_watch(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """The item of a paid claim whose drug brought too little, or whose payment was taken back."""
    if claim.state not in ("paid", "partly_paid", "reversed"):
        return
    taken = _taken_back(desk, claim)
    if taken > 0 and claim.state != "partly_paid":
        yield _recouped(desk, claim, taken)
    elif claim.drug_cents and claim.payer_order == 0 and claim.state != "reversed":
        yield from _underpaid(desk, claim)


def is_reversed(desk: Desk, claim: ClaimRow) -> bool:
    """Whether a payment of the claim was ever taken back."""
    return any(event.verdict == "reversal" for event in desk.events(claim))


def _taken_back(desk: Desk, claim: ClaimRow) -> int:
    """By how much less was paid in the end than once, in cents; 0 where no payment was reversed."""
    if not is_reversed(desk, claim):
        return 0
    remittances = [event for event in desk.events(claim) if event.stage == "835"]
    best = max((event.paid_cents for event in remittances), default=0)
    return best - max(desk.life(claim).paid_cents, 0) if best > 0 else 0


def _recouped(desk: Desk, claim: ClaimRow, cents: int) -> WorkItem:
    life = desk.life(claim)
    reversals = [event for event in desk.events(claim) if event.verdict == "reversal"]
    last = max(reversals, key=lambda event: event.day or "")
    words = [
        f"835 of {last.day or 'no date'} takes back {dollars(abs(last.paid_cents))}",
        f"{dollars(life.paid_cents)} is left of it",
    ]
    if claim.state == "reversed":
        words.append("the correction that should follow a reversal has not come")
    return disputed(desk, claim, RECOUPED, cents, words, last.day)


def _underpaid(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """The drug's line, or of a claim that was paid without lines all of it, against what is expected."""
    event, payer = desk.life(claim).deciding, desk.payer(claim.payer)
    if event is None or event.body["paid_cents"] >= claim.total_cents:
        return
    sent = desk.lines(claim)
    drug = [
        (line, own)
        for line, own in zip(
            decided_lines(event.body, sent, desk.product(claim.product), payer),
            event.body["lines"],
            strict=True,
        )
        if line.kind == DRUG
    ]
    record = desk.record(claim)
    expected = expected_cents(record, payer, claim.drug_cents) if record is not None else None
    if expected is None or any(line.denied for line, _ in drug):
        return
    if drug:
        allowed = sum(allowed_cents(line.paid_cents, own["adjustments"]) for line, own in drug)
        codes = [code for line, own in drug for code in _codes(line, own["adjustments"])]
    elif event.body["lines"]:
        return
    else:
        allowed = allowed_cents(event.body["paid_cents"], event.body["adjustments"])
        codes = _codes(None, event.body["adjustments"])
    if is_short(allowed, expected, payer):
        words = [
            f"{dollars(allowed)} allowed for the drug, {dollars(expected)} expected",
            f"expected by: {payer.payment_basis.replace('_', ' ') or 'the invoice'}",
        ]
        if not drug or any(not line.paid_cents for line, _ in drug):
            words.append(
                "the drug seems to be folded into what is paid for the stay: no outlier, no carve-out"
            )
        lines = tuple(line for line, _ in drug)
        yield disputed(desk, claim, UNDERPAID, expected - allowed, words, event.day, tuple(codes), lines)


def _codes(line: LineEntry | None, adjustments: list[dict[str, object]]) -> list[CodeEntry]:
    return [
        CodeEntry(
            group=str(item["group"]),
            carc=str(item["reason"]),
            amount_cents=int(str(item["cents"])),
            line=line.line if line is not None else "",
        )
        for item in adjustments
        if item["reason"] in _FOLDED
    ]


def disputed(
    desk: Desk,
    claim: ClaimRow,
    kind: str,
    cents: int,
    words: list[str],
    day: str | None,
    codes: tuple[CodeEntry, ...] = (),
    lines: tuple[LineEntry, ...] = (),
) -> WorkItem:
    """An item about money of a claim that the payer keeps; `day` is when it said so."""
    case = case_of(desk, claim, with_evidence=False)
    cause = cause_named(kind)
    actions = actions_for(cause, "paid", case.payer, (), Evidence.none())
    return about_claim(
        claim,
        kind,
        certain(kind, words),
        state=claim.state,
        stage="paid",
        cents=cents,
        actions=actions,
        steps=steps_for(case, cause, actions, ()),
        deadline=appeal(day_from(day), case.payer),
        codes=codes,
        lines=lines,
        facts=[str(day)],
    )
