"""`j3399 dose`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from edi.values import decimal_words, parse_decimal
from pipeline import exit_codes
from pipeline.cli.numbers import scientific
from pipeline.cli.options import config_option

if TYPE_CHECKING:
    from mapping.dosing import Dose
    from mapping.profile_models import Kit, ProductProfile

_GRAM = Decimal("0.001")
_PAYER_COUNTS = {"UN": "for a payer that counts kits", "ML": "for a payer that counts volume"}


class Weight(click.ParamType[Decimal]):
    """A weight in kilograms, to the gram."""

    name = "kilograms"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:
        weight = value if isinstance(value, Decimal) else parse_decimal(str(value))
        if weight is None:
            self.fail(f"{value!r} is no weight: give kilograms in digits, as in 5.8", param, ctx)
        if weight <= 0:
            self.fail(f"{value} kg is no weight: give kilograms above zero, as in 5.8", param, ctx)
        if weight % _GRAM:
            self.fail(
                f"{value} kg is finer than a gram: give three digits after the point at most", param, ctx
            )
        return weight


@click.command()
@click.option("--weight", required=True, type=Weight(), help="The child's dosing weight in kilograms.")
@click.option("--product", help="Key or HCPCS code of the product. Default: the only one on file.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@config_option
def dose(weight: Decimal, product: str | None, as_json: bool, config_path: Path | None) -> int:
    """The dose for a weight: genomes, volume, the kit to order, and how it stands on the claim.

    It is calculated from the label, for checking an order or a claim; it is no prescription.

    Exit code 0: there is a kit for the weight; 1: there is none; 2: no weight was understood.

    \b
    Example:
      j3399 dose --weight 5.8
      j3399 dose --weight 5.8 --json
    """
    from mapping.dosing import dose_for_weight
    from mapping.profile_store import ProfileStore
    from pipeline.cli.products import all_products, chosen_product, own_profiles

    chosen = chosen_product(all_products(ProfileStore(own_profiles(config_path))), product)
    found = dose_for_weight(chosen, weight)
    if as_json:
        click.echo(json.dumps(_document(chosen, weight, found), indent=2))
    elif found is not None:
        click.echo("\n".join(_lines(chosen, found)))
    if found is None:
        click.echo(_why_none(chosen, weight), err=True)
        return exit_codes.FINDINGS
    return exit_codes.DONE


def _why_none(product: ProductProfile, weight: Decimal) -> str:
    """Why there is no dose, and what to do."""
    from mapping.dosing import label_has_weight

    if label_has_weight(product, weight):
        return (
            f"The kit table of {product.title} has no kit for {decimal_words(weight)} kg. "
            f"Mend the table that the profile {product.key} names."
        )
    return (
        f"{decimal_words(weight)} kg is outside the label's range of {product.title}: "
        f"{product.weight_from_kg} to {product.weight_to_kg} kg, rounded to a tenth. "
        "Check the weight, and that it is in kilograms; if it is right there is no kit for it: "
        "ask the prescriber before anything is ordered."
    )


def _lines(product: ProductProfile, found: Dose) -> list[str]:
    """The dose as people read it, within 80 columns."""
    kit = found.kit
    lines = [
        f"{product.title}, {product.hcpcs}",
        "",
        f"Weight   {decimal_words(found.weight_kg)} kg, to a tenth {found.rounded_weight_kg} kg",
        f"Dose     {scientific(found.vector_genomes)} vector genomes "
        f"({scientific(product.dose_vg_per_kg)} a kg)",
        f"Volume   {decimal_words(found.volume_ml)} mL by the exact weight ({decimal_words(product.ml_per_kg)} mL a kg)",
        *_band_lines(found),
        f"Kit      NDC {kit.ndc_10}, {kit.vials} vials, {decimal_words(kit.extractable_ml)} mL can be drawn",
        *_kit_doubts(kit),
        "",
        f"Claim    LIN03  {kit.ndc_11}",
    ]
    for unit, quantity in found.ndc_quantities.items():
        lines.append(f"         CTP04  {decimal_words(quantity)}, CTP05 {unit}: {_PAYER_COUNTS[unit]}")
    lines.append(f"         `j3399 explain {product.hcpcs}` says which payer counts what")
    return lines


def _band_lines(found: Dose) -> list[str]:
    """The band and its volume; where that is less than by the exact weight, why."""
    kit = found.kit
    lines = [
        f"Band     {kit.weight_from_kg} to {kit.weight_to_kg} kg: {decimal_words(kit.dose_ml)} mL are given"
    ]
    if found.volume_ml > kit.dose_ml:
        lines.append("         less than by the exact weight: the label rounds the weight to a tenth")
    return lines


def _kit_doubts(kit: Kit) -> list[str]:
    """A warning where nobody has read the kit's NDC anywhere."""
    words = "         NDC derived from the table's pattern: compare with the carton"
    return [words] if kit.is_doubtful else []


def _document(product: ProductProfile, weight: Decimal, found: Dose | None) -> dict[str, Any]:
    """The dose as JSON; numbers with a fraction are text, as amounts are elsewhere."""
    return {
        "product": product.key,
        "hcpcs": product.hcpcs,
        "weight_kg": decimal_words(weight),
        "label_weight_from_kg": str(product.weight_from_kg),
        "label_weight_to_kg": str(product.weight_to_kg),
        "dose": None if found is None else _dose_document(found),
    }


def _dose_document(found: Dose) -> dict[str, Any]:
    kit = found.kit
    return {
        "rounded_weight_kg": str(found.rounded_weight_kg),
        "vector_genomes": decimal_words(found.vector_genomes),
        "volume_ml": decimal_words(found.volume_ml),
        "kit": {
            "weight_from_kg": str(kit.weight_from_kg),
            "weight_to_kg": str(kit.weight_to_kg),
            "dose_ml": decimal_words(kit.dose_ml),
            "vials": kit.vials,
            "extractable_ml": decimal_words(kit.extractable_ml),
            "ndc_10": kit.ndc_10,
            "ndc_11": kit.ndc_11,
            "evidence": kit.evidence,
        },
        "claim": {
            "LIN03": kit.ndc_11,
            "quantities": [
                {"CTP04": decimal_words(quantity), "CTP05": unit}
                for unit, quantity in found.ndc_quantities.items()
            ],
        },
    }
