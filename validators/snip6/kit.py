"""The kit and how much of it: quantity, unit, and whether the kit is that of the child's weight."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import Drug, ServiceLine
from edi.protected import shown_code
from edi.values import decimal_words
from mapping.profile_models import Kit
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_MEDICAID = "MC"
"""SBR09 of a Medicaid program."""
_EACH = "UN"
_MILLILITRES = "ML"


@claim_rule(
    "ndc-quantity",
    source="FDA label, dosing table: 5.5 mL/kg; kit table; FACTS B2",
    of_drug=True,
    of_void=False,
)
def ndc_quantity(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC quantity fits the unit, the kit and the child's weight.

    What: CTP04 is not above zero; or the unit is UN and it is not 1; or the unit is ML and it is
    below the dose for the weight or above what the kit holds, by more than half a millilitre.
    Why: a quantity of vials, units or kilograms is denied (RARC N815) or paid wrongly.
    Fix: with ML send the volume given; with UN send 1.
    """
    if check.payer.drug_lines > 1 and _shared_out_volume_fits(check):
        return
    for line in check.drug_lines:
        drug = line.drug
        if drug is not None and drug.has_quantity_segment:
            yield from _quantity_fault(check, line, drug)


def _quantity_fault(check: ClaimCheck, line: ServiceLine, drug: Drug) -> Iterator[Fault]:
    quantity, wrong = drug.quantity, None
    if quantity is None or quantity <= 0:
        wrong = "The NDC quantity is not above zero.", "above 0"
    elif drug.unit == _EACH and quantity != 1:
        wrong = "The kit is counted as more or less than one.", "1 UN"
    elif drug.unit == _MILLILITRES:
        least, most = _volume_limits(check, drug)
        if not least <= quantity <= most:
            limits = f"{decimal_words(least)} to {decimal_words(most)} ML"
            wrong = "The NDC quantity does not fit the weight and the kit.", limits
    if wrong is not None:
        words = "no number" if quantity is None else decimal_words(quantity)
        template, expected = wrong
        place = check.line_place(line, "CTP", "CTP04")
        yield Fault(template, place, expected=expected, found=f"{words} {shown_code(drug.unit, 2)}")


def _volume_limits(check: ClaimCheck, drug: Drug) -> tuple[Decimal, Decimal]:
    """The least and the most millilitres: by weight (the band's lowest where unknown) and by kit.

    A weight above the kit's band asks for no more than the band holds: that the kit is
    another band's is said by the rules of bands. Of an NDC that names no kit every kit may be meant.
    """
    product = check.therapy
    kit = _kit_of(check, drug)
    lightest, heaviest = (kit, kit) if kit is not None else (product.kits[0], product.kits[-1])
    weight = lightest.weight_from_kg if check.weight_kg is None else check.weight_kg
    least = min(weight, heaviest.weight_to_kg) * product.ml_per_kg - product.volume_tolerance_ml
    return least, heaviest.extractable_ml + product.volume_tolerance_ml


def _shared_out_volume_fits(check: ClaimCheck) -> bool:
    """Whether the volumes of the drug's lines, of which the payer wants several, together are the dose."""
    drugs = [line.drug for line in check.drug_lines if line.drug is not None]
    volumes = [drug.quantity for drug in drugs if drug.unit == _MILLILITRES and drug.quantity is not None]
    if not drugs or len(volumes) < len(drugs) or not all(volume > 0 for volume in volumes):
        return False
    least, most = _volume_limits(check, drugs[0])
    return least <= sum(volumes) <= most


def _kit_of(check: ClaimCheck, drug: Drug) -> Kit | None:
    product = check.therapy
    return product.kit_by_ndc.get(product.ndc_named(drug.ndc or ""))


@claim_rule(
    "ndc-weight-band", source="FDA label, dosing table; kit table; FACTS B2", of_drug=True, of_void=False
)
def ndc_weight_band(check: ClaimCheck) -> Iterator[Fault]:
    """The kit is the one for the child's weight.

    What: the kit's weight band is two or more bands off the dosing weight (of the encounter, or
    value code A8).
    Why: payers compare kit and weight, and a kit for another weight means a wrong NDC or a wrong
    weight (CARC 153).
    Fix: compare therapy.kits[0].ndc with the carton and patient.weight_kg with the chart, and correct the wrong one.
    """
    for line, kit, wanted, distance in check.once(_kits_off_the_weight):
        if distance >= 2:
            yield _wrong_band(check, line, kit, wanted)


