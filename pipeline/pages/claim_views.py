"""What the page of a claim shows, put together from the ledger and the archive."""

from __future__ import annotations

from edi.values import dollars
from pipeline.denials.answered import answered_item
from pipeline.history import frequency_words, history
from pipeline.ledger import claims
from pipeline.ledger.claims import ClaimRow
from pipeline.pages.claim_page import ClaimView
from pipeline.worklist.answered_claims import case_of
from pipeline.worklist.desk import Desk


def claim_view(desk: Desk, claim: ClaimRow, *, made: str = "") -> ClaimView:
    """A claim with its findings, history and open work. `made` says when and by whom the page was made."""
    case = case_of(desk, claim)
    findings = sorted(case.evidence.findings.values(), key=lambda finding: not finding.is_error)
    return ClaimView(
        title=f"Claim {claim.id}",
        facts=_facts(desk, claim, case.life.paid_cents),
        claim=case.sent,
        created=desk.file(claim).day.replace("-", ""),
        findings=findings,
        timeline=history(desk.connection, claim),
        item=answered_item(case),
        made=made,
    )


def _facts(desk: Desk, claim: ClaimRow, paid_cents: int) -> list[tuple[str, str]]:
    facts = [
        ("state", claim.state.replace("_", " ")),
        ("payer", claim.payer or claim.payer_name or "unknown"),
        ("encounter", claim.encounter),
        ("charged", dollars(claim.total_cents)),
        ("paid", dollars(paid_cents)),
        ("kind", frequency_words(claim.frequency)),
        ("version", str(claim.version)),
        ("part", claim.part),
        ("replaces", claim.replaces or ""),
        ("replaced by", ", ".join(one.id for one in claims.replacing(desk.connection, claim.id))),
    ]
    return [(name, value) for name, value in facts if value]
