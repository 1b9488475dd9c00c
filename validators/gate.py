"""Judging an encounter record before a claim is made of it."""

from __future__ import annotations

from edi.finding import Finding
from validators.checks import EncounterCheck
from validators.registry import encounter_rules, run_rules

_OF_TREATMENT = "encounter"
"""The stage of rules that judge whether the treatment may be billed."""


def judge_encounter(check: EncounterCheck) -> list[Finding]:
    """The findings of the gate: the general rules, and the clinical gate of the product.

    A void bills nothing: it must go out whatever the packet lacks.
    """
    gate = check.product.clinical_gate if check.product is not None else None
    rules = encounter_rules(gate)
    if check.is_void:
        rules = tuple(rule for rule in rules if rule.contract.stage != _OF_TREATMENT)
    return run_rules(rules, check)
