"""What to do about a cause, by where the claim is in its life and by the payer's habits.

The table's cell may be one action, `a+b` (a, then b), or `a|b` (a where its condition
holds, else b). `resubmit` is a replacement or a new claim, as the payer's profile says;
the payer's own words win over both.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mapping.profile_models import PayerProfile
from pipeline.denials.answer_codes import DRUG, INFUSION
from pipeline.denials.evidence import Evidence
from pipeline.denials.tables import Cause

ACTIONS = ("replace", "new_claim", "void", "appeal", "send_documents", "inquire", "wait", "none")
BUNDLED = "bundled"
"""The cause whose action hangs on the line: see its steps in the table."""
_RESUBMIT = "resubmit"
_BY_CODE = "by-code"
_DRUG_PART = "drug"

# What a payer says itself about how to come back to it; the first that applies wins.
_PAYER_WORDS: Sequence[tuple[str, frozenset[tuple[str, str]]]] = (
    ("wait", frozenset({("rarc", "N779")})),
    ("new_claim", frozenset({("rarc", "N142"), ("status", "787")})),
    ("replace", frozenset({("rarc", "M47"), ("status", "495"), ("status", "799")})),
)


def actions_for(
    cause: Cause,
    stage: str,
    payer: PayerProfile,
    codes: Collection[tuple[str, str]],
    evidence: Evidence,
    *,
    line: str = DRUG,
    part: str = "",
) -> list[str]:
    """The actions in their order. `stage` is rejected, denied, pending or paid.

    `line` is what was denied (`drug`, `infusion`, `other`), `part` the claim's (`stay`, `drug`, `whole`).
    """
    if cause.id == BUNDLED and stage in ("denied", "paid"):
        return _bundled(payer, line, part)
    cell = cause.actions.get(stage) or "none"
    if "|" in cell:
        first, second = cell.split("|")
        cell = first if cause.id in evidence.conditions else second
    said = _payer_words(codes)
    actions = [_resolve(action, payer, said) for action in cell.split("+")]
    return list(dict.fromkeys(actions))


def _bundled(payer: PayerProfile, line: str, part: str) -> list[str]:
    """An infusion goes with the drug; a drug that the payer wants apart is billed apart; else an appeal."""
    if line == INFUSION:
        return ["none"]
    if payer.carve_out and part != _DRUG_PART:
        return ["replace", "new_claim"]
    return ["appeal"]


def _payer_words(codes: Collection[tuple[str, str]]) -> str | None:
    return next((action for action, words in _PAYER_WORDS if words & set(codes)), None)


def _resolve(action: str, payer: PayerProfile, said: str | None) -> str:
    if action == _BY_CODE:
        return said or "inquire"
    if action == _RESUBMIT:
        return said or payer.denied_claim_resubmission
    if action in ("replace", "new_claim") and said is not None:
        return said
    return action
