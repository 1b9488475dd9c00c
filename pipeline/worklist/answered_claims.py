"""Claims that were rejected, denied or denied in part."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from edi.claim837i.model import Claim
from mapping.profile_models import PayerProfile
from mapping.profile_store import ProfileError
from pipeline.denials.answered import KINDS, answered_item
from pipeline.denials.case import Case
from pipeline.denials.evidence import Evidence, claim_check_of, gather, gather_from_claim
from pipeline.denials.item import WorkItem
from pipeline.ledger.claims import EXTERNAL, ClaimRow
from pipeline.ledger.decisions import APPEALED, WRITTEN_OFF
from pipeline.outbound.requests import claim_request
from pipeline.worklist.desk import Desk
from validators.billed import billed_product
from validators.checks import ClaimCheck, EncounterCheck

_FROM_WHOM = {"277CA-payer": "payer", "277CA-clearinghouse": "clearinghouse"}


def answered_claims(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """The item of a claim that was not taken, or not paid in whole, of an appealed and written off one too:
    whether it is shown is what was decided on the item."""
    if claim.state in KINDS or claim.state in (APPEALED, WRITTEN_OFF):
        item = item_of(desk, case_of(desk, claim))
        if item is not None:
            yield item


def item_of(desk: Desk, case: Case) -> WorkItem | None:
    """The item of a claim as its case says; made once while the claim's answers are at hand."""
    if not desk.has_at_hand(case.claim):
        return answered_item(case)
    if case.claim.id not in desk.items:
        desk.items[case.claim.id] = answered_item(case)
    return desk.items[case.claim.id]


def case_of(desk: Desk, claim: ClaimRow, with_evidence: bool = True) -> Case:
    """A claim with all that is at hand to judge its answer by; running the rules again takes the most time."""
    if not with_evidence:
        return _case(desk, claim, Evidence.none())
    if not desk.has_at_hand(claim):
        return _case(desk, claim, evidence_of(desk, claim))
    if claim.id not in desk.cases:
        desk.cases[claim.id] = _case(desk, claim, evidence_of(desk, claim))
    return desk.cases[claim.id]


def _case(desk: Desk, claim: ClaimRow, evidence: Evidence) -> Case:
    sent = desk.sent(claim)
    decided = [one.adjudicated for one in sent.other_coverages] if sent is not None else []
    return Case(
        claim=claim,
        life=desk.life(claim),
        lines=desk.lines(claim),
        payer=desk.payer(claim.payer),
        product=desk.product(claim.product),
        evidence=evidence,
        sent=sent,
        decided_before=max((day for day in decided if day is not None), default=None),
        acceptance=acceptance(desk, claim),
    )


def acceptance(desk: Desk, claim: ClaimRow) -> str:
    """The stored 277CA that accepts a claim, the payer's before a clearinghouse's; "" where there is none.

    With the partner's own file name and where it lies: some payers take it as proof. A 999 is none.
    """
    accepted = [
        event for event in desk.events(claim) if event.stage in _FROM_WHOM and event.verdict == "accepted"
    ]
    if not accepted:
        return ""
    event = min(accepted, key=lambda one: (one.stage != "277CA-payer", one.day or ""))
    name, received = desk.inbound_file(event)
    folder = desk.config.folders.archive_in / received[:10]
    where = f"archive/in/{received[:10]}" if (folder / name).is_file() else f"taken in on {received[:10]}"
    return f"277CA of the {_FROM_WHOM[event.stage]} of {event.day}, file {name} ({where})"


def evidence_of(desk: Desk, claim: ClaimRow) -> Evidence:
    """What the rules say of a claim; they run once on each."""
    if claim.id not in desk.evidence:
        desk.evidence[claim.id] = _judged(desk, claim)
    return desk.evidence[claim.id]


def _judged(desk: Desk, claim: ClaimRow) -> Evidence:
    """The rules on the claim as it was sent, and on its record; none where either, or a profile, is gone.

    A claim that another system made has no record: its file alone is judged.
    """
    sent, encounter = desk.sent(claim), desk.record(claim)
    if sent is None:
        return Evidence.none()
    payer = desk.payer(claim.payer)
    if claim.origin == EXTERNAL:
        return gather_from_claim(desk.rules, _of_another_system(desk, sent, payer, desk.sent_day(claim)))
    if encounter is None:
        return Evidence.none()
    try:
        request = claim_request(
            desk.config,
            desk.profiles,
            encounter,
            part=claim.part,
            payer_order=claim.payer_order,
            frequency=claim.frequency,
        )
    except ProfileError:
        return Evidence.none()
    day: dt.date = desk.sent_day(claim)
    check = EncounterCheck(
        encounter, payer, request.site, request.product, day, desk.prior, claim.payer_order
    )
    return gather(desk.rules, sent, request, claim_check_of(sent, request, check, desk.prior), check)


def _of_another_system(desk: Desk, sent: Claim, payer: PayerProfile, day: dt.date) -> ClaimCheck:
    products = desk.profiles.products()
    product = billed_product(sent, products, payer)
    return ClaimCheck(sent, payer, product, day, prior=desk.prior, products=products)
