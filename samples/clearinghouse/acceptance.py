"""277CA (005010X214): whether each claim was taken in. Every claim is named once.

Source: FACTS D2.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from edi.claim837i.model import ServiceLine
from edi.values import format_decimal
from edi.writer import SegmentValues
from samples.clearinghouse.envelopes import VERSIONS
from samples.clearinghouse.outcomes import Reject
from samples.clearinghouse.pieces import (
    Segments,
    cents,
    grouped,
    money,
    name_segment,
    patient_name,
    revenue_code,
    service,
    service_dates,
)
from samples.clearinghouse.script import ACCEPTANCE
from samples.clearinghouse.sent import Batch, Sent, SentClaim


def acceptance_report(sent: Sent, batch: Batch, number: int) -> list[SegmentValues]:
    """One 277CA for a transaction set that came in: a level 20 for each payer."""
    reference = f"{sent.control_number(1):09d}{number:04d}"
    segments: list[SegmentValues] = [
        ("ST", "277", f"{number:04d}", VERSIONS[ACCEPTANCE][1]),
        ("BHT", "0085", "08", reference, sent.today, f"{sent.as_of:%H%M}", "TH"),
    ]
    levels = itertools.count(1)
    for claims in grouped(batch.claims, lambda item: (item.claim.payer.id_qualifier, item.claim.payer.id)):
        segments += _payer_levels(sent, batch, claims, reference, levels)
    return segments


def _payer_levels(
    sent: Sent, batch: Batch, claims: Sequence[SentClaim], reference: str, levels: Iterator[int]
) -> Segments:
    """Loops 2000A to 2000D of one payer: who answers, who receives, which provider, which patient."""
    source, receiver = next(levels), next(levels)
    received = f"20{sent.interchange.header.element(9)}"
    yield ("HL", str(source), "", "20", "1")
    yield name_segment("PR", claims[0].claim.payer)
    yield ("TRN", "1", reference)
    yield ("DTP", "050", "D8", received)
    yield ("DTP", "009", "D8", sent.today)
    yield ("HL", str(receiver), str(source), "21", "1")
    yield name_segment("41", batch.submitter)
    yield ("TRN", "2", batch.reference)
    yield ("STC", ("A1", "19", "PR"), sent.today, "WQ", sum_of(claims))
    yield from _totals(claims, "90", "AA")
    for of_provider in grouped(claims, lambda item: item.claim.billing_provider.id):
        provider = next(levels)
        yield ("HL", str(provider), str(receiver), "19", "1")
        yield name_segment("85", of_provider[0].claim.billing_provider)
        yield ("TRN", "1", "0")
        yield ("STC", ("A1", "19", "PR"), "", "WQ", sum_of(of_provider))
        yield from _totals(of_provider, "QA", "QC")
        for item in of_provider:
            yield ("HL", str(next(levels)), str(provider), "PT")
            yield from _claim_status(sent, item)


def sum_of(claims: Iterable[SentClaim]) -> str:
    return money(sum(item.charge for item in claims))


def _totals(claims: Sequence[SentClaim], accepted: str, rejected: str) -> Segments:
    """QTY and AMT of a level: how many claims and dollars were accepted (YU) and rejected (YY)."""
    parts = (
        (accepted, "YU", [item for item in claims if not item.rejected]),
        (rejected, "YY", [item for item in claims if item.rejected]),
    )
    for quantity, _, own in parts:
        if own:
            yield ("QTY", quantity, str(len(own)))
    for _, amount, own in parts:
        if own:
            yield ("AMT", amount, sum_of(own))


def _claim_status(sent: Sent, item: SentClaim) -> Segments:
    """Loops 2100D to 2220D: the patient, the claim's status, the lines that rejected it."""
    claim, outcome = item.claim, item.outcome
    status = _status(outcome) if isinstance(outcome, Reject) else ("A2", "20")
    yield patient_name(claim)
    yield ("TRN", "2", claim.patient_control_number)
    yield ("STC", status, sent.today, "U" if item.rejected else "WQ", money(item.charge))
    if not item.rejected:
        yield ("REF", "1K", item.payer_claim_control_number)
    if claim.reference("D9"):
        yield ("REF", "D9", claim.reference("D9"))
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield from service_dates(claim.statement_from, claim.statement_through)
    if isinstance(outcome, Reject):
        for line in item.lines_named(outcome.line):
            yield from _line_status(sent, line, status)


def _status(outcome: Reject) -> Sequence[str]:
    return outcome.category, outcome.status, outcome.entity


def _line_status(sent: Sent, line: ServiceLine, status: Sequence[str]) -> Segments:
    """Loop 2220D: a line that was rejected, by the control number it was sent with."""
    quantity = format_decimal(line.quantity) if line.quantity is not None else ""
    yield ("SVC", service(line), money(cents(line.charge)), "", revenue_code(line), "", "", quantity)
    yield ("STC", status, sent.today, "U")
    if line.control_number:
        yield ("REF", "FJ", line.control_number)
    if line.drug is not None and line.drug.prescription_number:
        yield ("REF", "XZ", line.drug.prescription_number)
    yield from service_dates(line.service_date, line.service_end)
