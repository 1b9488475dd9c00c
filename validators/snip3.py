"""SNIP type 3: sums that must agree."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("claim-total", source="guide 005010X223A2, CLM02; FACTS D4")
def claim_total(check: ClaimCheck) -> Iterator[Fault]:
    """The total of the claim is the sum of its lines.

    What: CLM02 differs from the sum of all SV203.
    Why: payers refuse a claim that does not add up before they look at anything else.
    Fix: make the claim's total the sum of its line charges, to the cent.
    """
    total = check.claim.total_charge
    charges = [line.charge for line in check.claim.lines]
    if total is None or not all(charge is not None for charge in charges):
        return
    expected = sum((charge for charge in charges if charge is not None), Decimal(0))
    if total != expected:
        yield Fault(
            "The claim's total differs from the sum of its lines by {difference}.",
            check.claim_place("CLM", element="CLM02"),
            fields={"difference": format(total - expected, "f")},
            expected=format(expected, "f"),
            found=format(total, "f"),
        )
