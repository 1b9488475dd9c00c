"""What a correction becomes: a replacement (7), a new claim (1), a void (8), a claim to the next payer.

The worklist's actions say it, by the cause, the place in the claim's life and the payer's habits. What
is asked for against them must be somebody's decision, and what a payer would refuse is refused here.

Source: FACTS A6 (frequencies, payer claim control number), E2; the actions of the cause table.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.denials.item import WorkItem
from pipeline.errors import NotCorrectable
from pipeline.ledger.claims import ClaimRow

REPLACE, VOID, NEW_CLAIM, SECONDARY = "replace", "void", "new-claim", "secondary"
FREQUENCIES = {REPLACE: "7", VOID: "8", NEW_CLAIM: "1", SECONDARY: "1"}
_OF_ACTION = {"replace": REPLACE, "void": VOID, "new_claim": NEW_CLAIM}
_OF_FREQUENCY = {"7": REPLACE, "8": VOID}
_DUPLICATE = "duplicate"
_UNANSWERED = ("ready", "sent", "received")
_ENDED = ("replaced", "voided", "written_off")
_NEW_CLAIM_WORDS = frozenset({("rarc", "N142"), ("status", "787")})
"""The payer asks for a new claim itself."""


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a claim is: its row, its work item (None where nothing is to be done), the payer's newest number of it."""

    claim: ClaimRow
    state: str
    item: WorkItem | None
    number: str

    @property
    def cause(self) -> str:
        """The likeliest cause, "" where there is no work item."""
        return self.item.causes[0].cause.id if self.item is not None and self.item.causes else ""


@dataclass(frozen=True, slots=True)
class Decision:
    """The kinds of claim that go out, in their order, and why."""

    kinds: tuple[str, ...]
    why: str


def decide(situation: Situation, asked: str | None, by: str) -> Decision:
    """The claim or claims that a correction becomes. NotCorrectable, with the reason and the next step, where none may go."""
    _refuse_by_state(situation, asked)
    wanted = _by_worklist(situation)
    if asked is None:
        decision = wanted or _nothing(situation)
    elif wanted is not None and wanted.kinds == (asked,):
        decision = wanted
    else:
        _refuse_unapproved(situation, asked, by)
        decision = Decision((asked,), f"{by} decided it")
    for kind in decision.kinds:
        _refuse_by_kind(situation, kind)
    return decision


def _by_worklist(situation: Situation) -> Decision | None:
    """What the worklist says; None where it says nothing that is a claim."""
    item, claim = situation.item, situation.claim
    if item is None:
        return None
    actions = tuple(_OF_ACTION[action] for action in item.actions if action in _OF_ACTION)
    if situation.state == "rejected" and claim.frequency in _OF_FREQUENCY and actions:
        said = {code.pair() for code in item.codes}
        if not said & _NEW_CLAIM_WORDS:
            # the claim before it still stands at the payer
            return Decision(
                (_OF_FREQUENCY[claim.frequency],), "the claim that was rejected changed an earlier one"
            )
    if actions == (REPLACE, NEW_CLAIM):
        # one correction in two pieces: the payer's habit of parts makes the second
        return Decision((REPLACE,), "this payer wants the drug on a claim of its own")
    return Decision(actions, _why(situation, actions)) if actions else None


def _why(situation: Situation, actions: tuple[str, ...]) -> str:
    if situation.state == "rejected":
        return "a rejected claim was never taken in, so it is sent anew"
    if actions == (REPLACE,):
        return "this payer replaces the claim that it decided"
    if actions == (NEW_CLAIM,):
        return "this cause, or this payer, asks for a new claim"
    return f"the worklist says so for {situation.cause}"


def _nothing(situation: Situation) -> Decision:
    """Refuses what nobody asked for."""
    state = situation.state.replace("_", " ")
    if situation.item is None:
        raise NotCorrectable(
            f"claim {situation.claim.id} is {state}, and the worklist has nothing to do for it",
            "If it must change all the same, say how with --as and who decided it with --by",
        )
    if situation.cause == _DUPLICATE:
        raise NotCorrectable(
            f"claim {situation.claim.id} was denied as a duplicate: sent again, it is denied again",
            "Find the claim that the payer holds and follow that one; "
            "if a correction was meant, give --as replace with --by",
        )
    raise NotCorrectable(
        f"the worklist says {' then '.join(situation.item.actions)} for {situation.cause}, which is no claim",
        "Do that first; if a claim must go all the same, say how with --as and who decided it with --by",
    )


def _refuse_by_state(situation: Situation, asked: str | None) -> None:
    claim = situation.claim
    if situation.state in _ENDED and not (situation.state == "voided" and asked == NEW_CLAIM):
        raise NotCorrectable(f"claim {claim.id} is {situation.state.replace('_', ' ')}")
    if situation.state in _UNANSWERED:
        raise NotCorrectable(
            f"claim {claim.id} has no answer yet, and two of it would be in process",
            "Wait for the payer's answer; a change of the record that came meanwhile goes out with the correction",
        )


def _refuse_unapproved(situation: Situation, asked: str, by: str) -> None:
    """Against the worklist only where somebody decided it."""
    if by:
        return
    item = situation.item
    said = (
        f"the worklist says {' then '.join(item.actions)}"
        if item is not None
        else "the worklist says nothing"
    )
    raise NotCorrectable(
        f"{said} for claim {situation.claim.id}, not {asked}", "Say with --by who decided otherwise"
    )


def _refuse_by_kind(situation: Situation, kind: str) -> None:
    claim, state = situation.claim, situation.state
    if kind in (REPLACE, VOID) and state == "rejected" and claim.frequency not in _OF_FREQUENCY:
        raise NotCorrectable(
            f"claim {claim.id} was rejected before the payer took it in: there is nothing to {kind}",
            f"Send it anew: --as {NEW_CLAIM}",
        )
    if kind in (REPLACE, VOID) and not situation.number:
        raise NotCorrectable(
            f"no answer gave the payer's number of claim {claim.id}, and a claim of frequency "
            f"{FREQUENCIES[kind]} must name it (REF*F8)",
            "Take in the payer's 277CA or 835, or ask the payer for the number and set "
            "replaces.payer_claim_control_number with --set",
        )
    if kind == NEW_CLAIM and state in ("accepted", "pending", "forwarded", "paid"):
        raise NotCorrectable(
            f"claim {claim.id} is {state} at the payer: a second original is a duplicate",
            f"Change it with --as {REPLACE}, or withdraw it with --as {VOID} first",
        )
