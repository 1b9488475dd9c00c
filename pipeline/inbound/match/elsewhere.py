"""Whom an answer means whose account number (CLM01) no claim has: payers and clearinghouses change it.

1. The payer's number, seen before on one claim of that payer. 2. The clearinghouse's number
(REF*D9), as sent or as answered before. 3. The patient, by id or name, with the days and the charge,
where one live claim has all three. A reversal is known by the payer's number alone.

What these steps find is looked at anew each time, all events together and the surest step first,
so that no order of coming counts.

Source: FACTS D5.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from sqlalchemy import Connection

from pipeline.chains import Chain
from pipeline.inbound.clues import Clues
from pipeline.inbound.match.accounts import Key, of_same_payer
from pipeline.ledger import answers, claim_clues, claims
from pipeline.ledger.answers import BY_CLEARINGHOUSE, BY_NUMBER, BY_PATIENT, UNSURE, EventClues
from pipeline.ledger.claims import ENDED_STATES, ClaimRow

_REVERSAL = "reversal"


class Elsewhere:
    """The events whose account number no claim has."""

    def __init__(self, connection: Connection, events: Sequence[EventClues]) -> None:
        self._connection = connection
        self._open = {(event.digest, event.position): event for event in events}
        self._clues = {key: Clues.from_json(event.clues) for key, event in self._open.items()}
        self._numbers: dict[str, set[str]] = defaultdict(set)
        self._clearinghouse_numbers: dict[str, set[str]] = defaultdict(set)
        self._candidates: dict[Key, set[str]] = defaultdict(set)
        self._patients = claim_clues.of_patients(
            connection, {digest for clues in self._clues.values() for digest in clues.patients}
        )
        self._learn_from_ledger()
        self._rows = claims.by_ids(connection, self._ids())

    def outcomes(self) -> dict[Key, tuple[str, tuple[str, ...]]]:
        """For each event by what it was matched, and the claims that fit it: one, several, or none."""
        rules = [(BY_NUMBER, self._by_number), (BY_CLEARINGHOUSE, self._by_clearinghouse)]
        rules.append((BY_PATIENT, self._by_patient))
        found: dict[Key, tuple[str, tuple[str, ...]]] = {}
        while True:
            for means, rule in rules:
                given = self._step(rule)
                if given:
                    found |= {key: (means, (claim,)) for key, claim in given.items()}
                    break
            else:
                break
        rest = {key: ("", tuple(sorted(self._candidates[key]))) for key in self._open}
        return found | rest

    def _step(self, rule: Callable[[Key], list[ClaimRow]]) -> dict[Key, str]:
        """Give away all events for which a rule leaves one claim; numbers are learned from them."""
        fits = {key: rule(key) for key in self._open}
        for key, several in fits.items():
            self._candidates[key] |= {claim.id for claim in several}
        given = {key: one[0].id for key, one in fits.items() if len(one) == 1}
        for key, claim in given.items():
            event = self._open.pop(key)
            if event.payer_claim_control_number:
                self._numbers[event.payer_claim_control_number].add(claim)
            if event.clearinghouse_number:
                self._clearinghouse_numbers[event.clearinghouse_number].add(claim)
        return given

    def _learn_from_ledger(self) -> None:
        numbers = {event.payer_claim_control_number or "" for event in self._open.values()} - {""}
        self._numbers |= claim_clues.numbered(self._connection, numbers)
        others = {event.clearinghouse_number or "" for event in self._open.values()} - {""}
        self._clearinghouse_numbers |= claim_clues.numbered_by_clearinghouse(self._connection, others)

    def _ids(self) -> set[str]:
        """The claims that one of the events may be given to."""
        numbered = set().union(*self._numbers.values(), *self._clearinghouse_numbers.values())
        return numbered.union(*(self._of_patients(clues) for clues in self._clues.values()))

    def _by_number(self, key: Key) -> list[ClaimRow]:
        number = self._open[key].payer_claim_control_number
        if not number or number not in self._numbers:
            return []
        return of_same_payer(self._rows_of(self._numbers[number]), self._clues[key])

    def _by_clearinghouse(self, key: Key) -> list[ClaimRow]:
        number = self._open[key].clearinghouse_number
        if not number or number not in self._clearinghouse_numbers or self._is_reversal(key):
            return []
        return self._rows_of(self._clearinghouse_numbers[number])

    def _by_patient(self, key: Key) -> list[ClaimRow]:
        clues = self._clues[key]
        if self._is_reversal(key) or clues.first_day is None:
            return []
        rows = of_same_payer(self._rows_of(self._of_patients(clues)), clues)
        return [row for row in rows if self._has_days(row, clues) and self._lives(row)]

    def _of_patients(self, clues: Clues) -> set[str]:
        """The claims over its charge whose patient an answer names so.

        Where claims have the member id and the name, those that have the name alone are another patient's.
        """
        named = [self._patients[digest] for digest in clues.patients if digest in self._patients]
        if not named or clues.charge_cents is None:
            return set()
        shared = Counter(claim for charges in named for claim in charges)
        most = max(shared.values())
        return {
            claim
            for charges in named
            for claim, cents in charges.items()
            if cents == clues.charge_cents and shared[claim] == most
        }

    def _has_days(self, claim: ClaimRow, clues: Clues) -> bool:
        """Whether the days are those of the statement, or of its lines."""
        days = [line.service_date for line in claims.lines_of(self._connection, claim.id)]
        lines = sorted(day for day in days if day)
        stated = (claim.statement_from, claim.statement_through or claim.statement_from)
        answered = (clues.first_day, clues.last_day or clues.first_day)
        return answered == stated or bool(lines and answered == (lines[0], lines[-1]))

    def _lives(self, claim: ClaimRow) -> bool:
        """Whether a claim is live by what is surely known of its chain."""
        rows = claims.chain_of(self._connection, claim.id)
        events = {
            row.id: [
                event
                for event in answers.of_claim(self._connection, row.id)
                if event.matched_by not in UNSURE
            ]
            for row in rows
        }
        return Chain(rows, events).states({})[claim.id] not in ENDED_STATES

    def _rows_of(self, ids: set[str]) -> list[ClaimRow]:
        return [self._rows[one] for one in sorted(ids) if one in self._rows]

    def _is_reversal(self, key: Key) -> bool:
        return self._open[key].verdict == _REVERSAL
