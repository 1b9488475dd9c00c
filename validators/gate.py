"""Judging an encounter record before a claim is made of it."""

from __future__ import annotations

from edi.finding import Finding
from validators.checks import EncounterCheck
from validators.registry import encounter_rules, run_rules


def judge_encounter(check: EncounterCheck) -> list[Finding]:
    """The findings of the gate: the general rules, and the clinical gate of the product."""
    gate = check.product.clinical_gate if check.product is not None else None
    return list(run_rules(encounter_rules(gate), check))
