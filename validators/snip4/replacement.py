"""Claims that replace or withdraw an earlier one, and the payer's number of that one.

Whether it is the newest number of the chain, a rule with the ledger says.
"""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import VOID, ClaimCheck
from validators.registry import Fault, claim_rule

_ORIGINAL = "1"
_REPLACING = ("7", VOID)


@claim_rule("replacement-icn", source="005010X223A2, REF*F8; X12 RFI 2110; FACTS A6")
def replacement_icn(check: ClaimCheck) -> Iterator[Fault]:
    """A claim that replaces or withdraws another names the payer's number of it.

    What: the frequency is 7 or 8, and there is no REF*F8.
    Why: the payer does not know which claim is meant (RARC M47; 277CA 464).
    Fix: take the payer claim control number from the 835 (CLP07) or the 277CA (REF*1K) into replaces.
    """
    claim = check.claim
    if claim.frequency in _REPLACING and not check.references.get("F8", ""):
        yield Fault(
            "A claim of frequency {frequency} does not name the claim that it is about.",
            check.claim_place("REF", "F8", "REF02"),
            fields={"frequency": claim.frequency},
            expected="REF*F8 with the payer's claim control number",
            found="none",
        )


@claim_rule("original-with-icn", source="005010X223A2, REF*F8; X12 RFI 2110; FACTS A6")
def original_with_icn(check: ClaimCheck) -> Iterator[Fault]:
    """An original claim names no claim before it.

    What: the frequency is 1, and there is a REF*F8.
    Why: meant as a correction, the payer denies it as a duplicate (CARC 18); meant as an original, the number misleads.
    Fix: bill a correction with frequency 7; else leave the number out.
    """
    claim = check.claim
    if claim.frequency == _ORIGINAL and check.references.get("F8", ""):
        yield Fault(
            "An original claim names an earlier claim of the payer.",
            check.claim_place("REF", "F8", "REF02"),
            expected="no REF*F8, or frequency 7",
            found="frequency 1 with REF*F8",
        )
