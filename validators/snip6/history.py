"""What the child had before: earlier claims and therapies."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("drug-lifetime", source="FDA label: a single dose; FACTS B4", of_drug=True)
def drug_lifetime(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed once in the life of a child.

    What: the ledger holds a live claim for the same child, product and payer order.
    Why: the therapy is given once; a second claim is a duplicate at best.
    Fix: find the earlier claim; replace or void it instead of billing again.
    """
    if check.product is None or check.encounter is None or check.prior is None or not check.drug_lines:
        return
    earlier = check.prior.live_drug_claim(check.encounter, check.product.key, check.payer_order)
    if earlier is not None:
        yield Fault(
            "The child already has claim {earlier} for this drug.",
            check.claim_place("CLM", element="CLM01"),
            fields={"earlier": earlier},
            expected="no other live claim",
            found=earlier,
        )
