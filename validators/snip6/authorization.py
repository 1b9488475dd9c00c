"""Prior authorization of the drug."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_PRIMARY = "P"


@claim_rule(
    "prior-authorization",
    source="all payers' policies; published billing guide of 2026; FACTS E2",
    of_drug=True,
)
def prior_authorization(check: ClaimCheck) -> Iterator[Fault]:
    """The claim carries the authorization's number.

    What: a primary original or replacement claim with the drug has no REF*G1.
    Why: every payer authorizes this drug in advance; without the number the claim is denied (CARC 197).
    Fix: enter the number in coverages[].authorizations; where there is none, ask for a retro-authorization.
    """
    if _has_no_number(check) and _is_needed(check):
        yield _missing(check, "The claim has no prior authorization number.")


@claim_rule(
    "prior-authorization-secondary",
    source="payers differ where another one paid first; FACTS E2",
    of_drug=True,
)
def prior_authorization_secondary(check: ClaimCheck) -> Iterator[Fault]:
    """Claims that may go without an authorization's number are known to do so.

    What: a claim with the drug has no REF*G1, and is to a payer behind another, withdraws a claim,
    or goes to a payer that finds the authorization by the member.
    Why: some payers want the number there too, and deny the claim without it (CARC 197).
    Fix: enter the number in coverages[].authorizations where this payer gave one; else send the claim as it is.
    """
    if _has_no_number(check) and not _is_needed(check):
        yield _missing(check, "The claim has no prior authorization number; this payer may not ask for it.")


def _has_no_number(check: ClaimCheck) -> bool:
    return bool(check.drug_lines) and not check.references.get("G1", "").strip()


def _is_needed(check: ClaimCheck) -> bool:
    """Whether the claim is denied without the number."""
    is_primary = check.claim.subscriber.responsibility == _PRIMARY
    return is_primary and not check.is_void and not check.payer.authorization_by_member


def _missing(check: ClaimCheck, template: str) -> Fault:
    return Fault(
        template,
        check.claim_place("REF", "G1", "REF02"),
        expected="REF*G1 with the number",
        found="none",
    )
