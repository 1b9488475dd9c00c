"""The claim: read from its loop 2300 and all below, and written.

Source: 005010X223A2, loops 2300 and 2310A to F; FACTS A2 to A6.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from edi.claim837i.layouts import CL1, CLM
from edi.claim837i.loops import Loop, Parts
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.claim837i.model.claim import Claim
from edi.claim837i.parts import coordination, dates, details, health_codes, lines, parties
from edi.claim837i.parts.amounts import read_amount, write_amount
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]

_ESTIMATED_AMOUNT_DUE = "F3"
_read_institutional = remembered(CL1.read)
_PROVIDERS = {
    "2310A": ("71", "attending"),
    "2310B": ("72", "operating"),
    "2310C": ("ZZ", "other_operating"),
    "2310D": ("82", "rendering"),
    "2310E": ("77", "service_facility"),
    "2310F": ("DN", "referring"),
}


def _estimated_amount_due(loop: Loop, losses: Losses) -> Decimal | None:
    return read_amount(loop, _ESTIMATED_AMOUNT_DUE, losses)


_PARTS: Parts = (
    ("PWK", "attachments", details.read_attachments),
    ("CN1", "contract", details.read_contract),
    ("AMT", "estimated_amount_due", _estimated_amount_due),
    ("REF", "references", parties.read_references),
    ("K3", "file_information", details.read_file_information),
    ("NTE", "notes", details.read_notes),
    ("CRC", "epsdt_referral", details.read_epsdt_referral),
    ("HI", "health_codes", health_codes.read_health_codes),
    ("HCP", "repricing", details.read_repricing),
)


def read_claim_fields(loops: Sequence[Loop], losses: Losses) -> dict[str, Any]:
    """The fields of a claim that its own loops hold; the first loop begins with CLM."""
    head = loops[0]
    header, institutional = head.take("CLM"), head.take("CL1")
    assert header is not None, "a 2300 begins with CLM"
    first, last = dates.read_span(head, "434", losses)
    if institutional is not None and not any(institutional.elements[1:]):
        losses.says_nothing(head.id, institutional)
    return {
        **CLM.read(header, head.id, losses),
        **(_read_institutional(institutional, head.id, losses) if institutional else {}),
        **parties.read_parties(loops, _PROVIDERS, losses),
        "statement_from": first,
        "statement_through": last,
        "discharge_hour": dates.read_hour(head, "096", losses),
        "admission": dates.read_moment(head, "435", losses),
        "repricer_received": dates.read_day(head, "050", losses),
        **head.read(_PARTS, losses),
        "other_coverages": coordination.read_coverages(loops, losses),
        "lines": lines.read_lines(loops, losses),
    }


def write_claim(claim: Claim) -> Segments:
    """Loop 2300 with all below it, in the order of the guide. Raises ValueError for half a statement."""
    yield CLM.write(claim)
    yield from _write_dates(claim)
    if claim.admission_type or claim.point_of_origin or claim.patient_status:
        yield CL1.write(claim)
    yield from details.write_attachments(claim.attachments)
    yield from details.write_contract(claim.contract)
    yield from write_amount(_ESTIMATED_AMOUNT_DUE, claim.estimated_amount_due)
    yield from parties.write_references(claim.references)
    yield from details.write_file_information(claim.file_information)
    yield from details.write_notes(claim.notes)
    yield from details.write_epsdt_referral(claim.epsdt_referral)
    yield from health_codes.write_health_codes(claim.health_codes)
    yield from details.write_repricing(claim.repricing)
    yield from parties.write_parties(claim, _PROVIDERS)
    for coverage in claim.other_coverages:
        yield from coordination.write_coverage(coverage)
    for line in claim.lines:
        yield from lines.write_line(line)


def _write_dates(claim: Claim) -> Segments:
    if (claim.statement_from is None) is not (claim.statement_through is None):
        raise ValueError("a statement has two days or none")
    if claim.discharge_hour:
        yield dates.write_hour("096", claim.discharge_hour)
    if claim.statement_from is not None and claim.statement_through is not None:
        yield dates.write_span("434", claim.statement_from, claim.statement_through)
    if claim.admission is not None:
        yield dates.write_moment("435", claim.admission)
    if claim.repricer_received is not None:
        yield dates.write_day("050", claim.repricer_received)
