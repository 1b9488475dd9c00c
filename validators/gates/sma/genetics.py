"""The genetic report: SMN1 on both chromosomes, SMN2 copies, and the type of the disease."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.encounter import Smn1Report
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule


@encounter_rule("smn1-missing", gate="sma", source="FDA label, indication; published billing guide of 2026")
def smn1_missing(check: EncounterCheck) -> Iterator[Fault]:
    """The SMN1 report is on record.

    What: the encounter has no genetic report of SMN1.
    Why: the drug is for children without a working SMN1; every payer asks for the report.
    Fix: enter method, date, copies and variant from the laboratory's report under clinical.smn1.
    """
    if check.encounter.clinical.smn1 is None:
        yield Fault(
            "No genetic report of SMN1 is on record.",
            check.place("clinical.smn1"),
            expected="method, date, copies and variant",
        )


@encounter_rule("smn1-not-biallelic", gate="sma", source="FDA label, indication; UnitedHealthcare policy")
def smn1_not_biallelic(check: EncounterCheck) -> Iterator[Fault]:
    """No working copy of SMN1 is left.

    What: the report counts more copies of SMN1 than carry a pathogenic variant.
    Why: a child with one working copy is a carrier and does not have the disease; payers do not cover it.
    Fix: compare with the report: where a copy carries a variant, name it; where two do, say so in
    clinical.smn1.variant_copies.
    """
    report = check.encounter.clinical.smn1
    if report is None:
        return
    impaired = _impaired_copies(report, check.therapy.gate.no_variant_words)
    if report.copies > impaired:
        yield Fault(
            "A working copy of SMN1 remains.",
            check.place("clinical.smn1.copies"),
            expected="no copy without a pathogenic variant",
            found=f"{report.copies} copies, {impaired} with a variant",
        )


@encounter_rule("sma-type-missing", gate="sma", source="published billing guide of 2026: documentation")
def sma_type_missing(check: EncounterCheck) -> Iterator[Fault]:
    """The type of the disease and the SMN2 copies are on record.

    What: the SMA type or the number of SMN2 copies is not stated.
    Why: many payers ask for both, and some limit the copies; without them they ask back or deny.
    Fix: enter clinical.sma_type (presymptomatic where there are no signs yet) and clinical.smn2_copies.
    """
    clinical = check.encounter.clinical
    if clinical.sma_type is None:
        yield Fault("The SMA type is not stated.", check.place("clinical.sma_type"), expected="the type")
    if clinical.smn2_copies is None:
        yield Fault(
            "The number of SMN2 copies is not stated.",
            check.place("clinical.smn2_copies"),
            expected="the number of copies",
        )


def _impaired_copies(report: Smn1Report, no_variant_words: tuple[str, ...]) -> int:
    """The copies that carry a variant: as stated, else one where the report names a variant."""
    if report.variant_copies is not None:
        return report.variant_copies
    variant = (report.variant or "").casefold()
    says_none = any(variant == words or variant.startswith(f"{words} ") for words in no_variant_words)
    return int(bool(variant) and not says_none)
