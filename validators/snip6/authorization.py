"""Prior authorization of the drug."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_VOID = "8"


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
    claim = check.claim
    if not check.drug_lines or claim.frequency == _VOID or claim.subscriber.responsibility != "P":
        return
    if not claim.reference("G1"):
        yield Fault(
            "The claim has no prior authorization number.",
            check.claim_place("REF", "G1", "REF02"),
            expected="REF*G1 with the number",
            found="none",
        )
