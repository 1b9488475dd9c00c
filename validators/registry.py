"""The rules: each a small function bound to its public id.

`rules.csv` is the contract: id, stage, SNIP type, severity and what a rule needs. A rule
yields `Fault`s; a `RuleSet` makes findings of them, with the severity that the payer's
profile gives, and the Fix and source from the rule's docstring and decorator. A rule's
docstring has the headings What, Why and Fix.

The modules `snip1` to `snip7` and those of `gates` are found by their names: a new module
with rules needs no entry anywhere.
"""

from __future__ import annotations

import csv
import inspect
import pkgutil
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module, resources
from itertools import chain
from operator import itemgetter
from typing import Any, Literal

from edi.finding import Acknowledgment, Finding, Place, Severity
from mapping.profile_models import PayerProfile
from validators.checks import ClaimCheck, EncounterCheck, InterchangeCheck

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

    `gate` names the clinical gate an encounter rule belongs to ("" for every therapy);
    `of_drug`: it is silent on claims that do not bill a product; `of_void`: it judges claims
    that withdraw another, too; `of_payer`: it asks only for what some payers want, and says of which.
    """

    contract: RuleContract
    function: Callable[[Any], Iterable[Fault]]
    what: str
    why: str
    fix: str
    source: str
    gate: str = ""
    of_drug: bool = False
    of_void: bool = True
    of_payer: Callable[[PayerProfile], bool] = lambda payer: True

    @property
    def id(self) -> str:
        return self.contract.id


_interchange_rules: list[Rule] = []
_claim_rules: list[Rule] = []
_encounter_rules: list[Rule] = []

Check = ClaimCheck | EncounterCheck | InterchangeCheck
_Bound = tuple[Callable[[Any], Iterable[Fault]], Rule, Severity]
"""A rule's function at hand, with the rule and its severity."""
_Turn = tuple[int, Rule, Severity, list[int]]
"""The rank of a rule among those that judge some claims, the rule, its severity, and the numbers of the claims."""
_rank = itemgetter(0)


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


def interchange_rule(
    rule_id: str, *, source: str
) -> Callable[[Callable[[InterchangeCheck], Iterable[Fault]]], Callable[[InterchangeCheck], Iterable[Fault]]]:
    """Bind a function that judges the envelope of a file of claims."""

    def bind(
        function: Callable[[InterchangeCheck], Iterable[Fault]],
    ) -> Callable[[InterchangeCheck], Iterable[Fault]]:
        _interchange_rules.append(_rule(rule_id, function, source))
        return function

    return bind


def claim_rule(
    rule_id: str,
    *,
    source: str,
    of_drug: bool = False,
    of_void: bool = True,
    of_payer: Callable[[PayerProfile], bool] = lambda payer: True,
) -> Callable[[Callable[[ClaimCheck], Iterable[Fault]]], Callable[[ClaimCheck], Iterable[Fault]]]:
    """Bind a function that judges a claim as it stands in a file.

    With `of_drug`, only one that bills a product. Without `of_void`, none that withdraws another:
    it asks for no money, and must say what the claim said that was wrong. With `of_payer`, only
    those to payers whose profile has what the rule looks for.
    """

    def bind(function: Callable[[ClaimCheck], Iterable[Fault]]) -> Callable[[ClaimCheck], Iterable[Fault]]:
        options = {"of_drug": of_drug, "of_void": of_void, "of_payer": of_payer}
        _claim_rules.append(_rule(rule_id, function, source, **options))
        return function

    return bind


def encounter_rule(
    rule_id: str, *, source: str, gate: str = "", of_drug: bool = False
) -> Callable[[Callable[[EncounterCheck], Iterable[Fault]]], Callable[[EncounterCheck], Iterable[Fault]]]:
    """Bind a function that judges an encounter record.

    With `gate`, only for products of that gate; with `of_drug`, only where a product is given.
    """

    def bind(
        function: Callable[[EncounterCheck], Iterable[Fault]],
    ) -> Callable[[EncounterCheck], Iterable[Fault]]:
        _encounter_rules.append(_rule(rule_id, function, source, gate=gate, of_drug=of_drug))
        return function

    return bind


