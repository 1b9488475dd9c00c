"""The steps of a work item: those of the cause's table that apply, then what to run and what to quote.

A step `LABEL: words` of the table applies in one case only; what its label means is told here. Of
numbers that name a child's claim only the last digits are shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from pipeline.denials.actions import BUNDLED
from pipeline.denials.answer_codes import DRUG, INFUSION
from pipeline.denials.case import Case
from pipeline.denials.tables import Cause
from pipeline.ledger.claims import EXTERNAL

TIMELY_FILING = "timely-filing"
_SHOWN_DIGITS = 4
_REJECTED = "rejected"
_QUOTING = frozenset({"appeal", "send_documents", "inquire"})
"""Actions in which somebody speaks to the payer about its own number."""
_CODES = re.compile(r"[A-Z]{0,2}[0-9]+(/[A-Z]{0,2}[0-9]+)*")

_Applies = Callable[[Case, str], bool]
"""Of a case and the kind of line that was denied."""

LABELS: Mapping[str, _Applies] = {
    "wrong birth date": lambda case, line: "age-limit" in case.evidence.conditions,
    "really over age": lambda case, line: "age-limit" not in case.evidence.conditions,
    "J3399 line at carve-out payer": lambda case, line: line != INFUSION and case.payer.carve_out,
    "J3399 elsewhere": lambda case, line: line != INFUSION and not case.payer.carve_out,
    "infusion line": lambda case, line: line == INFUSION,
    "rejected or CLP02 4": lambda case, line: case.life.paid_cents == 0,
    "rejected or denied": lambda case, line: case.life.paid_cents == 0,
    "paid under wrong id": lambda case, line: case.life.paid_cents > 0,
    "paid under wrong provider": lambda case, line: case.life.paid_cents > 0,
}
"""When a labelled step applies. A label that is not here, and no code, is part of the words."""


def steps_for(
    case: Case, cause: Cause, actions: Sequence[str], codes: Collection[tuple[str, str]], line: str = DRUG
) -> tuple[str, ...]:
    """What to do, in order; a step of the table that is nothing but an action is told by what to run."""
    named = {action.replace("_", " ") for action in actions} | set(actions)
    steps = [step for step in _of_the_table(case, cause, codes, line) if step not in named]
    if cause.id == TIMELY_FILING:
        steps.append(_proof(case))
    for action in actions:
        steps += _OF_ACTION[action](case)
    if _QUOTING & set(actions) and case.life.payer_claim_control_number:
        number = ending(case.life.payer_claim_control_number)
        steps.append(f"quote the payer's claim control number {number}")
    return tuple(dict.fromkeys(steps))


def ending(number: str) -> str:
    """An identifying number by its last digits, for words that anybody may read."""
    return f"ending in {number[-_SHOWN_DIGITS:]}" if len(number) > 2 * _SHOWN_DIGITS else "***"


def _of_the_table(case: Case, cause: Cause, codes: Collection[tuple[str, str]], line: str) -> Iterator[str]:
    said = {code for _, code in codes}
    labelled = [step.partition(": ") for step in cause.steps]
    heard = any(_CODES.fullmatch(label) and said & set(label.split("/")) for label, _, _ in labelled)
    for step, (label, colon, words) in zip(cause.steps, labelled, strict=True):
        if not colon or (label not in LABELS and not _CODES.fullmatch(label)):
            yield step
        elif label in LABELS:
            if LABELS[label](case, line):
                yield words if cause.id != BUNDLED else step
        elif not heard or said & set(label.split("/")):
            yield step


def _proof(case: Case) -> str:
    if case.acceptance:
        return f"proof of timely filing: {case.acceptance}"
    return "no 277CA that accepts the claim is stored; a 999 is no proof of timely filing"


def _replace(case: Case) -> Iterator[str]:
    yield _correct(case, "replace", "the replacement (frequency 7)")
    if not case.life.payer_claim_control_number:
        yield "the payer gave no claim control number yet: ask for it first"


def _new_claim(case: Case) -> Iterator[str]:
    yield _correct(case, "new-claim", "the new claim (frequency 1, no number of the payer)")
    if case.life.stage == _REJECTED and case.claim.origin != EXTERNAL:
        yield "or send the corrected encounter record: the next night makes the claim anew"


def _void(case: Case) -> Iterator[str]:
    yield _correct(case, "void", "the void (frequency 8)")


def _correct(case: Case, kind: str, words: str) -> str:
    """The command that makes a claim; one that was made elsewhere is corrected there."""
    if case.claim.origin == EXTERNAL:
        return f"make {words} in the system that made the claim"
    return f"`j3399 correct {case.claim.id} --as {kind} --preview DIR` shows {words}"


def _appeal(case: Case) -> Iterator[str]:
    yield "appeal in writing"


def _send_documents(case: Case) -> Iterator[str]:
    numbers = [one.control_number for one in case.sent.attachments] if case.sent is not None else []
    named = [ending(number) for number in numbers if number]
    if named:
        yield f"send documents under the PWK control number {' and '.join(named)} of the claim"
    else:
        yield "send documents as the payer says: the claim named none with a control number (PWK)"


def _inquire(case: Case) -> Iterator[str]:
    yield "ask the payer by 276 or telephone"


def _wait(case: Case) -> Iterator[str]:
    yield f"ask again where {case.payer.answer_days} days bring no answer"


def _nothing(case: Case) -> Iterator[str]:
    yield from ()


_OF_ACTION: Mapping[str, Callable[[Case], Iterator[str]]] = {
    "replace": _replace,
    "new_claim": _new_claim,
    "void": _void,
    "appeal": _appeal,
    "send_documents": _send_documents,
    "inquire": _inquire,
    "wait": _wait,
    "none": _nothing,
}
