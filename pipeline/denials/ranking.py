"""Likely causes, ranked.

A cause's weight is what its codes say together (independent hints: one less the product
of what each leaves open), raised where a rule that prevents the cause fired on the claim
or its encounter, lowered where all such rules were judged and silent. Codes without
evidence, and evidence without codes, count too. `unknown` has a weight of its own, so
that weak hints do not look like knowledge. Scores sum to 1; taking evidence for a cause
away never raises it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edi.codes import code_words
from pipeline.denials.evidence import Evidence
from pipeline.denials.tables import UNKNOWN, Cause, causes, code_weights

_EVIDENCE_FACTOR = 3.0
_SILENCE_FACTOR = 0.6
_EVIDENCE_ALONE = 0.05
_UNKNOWN_WEIGHT = 0.12
_LIST_NAMES = {"carc": "CARC", "rarc": "RARC", "status": "status"}
_LIST_TABLES = {"carc": "carc", "rarc": "rarc", "status": "claim_status"}
_SYNTAX_WORDS = {
    "TA105": "the receiver's gateway refused the interchange",
    "IK304": "the receiver's 999 refuses a segment",
    "IK403": "the receiver's 999 refuses an element",
    "IK501": "the receiver's 999 refuses the transaction set",
    "IK501-others": "the receiver's 999 refuses the transaction set for a fault of another claim in it",
}


@dataclass(frozen=True, slots=True)
class RankedCause:
    """A cause with its score and the evidence for it in words."""

    cause: Cause
    score: float
    evidence: tuple[str, ...]


def rank(codes: Sequence[tuple[str, str]], evidence: Evidence) -> list[RankedCause]:
    """The causes that codes or evidence point to, likeliest first, `unknown` among them.

    `codes` are pairs of list (`carc`, `rarc`, `status`) and code.
    """
    distinct = list(dict.fromkeys(codes))
    weights = {
        cause.id: _weight(cause, distinct, evidence) for cause in causes().values() if cause.id != UNKNOWN
    }
    weights = {cause: weight for cause, weight in weights.items() if weight > 0}
    weights[UNKNOWN] = _UNKNOWN_WEIGHT
    total = sum(weights.values())
    order = list(causes())
    ranked = sorted(weights, key=lambda cause: (-weights[cause], order.index(cause)))
    return [
        RankedCause(causes()[cause], weights[cause] / total, _words(causes()[cause], distinct, evidence))
        for cause in ranked
    ]


def _weight(cause: Cause, codes: Sequence[tuple[str, str]], evidence: Evidence) -> float:
    left_open = 1.0
    for code in codes:
        left_open *= 1.0 - code_weights().get(code, {}).get(cause.id, 0.0)
    hinted = 1.0 - left_open
    fired = [rule for rule in cause.prevented_by if rule in evidence.findings]
    if fired or cause.id in evidence.conditions:
        return hinted * _EVIDENCE_FACTOR + _EVIDENCE_ALONE
    judged = [rule for rule in cause.prevented_by if rule in evidence.judged]
    silent = bool(judged) and len(judged) == len(cause.prevented_by)
    return hinted * _SILENCE_FACTOR if silent else hinted


def _words(cause: Cause, codes: Sequence[tuple[str, str]], evidence: Evidence) -> tuple[str, ...]:
    words = [
        _code_words(kind, code) for kind, code in codes if cause.id in code_weights().get((kind, code), {})
    ]
    for rule in cause.prevented_by:
        finding = evidence.findings.get(rule)
        if finding is not None:
            words.append(f"rule {rule}: {finding.message()}")
    if cause.id == UNKNOWN and not words:
        words.append("no code and no finding points to one cause with certainty")
    return tuple(words)


def _code_words(kind: str, code: str) -> str:
    if kind == "syntax":
        return f"{code}: {_SYNTAX_WORDS[code]}"
    return f"{_LIST_NAMES[kind]} {code}: {code_words(_LIST_TABLES[kind], code)}"
