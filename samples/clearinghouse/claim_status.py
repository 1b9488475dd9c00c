"""277 (005010X212): what a payer says of a claim on its way: in process, asked for something, done.

Source: FACTS D3 and annex 4.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from edi.claim837i.model import Claim
from edi.writer import SegmentValues
from samples.clearinghouse.envelopes import VERSIONS
from samples.clearinghouse.outcomes import Pend
from samples.clearinghouse.pieces import Segments, grouped, money, name_segment, patient_name, service_dates
from samples.clearinghouse.script import STATUS
from samples.clearinghouse.sent import Batch, Sent, SentClaim


def status_report(sent: Sent, claims: Sequence[SentClaim], batch: Batch) -> list[SegmentValues]:
    """One 277 for the claims of a batch that are pending: a level 20 for each payer."""
    reference = f"{sent.control_number(0):09d}{batch.transaction.control_number}"
    segments: list[SegmentValues] = [
        ("ST", "277", batch.transaction.control_number, VERSIONS[STATUS][1]),
        ("BHT", "0010", "08", reference, sent.today, f"{sent.as_of:%H%M}", "DG"),
    ]
    levels = itertools.count(1)
    for of_payer in grouped(claims, lambda item: (item.claim.payer.id_qualifier, item.claim.payer.id)):
        segments += _payer_levels(sent, batch, of_payer, levels)
    return segments


def _payer_levels(sent: Sent, batch: Batch, claims: Sequence[SentClaim], levels: Iterator[int]) -> Segments:
    """Loops 2000A to 2000C of one payer, and the claims below."""
    source, receiver = next(levels), next(levels)
    yield ("HL", str(source), "", "20", "1")
    yield name_segment("PR", claims[0].claim.payer)
    yield ("HL", str(receiver), str(source), "21", "1")
    yield name_segment("41", batch.submitter)
    for of_provider in grouped(claims, lambda item: item.claim.billing_provider.id):
        provider = next(levels)
        yield ("HL", str(provider), str(receiver), "19", "1")
        yield name_segment("1P", of_provider[0].claim.billing_provider)
        for item in of_provider:
            yield from _patient_levels(item.claim, str(provider), levels)
            yield from _claim_status(sent, item)


def _patient_levels(claim: Claim, provider: str, levels: Iterator[int]) -> Segments:
    """Loop 2000D, and 2000E where the patient is a dependent."""
    subscriber = str(next(levels))
    dependent = claim.patient is not None
    yield ("HL", subscriber, provider, "22", "1" if dependent else "0")
    yield name_segment("IL", claim.subscriber.party)
    if dependent:
        yield ("HL", str(next(levels)), subscriber, "23")
        yield patient_name(claim)[:8]


def _claim_status(sent: Sent, item: SentClaim) -> Segments:
    """Loop 2200D or 2200E: the claim by its account number and the payer's."""
    claim, outcome = item.claim, item.outcome
    assert isinstance(outcome, Pend)
    yield ("TRN", "2", claim.patient_control_number)
    status = (outcome.category, outcome.status, outcome.entity)
    yield ("STC", status, sent.today, "", money(item.charge), "0")
    yield ("REF", "1K", item.payer_claim_control_number)
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield ("REF", "EJ", claim.patient_control_number)
    if claim.reference("D9"):
        yield ("REF", "D9", claim.reference("D9"))
    yield from service_dates(claim.statement_from, claim.statement_through)
