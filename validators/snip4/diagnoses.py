"""Which diagnoses a bill needs beside the principal one.

The qualifiers of ICD-9 count here as well: that they are out of date, `icd10` says.
"""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule

_ADMITTING = ("ABJ", "BJ")
_REASON_FOR_VISIT = ("APR", "PR")


@claim_rule("admitting-diagnosis", source="005010X223A2, HI ABJ; FACTS A5")
def admitting_diagnosis(check: ClaimCheck) -> Iterator[Fault]:
    """An inpatient bill names the diagnosis on admission; an outpatient bill does not.

    What: a bill of type 011x has no HI*ABJ, or a bill of type 013x or 085x has one.
    Why: a stay without it is rejected (RARC MA65; 277CA 232); on a visit the guide has no use for it.
    Fix: enter a diagnosis with the role admitting for a stay, and reason_for_visit for a visit.
    """
    found = [code for qualifier in _ADMITTING for code in check.codes_by_qualifier.get(qualifier, ())]
    if check.is_inpatient and not found:
        yield Fault(
            "An inpatient bill has no admitting diagnosis.",
            check.claim_place("HI", "ABJ", "HI01-2"),
            expected="HI*ABJ",
            found="none",
        )
    elif check.is_outpatient and found:
        yield Fault(
            "An outpatient bill has an admitting diagnosis.",
            health_code_place(check, found[0]),
            expected="no HI*ABJ",
            found="one",
        )


@claim_rule("reason-for-visit", source="005010X223A2, HI APR; FACTS A5")
def reason_for_visit(check: ClaimCheck) -> Iterator[Fault]:
    """An outpatient bill says what the child was brought in for.

    What: a bill of type 013x or 085x has no HI*APR.
    Why: many payers reject a visit without it (277CA 673).
    Fix: enter a diagnosis with the role reason_for_visit in the encounter.
    """
    if check.is_outpatient and check.codes_by_qualifier.keys().isdisjoint(_REASON_FOR_VISIT):
        yield Fault(
            "An outpatient bill has no reason for the visit.",
            check.claim_place("HI", "APR", "HI01-2"),
            expected="HI*APR",
            found="none",
        )
