"""Judging an encounter record before a claim is made of it."""

from __future__ import annotations

from collections.abc import Iterator

from edi.finding import Finding
from validators.checks import EncounterCheck
from validators.registry import Rule, RuleSets, encounter_rules

_OF_TREATMENT = "encounter"
"""The stage of rules that judge whether the treatment may be billed."""


class RecordGate:
    """Judges encounters; the rules for a payer and a product are put together once."""

    def __init__(self) -> None:
        self._rules = RuleSets()

    def judge(self, check: EncounterCheck) -> list[Finding]:
        """The findings of the gate: the general rules, and the clinical gate of the product.

        A void bills nothing: it must go out whatever the packet lacks.
        """
        gate = check.product.clinical_gate if check.product is not None else None
        rules = self._rules.of(check.payer, (gate, check.is_void), lambda: _rules_for(gate, check.is_void))
        return rules.findings(check)


def _rules_for(gate: str | None, is_void: bool) -> Iterator[Rule]:
    return (rule for rule in encounter_rules(gate) if not is_void or rule.contract.stage != _OF_TREATMENT)


def judge_encounter(check: EncounterCheck) -> list[Finding]:
    """What the gate finds in one encounter: see `RecordGate`."""
    return RecordGate().judge(check)
