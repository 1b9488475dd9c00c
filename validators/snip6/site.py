"""Where the drug is given."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import shown_code
from validators.checks import INPATIENT, OUTPATIENT, ClaimCheck
from validators.registry import Fault, claim_rule

_HOSPITAL_BILLS = (INPATIENT, *OUTPATIENT)
_CRITICAL_ACCESS = OUTPATIENT[1]
_LONGEST = 4


@claim_rule(
    "site-of-care",
    source="published billing guide of 2026: hospital only; FACTS C12",
    of_drug=True,
    of_void=False,
)
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
            found=shown_code(check.claim.type_of_bill, _LONGEST),
        )


@claim_rule(
    "site-critical-access",
    source="published billing guide of 2026; NUBC types of bill; FACTS C12",
    of_drug=True,
    of_void=False,
)
def site_critical_access(check: ClaimCheck) -> Iterator[Fault]:
    """A critical access hospital gives this drug only where that was agreed.

    What: the bill is one of a critical access hospital (085x).
    Why: few of them are certified for the drug, and they are paid by cost and not by claim.
    Fix: make sure that this hospital is certified and that the payer pays it for the drug; else bill from the hospital that gave it.
    """
    if check.drug_lines and check.claim.facility_code == _CRITICAL_ACCESS:
        yield Fault(
            "The drug is billed by a critical access hospital.",
            check.claim_place("CLM", element="CLM05-1"),
            expected=f"0{INPATIENT}x or 0{OUTPATIENT[0]}x",
            found=f"0{_CRITICAL_ACCESS}x",
        )
