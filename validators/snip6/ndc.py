"""The kit on the drug line: NDC, quantity, unit, and whether it fits the child."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.values import format_decimal
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule(
    "ndc-missing", source="guide 005010X223A2, loop 2410; SSA 1927(a)(7) for Medicaid; FACTS B2", of_drug=True
)
def ndc_missing(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line names the kit and how much of it was given.

    What: the drug line has no LIN with N4, or a LIN without CTP, or a CTP without LIN.
    Why: without the NDC the payer cannot claim the rebate, and denies the line (RARC M119).
    Fix: give therapy.kits[0] its NDC; quantity and unit follow from the payer profile.
    """
    for line in check.drug_lines:
        drug = line.drug
        if drug is None:
            yield Fault(
                "The drug line has no NDC.", check.line_place(line, "LIN", "LIN03"), expected="LIN and CTP"
            )
        elif not drug.ndc:
            yield Fault(
                "The drug line has a quantity but no NDC.",
                check.line_place(line, "LIN", "LIN03"),
                expected="LIN*N4",
            )
        elif not drug.has_quantity_segment:
            yield Fault(
                "The drug line has an NDC but no quantity.",
                check.line_place(line, "CTP", "CTP04"),
                expected="CTP",
            )


@claim_rule("ndc-format", source="guide 005010X223A2, LIN03; clearinghouse edits; FACTS B2, A4")
def ndc_format(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC is eleven digits.

    What: LIN03 is not eleven digits: hyphens, ten digits, letters, an N4 before it.
    Why: clearinghouses reject anything else at the door.
    Fix: write the NDC as 5-4-2 digits without hyphens; a 5-3-2 code gets its zero in the middle.
    """
    for line in check.claim.lines:
        ndc = line.drug.ndc if line.drug else None
        if ndc and not (len(ndc) == 11 and ndc.isascii() and ndc.isdigit()):
            yield Fault(
                "The NDC is not eleven digits.",
                check.line_place(line, "LIN", "LIN03"),
                expected="eleven digits",
                found=ndc,
            )


@claim_rule("ndc-quantity", source="FDA label, dosing table: 5.5 mL/kg; kit table; FACTS B2", of_drug=True)
def ndc_quantity(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC quantity fits the unit and the child's weight.

    What: CTP04 is not above zero; or the unit is UN and it is not 1; or the unit is ML and it is
    below the dose for the weight or above what the kit holds, by more than half a millilitre.
    Why: a quantity of vials, units or kilograms is denied (RARC N815) or paid wrongly.
    Fix: with ML send the volume given; with UN send 1.
    """
    for line in check.drug_lines:
        drug = line.drug
        if drug is None or not drug.has_quantity_segment:
            continue
        place = check.line_place(line, "CTP", "CTP04")
        found = f"{format_decimal(drug.quantity) if drug.quantity is not None else 'no number'} {drug.unit}"
        if drug.quantity is None or drug.quantity <= 0:
            yield Fault("The NDC quantity is not above zero.", place, expected="above 0", found=found)
        elif drug.unit == "UN" and drug.quantity != 1:
            yield Fault("The kit is counted as more or less than one.", place, expected="1 UN", found=found)
        elif drug.unit == "ML":
            least, most = _volume_limits(check, drug.ndc or "")
            if least is not None and most is not None and least > most:
                yield Fault(
                    "The kit is too small for the child's weight.",
                    place,
                    expected=f"at least {format_decimal(least)} ML",
                    found=f"a kit of {format_decimal(most)} ML at most",
                    fix="Check the weight and the NDC of the kit: one of them is wrong.",
                )
            elif least is not None and most is not None and not least <= drug.quantity <= most:
                yield Fault(
                    "The NDC quantity does not fit the weight and the kit.",
                    place,
                    expected=f"{format_decimal(least)} to {format_decimal(most)} ML",
                    found=found,
                )


def _volume_limits(check: ClaimCheck, ndc: str) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most millilitres: by weight (the band's lowest where unknown) and by kit."""
    product = check.product
    kit = product.kit_by_ndc.get(ndc) if product else None
    if product is None or kit is None:
        return None, None
    weight = check.weight_kg if check.weight_kg is not None else kit.weight_from_kg
    tolerance = product.volume_tolerance_ml
    return weight * product.ml_per_kg - tolerance, kit.extractable_ml + tolerance
