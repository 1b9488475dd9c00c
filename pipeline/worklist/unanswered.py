"""Claims that should have been answered by now.

A 277CA is due `acknowledgment_days` after the claim went out, a remittance `answer_days` after
the last thing that was heard; both stand in the payer's profile. Before that a claim that waits
is nobody's work.
"""

from __future__ import annotations

from collections.abc import Iterator

from mapping.profile_models import PayerProfile
from pipeline.denials.actions import actions_for
from pipeline.denials.deadlines import Deadline, filing
from pipeline.denials.evidence import Evidence
from pipeline.denials.item import WorkItem
from pipeline.ledger.claims import EXTERNAL, ClaimRow
from pipeline.ledger.files import FileRow
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk, day_from, day_of
from pipeline.worklist.making import about_claim, cause_named, certain, days_words
from validators.filing_days import last_day

KIND = "no-answer"
_NOT_ACKNOWLEDGED = ("ready", "sent", "received")
_NOT_DECIDED = ("accepted", "pending")
_KINDS = ("TA1", "999", "277CA")


def unanswered(desk: Desk, claim: ClaimRow) -> Iterator[WorkItem]:
    """The item of a claim of ours whose next answer is overdue."""
    if claim.origin == EXTERNAL or claim.state not in _NOT_ACKNOWLEDGED + _NOT_DECIDED:
        return
    expected = _expected(desk, claim, desk.payer(claim.payer))
    if expected.day is not None and expected.day < desk.today:
        yield _item(desk, claim, expected)


def _expected(desk: Desk, claim: ClaimRow, payer: PayerProfile) -> Deadline:
    """The day by which the next answer should be there, and which answer that is."""
    sent = desk.sent_day(claim)
    if claim.state in _NOT_ACKNOWLEDGED:
        days = payer.acknowledgment_days
        return Deadline(last_day(sent, days, payer), f"277CA was due, {days} days after sending")
    heard = max(sent, day_of(desk.life(claim).deciding) or sent)
    days = payer.answer_days
    return Deadline(last_day(heard, days, payer), f"remittance was due, {days} days after the last answer")


def _item(desk: Desk, claim: ClaimRow, expected: Deadline) -> WorkItem:
    cause = cause_named(KIND)
    actions = actions_for(cause, "pending", desk.payer(claim.payer), (), Evidence.none())
    file = desk.file(claim)
    return about_claim(
        claim,
        KIND,
        certain(KIND, list(_evidence(desk, claim, file))),
        state=claim.state,
        stage="pending",
        cents=claim.total_cents,
        actions=actions,
        steps=[*_steps(desk, claim, file), *cause.steps],
        deadline=expected,
        facts=_heard(desk, claim),
    )


def _heard(desk: Desk, claim: ClaimRow) -> list[str]:
    """The answers that came, by kind, once each."""
    return sorted({event.stage for event in desk.events(claim)})


def _evidence(desk: Desk, claim: ClaimRow, file: FileRow) -> Iterator[str]:
    waited = (desk.today - desk.sent_day(claim)).days
    yield f"sent on {file.day}, {waited} days ago, in {file.name}"
    heard = _heard(desk, claim)
    missing = [kind for kind in _KINDS if not any(stage.startswith(kind) for stage in heard)]
    last = desk.life(claim).deciding
    if last is not None:
        yield f"last heard: {last.stage} of {last.day or 'no date'}, {last.verdict}"
    if missing:
        yield f"never came: {', '.join(missing)}"
    if (desk.config.folders.ready / file.name).is_file():
        yield "the file still lies in the outbox: the partner has not picked it up"
    limit = _filing_limit(desk, claim)
    if limit.day is not None:
        yield f"{limit.words}: {limit.day}, {days_words((limit.day - desk.today).days)}"


def _filing_limit(desk: Desk, claim: ClaimRow) -> Deadline:
    # the file that was sent is read only where it is needed: a partner that is down leaves many of these
    decided = case_of(desk, claim, with_evidence=False).decided_before if claim.payer_order else None
    return filing(day_from(claim.statement_through), decided, claim.payer_order, desk.payer(claim.payer))


def _steps(desk: Desk, claim: ClaimRow, file: FileRow) -> Iterator[str]:
    if claim.state in _NOT_ACKNOWLEDGED:
        yield f"ask {file.partner} whether file {file.control_number} (ISA13) of {file.day} came and passed"
    else:
        yield "ask the payer by 276 what became of the claim"