def _rule(rule_id: str, function: Callable[[Any], Iterable[Fault]], source: str, **options: Any) -> Rule:
    parts = docstring_parts(function)
    return Rule(contracts()[rule_id], function, parts["What"], parts["Why"], parts["Fix"], source, **options)


def docstring_parts(function: Callable[..., Any]) -> dict[str, str]:
    """The texts under the headings What, Why and Fix of a docstring; "" where one is missing."""
    text = inspect.getdoc(function) or ""
    parts = dict.fromkeys(_HEADINGS, "")
    for match in re.finditer(
        r"^(What|Why|Fix): (.+?)(?=^(?:What|Why|Fix): |\Z)", text, re.MULTILINE | re.DOTALL
    ):
        parts[match[1]] = " ".join(match[2].split())
    return parts


def interchange_rules() -> tuple[Rule, ...]:
    """All rules that judge an interchange."""
    _load_modules()
    return _in_order(_interchange_rules)


def claim_rules() -> tuple[Rule, ...]:
    """All rules that judge a claim, in the order of `rules.csv`."""
    _load_modules()
    return _in_order(_claim_rules)


@cache
def ids_judged_by_file() -> frozenset[str]:
    """The ids of rules that judge a claim by the file and the profiles alone, whatever else is at hand."""
    return frozenset(rule.id for rule in claim_rules() if rule.contract.needs in ("file", "profile"))


def encounter_rules(gate: str | None = None) -> tuple[Rule, ...]:
    """The encounter rules that apply to every therapy and to the given clinical gate, in that order."""
    _load_modules()
    return _in_order(rule for rule in _encounter_rules if not rule.gate or rule.gate == gate)


def all_rules() -> tuple[Rule, ...]:
    """Every rule bound, in the order of `rules.csv`."""
    _load_modules()
    return _in_order([*_interchange_rules, *_claim_rules, *_encounter_rules])


def _in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    ranks = {rule_id: rank for rank, rule_id in enumerate(contracts())}
    return tuple(sorted(rules, key=lambda rule: ranks[rule.id]))


def rule_by_id(rule_id: str) -> Rule:
    """The first function bound to an id; KeyError where there is none."""
    for rule in all_rules():
        if rule.id == rule_id:
            return rule
    raise KeyError(rule_id)


@cache
def _load_modules() -> None:
    """Import the rule modules once; importing binds their rules."""
    import validators
    from validators import gates

    for package, start in ((validators, "snip"), (gates, "")):
        _load(package.__name__, package.__path__, start)


def _load(package: str, folders: Iterable[str], start: str) -> None:
    for module in sorted(pkgutil.iter_modules(list(folders)), key=lambda module: module.name):
        if module.name.startswith(start):
            loaded = import_module(f"{package}.{module.name}")
            if module.ispkg:
                _load(loaded.__name__, loaded.__path__, "")


class RuleSet:
    """Rules with the severities that one payer's profile gives them.

    Made once for a payer and used for all its claims: what the profile switches off, or gives
    nothing to look for, is not run.
    """

    def __init__(self, rules: Iterable[Rule], payer: PayerProfile) -> None:
        severities = [(rule, severity_for(rule.contract, payer)) for rule in rules if rule.of_payer(payer)]
        self._rules = [(rule, severity) for rule, severity in severities if severity is not None]
        self._of_kind: dict[tuple[bool, ...], list[_Bound]] = {}

    def findings(self, check: Check) -> list[Finding]:
        """What the rules find. A rule that lacks what it needs is not run: see `not_judged`."""
        found = []
        for function, rule, severity in self.that_judge(check):
            for fault in function(check):
                found.append(_finding(rule, severity, fault))  # noqa: PERF401 - hardly ever comes here
        return found

    def that_judge(self, check: Check) -> list[_Bound]:
        """The rules that can judge a claim like this one: the same for all with the same things at hand."""
        kind = check.product is None, check.is_void, check.encounter is None, check.prior is None
        chosen = self._of_kind.get(kind)
        if chosen is None:
            chosen = [
                (rule.function, rule, severity) for rule, severity in self._rules if _can_judge(rule, check)
            ]
            self._of_kind[kind] = chosen
        return chosen

    def not_judged(self, check: Check) -> list[str]:
        """The ids of rules that lack what they need (encounter, ledger): silence is not approval."""
        return [rule.id for rule, _ in self._rules if not _can_judge(rule, check) and _concerns(rule, check)]


