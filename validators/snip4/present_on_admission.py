"""Whether a diagnosis was present on admission: on inpatient bills, and only there."""

from __future__ import annotations

from collections.abc import Iterator

from edi.codes.poa_exempt import may_be_exempt
from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule

_WITH_INDICATOR = frozenset({"ABK", "ABF", "ABN"})
_COMPONENT = 9
_LONGEST_DIAGNOSIS = 7


@claim_rule(
    "present-on-admission",
    source="005010X223A2, HI ABK, ABF and ABN; CMS's list of exempt diagnoses, fiscal year 2025; FACTS A5",
)
def present_on_admission(check: ClaimCheck) -> Iterator[Fault]:
    """Each diagnosis of a stay says whether it was there on admission.

    What: on a bill of type 011x a principal, other or external cause diagnosis has no indicator, and
    neither the code nor the hospital nor the payer is exempt.
    Why: the stay cannot be grouped (RARC N434; 277CA 688).
    Fix: enter present_on_admission (Y, N, U or W) for the diagnosis in the encounter.
    """
    if not check.is_inpatient or check.payer.poa_exempt or (check.site and check.site.poa_exempt):
        return
    for code in check.claim.health_codes:
        if code.qualifier not in _WITH_INDICATOR or code.present_on_admission or not code.code:
            continue
        if not may_be_exempt(code.code):
            yield Fault(
                "Diagnosis {code} of a stay does not say whether it was present on admission.",
                health_code_place(check, code, _COMPONENT),
                fields={"code": shown_code(code.code, _LONGEST_DIAGNOSIS)},
                expected="Y, N, U or W",
                found="none",
            )


@claim_rule("present-on-admission-outpatient", source="005010X223A2, HI component 9; FACTS A5")
def present_on_admission_outpatient(check: ClaimCheck) -> Iterator[Fault]:
    """An outpatient bill has no admission for a diagnosis to be present on.

    What: a bill of type 013x or 085x sends a present-on-admission indicator.
    Why: some payers reject it, and it suggests that a stay was billed as a visit.
    Fix: leave the indicator out, or correct the type of bill.
    """
    if not check.is_outpatient:
        return
    for code in check.claim.health_codes:
        if code.present_on_admission:
            yield Fault(
                "An outpatient bill says whether a diagnosis was present on admission.",
                health_code_place(check, code, _COMPONENT),
                expected="nothing",
                found=shown_code(code.present_on_admission, 1),
            )
