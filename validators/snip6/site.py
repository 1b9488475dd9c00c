"""Where the drug is given."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_HOSPITAL_BILLS = ("11", "13", "85")


@claim_rule("site-of-care", source="published billing guide of 2026: hospital only; FACTS C12")
def site_of_care(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is given in a hospital.

    What: the bill is not 011x, 013x or 085x.
    Why: office, infusion suite and home are not covered for this drug.
    Fix: bill from the certified hospital where the infusion took place.
    """
    if check.drug_lines and check.claim.facility_code not in _HOSPITAL_BILLS:
        yield Fault(
            "The type of bill is not one of a hospital that gives this drug.",
            check.claim_place("CLM", element="CLM05-1"),
            expected=", ".join(f"0{code}x" for code in _HOSPITAL_BILLS),
            found=check.claim.type_of_bill,
        )
