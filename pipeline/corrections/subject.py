"""Which claim is to be corrected, and where it is in its life."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.corrections.fields import NUMBER_PATH, Change
from pipeline.corrections.kinds import FREQUENCIES, NEW_CLAIM, VOID, Situation
from pipeline.denials.answered import KINDS, answered_item
from pipeline.errors import NotCorrectable
from pipeline.job import Job
from pipeline.ledger import claims
from pipeline.ledger.claims import ClaimRow
from pipeline.outbound.patients import LedgerPriorClaims
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk


def claim_named(desk: Desk, named: str) -> ClaimRow:
    """The claim of that id, or the one claim of an encounter. NotCorrectable where there is none, or several."""
    row = claims.by_id(desk.connection, named)
    if row is not None:
        return row
    of_encounter = [one for one in desk.claims if one.encounter == named]
    if len(of_encounter) == 1:
        return of_encounter[0]
    if of_encounter:
        names = ", ".join(f"{one.id} ({one.part} to {one.payer})" for one in of_encounter)
        raise NotCorrectable(f"encounter {named} has several claims: {names}", "Name one of them")
    raise NotCorrectable(
        f"the ledger has no claim {named}", "`j3399 worklist` shows the claims that need somebody"
    )


def refuse_successor(desk: Desk, claim: ClaimRow, asked: str | None) -> None:
    """NotCorrectable where another claim was sent in its place; a voided one may be sent anew."""
    later = [one for one in desk.all_claims if one.replaces == claim.id]
    if not later:
        return
    newest = max(later, key=lambda one: (one.version, one.id))
    is_void = newest.frequency == FREQUENCIES[VOID]
    if is_void and asked == NEW_CLAIM:
        return
    word = "voided" if is_void else "corrected before"
    raise NotCorrectable(
        f"claim {claim.id} was {word}, by claim {newest.id}",
        f"Send it anew with --as {NEW_CLAIM}" if is_void else f"Correct {newest.id} instead",
    )


def situation_of(job: Job, desk: Desk, claim: ClaimRow, given: Iterable[Change]) -> Situation:
    """Where a claim is. NotCorrectable for one of another system, which has no record here."""
    if claim.encounter_row is None:
        raise NotCorrectable(
            f"claim {claim.id} was made by another system, and its encounter record is missing here",
            "Send the record with `replaces` filled in (the payer's claim number) to encounters/new: "
            "the night makes the replacement of it",
        )
    item = answered_item(case_of(desk, claim)) if claim.state in KINDS else None
    numbers = [str(one.value) for one in given if one.path == NUMBER_PATH and one.value]
    return Situation(claim, claim.state, item, numbers[-1] if numbers else _newest_number(job, desk, claim))


def _newest_number(job: Job, desk: Desk, claim: ClaimRow) -> str:
    """The payer's newest number of the claim, else of the one before it; "" where no answer gave one."""
    prior = LedgerPriorClaims(desk.connection, job.ledger.patient_key(), job.config.folders.archive_out)
    before: ClaimRow | None = claim
    while before is not None:
        chain = prior.chain(before.patient_control_number, "", before.payer)
        newest = next((one.newest_number for one in chain if one.newest_number), "")
        if newest:
            return newest
        before = claims.by_id(desk.connection, before.replaces) if before.replaces else None
    return ""
