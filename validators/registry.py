"""The rules: each a small function bound to its public id.

`rules.csv` is the contract: id, stage, SNIP type, severity and what a rule needs. A rule
yields `Fault`s; the registry makes findings of them, with the severity that the payer's
profile gives, and the Fix and source from the rule's docstring and decorator. A rule's
docstring has the headings What, Why and Fix.
"""

from __future__ import annotations

import csv
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from typing import Any, Literal

from edi.finding import Acknowledgment, Finding, Place, Severity
from mapping.profile_models import PayerProfile
from validators.checks import ClaimCheck, EncounterCheck

Need = Literal["file", "profile", "encounter", "ledger"]
_HEADINGS = ("What", "Why", "Fix")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a rule found: a sentence with its fields, the place, expected and found.

    `fix` replaces the rule's own Fix where the case asks for another.
    """

    template: str
    place: Place
    fields: Mapping[str, object] = field(default_factory=dict)
    expected: Any = None
    found: Any = None
    fix: str = ""
    acknowledgment: Acknowledgment | None = None


@dataclass(frozen=True, slots=True)
class RuleContract:
    """One row of `rules.csv`."""

    id: str
    stage: str
    snip: int | None
    severity: Severity
    needs: Need


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with its function, its words and its source.

    `gate` names the clinical gate an encounter rule belongs to ("" for every therapy).
    """

    contract: RuleContract
    function: Callable[[Any], Iterable[Fault]]
    what: str
    why: str
    fix: str
    source: str
    gate: str = ""

    @property
    def id(self) -> str:
        return self.contract.id


_claim_rules: list[Rule] = []
_encounter_rules: list[Rule] = []


@cache
def contracts() -> Mapping[str, RuleContract]:
    """All rows of `rules.csv` by id."""
    text = resources.files("validators").joinpath("rules.csv").read_text(encoding="utf-8")
    result = {}
    for row in csv.DictReader(text.splitlines()):
        snip = int(row["snip"]) if row["snip"] else None
        needs: Any = row["needs"]
        result[row["rule"]] = RuleContract(row["rule"], row["stage"], snip, Severity(row["severity"]), needs)
    return result


def claim_rule(
    rule_id: str, *, source: str
) -> Callable[[Callable[[ClaimCheck], Iterable[Fault]]], Callable[[ClaimCheck], Iterable[Fault]]]:
    """Bind a function that judges a claim as it stands in a file."""

    def bind(function: Callable[[ClaimCheck], Iterable[Fault]]) -> Callable[[ClaimCheck], Iterable[Fault]]:
        _claim_rules.append(_rule(rule_id, function, source))
        return function

    return bind


def encounter_rule(
    rule_id: str, *, source: str, gate: str = ""
) -> Callable[[Callable[[EncounterCheck], Iterable[Fault]]], Callable[[EncounterCheck], Iterable[Fault]]]:
    """Bind a function that judges an encounter record; with `gate`, only for products of that gate."""

    def bind(
        function: Callable[[EncounterCheck], Iterable[Fault]],
    ) -> Callable[[EncounterCheck], Iterable[Fault]]:
        _encounter_rules.append(_rule(rule_id, function, source, gate))
        return function

    return bind


def _rule(rule_id: str, function: Callable[[Any], Iterable[Fault]], source: str, gate: str = "") -> Rule:
    parts = docstring_parts(function)
    return Rule(contracts()[rule_id], function, parts["What"], parts["Why"], parts["Fix"], source, gate)


def docstring_parts(function: Callable[..., Any]) -> dict[str, str]:
    """The texts under the headings What, Why and Fix of a docstring; "" where one is missing."""
    text = inspect.getdoc(function) or ""
    parts = dict.fromkeys(_HEADINGS, "")
    for match in re.finditer(
        r"^(What|Why|Fix): (.+?)(?=^(?:What|Why|Fix): |\Z)", text, re.MULTILINE | re.DOTALL
    ):
        parts[match[1]] = " ".join(match[2].split())
    return parts


def claim_rules() -> tuple[Rule, ...]:
    """All rules that judge a claim, in the order of their modules."""
    _load_modules()
    return tuple(_claim_rules)


def encounter_rules(gate: str | None = None) -> tuple[Rule, ...]:
    """The encounter rules that apply to every therapy and to the given clinical gate."""
    _load_modules()
    return tuple(rule for rule in _encounter_rules if not rule.gate or rule.gate == gate)


def all_rules() -> tuple[Rule, ...]:
    """Every rule bound, claim rules first."""
    _load_modules()
    return (*_claim_rules, *_encounter_rules)


def rule_by_id(rule_id: str) -> Rule:
    """The first function bound to an id; KeyError where there is none."""
    for rule in all_rules():
        if rule.id == rule_id:
            return rule
    raise KeyError(rule_id)


@cache
def _load_modules() -> None:
    """Import the rule modules once; importing binds their rules. Every module of `gates` is a gate."""
    from validators import gates, snip3, snip5, snip6, snip7  # noqa: F401

    for module in sorted(module.name for module in pkgutil.iter_modules(gates.__path__)):
        import_module(f"{gates.__name__}.{module}")


def run_rules(rules: Iterable[Rule], check: ClaimCheck | EncounterCheck) -> Iterator[Finding]:
    """The findings of the rules, with the payer profile's severities."""
    for rule in rules:
        severity = severity_for(rule.contract, check.payer)
        if severity is None or not _can_judge(rule, check):
            continue
        for fault in rule.function(check):
            yield Finding(
                rule=rule.id,
                snip=rule.contract.snip,
                severity=severity,
                template=fault.template,
                fields=fault.fields,
                expected=fault.expected,
                found=fault.found,
                fix=fault.fix or rule.fix,
                source=rule.source,
                place=fault.place,
                acknowledgment=fault.acknowledgment,
            )


def not_judged(rules: Iterable[Rule], check: ClaimCheck | EncounterCheck) -> list[str]:
    """The ids of rules that lack what they need (encounter, ledger): silence is not approval."""
    return sorted({rule.id for rule in rules if not _can_judge(rule, check)})


def severity_for(contract: RuleContract, payer: PayerProfile) -> Severity | None:
    """The severity that the payer's profile gives the rule; None where it is switched off."""
    change = payer.rules.get(contract.id)
    if change is None:
        return contract.severity
    return None if change.severity == "off" else Severity(change.severity)


def _can_judge(rule: Rule, check: ClaimCheck | EncounterCheck) -> bool:
    match rule.contract.needs:
        case "encounter":
            return check.encounter is not None
        case "ledger":
            return check.prior is not None
        case _:
            return True
