"""The dose of a product for a child's weight: genomes, volume, kit, and what the claim says of it.

The drug is dosed by weight, and packed by weight: the label gives each band of weights one
kit and one volume, that of the band's upper end. What goes out on the claim is the kit and
the band's volume, never the volume calculated for the child. Sources: the product's
profile (FDA label, section 2 and dosing table); FACTS B2.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from mapping.profile_models import Kit, ProductProfile

_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Dose:
    """A product's dose for one weight, all numbers exact.

    `weight_kg` is the dosing weight in kilograms as given, `rounded_weight_kg` to a tenth, by
    which the band is found. `vector_genomes` (vg) and `volume_ml` (mL) are dose per kilogram times
    the weight as given, for comparison with an order. `kit` is the band's kit; its `dose_ml` is the
    volume that is given, in mL. Source: the product's profile.
    """

    weight_kg: Decimal
    rounded_weight_kg: Decimal
    vector_genomes: Decimal
    volume_ml: Decimal
    kit: Kit

    @property
    def ndc_quantities(self) -> dict[str, Decimal]:
        """CTP04 by CTP05: one kit (UN), or the band's volume in millilitres (ML). Source: FACTS B2."""
        return {"UN": Decimal(1), "ML": self.kit.dose_ml}


def rounded_weight(weight_kg: Decimal) -> Decimal:
    """The weight to a tenth of a kilogram, half a tenth upwards, as the label's table has its bands."""
    return weight_kg.quantize(_TENTH, ROUND_HALF_UP)


def label_has_weight(product: ProductProfile, weight_kg: Decimal) -> bool:
    """Whether the weight, rounded, lies in the label's range."""
    return product.weight_from_kg <= rounded_weight(weight_kg) <= product.weight_to_kg


def dose_for_weight(product: ProductProfile, weight_kg: Decimal) -> Dose | None:
    """The dose for a weight in kilograms; None where the label has no kit for it.

    Raises ValueError for a weight that is not above zero, or no number.
    """
    if not weight_kg.is_finite() or weight_kg <= 0:
        raise ValueError("a weight is a number above zero")
    rounded = rounded_weight(weight_kg)
    kit = product.kit_for_weight(rounded)
    if kit is None or not label_has_weight(product, weight_kg):
        return None
    return Dose(
        weight_kg=weight_kg,
        rounded_weight_kg=rounded,
        vector_genomes=product.dose_vg_per_kg * weight_kg,
        volume_ml=product.ml_per_kg * weight_kg,
        kit=kit,
    )
