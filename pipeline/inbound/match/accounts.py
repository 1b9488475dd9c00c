"""Which of several claims under one account number (CLM01) an answer means.

An original, what replaces it, what was sent anew after a rejection and a claim to the next payer
often share one. What tells them apart, the surest first:

1. the payer, or its place (CLP02), where the claims went to several;
2. in a 277CA, the batch it answers (2200B TRN02);
3. the payer's own number (CLP07, REF*1K), and the number of the claim before (REF*F8);
4. the frequency of the claim as it was answered (CLP09, REF*BLT);
5. a claim that was rejected, or not yet sent on that day, is not paid.

A reversal goes to the claim whose number it names, and to no other. Numbers are learned from the
events that the steps before gave away, so the outcome is the same in whatever order they came.

Source: FACTS A6, D4, D5; 005010X221A1 CLP, 005010X214 2200B and 2200D.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from mapping.text import fold_plain
from pipeline.inbound.clues import Clues
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.life import life_of

Key = tuple[str, int]
"""An event: digest of its transaction and segment position."""
Outcome = tuple[str, ...]
"""The ids of the claims that fit an event: matched where there is one."""


def of_same_payer(claims: Sequence[ClaimRow], clues: Clues) -> list[ClaimRow]:
    """The claims to the payer that answers, by its id or its name; all where it names none."""
    if not clues.payer_ids and not clues.payer_name:
        return list(claims)
    return [claim for claim in claims if _is_payer_of(claim, clues)]


def _is_payer_of(claim: ClaimRow, clues: Clues) -> bool:
    if claim.payer_id in clues.payer_ids:
        return True
    return bool(claim.payer_name) and fold_plain(claim.payer_name or "") == fold_plain(clues.payer_name)


class Versions:
    """The claims under one account number, and the events that name it."""

    def __init__(
        self,
        claims: Sequence[ClaimRow],
        sent: Mapping[str, str],
        events: Sequence[EventRow],
        fixed: Iterable[EventRow] = (),
    ) -> None:
        """`sent` is the day on which each claim went out, by its id; `fixed` are events of the claims that
        are known otherwise, as those of a 999."""
        self._claims = sorted(claims, key=lambda claim: claim.id)
        self._sent = sent
        self._open = {(event.digest, event.position): event for event in sorted(events, key=_event_key)}
        self._clues = {key: Clues.from_dict(event.clues) for key, event in self._open.items()}
        self._given: dict[str, list[EventRow]] = defaultdict(list)
        self._numbers: dict[str, set[str]] = defaultdict(set)
        for claim in claims:
            if claim.replaces is not None and claim.original_number:
                self._numbers[claim.replaces].add(claim.original_number)
        for event in fixed:
            self._learn(event.claim, event)

    def outcomes(self) -> dict[Key, Outcome]:
        """For each event the claims that fit it: the one it means, or several."""
        found: dict[Key, Outcome] = {}
        steps = (self._alone, self._by_batch, self._by_number, self._by_frequency, self._by_number)
        for step in (*steps, self._by_what_can_be, self._by_number):
            while given := self._step(step):
                found |= {key: (claim,) for key, claim in given.items()}
                if step != self._by_number:
                    break
        rest = {key: tuple(claim.id for claim in self._fitting(key)) for key in self._open}
        return found | rest

    def _step(self, rule: Callable[[Key], list[ClaimRow]]) -> dict[Key, str]:
        """Give away all events for which a rule leaves one claim; numbers are learned from them."""
        fits = {key: rule(key) for key in self._open}
        given = {key: claims[0].id for key, claims in fits.items() if len(claims) == 1}
        for key, claim in given.items():
            self._learn(claim, self._open.pop(key))
        return given

    def _learn(self, claim: str, event: EventRow) -> None:
        self._given[claim].append(event)
        if event.payer_claim_control_number:
            self._numbers[claim].add(event.payer_claim_control_number)

    def _fitting(self, key: Key) -> list[ClaimRow]:
        """The claims that may be meant: those to the payer that answers, as far as that tells any apart."""
        clues, claims = self._clues[key], self._claims
        claims = of_same_payer(claims, clues) or claims
        by_order = [claim for claim in claims if claim.payer_order == clues.payer_order]
        return by_order or claims

    def _alone(self, key: Key) -> list[ClaimRow]:
        return self._fitting(key)

    def _by_batch(self, key: Key) -> list[ClaimRow]:
        batch = self._clues[key].batch
        return [claim for claim in self._fitting(key) if batch and claim.batch_reference == batch]

    def _by_number(self, key: Key) -> list[ClaimRow]:
        number, claims = self._open[key].payer_claim_control_number, self._fitting(key)
        named = [claim for claim in claims if number in self._numbers[claim.id]]
        former = self._clues[key].original_number
        if named or not former or self._is_reversal(key):
            return named
        return [claim for claim in claims if claim.original_number == former]

    def _by_frequency(self, key: Key) -> list[ClaimRow]:
        if self._is_reversal(key):
            return []
        frequency = self._clues[key].frequency
        return [claim for claim in self._fitting(key) if claim.frequency == frequency]

    def _by_what_can_be(self, key: Key) -> list[ClaimRow]:
        if self._is_reversal(key):
            return []
        day, claims = self._open[key].day, self._fitting(key)
        frequency = self._clues[key].frequency
        claims = [claim for claim in claims if claim.frequency == frequency] or claims
        return [claim for claim in claims if self._is_possible(claim, day)]

    def _is_possible(self, claim: ClaimRow, day: str | None) -> bool:
        was_sent = day is None or self._sent[claim.id] <= day
        return was_sent and life_of(self._given[claim.id]).state != "rejected"

    def _is_reversal(self, key: Key) -> bool:
        return self._open[key].verdict == "reversal"


def _event_key(event: EventRow) -> Key:
    return event.digest, event.position
