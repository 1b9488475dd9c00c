"""Likely causes, ranked.

Each code of the answer, each finding of a rule and each rule that stayed silent multiplies the weight
of every cause; at the start all causes weigh the same, `unknown` more.

- A code multiplies a cause by its weight in `codes.csv`, which is how much of that code's use we take
  to be for that cause. A cause that a code does not name gets a small part of what the code leaves
  open, so a clear code (the payer's own words) outweighs whatever else is wrong with the claim, and a
  vague one leaves the choice to the evidence. A code that is not in the table changes nothing.
- A finding multiplies the causes that it is evidence for by a factor above 1, a rule that was judged
  and found nothing by one of at most 1 (`evidence.csv`).
- `unknown` is multiplied by half of what each code leaves open, and by nothing else. So it is first
  where the codes say nothing and the claim is in order, and where codes contradict each other.

Causes that neither a code nor a finding points to are left out. A rule's factor is one for all causes
that it speaks for: taking a finding away never raises a cause that it is evidence for, and taking a
code away never raises the cause that it names for a third or more of its use. Scores are shares of the
whole: between 0 and 1, with a sum of 1.

Source: FACTS E3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from edi.codes import code_words
from pipeline.denials.evidence import Evidence
from pipeline.denials.tables import UNKNOWN, Cause, causes, clues, code_weights

Code = tuple[str, str]
"""The list of a code (`carc`, `rarc`, `status`, `category`, `syntax`) and the code."""

_AT_THE_START = 0.2
"""The weight of a cause where `unknown` has 1."""
_UNNAMED = 0.1
"""The part of `_rest` that a code leaves to a cause it does not name."""
_LINE = "denied-line"
_NAMES = {"carc": "CARC", "rarc": "RARC", "status": "status", "category": "status category"}
_TABLES = {"carc": "carc", "rarc": "rarc", "status": "claim_status", "category": "claim_status_category"}
_SYNTAX_TABLES = {"TA105": "ta105", "IK304": "ik304", "IK403": "ik403", "IK501": "ik501"}
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


def rank(codes: Sequence[Code], evidence: Evidence, line: str = "") -> list[RankedCause]:
    """The causes that codes or evidence point to, likeliest first, `unknown` among them.

    `line` is what was refused (`drug`, `infusion`, ...), "" where the answer does not say.
    """
    telling = [code for code in dict.fromkeys(codes) if _weights_of(code)]
    found = _found(evidence, line)
    pointed = {cause for code in telling for cause in _weights_of(code)}
    pointed |= {cause for key in found if key in clues() for cause in clues()[key].causes}
    weights = _weights(telling, found, evidence)
    shares = {cause: weight for cause, weight in weights.items() if cause in pointed}
    shares[UNKNOWN] = _unknown(telling)
    total = sum(shares.values())
    order = {cause: place for place, cause in enumerate(causes())}
    ranked = sorted(shares, key=lambda cause: (-shares[cause], order[cause]))
    return [
        RankedCause(causes()[cause], shares[cause] / total, _words(cause, telling, found)) for cause in ranked
    ]


def _found(evidence: Evidence, line: str) -> dict[str, str]:
    """What was found, by the key of its clue, in words."""
    found = {key: f"rule {finding.rule}: {finding.message()}" for key, finding in evidence.findings.items()}
    found |= evidence.facts
    if f"{_LINE}/{line}" in clues():
        found[f"{_LINE}/{line}"] = f"what was refused is the {line} line"
    return found


def _weights(codes: Iterable[Code], found: Mapping[str, str], evidence: Evidence) -> dict[str, float]:
    """The product of all factors for each cause but `unknown`."""
    weights = {cause: _AT_THE_START for cause in causes() if cause != UNKNOWN}
    for code in codes:
        own = _weights_of(code)
        unnamed = min(_UNNAMED * _rest(code), *own.values())
        for cause in weights:
            weights[cause] *= own.get(cause, unnamed)
    for key, clue in clues().items():
        if key in found:
            factor = clue.found
        elif clue.rule in evidence.judged:
            factor = clue.silent
        else:
            continue
        for cause in clue.causes:
            weights[cause] *= factor
    return weights


def _unknown(codes: Iterable[Code]) -> float:
    """The weight of `unknown`: of each code what it leaves open, never above what it says most."""
    weight = 1.0
    for code in codes:
        weight *= min(_rest(code), max(_weights_of(code).values()))
    return weight


def _weights_of(code: Code) -> Mapping[str, float]:
    """The causes of a code; of a status with its entity (`88:QC`) those of the pair, else of the status."""
    kind, value = code
    weights = code_weights().get(code)
    return weights if weights is not None else code_weights().get((kind, value.partition(":")[0]), {})


def _rest(code: Code) -> float:
    """Half of what a code leaves open."""
    return (1.0 - sum(_weights_of(code).values())) / 2


def _words(cause: str, codes: Iterable[Code], found: Mapping[str, str]) -> tuple[str, ...]:
    words = [code_in_words(*code) for code in codes if cause in _weights_of(code)]
    words += [text for key, text in found.items() if key in clues() and cause in clues()[key].causes]
    if cause == UNKNOWN and not words:
        words.append("no code and no finding points to one cause with certainty")
    return tuple(dict.fromkeys(words))


def code_in_words(kind: str, code: str) -> str:
    """A code with its list and its meaning."""
    if kind == "syntax":
        return _syntax_words(code)
    code = code.partition(":")[0]
    return f"{_NAMES[kind]} {code}: {code_words(_TABLES[kind], code)}"


def _syntax_words(code: str) -> str:
    """A code of TA1 or 999, `IK304:3`, with what it says."""
    name, _, value = code.partition(":")
    table = _SYNTAX_TABLES.get(name)
    words = f"{name}: {_SYNTAX_WORDS[name]}"
    return f"{words}: {value}, {code_words(table, value)}" if table and value else words
