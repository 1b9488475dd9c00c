"""Rows of remittances, of claims as billed and of findings: one function for each.

A row is a tuple in the order of `columns.TABLES`, without the file and the transaction, which
whoever asks puts before it. Money is integer cents, None where it could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from edi.claim837i.model import Claim
from edi.finding import Finding
from edi.protected import MASK, Protected
from edi.remittance.model import (
    Adjustment,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    Party,
    ProviderAdjustment,
    Remark,
    RemittanceHeader,
    ServiceLine,
)
from edi.remittance.reversals import Reversal
from edi.tables.pieces import (
    NO_CODE,
    Owner,
    Row,
    TableRow,
    amount_rows,
    contact_rows,
    date_rows,
    name_rows,
    other_element_rows,
    quantity_rows,
    read_amount,
    reference_rows,
    reference_words,
    without_first,
)
from edi.values import to_cents

CLAIM_LEVEL, LINE_LEVEL = "2100", "2110"
DATES_OF_CLAIMS: Final = ("232", "233", "050")
"""The dates of a claim that are columns of `claims`; below, what is a column of `lines`."""
DAY_OF_LINES, PERIOD_OF_LINES = "472", ("150", "151")
NUMBER_OF_LINES, ALLOWED_OF_LINES = "6R", "B6"
_ABOVE: Final = (None, None)


def remittance_header_rows(header: RemittanceHeader) -> Iterator[TableRow]:
    """A row of `remittances`, and the `contacts` of payer and payee."""
    payment, payer, payee = header.payment, header.payer, header.payee
    yield (
        "remittances",
        (
            header.trace_number,
            header.payer_identifier,
            header.trace.supplement if header.trace else "",
            payer.name if payer else "",
            payer.identifier if payer else "",
            reference_words(payer.references) if payer else "",
            payee.name if payee else "",
            payee.identifier_qualifier if payee else "",
            payee.identifier if payee else "",
            reference_words(payee.references) if payee else "",
            payment.handling if payment else "",
            read_amount(payment.net, "BPR02", payment.unreadable) if payment else None,
            payment.credit_or_debit if payment else "",
            payment.method if payment else "",
            payment.payment_date if payment else None,
            header.production_date,
            header.currency,
            reference_words(header.references),
            header.currency_entity,
            payment.payment_format if payment else "",
            *_account(payment.payer_account if payment else None),
            payment.originator if payment else "",
            payment.originator_supplement if payment else "",
            *_account(payment.payee_account if payment else None),
            payer.identifier_qualifier if payer else "",
            *_address(payer),
            *_address(payee),
            *_delivery(payee),
        ),
    )
    yield from date_rows(_ABOVE, "HEADER", without_first(header.dates, ["405"]))
    for level, party in (("1000A", payer), ("1000B", payee)):
        yield from contact_rows(None, level, party.contacts if party else ())
    yield from other_element_rows(_ABOVE, header.other_elements)


def _account(account: BankAccount | None) -> Row:
    if account is None:
        return ("",) * 4
    return account.bank_qualifier, account.bank, account.account_qualifier, account.account


def _address(party: Party | None) -> Row:
    address = party.address if party else None
    if address is None:
        return ("",) * 6
    place = (address.city, address.state, address.postal_code, address.country, address.country_subdivision)
    return " ".join(address.lines), *place


def _delivery(party: Party | None) -> Row:
    delivery = party.delivery if party else None
    return (delivery.method, delivery.name, delivery.number) if delivery else ("",) * 3


def provider_total_rows(
    group: ClaimGroup, first_claim: int | None, last_claim: int | None
) -> Iterator[TableRow]:
    """`provider_totals`: each amount and count of the TS3 and TS2 of one LX; None where it has no claims."""
    for summary in group.summaries:
        for element, value in summary.totals:
            yield (
                "provider_totals",
                (
                    summary.segment_position,
                    group.number,
                    first_claim,
                    last_claim,
                    summary.provider,
                    summary.facility_type,
                    summary.fiscal_period,
                    element,
                    value,
                ),
            )
    yield from other_element_rows(_ABOVE, group.other_elements)


def reversal_rows(reversals: Iterable[Reversal]) -> Iterator[TableRow]:
    """`reversals`: each with its correction and the sums of both."""
    for reversal in reversals:
        yield (
            "reversals",
            (
                reversal.claim,
                reversal.segment_position,
                reversal.correction,
                reversal.patient_control_number,
                reversal.payer_claim_control_number,
                reversal.reversed_paid,
                reversal.corrected_paid,
                reversal.net_charge,
                reversal.net_paid,
                reversal.net_patient_responsibility,
            ),
        )


def provider_adjustment_rows(entries: Iterable[ProviderAdjustment]) -> Iterator[TableRow]:
    """The rows of `provider_adjustments`."""
    for entry in entries:
        amount = entry.amount if entry.readable else None
        row = (entry.provider, entry.fiscal_period, entry.reason, entry.reference, amount)
        yield "provider_adjustments", (entry.segment_position, *row)


def claim_payment_rows(number: int, claim: ClaimPayment) -> Iterator[TableRow]:
    """The rows of one claim of an 835 and of its lines, in all tables that have some."""
    yield (
        "claims",
        (
            number,
            claim.segment_position,
            claim.patient_control_number,
            claim.status,
            read_amount(claim.charge, "CLP03", claim.unreadable),
            read_amount(claim.paid, "CLP04", claim.unreadable),
            read_amount(claim.patient_responsibility, "CLP05", claim.unreadable),
            claim.filing_indicator,
            claim.payer_claim_control_number,
            claim.facility_type,
            claim.frequency,
            claim.drg,
            claim.date_of("232"),
            claim.date_of("233"),
            claim.date_of("050"),
            claim.is_reversal,
            claim.was_forwarded,
            claim.drg_weight,
            claim.discharge_fraction,
        ),
    )
    owner = (number, None)
    yield from _adjustment_rows(number, None, claim.adjustments)
    yield from _remark_rows(number, None, claim.remarks)
    yield from name_rows(number, CLAIM_LEVEL, claim.names)
    yield from reference_rows(owner, CLAIM_LEVEL, claim.references)
    yield from date_rows(owner, CLAIM_LEVEL, without_first(claim.dates, DATES_OF_CLAIMS))
    yield from amount_rows(owner, CLAIM_LEVEL, claim.amounts)
    yield from quantity_rows(owner, CLAIM_LEVEL, claim.quantities)
    yield from contact_rows(number, CLAIM_LEVEL, claim.contacts)
    for entry in claim.adjudication:
        yield "adjudication", (number, entry.segment_position, entry.element, entry.value)
    yield from other_element_rows(owner, claim.other_elements)
    for line_number, line in enumerate(claim.lines, start=1):
        yield "lines", _line_row(number, line_number, line)
        yield from _adjustment_rows(number, line_number, line.adjustments)
        yield from _remark_rows(number, line_number, line.remarks)
        yield from _entry_rows((number, line_number), line)


def _entry_rows(owner: Owner, line: ServiceLine) -> Iterator[TableRow]:
    has_day = any(entry.qualifier == DAY_OF_LINES for entry in line.dates)
    held = [DAY_OF_LINES] if has_day else PERIOD_OF_LINES
    yield from reference_rows(owner, LINE_LEVEL, without_first(line.references, [NUMBER_OF_LINES]))
    yield from date_rows(owner, LINE_LEVEL, without_first(line.dates, held))
    yield from amount_rows(owner, LINE_LEVEL, without_first(line.amounts, [ALLOWED_OF_LINES]))
    yield from quantity_rows(owner, LINE_LEVEL, line.quantities)
    yield from other_element_rows(owner, line.other_elements)


def _line_row(claim: int, number: int, line: ServiceLine) -> Row:
    service, submitted = line.service or NO_CODE, line.submitted_service or NO_CODE
    first, last = line.service_dates
    return (
        claim,
        number,
        line.segment_position,
        service.qualifier,
        service.code,
        " ".join(service.modifiers),
        line.revenue_code,
        read_amount(line.charge, "SVC02", line.unreadable),
        read_amount(line.paid, "SVC03", line.unreadable),
        line.units,
        submitted.code,
        line.submitted_units,
        line.line_control_number,
        first,
        last,
        line.amount(ALLOWED_OF_LINES),
        service.description,
        submitted.qualifier,
        " ".join(submitted.modifiers),
        submitted.description,
    )


def _adjustment_rows(claim: int, line: int | None, entries: Iterable[Adjustment]) -> Iterator[TableRow]:
    for entry in entries:
        amount = entry.amount if entry.readable else None
        row = (claim, line, entry.segment_position, entry.group, entry.reason, amount, entry.quantity)
        yield "adjustments", row


def _remark_rows(claim: int, line: int | None, entries: Iterable[Remark]) -> Iterator[TableRow]:
    for entry in entries:
        yield "remarks", (claim, line, entry.segment_position, entry.qualifier, entry.code)


def billed_claim_rows(number: int, claim: Claim) -> Iterator[TableRow]:
    """`billed_claims` and `billed_lines` of one claim of an 837I."""
    principal = claim.codes("ABK", "BK")
    yield (
        "billed_claims",
        (
            number,
            claim.place.segment_position,
            claim.patient_control_number,
            claim.type_of_bill,
            _cents(claim.total_charge),
            claim.payer.id,
            claim.payer.name,
            claim.subscriber.responsibility,
            claim.subscriber.filing_indicator,
            claim.subscriber.party.id,
            claim.birth_date,
            claim.billing_provider.id,
            claim.statement_from,
            claim.statement_through,
            principal[0].code if principal else "",
            claim.reference("G1"),
            claim.reference("F8"),
        ),
    )
    for line_number, line in enumerate(claim.lines, start=1):
        drug, procedure = line.drug, line.procedure
        yield (
            "billed_lines",
            (
                number,
                line_number,
                claim.line_place(line, "SV2").segment_position,
                line.revenue_code,
                line.code,
                " ".join(procedure.modifiers) if procedure else "",
                _cents(line.charge),
                line.unit,
                line.quantity,
                line.service_date,
                line.service_end or line.service_date,
                (drug.ndc or "") if drug else "",
                drug.quantity if drug else None,
                drug.unit if drug else "",
                line.control_number,
            ),
        )


def _cents(amount: Decimal | None) -> int | None:
    try:
        return None if amount is None else to_cents(amount)
    except ValueError:  # a part of a cent, which a finding reports
        return None


def finding_row(finding: Finding) -> TableRow:
    """A row of `findings`; patient data masked."""
    place = finding.place
    row = (
        place.segment_position,
        finding.rule,
        finding.severity.value,
        place.element or "",
        finding.message(),
        _shown(finding.expected),
        _shown(finding.found),
    )
    return "findings", row


def _shown(value: object) -> str:
    if isinstance(value, Protected):
        return MASK
    return "" if value is None else str(value)
