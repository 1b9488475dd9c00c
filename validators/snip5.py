"""SNIP type 5: codes and ids from outside lists."""

from __future__ import annotations

from collections.abc import Iterator

from edi.npi import is_valid_npi
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("npi", source="CMS NPI standard: Luhn with prefix 80840")
def npi(check: ClaimCheck) -> Iterator[Fault]:
    """Every NPI has ten digits and a right check digit.

    What: an NM109 beside XX is not ten digits, or its last digit does not fit the others.
    Why: one wrong digit names nobody or somebody else; the claim is rejected or misrouted.
    Fix: take the number from the NPI registry and correct the site profile or the record.
    """
    for item in check.claim.segments:
        segment = item.segment
        if segment.id == "NM1" and segment.element(8) == "XX" and not is_valid_npi(segment.element(9)):
            yield Fault(
                "The NPI in loop {loop} fails its check digit.",
                check.claim.place_of(item, "NM109"),
                fields={"loop": item.loop},
                expected="ten digits with a right check digit",
                found=segment.element(9),
            )
