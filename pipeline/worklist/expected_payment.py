"""What the drug should bring at least, and what a payer allowed for it.

Expected is what the payer's profile says that it pays by: the acquisition cost of the kits, or the
charge. By whatever else it pays (an agreement, a schedule, the stay's group, or nobody knows), a
bought kit must bring what it cost. Allowed is what was paid and what others owe: the patient's
share, an earlier payer's part, the sequestration.

Source: FACTS E2 (not denials), F; CARC 253 and 23.
"""

from __future__ import annotations

from typing import Any

from edi.values import to_cents
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile

_CHARGES = "charges"
_COST = "acquisition_cost"
_DISCOUNT_PERCENT = 10
"""What a payer whose terms we do not know may pay less than the cost without being asked why: own judgement."""
_BOUGHT = "bought"
_PATIENT = "PR"
_OWED_BY_OTHERS = ("23", "253")
"""An earlier payer's part, and the cut of federal payments."""


def expected_cents(record: Encounter, payer: PayerProfile, charge_cents: int) -> int | None:
    """The least that the drug should bring, in cents; None where nothing says it."""
    if payer.payment_basis == _CHARGES:
        return charge_cents
    kits = record.therapy.kits if record.therapy is not None else []
    costs = [kit.invoice_cost for kit in kits]
    if not kits or any(kit.source != _BOUGHT for kit in kits) or any(cost is None for cost in costs):
        return None
    return sum(to_cents(cost) for cost in costs if cost is not None)


def is_short(allowed_cents: int, expected_cents: int, payer: PayerProfile) -> bool:
    """Whether so little was allowed that somebody should ask.

    Where the profile says what the payer pays by, a cent is enough; elsewhere a contract's write-off
    (CARC 45) is no alarm while the kit is nearly paid for.
    """
    if payer.payment_basis in (_CHARGES, _COST):
        return allowed_cents < expected_cents
    return allowed_cents * 100 < expected_cents * (100 - _DISCOUNT_PERCENT)


def allowed_cents(paid_cents: int, adjustments: list[dict[str, Any]]) -> int:
    """What a payer allowed: its payment, and what it leaves to others."""
    left: list[int] = [
        item["cents"]
        for item in adjustments
        if item["group"] == _PATIENT or item["reason"] in _OWED_BY_OTHERS
    ]
    return paid_cents + sum(left)
