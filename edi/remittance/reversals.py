"""Payments taken back in an 835, each with its correction, and what is left of both.

A reversal (CLP02 22) repeats a claim with negated amounts; its correction is the next claim of
the same account number (CLP01) behind it that is no reversal. Some payers put the correction
first: where none stands behind, it is the first such claim before it, save the very payment that
is taken back. What a payer corrects in another file is not found here: such a reversal is told
as one that stands alone.

It holds the reversals, and of each of the last claims four numbers. Source: FACTS D4.
"""

from __future__ import annotations

from array import array
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from edi.finding import Finding, Place, RuleKey, Severity
from edi.protected import Protected
from edi.remittance.model import ClaimPayment

REVERSAL_UNPAIRED = RuleKey("reversal-unpaired", None, Severity.WARNING)
_FEWEST_KEPT = 500_000
_UNKNOWN = -(2**63)
"""Stands for an amount that could not be read."""
Cents = tuple[int | None, int | None, int | None]
"""CLP03, CLP04 and CLP05."""
TellAccounts = Callable[[], Iterable[str]]
"""Tells CLP01 of many claims, when somebody asks: few remittances have a reversal that needs them."""


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

    `correction` is None where there is none; the sums are those of the reversal then. Sums
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


class ClaimAmounts:
    """The last claims of one transaction set in their order: account numbers as hashes, and cents.

    32 bytes a claim, for nobody knows before the last one which of them a reversal is about. Half
    a million are kept at least, so that memory does not grow with the file.
    """

    def __init__(self, fewest: int = _FEWEST_KEPT) -> None:
        self._fewest = fewest
        self._let_go = 0
        self._accounts = array("q")
        self._not_asked: list[TellAccounts] = []
        self._amounts = array("q"), array("q"), array("q")

    def add(self, claim: PaidClaim) -> None:
        """The next claim."""
        self._ask_for_accounts()
        self._accounts.append(hash(claim.patient_control_number))
        values = (claim.charge, claim.paid, claim.patient_responsibility)
        for amounts, value in zip(self._amounts, values, strict=True):
            amounts.append(_UNKNOWN if value is None else value)
        self._let_go_of_the_first()

    def add_many(self, accounts: TellAccounts, amounts: Iterable[memoryview]) -> None:
        """The next claims: CLP01 of each, and in 64 bits each CLP03, CLP04 and CLP05."""
        self._not_asked.append(accounts)
        for own, more in zip(self._amounts, amounts, strict=True):
            own.frombytes(more.cast("B"))
        self._let_go_of_the_first()

    def _ask_for_accounts(self) -> None:
        for accounts in self._not_asked:
            self._accounts.extend(map(hash, accounts()))
        self._not_asked.clear()

    def _let_go_of_the_first(self) -> None:
        surplus = len(self._amounts[0]) - self._fewest
        if surplus >= self._fewest:
            self._ask_for_accounts()
            for kept in (self._accounts, *self._amounts):
                del kept[:surplus]
            self._let_go += surplus

    def of_accounts(self, accounts: Iterable[str]) -> Iterator[tuple[int, str, Cents]]:
        """The claims with these account numbers: their number (from 1), the account, the amounts."""
        self._ask_for_accounts()
        wanted = {hash(account): account for account in accounts}
        for at, account in enumerate(self._accounts):
            if account in wanted:
                charge, paid, patient = (_known(amounts[at]) for amounts in self._amounts)
                yield self._let_go + at + 1, wanted[account], (charge, paid, patient)


class Reversals:
    """Takes the claims of one transaction set in their order, and pairs reversals with corrections.

    `amounts` must be told of every claim, in whatever way is quickest.
    """

    def __init__(self) -> None:
        self.amounts = ClaimAmounts()
        self._found: list[Reversal] = []
        self._waiting: defaultdict[str, deque[tuple[int, PaidClaim]]] = defaultdict(deque)

    def close(self) -> tuple[Reversal, ...]:
        """All reversals in the order of the file, once all claims were taken."""
        if self._waiting:
            self._look_back()
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
            amounts = claim.charge, claim.paid, claim.patient_responsibility
            self._found[at] = _paired(self._found[at], claim.number, amounts)

    def _look_back(self) -> None:
        """Pair the reversals that wait with claims before them that correct no other."""
        taken = {reversal.claim for reversal in self._found}
        taken |= {reversal.correction for reversal in self._found if reversal.correction}
        before: defaultdict[str, list[tuple[int, Cents]]] = defaultdict(list)
        for number, account, amounts in self.amounts.of_accounts(self._waiting):
            if number not in taken:
                before[account].append((number, amounts))
        for account, waiting in self._waiting.items():
            for at, claim in waiting:
                _correct(self._found, at, claim, before[account])
        self._waiting.clear()

    def findings(self, place: Place) -> Iterator[Finding]:
        """The reversals that stand alone, once all claims were taken."""
        for reversal in self.close():
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


def _correct(found: list[Reversal], at: int, reversal: PaidClaim, before: list[tuple[int, Cents]]) -> None:
    """Pair one reversal with the first claim before it that is not the payment it takes back."""
    taken_back = tuple(
        None if amount is None else -amount
        for amount in (reversal.charge, reversal.paid, reversal.patient_responsibility)
    )
    for place, (number, amounts) in enumerate(before):
        if number < reversal.number and amounts != taken_back:
            found[at] = _paired(found[at], number, amounts)
            del before[place]
            return


def _paired(reversal: Reversal, number: int, amounts: Cents) -> Reversal:
    charge, paid, patient = amounts
    return replace(
        reversal,
        correction=number,
        corrected_paid=paid,
        net_charge=_sum(reversal.net_charge, charge),
        net_paid=_sum(reversal.net_paid, paid),
        net_patient_responsibility=_sum(reversal.net_patient_responsibility, patient),
    )


def _known(amount: int) -> int | None:
    return None if amount == _UNKNOWN else amount


def _read(amount: int, element: str, claim: ClaimPayment) -> int | None:
    return None if element in claim.unreadable else amount


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other


def _unpaired(reversal: Reversal, place: Place) -> Finding:
    return Finding.of(
        REVERSAL_UNPAIRED,
        "A payment was taken back, and no correction of the claim stands in this remittance.",
        expected="another claim with the same CLP01",
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
