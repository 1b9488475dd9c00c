"""Judging an encounter record before a claim is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from edi.finding import Finding
from validators.checks import EncounterCheck
from validators.registry import Rule, RuleSet, RuleSets, encounter_rules, judge_together

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
        return self._rules_of(check).findings(check)

    def judge_together(self, checks: Sequence[EncounterCheck]) -> list[list[Finding]]:
        """The same for each of several encounters, and quicker: see `registry.judge_together`."""
        return judge_together([(self._rules_of(check), check) for check in checks])

    def _rules_of(self, check: EncounterCheck) -> RuleSet:
        gate = check.product.clinical_gate if check.product is not None else None
        return self._rules.of(check.payer, (gate, check.is_void), lambda: _rules_for(gate, check.is_void))


def _rules_for(gate: str | None, is_void: bool) -> Iterator[Rule]:
    return (rule for rule in encounter_rules(gate) if not is_void or rule.contract.stage != _OF_TREATMENT)


def judge_encounter(check: EncounterCheck) -> list[Finding]:
    """What the gate finds in one encounter: see `RecordGate`."""
    return RecordGate().judge(check)
