"""Diagnoses of a claim for the drug."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("diagnosis-sma", source="FDA label, indication; ICD-10-CM April 2026; FACTS B4", of_drug=True)
def diagnosis_sma(check: ClaimCheck) -> Iterator[Fault]:
    """A diagnosis on the claim is the disease that the drug treats.

    What: none of the product's diagnoses stands among principal and other diagnoses.
    Why: the diagnosis must support the procedure (CARC 11, 167).
    Fix: code the documented type of the disease; for a child found by screening too.
    """
    product = check.product
    if product is None:
        return
    diagnoses = check.claim.codes("ABK", "ABF", "BK", "BF")
    if not any(code.code.replace(".", "") in product.diagnoses for code in diagnoses):
        yield Fault(
            "No diagnosis on the claim is one that the drug treats.",
            check.claim_place("HI", "ABK", "HI01-2"),
            expected=", ".join(product.diagnoses),
            found=", ".join(code.code for code in diagnoses) or "none",
        )
