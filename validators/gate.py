"""Judging an encounter record before a claim is made of it."""

from __future__ import annotations

from edi.finding import Finding
from mapping.profile_models import PayerProfile
from validators.checks import EncounterCheck
from validators.registry import RuleSet, encounter_rules

_OF_TREATMENT = "encounter"
"""The stage of rules that judge whether the treatment may be billed."""


class RecordGate:
    """Judges encounters; the rules for a payer and a product are put together once."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str | None, bool], tuple[PayerProfile, RuleSet]] = {}

    def judge(self, check: EncounterCheck) -> list[Finding]:
        """The findings of the gate: the general rules, and the clinical gate of the product.

        A void bills nothing: it must go out whatever the packet lacks.
        """
        gate = check.product.clinical_gate if check.product is not None else None
        key = check.payer.key, gate, check.is_void
        known = self._rules.get(key)
        # two profiles of one key may want different things
        if known is None or known[0] is not check.payer:
            rules = encounter_rules(gate)
            if check.is_void:
                rules = tuple(rule for rule in rules if rule.contract.stage != _OF_TREATMENT)
            known = self._rules[key] = check.payer, RuleSet(rules, check.payer)
        return known[1].findings(check)


def judge_encounter(check: EncounterCheck) -> list[Finding]:
    """What the gate finds in one encounter: see `RecordGate`."""
    return RecordGate().judge(check)
