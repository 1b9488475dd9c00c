"""The kit that was given: its volume, its record, and who paid for it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.values import decimal_words
from mapping.encounter import ServiceLine
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule

_KIT = "therapy.kits[0]"
"""A second kit is refused when the claim is built."""
_BOUGHT = "bought"
_PLANNED = "planned"


@encounter_rule("dose-volume", source="FDA label, dosing table; kit table; FACTS B2", of_drug=True)
def dose_volume(check: EncounterCheck) -> Iterator[Fault]:
    """The volume given fits the child's weight and the kit.

    What: the volume is more than half a millilitre below the dose for the weight, or above what the
    kit holds.
    Why: weight, volume and kit belong together; where they do not, one of them is wrong on the claim.
    Fix: compare therapy.kits[0].volume_ml, the kit's NDC and the weight with the infusion record.
    """
    therapy, product, weight = check.encounter.therapy, check.therapy, check.encounter.patient.weight_kg
    volume = therapy.kits[0].volume_ml if therapy is not None else None
    if therapy is None or volume is None:
        return
    kit = product.kit_by_ndc.get(therapy.kits[0].ndc)
    least = weight * product.ml_per_kg - product.volume_tolerance_ml if weight is not None else None
    most = kit.extractable_ml + product.volume_tolerance_ml if kit is not None else None
    if least is not None and volume < least:
        yield Fault(
            "The volume is too small for the child's weight.",
            check.place(f"{_KIT}.volume_ml"),
            expected=f"at least {decimal_words(least)} mL",
            found=f"{decimal_words(volume)} mL",
        )
    elif most is not None and volume > most:
        yield Fault(
            "The volume is more than the kit holds.",
            check.place(f"{_KIT}.volume_ml"),
            expected=f"at most {decimal_words(most)} mL",
            found=f"{decimal_words(volume)} mL",
        )


@encounter_rule(
    "kit-record", source="published billing guide of 2026: NDC reference; kit table", of_drug=True
)
def kit_record(check: EncounterCheck) -> Iterator[Fault]:
    """The kit's lot and vials are on record.

    What: the lot number of a kit that was given is missing, or its vials are not as many as the kit has.
    Why: the lot goes into the claim's note; another number of vials is another kit, with another NDC.
    Fix: enter lot and vials from the kit's label, and check the NDC.
    """
    therapy = check.encounter.therapy
    if therapy is None:
        return
    given = therapy.kits[0]
    if given.lot is None and therapy.status != _PLANNED:
        yield Fault("The kit has no lot number.", check.place(f"{_KIT}.lot"), expected="the lot of the label")
    kit = check.therapy.kit_by_ndc.get(given.ndc)
    if kit is not None and given.vials is not None and given.vials != kit.vials:
        yield Fault(
            "The kit with this NDC has another number of vials.",
            check.place(f"{_KIT}.vials"),
            expected=f"{kit.vials} vials",
            found=f"{given.vials} vials",
        )


@encounter_rule(
    "drug-source", source="published billing guide of 2026; health plan alert of 2025", of_drug=True
)
def drug_source(check: EncounterCheck) -> Iterator[Fault]:
    """A kit that the hospital did not buy is not charged.

    What: the kit came from a specialty pharmacy or free of charge, and a line charges the drug.
    Why: the pharmacy bills it, or nobody does; charging it again is a false claim.
    Fix: remove the drug's line and bill the infusion alone, or correct therapy.kits[0].source.
    """
    therapy = check.encounter.therapy
    if therapy is None or therapy.kits[0].source == _BOUGHT:
        return
    codes = {check.therapy.hcpcs, check.payer.drug_hcpcs} - {None}
    for number, line in enumerate(check.encounter.service_lines):
        if line.hcpcs in codes and _covered_charge(line) > 0:
            yield Fault(
                "A kit that was not bought is charged as {code}.",
                check.place(f"service_lines[{number}].charge"),
                fields={"code": line.hcpcs},
                expected="no covered charge",
                found=f"{line.charge:.2f}, source {therapy.kits[0].source.replace('_', ' ')}",
            )


def _covered_charge(line: ServiceLine) -> Decimal:
    return line.charge - (line.non_covered_charge or 0)
