"""The records of a remittance, 835.

Money is integer cents. An amount that could not be read counts as 0 and its place stands in
`unreadable` of its record. Account numbers, identifiers and names stay out of `repr`. Each
record carries the position of its segment (ST = 1).

Source: 005010X221A1, FACTS D4 and annex 3.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import ClassVar

from edi.answer_parts import (
    AmountEntry,
    Contact,
    DateEntry,
    Name,
    ProcedureCode,
    QuantityEntry,
    Reference,
    Trace,
    find_amount,
    find_date,
    find_name,
    find_reference,
)
from edi.other_elements import OtherElement, other_elements
from edi.records import record
from edi.remittance.statuses import claim_status_meaning
from edi.tokens import Segment

DEBIT = "D"
KIND = "835"


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that money leaves or reaches: BPR06 to BPR09 of the payer, BPR12 to BPR15 of the payee."""

    bank_qualifier: str
    bank: str
    account_qualifier: str
    account: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payment:
    """How much was paid, and how: BPR01 to BPR16.

    `payment_format` is BPR05, `originator` BPR10 and `originator_supplement` BPR11.
    """

    handling: str
    amount: int
    credit_or_debit: str
    method: str
    payment_format: str
    payer_account: BankAccount | None
    originator: str
    originator_supplement: str
    payee_account: BankAccount | None
    payment_date: date | None
    unreadable: tuple[str, ...]
    segment_position: int

    @property
    def net(self) -> int:
        """The amount as the payee sees it: negative where BPR03 is a debit."""
        return -self.amount if self.credit_or_debit == DEBIT else self.amount


