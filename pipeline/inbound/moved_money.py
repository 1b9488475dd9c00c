"""Money that a remittance moves outside its claims: PLB, kept beside and never added to a claim."""

from __future__ import annotations

from edi.answers import Answer
from edi.remittance.model import Remittance
from pipeline.ledger.provider_adjustments import ProviderAdjustmentRow


def moved_money(answer: Answer, digest: str) -> list[ProviderAdjustmentRow]:
    """The pairs of PLB of an 835 under the digest it is counted by; [] of any other answer."""
    model = answer.model
    if not isinstance(model, Remittance):
        return []
    day = (model.payment.payment_date if model.payment else None) or model.production_date
    return [
        ProviderAdjustmentRow(
            digest=digest,
            position=item.segment_position,
            element=item.element,
            reason=item.reason,
            reference=item.reference,
            cents=item.amount,
            day=day.isoformat() if day else None,
            payer=model.payer_identifier,
        )
        for item in model.provider_adjustments
        if item.readable
    ]
