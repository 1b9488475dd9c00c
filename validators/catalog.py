"""Every rule there is, in words: those bound to functions, and those that readers report.

Used by `j3399 rules`, `j3399 explain` and `docs/rules.md`. Rules of the contract that nothing
reports yet are in no catalog: what is not built is not promised.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from validators.registry import RuleContract, all_rules, contracts


@dataclass(frozen=True, slots=True)
class Entry:
    """One rule in words: what fires it, why it matters, what to do, where that is known from."""

    contract: RuleContract
    what: str
    why: str
    fix: str
    source: str

    @property
    def id(self) -> str:
        return self.contract.id

    def as_dict(self) -> dict[str, object]:
        """The rule as JSON."""
        contract = self.contract
        return {
            "rule": contract.id,
            "stage": contract.stage,
            "snip": contract.snip,
            "severity": contract.severity.value,
            "needs": contract.needs,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
            "source": self.source,
        }


@cache
def catalog() -> Mapping[str, Entry]:
    """All rules by id, in the order of `rules.csv`. Where two functions share an id, the first one's words."""
    entries = {
        name: Entry(contracts()[name], words["what"], words["why"], words["fix"], words["source"])
        for name, words in _reported().items()
    }
    for rule in reversed(all_rules()):
        what, why, fix = map(_sentence, (rule.what, rule.why, rule.fix))
        entries[rule.id] = Entry(rule.contract, what, why, fix, rule.source)
    return {rule_id: entries[rule_id] for rule_id in contracts() if rule_id in entries}


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _reported() -> dict[str, dict[str, str]]:
    text = resources.files("validators").joinpath("reported.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


_STAGES = (
    ("intake", "Intake", "on the encounter records as they come in"),
    ("encounter", "Encounter", "the gate: on the encounter, before a claim is made"),
    ("outbound", "Outbound", "on the 837I file as it stands on disk"),
    ("inbound", "Inbound", "on the answers that come back"),
)


def markdown() -> str:
    """`docs/rules.md`: the rules by stage."""
    lines = [
        "# Rules",
        "",
        "Made by `make docs` from the rules themselves; do not edit. `j3399 explain ID` shows one of",
        "them. A payer's profile may change a severity or switch a rule off, with a reason, and",
        "marks the rules that may be waived.",
    ]
    for stage, title, where in _STAGES:
        entries = [entry for entry in catalog().values() if entry.contract.stage == stage]
        if entries:
            lines += ["", f"## {title}", "", f"Run {where}.", ""]
            for entry in entries:
                lines += _section(entry)
    return "\n".join(lines).rstrip() + "\n"


def _section(entry: Entry) -> list[str]:
    contract = entry.contract
    snip = f", SNIP type {contract.snip}" if contract.snip else ""
    needs = "" if contract.needs == "file" else f", needs the {contract.needs}"
    return [
        f"### `{entry.id}`",
        "",
        f"{contract.severity.value}{snip}{needs}",
        "",
        f"- What: {entry.what}",
        f"- Why: {entry.why}",
        f"- Fix: {entry.fix}",
        f"- Source: {entry.source}",
        "",
    ]
