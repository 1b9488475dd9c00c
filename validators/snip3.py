"""SNIP type 3: sums that must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from edi.claim837i.model import Adjustment, LineAdjudication, OtherCoverage, ServiceLine
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_ZERO = Decimal(0)


@claim_rule("claim-total", source="guide 005010X223A2, CLM02; FACTS D4")
def claim_total(check: ClaimCheck) -> Iterator[Fault]:
    """The total of the claim is the sum of its lines.

    What: CLM02 differs from the sum of all SV203.
    Why: payers refuse a claim that does not add up before they look at anything else.
    Fix: make the claim's total the sum of its line charges, to the cent.
    """
    total = check.claim.total_charge
    expected = _ZERO
    for line in check.claim.lines:
        if line.charge is None:
            return
        expected += line.charge
    if total is None:
        return
    if total != expected:
        yield Fault(
            "The claim's total differs from the sum of its lines by {difference}.",
            check.claim_place("CLM", element="CLM02"),
            fields={"difference": format(total - expected, "f")},
            expected=format(expected, "f"),
            found=format(total, "f"),
        )


@claim_rule("cob-balance", source="guide 005010X223A2, loops 2320 and 2430; FACTS A8")
def cob_balance(check: ClaimCheck) -> Iterator[Fault]:
    """What an earlier payer paid and adjusted is what was charged.

    What: the claim's total less all adjustments of an earlier payer is not what that payer
    paid (AMT*D), or a line's charge less its adjustments is not what was paid on it (SVD02).
    Why: a secondary payer refuses a claim whose other payer's decision does not add up.
    Fix: take payment and adjustments from the earlier payer's remittance, to the cent.
    """
    for number, coverage in enumerate(check.claim.other_coverages):
        by_line = [(line, _of_payer(line, coverage.payer.id)) for line in check.claim.lines]
        of_lines = [one for _, found in by_line for one in found]
        yield from _claim_balance(check, number, coverage, of_lines)
        # who decided line by line, and adjusted nothing on the claim, decided on every line
        decided_each = bool(of_lines) and not coverage.adjustments
        for line, found in by_line:
            if found or decided_each:
                yield from _line_balance(check, line, found)


def _of_payer(line: ServiceLine, payer_id: str) -> list[LineAdjudication]:
    return [item for item in line.adjudications if item.payer_id == payer_id]


def _claim_balance(
    check: ClaimCheck, number: int, coverage: OtherCoverage, of_lines: list[LineAdjudication]
) -> Iterator[Fault]:
    total, paid = check.claim.total_charge, coverage.paid
    if total is None or paid is None:
        return
    adjusted = _sum_of(coverage.adjustments)
    adjusted += sum((_sum_of(item.adjustments) for item in of_lines), _ZERO)
    if total - adjusted != paid:
        yield Fault(
            "What payer {responsibility} paid is not the claim's total less its adjustments.",
            check.coverage_place(number, "AMT", "D", "AMT02"),
            fields={"responsibility": coverage.responsibility},
            expected=format(total - adjusted, "f"),
            found=format(paid, "f"),
        )


def _line_balance(check: ClaimCheck, line: ServiceLine, found: list[LineAdjudication]) -> Iterator[Fault]:
    if line.charge is None or any(item.paid is None for item in found):
        return
    adjusted = sum((_sum_of(item.adjustments) for item in found), _ZERO)
    paid = sum((item.paid for item in found if item.paid is not None), _ZERO)
    if line.charge - adjusted != paid:
        yield Fault(
            "What an earlier payer paid on line {number} is not its charge less its adjustments.",
            check.line_place(line, "SVD", "SVD02"),
            fields={"number": line.number},
            expected=format(line.charge - adjusted, "f"),
            found=format(paid, "f"),
        )


def _sum_of(adjustments: Iterable[Adjustment]) -> Decimal:
    return sum((item.amount for item in adjustments if item.amount is not None), _ZERO)
