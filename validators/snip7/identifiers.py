"""Identifiers as one payer wants them: the hospital's taxonomy, the member id."""

from __future__ import annotations

import re
from collections.abc import Iterator

from edi.protected import Protected
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_TAXONOMY_FIX = "enter the taxonomy under which the payer knows the hospital in the site's profile."
_LONGEST_MEMBER_ID = 80


@claim_rule(
    "payer-identifiers",
    source="payers' companion guides; FACTS E2",
    of_void=False,
    of_payer=lambda payer: payer.requires_billing_taxonomy or bool(payer.member_id_pattern),
)
def payer_identifiers(check: ClaimCheck) -> Iterator[Fault]:
    """Hospital and member are named as this payer knows them.

    What: the payer's profile wants the hospital's taxonomy, and PRV*BI is missing; or the member id has
    not the form that the profile gives.
    Why: the payer does not find its contract with the hospital (RARC N255), or its member (CARC 31).
    Fix: copy the member id from the child's card or the payer's eligibility answer to coverages[].member_id.
    """
    payer, subscriber = check.payer, check.claim.subscriber.party
    if payer.requires_billing_taxonomy and not check.claim.billing_provider.taxonomy:
        yield Fault(
            "This payer wants the hospital's taxonomy, and the claim has none.",
            check.claim.first_place("2000A", "PRV", "BI"),
            expected="PRV*BI*PXC with ten characters",
            found="none",
            fix=_TAXONOMY_FIX,
        )
    # a claim without any is for `subscriber-demographics`
    member_id = subscriber.id
    if payer.member_id_pattern and member_id and not _fits(member_id, payer.member_id_pattern):
        yield Fault(
            "The member id has not the form that this payer gives its ids.",
            check.claim.first_place("2010BA", "NM1", "IL", "NM109"),
            expected=payer.member_id_pattern,
            found=Protected(member_id),
        )


def _fits(member_id: str, pattern: str) -> bool:
    # a long one from a damaged file is not matched: a pattern may take long over it
    return len(member_id) <= _LONGEST_MEMBER_ID and re.fullmatch(pattern, member_id) is not None
