"""How the drug was given: the infusion and what is billed beside it."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("admin-wrong-code", source="CPT; published billing guide of 2026", of_drug=True)
def admin_wrong_code(check: ClaimCheck) -> Iterator[Fault]:
    """The infusion is billed as a therapeutic infusion.

    What: a chemotherapy, radiopharmaceutical or push code stands on the day of the infusion.
    Why: the administration code must fit the drug, or the infusion (and often the drug) is denied.
    Fix: bill the infusion with the product's infusion code (96365).
    """
    product = check.product
    if product is None:
        return
    codes = {line.code for line in check.claim.lines}
    for line in check.claim.lines:
        same_day = line.service_date is None or line.service_date == check.infusion_date
        for wrong in product.wrong_administration:
            if same_day and line.code and wrong.covers(line.code) and wrong.unless not in codes - {""}:
                yield Fault(
                    "{code} is {reason}.",
                    check.line_place(line, "SV2", "SV202-2"),
                    fields={"code": line.code, "reason": wrong.reason},
                    expected=product.infusion_code,
                    found=line.code,
                )
