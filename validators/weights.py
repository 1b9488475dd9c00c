"""The weights for which a product has a kit."""

from __future__ import annotations

from decimal import Decimal

from mapping.profile_models import ProductProfile

_ROUNDING = Decimal("0.05")
"""A kit's band is looked up by the weight rounded to a tenth of a kilogram."""


def has_kit(weight_kg: Decimal, product: ProductProfile) -> bool:
    """Whether the weight, rounded to a tenth of a kilogram, lies within the bands of the kits."""
    return product.weight_from_kg - _ROUNDING <= weight_kg < product.weight_to_kg + _ROUNDING


def weights_words(product: ProductProfile) -> str:
    """`2.6 to 21.0 kg`."""
    return f"{product.weight_from_kg} to {product.weight_to_kg} kg"
