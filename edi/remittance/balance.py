"""The three sums that a remittance must meet, to the cent.

- a line: SVC02 less its adjustments is SVC03 (`remit-line-balance`);
- a claim: CLP03 less all its adjustments, its lines' included, is CLP04 (`remit-claim-balance`);
- the transaction set: all CLP04 less all PLB amounts is BPR02 (`remit-transaction-balance`).

Reversals carry negated amounts and meet the same sums. Source: FACTS D4.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from edi.finding import Finding, Place, RuleKey, Severity
from edi.protected import Protected
from edi.remittance.model import ClaimPayment, Payment, ProviderAdjustment, Remittance, ServiceLine, total
from edi.values import from_cents

LINE_BALANCE = RuleKey("remit-line-balance", 3, Severity.ERROR)
CLAIM_BALANCE = RuleKey("remit-claim-balance", 3, Severity.ERROR)
TRANSACTION_BALANCE = RuleKey("remit-transaction-balance", 3, Severity.ERROR)

_SOURCE = "FACTS D4"


def check_balances(remittance: Remittance, place: Place) -> list[Finding]:
    """The balances that are off; `place` names file, interchange, group and transaction set."""
    balance = RemittanceBalance(place)
    found = [finding for claim in remittance.claims for finding in balance.claim(claim)]
    return [*found, *balance.transaction(remittance.payment, remittance.provider_adjustments)]


class RemittanceBalance:
    """The same, claim by claim: it adds up what was paid, and holds no claim."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._paid = 0

    def claim(self, claim: ClaimPayment) -> Iterator[Finding]:
        """The balances of a claim and its lines that are off."""
        self._paid += claim.paid
        return _check_claim(claim, self._place)

    def balanced(self, paid: int) -> None:
        """Count claims that are known to be balanced; `paid` is their sum in cents."""
        self._paid += paid

    def transaction(
        self, payment: Payment | None, provider_adjustments: Iterable[ProviderAdjustment]
    ) -> Iterator[Finding]:
        """The balance of the whole, once all claims were given."""
        if payment is not None:
            expected = self._paid - total(provider_adjustments)
            yield from _check_transaction(expected, payment, self._place)


def _check_claim(claim: ClaimPayment, place: Place) -> Iterator[Finding]:
    adjusted = total(claim.adjustments)
    for number, line in enumerate(claim.lines, start=1):
        of_line = total(line.adjustments)
        adjusted += of_line
        if line.charge - of_line != line.paid:
            yield _line_off(line, number, line.charge - of_line, _place_in(claim, place))
    expected = claim.charge - adjusted
    if expected != claim.paid:
        yield _finding(
            CLAIM_BALANCE,
            "The claim is not balanced: CLP03 less all adjustments is {expected}, CLP04 is {found}, "
            "difference {difference}.",
            expected,
            claim.paid,
            replace(
                _place_in(claim, place),
                loop="2100",
                segment="CLP",
                element="CLP04",
                segment_position=claim.segment_position,
            ),
        )


def _place_in(claim: ClaimPayment, place: Place) -> Place:
    return replace(place, claim=Protected(claim.patient_control_number))


def _line_off(line: ServiceLine, number: int, expected: int, place: Place) -> Finding:
    return _finding(
        LINE_BALANCE,
        "Line {line} is not balanced: SVC02 less its adjustments is {expected}, SVC03 is {found}, "
        "difference {difference}.",
        expected,
        line.paid,
        replace(place, loop="2110", segment="SVC", element="SVC03", segment_position=line.segment_position),
        line=number,
    )


def _check_transaction(expected: int, payment: Payment, place: Place) -> Iterator[Finding]:
    if expected != payment.net:
        yield _finding(
            TRANSACTION_BALANCE,
            "The payment is not balanced: all CLP04 less all PLB amounts is {expected}, BPR02 is {found}, "
            "difference {difference}.",
            expected,
            payment.net,
            replace(
                place,
                loop="HEADER",
                segment="BPR",
                element="BPR02",
                segment_position=payment.segment_position,
            ),
        )


def _finding(
    rule: RuleKey, template: str, expected: int, found: int, place: Place, line: int | None = None
) -> Finding:
    dollars = {
        "expected": str(from_cents(expected)),
        "found": str(from_cents(found)),
        "difference": str(from_cents(found - expected)),
    }
    return Finding.of(
        rule,
        template,
        fields={**dollars, "line": line},
        expected=dollars["expected"],
        found=dollars["found"],
        fix="Ask the payer for a corrected remittance before posting; do not spread the difference.",
        source=_SOURCE,
        place=place,
    )