@dataclass(frozen=True, slots=True)
class Address:
    """Where a party is: N301, N302; N401 to N404 and N407."""

    lines: tuple[str, ...]
    city: str
    state: str
    postal_code: str
    country: str
    country_subdivision: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the payee gets the remittance: RDM01 to RDM03."""

    method: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Party:
    """The payer (1000A, N1*PR) or the payee (1000B, N1*PE)."""

    qualifier: str
    name: str
    identifier_qualifier: str
    identifier: str
    references: tuple[Reference, ...]
    contacts: tuple[Contact, ...]
    address: Address | None
    delivery: Delivery | None
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)

    def reference(self, qualifier: str) -> str:
        """The REF02 with the qualifier (2U, TJ, PQ ...), or ""."""
        return find_reference(self.references, qualifier)


@record(frozen=True, slots=True)
class Adjustment:
    """One reason why less (or more) was paid than charged: a triplet of CAS.

    `group` is CAS01; `reason`, `amount` and `quantity` are CAS02 to CAS04 and their repeats;
    `element` is the place of the reason (`CAS05`).
    """

    group: str
    reason: str
    amount: int
    quantity: Decimal | None
    element: str
    readable: bool
    segment_position: int


@record(frozen=True, slots=True)
class Remark:
    """One remark code: `qualifier` HE (RARC) or RX (NCPDP); `element` is LQ02, MIA05 or MOA03."""

    qualifier: str
    code: str
    element: str
    segment_position: int


@record(frozen=True, slots=True)
class AdjudicationValue:
    """An amount, count or rate of MIA or MOA; `element` is its place (`MIA04`)."""

    element: str
    value: Decimal
    segment_position: int


@record(frozen=True, slots=True)
class ServiceLine:
    """One service line as it was adjudicated: loop 2110.

    `service` is SVC01, `charge` SVC02, `paid` SVC03, `revenue_code` SVC04, `units` SVC05;
    `submitted_service` (SVC06) and `submitted_units` (SVC07) are given where the payer
    changed them.
    """

    service: ProcedureCode | None
    charge: int
    paid: int
    revenue_code: str
    units: Decimal | None
    submitted_service: ProcedureCode | None
    submitted_units: Decimal | None
    adjustments: tuple[Adjustment, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateEntry, ...]
    amounts: tuple[AmountEntry, ...]
    quantities: tuple[QuantityEntry, ...]
    remarks: tuple[Remark, ...]
    unreadable: tuple[str, ...]
    segment_position: int
    segments: Sequence[Segment] = field(repr=False, compare=False)
    ALSO_PLAIN: ClassVar = ("other_elements",)

    @property
    def other_elements(self) -> tuple[OtherElement, ...]:
        """What stands in the line beside these fields."""
        return tuple(other_elements(self.segments, KIND, "2110"))

    @property
    def billed_service(self) -> ProcedureCode | None:
        """The code as it was billed: SVC06 where the payer changed it, else SVC01."""
        return self.submitted_service or self.service

    @property
    def line_control_number(self) -> str:
        """REF*6R: the number of the line as it was sent, or ""."""
        return self.reference("6R")

    @property
    def service_dates(self) -> tuple[date | None, date | None]:
        """When it was done: DTM*472, or DTM*150 to DTM*151."""
        single, first, last = (find_date(self.dates, code) for code in ("472", "150", "151"))
        if single:
            return single.first, single.last
        return (first.first if first else None), (last.last if last else None)

    def reference(self, qualifier: str) -> str:
        """The REF02 with the qualifier (6R, 0K, G1 ...), or ""."""
        return find_reference(self.references, qualifier)

    def amount(self, qualifier: str) -> int | None:
        """The AMT02 with the qualifier (B6 allowed ...) in cents, or None."""
        return find_amount(self.amounts, qualifier)


@record(frozen=True, slots=True)
class ClaimPayment:
    """One claim as it was adjudicated: loop 2100, CLP01 to CLP13, and its lines.

    `status` is CLP02, `filing_indicator` CLP06, `payer_claim_control_number` CLP07 (the
    REF*F8 of a replacement), `drg` CLP11 with its weight CLP12, `discharge_fraction` CLP13.
    `remarks` are those of MIA and MOA, `adjudication` their amounts. `segments` holds every segment of the claim, its lines included.
    """

    patient_control_number: str = field(repr=False)
    status: str
    charge: int
    paid: int
    patient_responsibility: int
    filing_indicator: str
    payer_claim_control_number: str = field(repr=False)
    facility_type: str
    frequency: str
    drg: str
    drg_weight: Decimal | None
    discharge_fraction: Decimal | None
    names: tuple[Name, ...]
    adjustments: tuple[Adjustment, ...]
    remarks: tuple[Remark, ...]
    adjudication: tuple[AdjudicationValue, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateEntry, ...]
    amounts: tuple[AmountEntry, ...]
    quantities: tuple[QuantityEntry, ...]
    contacts: tuple[Contact, ...]
    lines: tuple[ServiceLine, ...]
    unreadable: tuple[str, ...]
    segment_position: int
    segments: Sequence[Segment] = field(repr=False, compare=False)
    ALSO_PLAIN: ClassVar = ("other_elements",)

    @property
    def other_elements(self) -> tuple[OtherElement, ...]:
        """What stands in the claim beside these fields; a line has its own."""
        own = len(self.segments) - sum(len(line.segments) for line in self.lines)
        return tuple(other_elements(self.segments[:own], KIND, "2100"))

    @property
    def is_reversal(self) -> bool:
        """Whether an earlier payment is taken back here (CLP02 22); never a denial."""
        known = claim_status_meaning(self.status)
        return known.reversal if known else False

    @property
    def was_forwarded(self) -> bool:
        """Whether the payer sent the claim on to another payer (CLP02 19, 20, 21, 23)."""
        known = claim_status_meaning(self.status)
        return known.forwarded if known else False

    @property
    def all_adjustments(self) -> tuple[Adjustment, ...]:
        """The adjustments of the claim and then of its lines."""
        return self.adjustments + tuple(entry for line in self.lines for entry in line.adjustments)

    @property
    def all_remarks(self) -> tuple[Remark, ...]:
        """The remarks of the claim and then of its lines."""
        return self.remarks + tuple(remark for line in self.lines for remark in line.remarks)

    def name(self, qualifier: str) -> Name | None:
        """The NM1 with the qualifier: QC, IL, 74, 82, TT, PR, GB."""
        return find_name(self.names, qualifier)

    def reference(self, qualifier: str) -> str:
        """The REF02 with the qualifier (EA, F8, G1 ...), or ""."""
        return find_reference(self.references, qualifier)

    def date_of(self, qualifier: str) -> date | None:
        """The DTM02 with the qualifier (232, 233, 036, 050), or None."""
        found = find_date(self.dates, qualifier)
        return found.first if found else None

    def amount(self, qualifier: str) -> int | None:
        """The AMT02 with the qualifier (AU, F5, I ...) in cents, or None."""
        return find_amount(self.amounts, qualifier)


@dataclass(frozen=True, slots=True)
class ProviderSummary:
    """A provider's totals: TS3 (`provider` TS301, `facility_type` TS302, `fiscal_period` TS303) or TS2.

    `totals` are the amounts and counts that stand in it, by element: TS304 claims, TS305 charges.
    """

    provider: str
    facility_type: str
    fiscal_period: date | None
    totals: tuple[tuple[str, Decimal], ...]
    segment_position: int


@dataclass(frozen=True, slots=True)
class ClaimGroup:
    """The claims under one LX; `number` is LX01, "" where a claim came without LX.

    `summaries` are the provider's totals, TS3 and TS2.
    """

    number: str
    claims: tuple[ClaimPayment, ...]
    summaries: tuple[ProviderSummary, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)
    ALSO_PLAIN: ClassVar = ("other_elements",)

    @property
    def other_elements(self) -> tuple[OtherElement, ...]:
        """What stands in LX, TS3, TS2 and around them beside these fields."""
        return tuple(other_elements(self.segments, KIND, "2000"))


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money moved outside any claim: one pair of PLB. A positive amount lowers the payment.

    `provider` is PLB01, `fiscal_period` PLB02; `reason`, `reference` and `amount` are PLB03-1,
    PLB03-2, PLB04 and their repeats; `element` is the place of the reason (`PLB05`).
    """

    provider: str
    fiscal_period: date | None
    reason: str
    reference: str = field(repr=False)
    amount: int
    element: str
    readable: bool
    segment_position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemittanceHeader:
    """What stands once in an 835, before its claims: a payment, and who paid whom.

    `trace` is TRN (the payment's number; its originator identifies the payer),
    `production_date` DTM*405, `currency` CUR02 and `currency_entity` CUR01, `references` the REF
    of the header (EV receiver, F2 version). `other_elements` are what else stands there.
    """

    version: str
    payment: Payment | None
    trace: Trace | None
    production_date: date | None
    currency: str
    currency_entity: str
    dates: tuple[DateEntry, ...]
    references: tuple[Reference, ...]
    payer: Party | None
    payee: Party | None
    other_elements: tuple[OtherElement, ...]
    segment_position: int = 1

    @property
    def trace_number(self) -> str:
        """TRN02: the check or transfer number, or ""."""
        return self.trace.number if self.trace else ""

    @property
    def payer_identifier(self) -> str:
        """TRN03: the payer as the payment names it, or ""."""
        return self.trace.originator if self.trace else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remittance(RemittanceHeader):
    """One 835: its header and the claims it covers.

    `unplaced` are segments that no loop holds; their elements stand in `other_elements`, too.
    """

    groups: tuple[ClaimGroup, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...]
    unplaced: list[Segment] = field(repr=False, compare=False)

    @property
    def claims(self) -> tuple[ClaimPayment, ...]:
        """All claims in the order of the file."""
        return tuple(claim for group in self.groups for claim in group.claims)


def total(adjustments: Iterable[Adjustment | ProviderAdjustment]) -> int:
    """The sum of adjustments in cents."""
    return sum(entry.amount for entry in adjustments)
