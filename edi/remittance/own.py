"""The claims of an 835 that may be ours among all that stand in it, with the balance of the whole.

Why: a clearinghouse sends millions of other people's claims around ours. Of those only CLP is looked
at; no object is made of them. What may be ours is told by `Wanted`, which is data: who asks
knows by which clues claims are matched later.

A payer's number (CLP07) is also a clue where it is first seen with a claim that is wanted: a claim
of another account with the same number is found too, before it and behind it.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO

from edi.envelope import StreamedTransaction, read_transactions
from edi.finding import Finding
from edi.kinds import kind_by_guide
from edi.reading_rules import INBOUND
from edi.remittance.balance import RemittanceBalance
from edi.remittance.checked import CheckedClaim
from edi.remittance.model import KIND, ProviderAdjustment, RemittanceHeader
from edi.remittance.read import RemittanceReader
from edi.remittance.scan import RUN_IDS, ClaimRun, ClaimText
from edi.separators import Separators
from edi.values import parse_cents

_CLP_ELEMENTS_READ = 7
_KEPT = 8
_USUAL_AMOUNT = "-?(?:(?:0|[1-9][0-9]{0,11})(?:[.][0-9]{1,2})?|[.][0-9]{1,2})"


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


def own_claims(source: BinaryIO, wanted: Wanted) -> tuple[OwnClaims, ...]:
    """The 835s of a file that can be read again from its beginning, in their order; other kinds are passed over.

    The file is read once more where numbers of wanted claims stand with others. Memory grows by
    eight bytes a claim. OSError where the file cannot be read; what it holds never raises.
    """
    while True:
        source.seek(0)
        left_out = array("q")
        found = tuple(_one_pass(source, wanted, left_out))
        ours = (one.claim.payer_claim_control_number for each in found for one in each.claims)
        learned = {number for number in ours if number} - wanted.payer_numbers
        if not {hash(number) for number in learned}.intersection(left_out):
            return found
        wanted = replace(wanted, payer_numbers=wanted.payer_numbers | learned)


def _one_pass(source: BinaryIO, wanted: Wanted, left_out: array[int]) -> Iterator[OwnClaims]:
    reader = read_transactions(source, INBOUND, run_ids=RUN_IDS, with_digests=False)
    for number, transaction in enumerate(reader, start=1):
        if kind_by_guide(transaction.set_id, transaction.version) == KIND:
            yield _OneRemittance(transaction, wanted, left_out).read(number)


class _OneRemittance:
    """Looks through one 835. `left_out` gets hashes of the CLP07 of claims that are not wanted."""

    def __init__(self, transaction: StreamedTransaction, wanted: Wanted, left_out: array[int]) -> None:
        self._place = transaction.place()
        self._reader = RemittanceReader(transaction)
        self._balance = RemittanceBalance(self._place)
        self._wanted = wanted
        self._left_out = left_out
        self._count = self._paid = 0
        self._charges = frozenset(text for cents in wanted.charges for text in _usual_texts(cents))

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
        setting, at = run.setting, 0
        ours = self._of_many(run)
        if ours is not None and not any(ours):
            self._count += len(ours)
            return
        for number, body in enumerate(run.bodies()):
            if ours is None:
                elements = body.partition(setting.tail)[0].split(setting.element)
                is_ours = not self._passes_over(elements, body)
            else:
                self._count += 1
                is_ours = ours[number]
            if is_ours:
                yield self._count, ClaimText(body, setting, at)
            at += len(body) + run.between

    def _of_many(self, run: ClaimRun) -> list[bool] | None:
        """Which claims of a run are ours, the others added up, all at once; None where that is not sure."""
        setting, wanted = run.setting, self._wanted
        before, text = setting.tail + setting.begin, setting.tail + run.run.text
        found = _looked_at(before, setting.separators, wanted.account_width).findall(text)
        if len(found) != text.count(before) or any(code in text for code in wanted.codes):
            return None
        accounts, charges, paid, numbers = zip(*found, strict=True)
        self._paid += int(100 * sum(map(Decimal, paid)))
        if (
            wanted.payer_numbers.isdisjoint(numbers)
            and wanted.accounts.isdisjoint(accounts)
            and self._charges.isdisjoint(charges)
        ):
            self._left_out.extend(map(hash, numbers))
            return [False] * len(found)
        ours = []
        for account, charge, amount, number in found:
            is_ours = number in wanted.payer_numbers or account in wanted.accounts or charge in self._charges
            ours.append(is_ours)
            if is_ours:
                self._paid -= int(100 * Decimal(amount))
            else:
                self._left_out.append(hash(number))
        return ours

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
            self._left_out.append(hash(number))
        return True


def _usual_texts(cents: int) -> Iterator[str]:
    """An amount in every usual form: `-12.5`, `-12.50`."""
    whole, part = divmod(abs(cents), 100)
    fractions = [f".{part:02d}", *([] if part % 10 else [f".{part // 10}"]), *([] if part else [""])]
    for fraction in fractions:
        for sign in ("-",) if cents < 0 else ("",) if cents else ("", "-"):
            yield f"{sign}{whole}{fraction}"
            if not whole and fraction:
                yield f"{sign}{fraction}"


@lru_cache(maxsize=_KEPT)
def _looked_at(before: str, separators: Separators, width: int) -> re.Pattern[str]:
    """Finds the beginning of CLP01, CLP03, CLP04 and CLP07 of claims where these have no blanks, and
    amounts are usual. `before` ends with `CLP*`."""
    marks = re.escape(separators.element + separators.terminator)
    any_text, plain = f"[^{marks}]*", f"[^{marks}\\s]"
    amount = f"({_USUAL_AMOUNT})"
    account = f"({plain}{{0,{width}}}){plain}*"
    elements = (account, any_text, amount, amount, any_text, any_text, f"({plain}*)(?=[{marks}])")
    return re.compile(re.escape(before) + re.escape(separators.element).join(elements))


def _cents(text: str) -> int:
    """An amount in cents; 0 where it is none, as the claim's record has it."""
    return parse_cents(text.strip()) or 0
