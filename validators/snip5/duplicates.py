"""Codes that may stand once."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule

_LONGEST_SHOWN = 7
_GROUPS = {
    "ABK": ("diagnosis", "diagnosis"),
    "ABF": ("diagnosis", "diagnosis"),
    "BE": ("value", "value code"),
    "BH": ("occurrence", "occurrence code"),
}
"""HI qualifier: the group in which a code may stand once, and what the code is called.

Admitting diagnosis, reasons for visit and external causes may say again what the principal
diagnosis says; an occurrence span or a condition is not among those that payers refuse.
"""


@claim_rule("code-duplicate", source="X12 RFI 2561; clearinghouse edits of 2026; FACTS A4")
def code_duplicate(check: ClaimCheck) -> Iterator[Fault]:
    """A diagnosis, a value code and an occurrence code stand once.

    What: a code stands again among principal and other diagnoses, among the value codes or among the
    occurrence codes.
    Why: the clearinghouse rejects the claim, or the payer takes only one of the amounts or dates.
    Fix: remove the second one; where the amounts or dates differ, keep the one that the chart bears out.
    """
    seen = set()
    for one in check.claim.health_codes:
        group = _GROUPS.get(one.qualifier)
        if group is None or not one.code:
            continue
        key = (group[0], one.code)
        if key in seen:
            yield Fault(
                "The {kind} stands on the claim a second time.",
                health_code_place(check, one),
                fields={"kind": group[1]},
                expected="each code once",
                found=shown_code(one.code, _LONGEST_SHOWN),
            )
        seen.add(key)
