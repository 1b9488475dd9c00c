"""The lives of claims that follow each other: an original, what replaces it, what voids it.

A claim is `replaced`, or `voided`, once the payer has taken in the one that was sent in its place:
accepted it itself, or decided on it. Where the payer refuses or denies that one, the claim before
it is as it was; so is one that was paid in part and whose denied lines alone were sent again. All of it is a function of the set of events of the chain, like `pipeline.life`.

Source: FACTS A6 (CLM05-3 7 and 8), D4 (reversal and correction), D5 (chains are kept).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.decisions import Decision
from pipeline.life import ClaimLife, life_of, state_of, unpaired_reversal

VOID = "8"
REPLACED, VOIDED = "replaced", "voided"
_PAID = ("paid", "partly_paid")
_REFUSED = ("rejected", "denied")
_STAGES_OF_THE_PAYER = ("277CA-payer", "277", "835")

Decisions = Mapping[str, Decision | None]


@dataclass(frozen=True, slots=True)
class Chain:
    """All claims that follow each other, with what was answered about each, by claim id."""

    claims: Sequence[ClaimRow]
    events: Mapping[str, Sequence[EventRow]]

    def successors(self, claim: str) -> list[ClaimRow]:
        """What was sent in place of a claim."""
        return [one for one in self.claims if one.replaces == claim]

    def life(self, claim: str) -> ClaimLife:
        """A claim's own life, the others left aside."""
        return life_of(self.events.get(claim, ()))

    @property
    def paid_cents(self) -> int:
        """What the payer has paid for all of them, less what it took back."""
        return sum(event.paid_cents for one in self.claims for event in self.events.get(one.id, ()))

    def states(self, decisions: Decisions) -> dict[str, str]:
        """The state of each claim by its id, the first of the chain first."""
        return {one.id: self._state(one, decisions.get(one.id)) for one in self._from_the_first()}

    def unpaired_reversal(self, claim: str) -> tuple[EventRow, str] | None:
        """A reversal of a claim that stands alone: a payment of what replaces it is its correction."""
        found = unpaired_reversal(self.events.get(claim, ()))
        if found is not None and found[1] == "correction" and any(map(self._is_decided, self._after(claim))):
            return None
        return found

    def _state(self, claim: ClaimRow, decision: Decision | None) -> str:
        later = self.successors(claim.id)
        if any(one.frequency == VOID and self._voids(one, claim) for one in later):
            return VOIDED
        life = self.life(claim.id)
        standing = [one for one in later if one.frequency != VOID and self._stands(one)]
        if standing and not (life.state in _PAID and all(map(_has_single_lines, standing))):
            return REPLACED
        return state_of(life, decision)

    def _stands(self, claim: ClaimRow) -> bool:
        """Whether the payer has taken a claim in, or one that was sent in its place."""
        life = self.life(claim.id)
        taken_in = life.deciding is not None and life.deciding.stage in _STAGES_OF_THE_PAYER
        if taken_in and life.state not in _REFUSED:
            return True
        return any(self._stands(one) for one in self.successors(claim.id))

    def _voids(self, void: ClaimRow, claim: ClaimRow) -> bool:
        """Whether a void has done its work: the payer took it in, or took the payment back."""
        if self._stands(void):
            return True
        return self.life(void.id).state not in _REFUSED and self.life(claim.id).state == "reversed"

    def _after(self, claim: str) -> Iterable[ClaimRow]:
        for one in self.successors(claim):
            yield one
            yield from self._after(one.id)

    def _is_decided(self, claim: ClaimRow) -> bool:
        return claim.frequency == VOID or any(event.stage == "835" for event in self.events.get(claim.id, ()))

    def _from_the_first(self) -> list[ClaimRow]:
        known = {one.id for one in self.claims}
        first = [one for one in self.claims if one.replaces not in known]
        return [each for one in first for each in (one, *self._after(one.id))]


def _has_single_lines(claim: ClaimRow) -> bool:
    """Whether a claim was sent for some lines of another: its part names them (`whole-L001`)."""
    return "-L" in claim.part
