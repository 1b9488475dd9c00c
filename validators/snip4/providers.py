"""The hospital's address, and who is responsible for the care."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_BOX = re.compile(
    r"\bP[. ]*O[. ]*(?:BOX|DRAWER)(?![A-Z])|\bPOB(?![A-Z])"
    r"|\bPOST(?:AL)? *OFFICE *(?:BOX|DRAWER)(?![A-Z])|\bLOCK *BOX(?![A-Z])",
    re.IGNORECASE,
)
_REMEMBERED = 1024
"""Claims of a file come from few hospitals."""
_AMBULANCE = "054"
"""How revenue codes of transport begin."""


@claim_rule("billing-address", source="005010X223A2, 2010AA N3; X12 RFI 1451")
def billing_address(check: ClaimCheck) -> Iterator[Fault]:
    """The billing provider's address is a street.

    What: N301 or N302 of loop 2010AA is a post office box or a lock box.
    Why: clearinghouses reject it; where payment goes to a box, that is the pay-to address (2010AB).
    Fix: give the hospital's street in the site profile, and the box as pay_to.
    """
    address = check.claim.billing_provider.address
    for number, line in enumerate(address.lines if address else (), start=1):
        if _is_box(line):
            yield Fault(
                "The billing provider's address is a box.",
                check.claim.first_place("2010AA", "N3", element=f"N3{number:02d}"),
                expected="a street",
                found="a post office box or a lock box",
            )


@lru_cache(_REMEMBERED)
def _is_box(line: str) -> bool:
    return _BOX.search(line) is not None


@claim_rule("attending-provider", source="005010X223A2, 2310A; FACTS A5")
def attending_provider(check: ClaimCheck) -> Iterator[Fault]:
    """A claim names the physician who is responsible for the care, with an NPI.

    What: the claim has no loop 2310A, or it has no NPI (NM108 XX with NM109); transport alone needs none.
    Why: the claim is rejected without it (RARC N253; 277CA 500 or 562 with entity 71).
    Fix: enter attending with name and npi in the encounter.
    """
    claim = check.claim
    attending = claim.attending
    if attending is not None and attending.id_qualifier == "XX" and attending.id:
        return
    if claim.lines and all(line.revenue_code.startswith(_AMBULANCE) for line in claim.lines):
        return
    yield Fault(
        "The claim has no attending provider." if attending is None else "The attending provider has no NPI.",
        claim.first_place("2310A", "NM1", element="NM101" if attending is None else "NM109"),
        expected="loop 2310A with an NPI",
        found="none",
    )
