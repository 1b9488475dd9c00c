"""Payments taken back in an 835, each with its correction, and what is left of both.

A reversal (CLP02 22) repeats a claim with negated amounts; its correction is the next claim of
the same account number (CLP01) behind it that is no reversal. What a payer corrects in another
file is not found here: such a reversal is told as one that stands alone.

It holds the reversals that wait, no other claims. Source: FACTS D4.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from edi.finding import Finding, Place, RuleKey, Severity
from edi.protected import Protected
from edi.remittance.model import ClaimPayment

REVERSAL_UNPAIRED = RuleKey("reversal-unpaired", None, Severity.WARNING)


class PaidClaim(NamedTuple):
    """What of a claim is netted: its number in the transaction set, CLP01, CLP07 and amounts.

    Amounts are cents, None where they could not be read.
    """

    number: int
    segment_position: int
    patient_control_number: str
    payer_claim_control_number: str
    is_reversal: bool
    charge: int | None
    paid: int | None
    patient_responsibility: int | None

    @classmethod
    def of(cls, number: int, claim: ClaimPayment) -> PaidClaim:
        return cls(
            number,
            claim.segment_position,
            claim.patient_control_number,
            claim.payer_claim_control_number,
            claim.is_reversal,
            _read(claim.charge, "CLP03", claim),
            _read(claim.paid, "CLP04", claim),
            _read(claim.patient_responsibility, "CLP05", claim),
        )


@dataclass(frozen=True, slots=True)
class Reversal:
    """A reversal and its correction, by their numbers in the transaction set, and the sums of both.

    `correction` is None where none stands behind it; the sums are those of the reversal then. Sums
    are cents, None where an amount of theirs could not be read.
    """

    claim: int
    correction: int | None
    patient_control_number: str = field(repr=False)
    payer_claim_control_number: str = field(repr=False)
    reversed_paid: int | None
    corrected_paid: int | None
    net_charge: int | None
    net_paid: int | None
    net_patient_responsibility: int | None
    segment_position: int


class Reversals:
    """Takes the claims of one transaction set in their order, and pairs reversals with corrections."""

    def __init__(self) -> None:
        self._found: list[Reversal] = []
        self._waiting: defaultdict[str, deque[tuple[int, PaidClaim]]] = defaultdict(deque)

    @property
    def found(self) -> tuple[Reversal, ...]:
        """All reversals so far, in the order of the file."""
        return tuple(self._found)

    @property
    def awaited(self) -> Iterable[str]:
        """The account numbers whose correction is awaited."""
        return self._waiting.keys()

    def take(self, claim: PaidClaim) -> None:
        """The next claim, if it may be a reversal or a correction; others may be left out."""
        account = claim.patient_control_number
        if claim.is_reversal:
            self._waiting[account].append((len(self._found), claim))
            self._found.append(_alone(claim))
        elif account in self._waiting:
            at, _ = self._waiting[account].popleft()
            if not self._waiting[account]:
                del self._waiting[account]
            self._found[at] = _paired(self._found[at], claim)

    def findings(self, place: Place) -> Iterator[Finding]:
        """The reversals that stand alone, once all claims were taken."""
        for reversal in self._found:
            if reversal.correction is None:
                yield _unpaired(reversal, place)


def _alone(claim: PaidClaim) -> Reversal:
    return Reversal(
        claim=claim.number,
        correction=None,
        patient_control_number=claim.patient_control_number,
        payer_claim_control_number=claim.payer_claim_control_number,
        reversed_paid=claim.paid,
        corrected_paid=None,
        net_charge=claim.charge,
        net_paid=claim.paid,
        net_patient_responsibility=claim.patient_responsibility,
        segment_position=claim.segment_position,
    )


def _paired(reversal: Reversal, correction: PaidClaim) -> Reversal:
    return replace(
        reversal,
        correction=correction.number,
        corrected_paid=correction.paid,
        net_charge=_sum(reversal.net_charge, correction.charge),
        net_paid=_sum(reversal.net_paid, correction.paid),
        net_patient_responsibility=_sum(
            reversal.net_patient_responsibility, correction.patient_responsibility
        ),
    )


def _read(amount: int, element: str, claim: ClaimPayment) -> int | None:
    return None if element in claim.unreadable else amount


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _unpaired(reversal: Reversal, place: Place) -> Finding:
    return Finding.of(
        REVERSAL_UNPAIRED,
        "A payment was taken back, and no correction of the claim stands behind it in this remittance.",
        expected="a later claim with the same CLP01",
        found="a reversal alone",
        fix="Look for the correction in the payer's other remittances; then ask the payer.",
        source="FACTS D4",
        place=replace(
            place,
            claim=Protected(reversal.patient_control_number),
            loop="2100",
            segment="CLP",
            element="CLP02",
            segment_position=reversal.segment_position,
        ),
    )
