"""Ids of providers: their NPI and their taxonomy code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi.npi import is_valid_npi
from edi.protected import Protected, shown_code
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_LOOPS_OF_PERSONS = ("2010BA", "2010CA", "2330A")
"""Subscriber and patient have no NPI; a number there is a member id under a wrong qualifier."""
_TEN_DIGITS = re.compile("[0-9]{10}")
_TAXONOMY = re.compile("[0-9A-Z]{9}X")


@claim_rule("npi", source="CMS NPI standard: Luhn with prefix 80840")
def npi(check: ClaimCheck) -> Iterator[Fault]:
    """Every NPI has ten digits and a right check digit.

    What: an NM109 beside XX is not ten digits, or its last digit does not fit the others.
    Why: one wrong digit names nobody or somebody else; the claim is rejected or misrouted.
    Fix: take the number from the NPI registry and correct the site profile or the record.
    """
    for loop, segment in check.segments["NM1"]:
        if "XX" not in segment.text or segment.element(8) != "XX" or loop in _LOOPS_OF_PERSONS:
            continue
        number = segment.element(9)
        if not is_valid_npi(number):
            yield Fault(
                "The NPI in {loop} is not ten digits with a right check digit.",
                check.place_of((loop, segment), "NM109"),
                fields={"loop": f"loop {loop}" if loop else "a loop the guide does not have"},
                expected="ten digits with a right check digit",
                # what has not the form of an NPI may be anything
                found=number if _TEN_DIGITS.fullmatch(number) else Protected(number),
            )


@claim_rule("taxonomy", source="NUCC taxonomy code set: ten characters, the last an X")
def taxonomy(check: ClaimCheck) -> Iterator[Fault]:
    """A taxonomy code has the form that NUCC gives it.

    What: a PRV03 beside PXC is not ten digits and capital letters with X at the end.
    Why: payers choose contract and enrollment by it; a code that none can be goes unmatched (RARC N255).
    Fix: copy the code of the provider from the NPI registry into the site profile or the record.
    """
    for loop, segment in check.segments["PRV"]:
        if segment.element(2) != "PXC":
            continue
        code = segment.element(3)
        if code and not _TAXONOMY.fullmatch(code):
            yield Fault(
                "The taxonomy code in loop {loop} is not ten characters ending in X.",
                check.place_of((loop, segment), "PRV03"),
                fields={"loop": loop or "unknown"},
                expected="ten digits and capital letters, the last an X",
                found=shown_code(code, 12),
            )
