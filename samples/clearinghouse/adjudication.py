"""What a payer makes of a claim: its lines with their adjustments, in cents, before they are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from edi.claim837i.model import ServiceLine
from samples.clearinghouse.outcomes import Deny, Pay
from samples.clearinghouse.pieces import cents
from samples.clearinghouse.sent import SentClaim


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One triplet of CAS: group, reason and amount in cents."""

    group: str
    reason: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line as it was adjudicated, loop 2110. Its charge less its adjustments is what is paid."""

    line: ServiceLine
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def charge(self) -> int:
        return cents(self.line.charge)

    @property
    def paid(self) -> int:
        return self.charge - sum(item.amount for item in self.adjustments)


@dataclass(frozen=True, slots=True)
class Payment:
    """One claim as it was adjudicated, loop 2100; `remarks` are those of MIA or MOA."""

    sent: SentClaim
    lines: tuple[PaidLine, ...]
    remarks: tuple[str, ...] = ()

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def patient_responsibility(self) -> int:
        """What the patient owes: the adjustments of group PR."""
        own = (item for line in self.lines for item in line.adjustments if item.group == "PR")
        return sum(item.amount for item in own)


def adjudicate(sent: SentClaim) -> Payment | None:
    """What the payer makes of an accepted claim; None where no remittance comes."""
    match sent.outcome:
        case Pay() as outcome:
            return Payment(sent, tuple(_paid_line(line, outcome.percentage) for line in sent.claim.lines))
        case Deny() as outcome:
            denied = sent.lines_named(outcome.line)
            lines = (_denied_line(line, outcome, line in denied) for line in sent.claim.lines)
            return Payment(sent, tuple(lines), outcome.claim_remarks)
        case _:
            return None


def _paid_line(line: ServiceLine, percentage: Decimal) -> PaidLine:
    charge = cents(line.charge)
    paid = int((charge * percentage / 100).to_integral_value(ROUND_DOWN))
    rest = charge - paid
    return PaidLine(line, (Adjustment("CO", "45", rest),) if rest else ())


def _denied_line(line: ServiceLine, outcome: Deny, named: bool) -> PaidLine:
    if not named and outcome.other_lines == "pay":
        return PaidLine(line)
    adjustment = Adjustment(outcome.group, outcome.reason, cents(line.charge))
    return PaidLine(line, (adjustment,), outcome.remarks if named else ())
