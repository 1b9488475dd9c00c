"""The child: age, weight, name."""

from __future__ import annotations

from collections.abc import Iterator

from validators.ages import age_limit, limit_words
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("age-at-infusion", source="FDA label: less than 2 years of age; FACTS C5", of_drug=True)
def age_at_infusion(check: ClaimCheck) -> Iterator[Fault]:
    """The child is young enough on the day of the infusion.

    What: the second birthday (or the payer's own limit) is reached on the day of the infusion,
    or the child is born after it.
    Why: the drug is approved, and paid, below the limit only (CARC 6, RARC N129).
    Fix: check the birth date and the day of the infusion; over the limit the claim is not payable.
    """
    born, infused = check.claim.birth_date, check.infusion_date
    if check.product is None or born is None or infused is None:
        return
    limit = age_limit(born, check.product, check.payer)
    place = check.claim_place("CLM") if not check.drug_lines else check.line_place(check.drug_lines[0], "DTP")
    if infused < born:
        yield Fault(
            "The infusion is dated before the child was born.", place, expected="on or after the birth"
        )
    elif not limit.allows(infused):
        yield Fault(
            "The child is too old on the day of the infusion.",
            place,
            expected=limit_words(limit),
            found="older",
        )