class RuleSets:
    """Rule sets by payer, each put together once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Hashable], tuple[PayerProfile, RuleSet]] = {}

    def of(self, payer: PayerProfile, which: Hashable, choose: Callable[[], Iterable[Rule]]) -> RuleSet:
        """The set for a payer of the rules that `choose` gives; `which` tells them from its other sets."""
        known = self._known.get((payer.key, which))
        # two profiles of one key may want different things
        if known is None or known[0] is not payer:
            known = self._known[payer.key, which] = payer, RuleSet(choose(), payer)
        return known[1]


def judge_together(claims: Sequence[tuple[RuleSet, ClaimCheck | EncounterCheck]]) -> list[list[Finding]]:
    """For each claim (or record) what `RuleSet.findings` gives, rule by rule in place of claim by claim.

    Each rule sees the claims in their order. That is much quicker: a processor runs code twice as fast
    that it has just run, and there are a hundred rules.
    """
    found: list[list[tuple[int, Finding]]] = [[] for _ in claims]
    numbers_by_rules: dict[int, tuple[list[_Bound], list[int]]] = {}
    for number, (rules, check) in enumerate(claims):
        bound = rules.that_judge(check)
        numbers_by_rules.setdefault(id(bound), (bound, []))[1].append(number)
    turns: dict[Callable[[Any], Iterable[Fault]], list[_Turn]] = {}
    for bound, numbers in numbers_by_rules.values():
        for rank, (function, rule, severity) in enumerate(bound):
            turns.setdefault(function, []).append((rank, rule, severity, numbers))
    checks = [check for _, check in claims]
    orders: dict[tuple[int, ...], list[tuple[int, ClaimCheck | EncounterCheck]]] = {}
    for function, some in turns.items():
        key = tuple([id(turn[-1]) for turn in some])
        order = orders.get(key)
        if order is None:
            numbers = sorted(chain.from_iterable(turn[-1] for turn in some))
            order = orders[key] = [(number, checks[number]) for number in numbers]
        for number, check in order:
            for fault in function(check):
                rank, rule, severity, _ = next(turn for turn in some if number in turn[-1])
                found[number].append((rank, _finding(rule, severity, fault)))
    return [[finding for _, finding in sorted(one, key=_rank)] if one else [] for one in found]


def run_rules(rules: Iterable[Rule], check: ClaimCheck | EncounterCheck) -> list[Finding]:
    """The findings of the rules, with the payer profile's severities."""
    return RuleSet(rules, check.payer).findings(check)


def _finding(rule: Rule, severity: Severity, fault: Fault) -> Finding:
    return Finding(
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


def severity_for(contract: RuleContract, payer: PayerProfile) -> Severity | None:
    """The severity that the payer's profile gives the rule; None where it is switched off."""
    change = payer.rules.get(contract.id)
    if change is None:
        return contract.severity
    return None if change.severity == "off" else Severity(change.severity)


def _concerns(rule: Rule, check: Check) -> bool:
    if rule.of_drug and check.product is None:
        return False
    return rule.of_void or not check.is_void


def _can_judge(rule: Rule, check: Check) -> bool:
    if not _concerns(rule, check):
        return False
    match rule.contract.needs:
        case "encounter":
            return check.encounter is not None
        case "ledger":
            return check.prior is not None
        case _:
            return True
