"""The claims of an 835 that may be ours among all that stand in it, with the balance of the whole.

Why: a clearinghouse sends millions of other people's claims around ours. Of those only CLP is looked
at; no object is made of them. What may be ours is told by `Wanted`, which is data: who asks
knows by which clues claims are matched later.

A payer's number (CLP07) is also a clue where it is first seen with a claim that is wanted: a claim
of another account with the same number is found too, before it and behind it.
"""

from __future__ import annotations

import io
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from edi.envelope import StreamedTransaction, read_transactions
from edi.finding import Finding
from edi.kinds import kind_by_guide
from edi.reading_rules import INBOUND
from edi.remittance.balance import RemittanceBalance
from edi.remittance.checked import CheckedClaim
from edi.remittance.model import KIND, ProviderAdjustment, RemittanceHeader
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS, ClaimRun, ClaimText
from edi.values import parse_cents

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from edi.remittance.claim_heads import Sought

_CLP_ELEMENTS_READ = 7
_CHUNK_SIZE = 512 * 1024  # what arrays cost beside each claim is shared by two thousand
_ENOUGH_FOR_ARRAYS = 16 * 1024
"""Characters of claims: to look through fewer one by one is quicker."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """By what a claim may be ours; one clue is enough.

    `accounts` are beginnings of CLP01, of up to `account_width` characters; `payer_numbers` are
    CLP07, `charges` CLP03 in cents. `codes` are procedure codes: a claim that has one of them
    anywhere in its text is wanted.
    """

    accounts: frozenset[str] = frozenset()
    payer_numbers: frozenset[str] = frozenset()
    charges: frozenset[int] = frozenset()
    codes: frozenset[str] = frozenset()
    account_width: int = 20

    def account(self, text: str) -> str:
        """As much of a CLP01 as is compared."""
        return text[: self.account_width].strip()


@dataclass(frozen=True, slots=True)
class OwnClaims:
    """What of one 835 may be ours.

    `transaction` is the number of the ST in its file, `count` and `paid` are those of all claims
    (CLP04 in cents), `claims` the wanted ones with their numbers among all. `findings` are the
    balance of the whole and what is odd outside of claims.
    """

    transaction: int
    header: RemittanceHeader
    count: int
    paid: int
    claims: tuple[CheckedClaim, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    findings: tuple[Finding, ...]


def own_claims(
    source: BinaryIO,
    wanted: Wanted,
    *,
    chunk_size: int = _CHUNK_SIZE,
    arrays_from: int | None = _ENOUGH_FOR_ARRAYS,
) -> tuple[OwnClaims, ...]:
    """The 835s of a file that can be read again from its beginning, in their order; other kinds are passed over.

    The file is read once more where numbers of wanted claims stand with others. Memory grows by
    eight bytes a claim. OSError where the file cannot be read; what it holds never raises.

    Many claims at once are looked through with NumPy where they have as many characters as `arrays_from`
    (None: never), the others one by one. What is found is the same.
    """
    if arrays_from is not None and source.seek(0, io.SEEK_END) < arrays_from:
        arrays_from = None  # so that nobody waits for NumPy
    while True:
        source.seek(0)
        left_out = _LeftOut()
        found = tuple(_one_pass(source, wanted, left_out, chunk_size, arrays_from))
        ours = (one.claim.payer_claim_control_number for each in found for one in each.claims)
        learned = {number for number in ours if number} - wanted.payer_numbers
        if not left_out.may_have(learned):
            return found
        wanted = replace(wanted, payer_numbers=wanted.payer_numbers | learned)


class _LeftOut:
    """The CLP07 of claims that are not wanted, as hashes: of their texts, and those of `claim_heads`."""

    def __init__(self) -> None:
        self.texts = array("q")
        self.arrays: list[npt.NDArray[np.uint64]] = []

    def may_have(self, numbers: set[str]) -> bool:
        """Whether one of the numbers stands with such a claim; only a hash says so."""
        if not {hash(number) for number in numbers}.isdisjoint(self.texts):
            return True
        if not numbers or not self.arrays:
            return False
        from edi.remittance.claim_heads import any_of

        return any_of(numbers, self.arrays)


def _one_pass(
    source: BinaryIO, wanted: Wanted, left_out: _LeftOut, chunk_size: int, arrays_from: int | None
) -> Iterator[OwnClaims]:
    run_ids, sought = RUN_IDS, None
    if arrays_from is not None and wanted.account_width >= 0 and "" not in wanted.codes:
        from edi.remittance.claim_heads import Sought
        from edi.run_columns import QuickRunIds

        run_ids = QuickRunIds(RUN_IDS)
        sought = Sought(wanted.accounts, wanted.payer_numbers, wanted.charges, wanted.codes)
    reader = read_transactions(source, INBOUND, run_ids=run_ids, with_digests=False, chunk_size=chunk_size)
    for number, transaction in enumerate(reader, start=1):
        if kind_by_guide(transaction.set_id, transaction.version) == KIND:
            yield _OneRemittance(transaction, wanted, left_out, sought, arrays_from or 0).read(number)


class _OneRemittance:
    """Looks through one 835. `left_out` gets hashes of the CLP07 of claims that are not wanted."""

    def __init__(
        self,
        transaction: StreamedTransaction,
        wanted: Wanted,
        left_out: _LeftOut,
        sought: Sought | None,
        arrays_from: int,
    ) -> None:
        self._place = transaction.place()
        self._reader = RemittanceReader(transaction)
        self._balance = RemittanceBalance(self._place)
        self._wanted = wanted
        self._left_out = left_out
        self._count = self._paid = 0
        self._sought = sought
        self._arrays_from = arrays_from

    def read(self, number: int) -> OwnClaims:
        claims = []
        for stretch in self._reader.stretches():
            chosen = self._of_run(stretch) if isinstance(stretch, ClaimRun) else self._of_claims(stretch)
            for at, text in chosen:
                claim = text.read()
                self._paid += claim.paid
                claims.append(CheckedClaim(at, claim, tuple(self._balance.claim(claim))))
        reader = self._reader
        self._balance.balanced(self._paid - sum(one.claim.paid for one in claims))
        balance = self._balance.transaction(reader.header.payment, reader.provider_adjustments)
        return OwnClaims(
            number,
            reader.header,
            self._count,
            self._paid,
            tuple(claims),
            reader.provider_adjustments,
            (*reader.findings, *balance),
        )

    def _of_claims(self, claims: list[ClaimText]) -> Iterator[tuple[int, ClaimText]]:
        for claim in claims:
            first, *others = (segment.text for segment in claim.segments)
            mark = claim.setting.separators.element
            if self._passes_over(first.split(mark)[1:], "\n".join((first, *others))):
                continue
            yield self._count, claim

    def _of_run(self, run: ClaimRun) -> Iterator[tuple[int, ClaimText]]:
        if self._sought is not None and len(run.run.text) >= self._arrays_from:
            yield from self._of_many(run, self._sought)
            return
        at = 0
        for body in run.bodies():
            if not self._passes_over_body(run, body):
                yield self._count, ClaimText(body, run.setting, at)
            at += len(body) + run.between

    def _of_many(self, run: ClaimRun, sought: Sought) -> Iterator[tuple[int, ClaimText]]:
        """The same by arrays, of which only some claims have to be looked at."""
        from edi.remittance.claim_heads import ClaimHeads

        heads, before = ClaimHeads(run, self._wanted.account_width), self._count
        to_look_at = sought.to_look_at(heads)
        self._paid += sum(heads.paid[~to_look_at].tolist())
        self._left_out.arrays.append(heads.numbers[~to_look_at])
        for index in to_look_at.nonzero()[0].tolist():
            self._count = before + index
            at, body = heads.body(index)
            if not self._passes_over_body(run, body):
                yield self._count, ClaimText(body, run.setting, at)
        self._count = before + len(heads)

    def _passes_over_body(self, run: ClaimRun, body: str) -> bool:
        """As `_passes_over`, of a claim behind `CLP*`."""
        return self._passes_over(body.partition(run.run.tail)[0].split(run.setting.element), body)

    def _passes_over(self, elements: list[str], text: str) -> bool:
        """Count a claim, given by what stands behind CLP and by its text; whether it is none of ours."""
        self._count += 1
        if len(elements) < _CLP_ELEMENTS_READ:
            elements = [*elements, *[""] * _CLP_ELEMENTS_READ]
        wanted = self._wanted
        number = elements[6].strip()
        if (
            wanted.account(elements[0].strip()) in wanted.accounts
            or number in wanted.payer_numbers
            or _cents(elements[2]) in wanted.charges
            or any(code in text for code in wanted.codes)
        ):
            return False
        self._paid += _cents(elements[3])
        if number:
            self._left_out.texts.append(hash(number))
        return True


def _cents(text: str) -> int:
    """An amount in cents; 0 where it is none, as the claim's record has it."""
    return parse_cents(text.strip()) or 0
