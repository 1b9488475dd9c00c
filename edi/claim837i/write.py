"""Claims to the segments of one transaction set, in the order of the guide.

Every segment is a sequence of its id and elements (a composite is one, too); counts and
envelopes are added by `edi.writer`. Source: 005010X223A2, FACTS A2, A3, annex 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from edi.claim837i import VERSION
from edi.claim837i.layouts import BHT, CUR, PAT, SBR
from edi.claim837i.model.claim import Claim
from edi.claim837i.model.parties import Party, Patient
from edi.claim837i.model.transaction import TransactionHeader
from edi.claim837i.parts import parties
from edi.claim837i.parts.claims import write_claim
from edi.values import format_date, format_time
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]


def write_claims(header: TransactionHeader, claims: Sequence[Claim]) -> list[SegmentValues]:
    """The segments of one transaction set, ST to the last before SE.

    Claims of one billing provider that follow each other share one 2000A; every claim has
    its own 2000B, and 2000C where the patient is a dependent. HL01 counts from 1. Raises
    ValueError for what X12 cannot carry (`edi.values`, `edi.writer.UnsafeElement`).
    """
    segments: list[SegmentValues] = list(_header(header))
    level = 0
    for _, group in groupby(claims, key=_billing_of):
        together = list(group)
        level += 1
        billing_level = level
        segments += _billing_provider(billing_level, together[0])
        for claim in together:
            level += 1
            segments += _subscriber(level, billing_level, claim)
            if claim.patient is not None:
                level += 1
                segments += _patient(level, level - 1, claim.patient)
            segments += write_claim(claim)
    return segments


def _billing_of(claim: Claim) -> tuple[Party, Party | None, Party | None, str]:
    return claim.billing_provider, claim.pay_to, claim.pay_to_plan, claim.currency


def _header(header: TransactionHeader) -> Segments:
    yield ("ST", "837", header.control_number, VERSION)
    created = header.created
    yield BHT.write(
        header,
        date=format_date(created.date()) if created else "",
        time=format_time(created.time()) if created else "",
    )
    yield from parties.write_party("41", header.submitter, "1000A")
    yield from parties.write_party("40", header.receiver, "1000B")


def _billing_provider(level: int, claim: Claim) -> Segments:
    provider = claim.billing_provider
    yield ("HL", str(level), "", "20", "1")
    yield from parties.write_billing_specialty(provider)
    if claim.currency:
        yield CUR.write(claim)
    yield from parties.write_party("85", provider, "2010AA")
    if claim.pay_to is not None:
        yield from parties.write_party("87", claim.pay_to, "2010AB")
    if claim.pay_to_plan is not None:
        yield from parties.write_party("PE", claim.pay_to_plan, "2010AC")


def _subscriber(level: int, parent: int, claim: Claim) -> Segments:
    subscriber = claim.subscriber
    yield ("HL", str(level), str(parent), "22", "1" if claim.patient is not None else "0")
    yield SBR.write(subscriber)
    yield from parties.write_person("IL", subscriber.party, subscriber.birth_date, subscriber.sex)
    yield from parties.write_party("PR", claim.payer, "2010BB")


def _patient(level: int, parent: int, patient: Patient) -> Segments:
    yield ("HL", str(level), str(parent), "23", "0")
    yield PAT.write(patient)
    yield from parties.write_person("QC", patient.party, patient.birth_date, patient.sex)