@claim_rule(
    "ndc-weight-near", source="FDA label, dosing table; kit table; FACTS B2", of_drug=True, of_void=False
)
def ndc_weight_near(check: ClaimCheck) -> Iterator[Fault]:
    """The kit is the one for the child's weight, to the band.

    What: the kit's weight band is next to that of the dosing weight.
    Why: a child may grow out of its band between order and infusion; a payer may ask.
    Fix: make sure that the weight is the one that the kit was ordered for, and correct it where it is not.
    """
    for line, kit, wanted, distance in check.once(_kits_off_the_weight):
        if distance == 1:
            yield _wrong_band(check, line, kit, wanted)


def _kits_off_the_weight(check: ClaimCheck) -> list[tuple[ServiceLine, Kit, Kit, int]]:
    """Lines whose kit is not that of the weight: line, its kit, the weight's kit, bands between.

    A weight that no kit is made for has a rule of its own.
    """
    product, weight = check.therapy, check.weight_kg
    wanted = product.kit_for_weight(weight) if weight is not None else None
    if wanted is None:
        return []
    band = product.bands[wanted.ndc_11]
    found = []
    for line, ndc in check.kit_ndcs:
        number = product.bands.get(ndc)
        if number is not None and number != band and line in check.drug_lines:
            found.append((line, product.kits[number], wanted, abs(number - band)))
    return found


def _wrong_band(check: ClaimCheck, line: ServiceLine, kit: Kit, wanted: Kit) -> Fault:
    return Fault(
        "The kit is made for {first} to {last} kg, and the child's weight is in another band.",
        check.line_place(line, "LIN", "LIN03"),
        fields={"first": decimal_words(kit.weight_from_kg), "last": decimal_words(kit.weight_to_kg)},
        expected=wanted.ndc_11,
        found=kit.ndc_11,
    )


@claim_rule(
    "ndc-unit",
    source="guide 005010X223A2, CTP05; payers' lists of units; FACTS B2, F",
    of_drug=True,
    of_void=False,
)
def ndc_unit(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC quantity is in a unit that the payer takes.

    What: CTP05 of the drug line is none of the units of the payer's profile (by default ML and UN).
    Why: a unit that the payer does not know for the drug is denied (RARC N816).
    Fix: send ML with the volume or UN with 1, as the payer's profile says (ndc_unit).
    """
    units = check.payer.ndc_units_accepted
    for line in check.drug_lines:
        unit = line.drug.unit if line.drug is not None else ""
        if unit and unit not in units:
            yield Fault(
                "The unit of the NDC quantity is not one that the payer takes.",
                check.line_place(line, "CTP", "CTP05"),
                expected=" or ".join(units),
                found=shown_code(unit, 2),
            )


@claim_rule(
    "ndc-unit-assumed", source="published billing guide of 2026; FACTS B2", of_drug=True, of_void=False
)
def ndc_unit_assumed(check: ClaimCheck) -> Iterator[Fault]:
    """The kit is counted as one only where the payer is known to want that.

    What: the NDC quantity is in UN, the payer's profile has another unit, and the payer is no Medicaid program.
    Why: Medicaid programs count kits; other payers mostly ask for the volume, and deny UN (RARC N816).
    Fix: ask the payer; give its profile the unit UN where it wants that, else send ML with the volume given.
    """
    if check.payer.ndc_unit == _EACH or check.claim.subscriber.filing_indicator == _MEDICAID:
        return
    for line in check.drug_lines:
        if line.drug is not None and line.drug.unit == _EACH:
            yield Fault(
                "The kit is counted in UN, and its payer is not known to count kits.",
                check.line_place(line, "CTP", "CTP05"),
                expected=check.payer.ndc_unit,
                found=_EACH,
            )
