"""An 835 read claim by claim with all that is checked of it: version, sums, reversals, codes.

Why: whoever shows a remittance, as JSON or as tables, says the same of it, and holds one claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from edi.adopted_version import check_version
from edi.envelope import StreamedTransaction, Transaction
from edi.finding import Finding
from edi.remittance.balance import RemittanceBalance
from edi.remittance.model import ClaimGroup, ClaimPayment
from edi.remittance.read import RemittanceReader
from edi.remittance.reversals import PaidClaim, Reversal, Reversals, TellAccounts
from edi.remittance.unknown_codes import UnknownCodes

_KIND = "835"


class CheckedClaim(NamedTuple):
    """A claim, its number in the transaction set (from 1), and what is off in it."""

    number: int
    claim: ClaimPayment
    findings: tuple[Finding, ...]


class CheckedRemittance:
    """Reads an 835 once. `reader` has its header, its groups and what stands behind the claims.

    Who reads many claims at once asks the reader for `stretches`, and tells here of each claim
    (`check`) or of many that are clean (`clean`), in their order. Never raises for what the file holds.
    """

    def __init__(self, transaction: Transaction | StreamedTransaction, file: str | None = None) -> None:
        self.reader = RemittanceReader(transaction, file)
        self._version = transaction.version
        self._place = replace(transaction.place(), file=file) if file else transaction.place()
        self._balance = RemittanceBalance(self._place)
        self._reversals = Reversals()
        self._codes = UnknownCodes()
        self._count = 0

    def __iter__(self) -> Iterator[CheckedClaim]:
        return map(self.check, self.reader)

    @property
    def next_number(self) -> int:
        """The number of the claim that comes next."""
        return self._count + 1

    @property
    def group(self) -> ClaimGroup:
        """The group (LX) of the claim that was read last, without its claims."""
        return self.reader.group

    @property
    def reversals(self) -> tuple[Reversal, ...]:
        """The reversals with their corrections, once all claims were read."""
        return self._reversals.close()

    @property
    def awaited_corrections(self) -> Iterable[str]:
        """The account numbers (CLP01) of reversals whose correction has not come yet."""
        return self._reversals.awaited

    def check(self, claim: ClaimPayment) -> CheckedClaim:
        """The next claim, with what is off in it."""
        self._count += 1
        paid = PaidClaim.of(self._count, claim)
        self._reversals.amounts.add(paid)
        self._reversals.take(paid)
        self._codes.claim(claim)
        return CheckedClaim(self._count, claim, tuple(self._balance.claim(claim)))

    def clean(
        self,
        accounts: TellAccounts,
        amounts: tuple[memoryview, memoryview, memoryview],
        netted: Iterable[PaidClaim],
        unknown_codes: Iterable[tuple[str, str, int]],
    ) -> None:
        """The next claims, known to be balanced: CLP01 of each, told when asked for, and CLP03, CLP04 and CLP05 in cents.

        Amounts are of 64 bits. `netted` are the reversals among them, and all claims of the account
        numbers that are awaited;
        `unknown_codes` are their codes that no table knows, with list and position.
        """
        self._count += len(amounts[0])
        self._balance.balanced(sum(amounts[1]))
        self._reversals.amounts.add_many(accounts, amounts)
        for claim in netted:
            self._reversals.take(claim)
        for code in unknown_codes:
            self._codes.take(*code)

    def findings(self) -> Iterator[Finding]:
        """All that is odd beside what each claim said, once all claims were read."""
        reader = self.reader
        first = replace(self._place, segment_position=1)
        self._codes.provider_adjustments(reader.provider_adjustments)
        return chain(
            check_version(_KIND, self._version, first),
            reader.findings,
            self._balance.transaction(reader.header.payment, reader.provider_adjustments),
            self._reversals.findings(self._place),
            self._codes.findings(self._place),
        )
