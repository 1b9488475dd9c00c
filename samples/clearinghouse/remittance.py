"""835 (005010X221A1): what was paid. Lines, claims and payment balance.

Payer addresses, bank and telephone numbers are made up. Source: FACTS D4.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

from edi.claim837i.model import Claim, Party
from edi.values import format_date, format_decimal
from edi.writer import Element, SegmentValues
from samples.clearinghouse.adjudication import PaidLine, Payment
from samples.clearinghouse.pieces import Segments, money, name_segment, patient_name, revenue_code, service
from samples.clearinghouse.sent import Sent

_RESPONSIBILITY = {"P": "1", "S": "2", "T": "3"}
_FILING_INDICATORS = re.compile("1[2-7]|AM|CH|DS|HM|LM|MA|MB|MC|OF|TV|VA|WC|ZZ")
_ROUTING_NUMBER, _PAYER_ACCOUNT, _PAYEE_ACCOUNT = "999999992", "1000001", "2000002"
_PAYER_STREET, _PAYER_CITY = ("N3", "1 PAYER PLAZA"), ("N4", "ANYTOWN", "TX", "750010001")
_PAYER_CONTACT = ("PER", "BL", "EDI DESK", "TE", "5555550199")


def remittance(sent: Sent, payments: Sequence[Payment], number: int, index: int) -> list[SegmentValues]:
    """One 835: a payer's payment to one payee, with all claims under one LX."""
    segments: list[SegmentValues] = [("ST", "835", f"{number:04d}")]
    segments += _payment_header(sent, payments, f"EFT{sent.control_number(index):09d}{number:02d}")
    segments += _parties(payments[0].sent.claim)
    segments.append(("LX", "1"))
    for payment in payments:
        segments += _claim_payment(sent, payment)
    return segments


def _payment_header(sent: Sent, payments: Sequence[Payment], trace: str) -> Segments:
    """BPR to DTM*405. A remittance that pays nothing moves no money (NON)."""
    originator = _originator(payments[0].sent.claim.payer)
    total = sum(payment.paid for payment in payments)
    blank = [""] * 11
    bank: list[Element] = ["CCP", "01", _ROUTING_NUMBER, "DA", _PAYER_ACCOUNT, originator, ""]
    bank += ["01", _ROUTING_NUMBER, "DA", _PAYEE_ACCOUNT]
    if total:
        yield ("BPR", "I", money(total), "C", "ACH", *bank, sent.today)
    else:
        yield ("BPR", "H", "0", "C", "NON", *blank, sent.today)
    yield ("TRN", "1", trace, originator)
    yield ("REF", "EV", sent.interchange.parties[1])
    yield ("DTM", "405", sent.today)


def _originator(payer: Party) -> str:
    """TRN03: ten characters that stay the same for a payer."""
    return f"1{zlib.crc32(f'{payer.id_qualifier}:{payer.id}'.encode()) % 10**9:09d}"


def _parties(claim: Claim) -> Segments:
    """Loops 1000A (payer) and 1000B (payee)."""
    payer, payee = claim.payer, claim.billing_provider
    yield ("N1", "PR", payer.name)
    yield from _address(payer) or (_PAYER_STREET, _PAYER_CITY)
    yield ("REF", "2U", payer.id)
    yield _PAYER_CONTACT
    yield ("N1", "PE", payee.name, payee.id_qualifier, payee.id)
    yield from _address(payee)
    if payee.reference("EI"):
        yield ("REF", "TJ", payee.reference("EI"))


def _address(party: Party) -> tuple[SegmentValues, ...]:
    """N3 and N4, or nothing where the party came without an address."""
    if party.address is None or not party.address.lines:
        return ()
    place = party.address
    return ("N3", *place.lines[:2]), ("N4", place.city, place.state, place.postal_code, place.country)


def _claim_payment(sent: Sent, payment: Payment) -> Segments:
    """Loop 2100 and its lines: CLP, NM1, MIA or MOA, REF, DTM."""
    claim = payment.sent.claim
    indicator = claim.subscriber.filing_indicator
    yield (
        "CLP",
        claim.patient_control_number,
        _RESPONSIBILITY.get(claim.subscriber.responsibility, "1"),
        money(payment.charge),
        money(payment.paid),
        money(payment.patient_responsibility) if payment.patient_responsibility else "",
        indicator if _FILING_INDICATORS.fullmatch(indicator) else "ZZ",
        payment.sent.payer_claim_control_number,
        claim.facility_code,
        claim.frequency,
    )
    yield patient_name(claim)
    if claim.patient is not None:
        yield name_segment("IL", claim.subscriber.party)
    if payment.remarks:
        yield _adjudication_remarks(claim, payment.remarks)
    if claim.reference("F8"):
        yield ("REF", "F8", claim.reference("F8"))
    for qualifier, day in (("232", claim.statement_from), ("233", claim.statement_through)):
        if day is not None:
            yield ("DTM", qualifier, format_date(day))
    yield ("DTM", "050", f"20{sent.interchange.header.element(9)}")
    for line in payment.lines:
        yield from _line_payment(line)


def _adjudication_remarks(claim: Claim, remarks: Sequence[str]) -> SegmentValues:
    """MIA with MIA01 (covered days) and MIA05, MIA20 to 23; or MOA03 to 07."""
    if not claim.is_inpatient:
        return ("MOA", "", "", *remarks)
    return ("MIA", "0", "", "", "", remarks[0], *[""] * 14, *remarks[1:])


def _line_payment(line: PaidLine) -> Segments:
    """Loop 2110: SVC, DTM, CAS, REF*6R, LQ."""
    sent = line.line
    quantity = format_decimal(sent.quantity) if sent.quantity is not None else ""
    yield ("SVC", service(sent), money(line.charge), money(line.paid), revenue_code(sent), quantity)
    if sent.service_date is not None and sent.service_end is not None:
        yield ("DTM", "150", format_date(sent.service_date))
        yield ("DTM", "151", format_date(sent.service_end))
    elif sent.service_date is not None:
        yield ("DTM", "472", format_date(sent.service_date))
    for item in line.adjustments:
        yield ("CAS", item.group, item.reason, money(item.amount))
    if sent.control_number:
        yield ("REF", "6R", sent.control_number)
    for remark in line.remarks:
        yield ("LQ", "HE", remark)
