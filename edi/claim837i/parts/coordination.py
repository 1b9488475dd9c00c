"""Other payers (2320, 2330, 2430): read from their loops, and written.

Source: 005010X223A2, loops 2320, 2330A to I, 2430; FACTS A3, A6.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from edi.claim837i.layouts import CAS, MIA, MOA, OI, SBR, SVD, TRIPLETS
from edi.claim837i.loops import ADJUDICATION, COVERAGE, Loop, by_id, grouped
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.claim837i.model.coordination import (
    Adjustment,
    InpatientAdjudication,
    LineAdjudication,
    OtherCoverage,
    OutpatientAdjudication,
)
from edi.claim837i.model.parties import Reference
from edi.claim837i.parts import dates, parties
from edi.claim837i.parts.amounts import read_amount, read_amounts, write_amount, write_amounts
from edi.claim837i.parts.procedures import PROCEDURE, as_procedure, procedure_fields
from edi.tokens import Segment
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]

_SUBSCRIBER, _PAYER = "2330A", "2330B"
_PROVIDERS = {
    "2330C": ("71", "attending"),
    "2330D": ("72", "operating"),
    "2330E": ("ZZ", "other_operating"),
    "2330F": ("77", "service_facility"),
    "2330G": ("82", "rendering"),
    "2330H": ("DN", "referring"),
    "2330I": ("85", "billing_provider"),
}
_AMOUNTS = (("D", "paid"), ("EAF", "patient_liability"), ("A8", "non_covered"))
_PAYER_REFERENCES = ("2U", "EI", "FY", "NF", "G1", "9F", "T4", "F8")
_ADJUDICATED = "573"
_NOTHING_SAID = {"benefits_assigned": "", "release_of_information": ""}
_TRIPLET = ("reason", "amount", "quantity")
_read_triplets = CAS.reads("group", *(f"{name}_{triplet}" for triplet in TRIPLETS for name in _TRIPLET))
_read_decision = SVD.reads(*PROCEDURE, "payer_id", "paid", "revenue_code", "quantity", "bundled_line")
_read_payer = remembered(SBR.read)
_read_assignment = remembered(OI.read)
_read_inpatient = MIA.makes(InpatientAdjudication)
_read_outpatient = MOA.makes(OutpatientAdjudication)


def read_coverages(loops: Sequence[Loop], losses: Losses) -> tuple[OtherCoverage, ...]:
    """The 2320 loops among the loops of a claim, each with the 2330 loops that follow it."""
    return tuple([_coverage(group[0], by_id(group[1:]), losses) for group in grouped(loops, COVERAGE)])


def _coverage(head: Loop, names: dict[str, Loop], losses: Losses) -> OtherCoverage:
    header = head.take("SBR")
    assert header is not None, "a 2320 begins with SBR"
    payer = names.get(_PAYER)
    adjudicated = dates.read_day(payer, _ADJUDICATED, losses) if payer else None
    assigned = head.take("OI")
    inpatient, outpatient = head.take("MIA"), head.take("MOA")
    return OtherCoverage(
        **_read_payer(header, head.id, losses),
        **(_read_assignment(assigned, head.id, losses) if assigned else _NOTHING_SAID),
        **read_amounts(head, _AMOUNTS, losses),
        **parties.read_parties(names.values(), _PROVIDERS, losses),
        adjustments=read_adjustments(head, losses),
        inpatient=_read_inpatient(inpatient, head.id, losses) if inpatient else None,
        outpatient=_read_outpatient(outpatient, head.id, losses) if outpatient else None,
        subscriber=parties.read_party(names.get(_SUBSCRIBER), losses),
        payer=parties.read_party(payer, losses),
        adjudicated=adjudicated,
    )


def _payer_order(reference: Reference) -> int:
    known = reference.qualifier in _PAYER_REFERENCES
    return _PAYER_REFERENCES.index(reference.qualifier) if known else len(_PAYER_REFERENCES)


def read_adjustments(loop: Loop, losses: Losses) -> tuple[Adjustment, ...]:
    """All triplets of all CAS segments, in the order of the file."""
    if not loop.has("CAS"):
        return ()
    return tuple(
        adjustment for segment in loop.take_all("CAS") for adjustment in _triplets(segment, loop, losses)
    )


def _triplets(segment: Segment, loop: Loop, losses: Losses) -> Iterator[Adjustment]:
    group, *values = _read_triplets(segment, loop.id, losses)
    if not any(segment.elements[2:]):
        losses.says_nothing(loop.id, segment)
    for reason, amount, quantity in zip(values[::3], values[1::3], values[2::3], strict=True):
        if reason or amount is not None or quantity is not None:
            yield Adjustment(group, reason, amount, quantity)


def read_adjudications(loops: Iterable[Loop], losses: Losses) -> tuple[LineAdjudication, ...]:
    """The 2430 loops among the loops of a line."""
    return tuple([_adjudication(loop, losses) for loop in loops if loop.id == ADJUDICATION])


def _adjudication(loop: Loop, losses: Losses) -> LineAdjudication:
    segment = loop.take("SVD")
    assert segment is not None, "a 2430 begins with SVD"
    *procedure, payer_id, paid, revenue_code, quantity, bundled_line = _read_decision(
        segment, loop.id, losses
    )
    return LineAdjudication(
        payer_id,
        paid,
        as_procedure(*procedure),
        revenue_code,
        quantity,
        bundled_line,
        adjustments=read_adjustments(loop, losses),
        adjudicated=dates.read_day(loop, _ADJUDICATED, losses),
        patient_liability=read_amount(loop, "EAF", losses),
    )


def write_coverage(coverage: OtherCoverage) -> Segments:
    """Loop 2320 with its 2330 loops."""
    yield SBR.write(coverage)
    yield from write_adjustments(coverage.adjustments)
    yield from write_amounts(coverage, _AMOUNTS)
    if coverage.benefits_assigned or coverage.release_of_information:
        yield OI.write(coverage)
    if coverage.inpatient is not None:
        yield MIA.write(coverage.inpatient)
    if coverage.outpatient is not None:
        yield MOA.write(coverage.outpatient)
    yield from parties.write_party("IL", coverage.subscriber, _SUBSCRIBER)
    yield from _write_payer(coverage)
    yield from parties.write_parties(coverage, _PROVIDERS)


def _write_payer(coverage: OtherCoverage) -> Segments:
    without = parties.with_references(coverage.payer, ())
    yield from parties.write_party("PR", without, _PAYER)
    if coverage.adjudicated is not None:
        yield dates.write_day(_ADJUDICATED, coverage.adjudicated)
    yield from parties.write_references(sorted(coverage.payer.references, key=_payer_order))


def write_adjustments(adjustments: Iterable[Adjustment]) -> Segments:
    """CAS: neighbours of one group share a segment, six at most."""
    for group, members in groupby(adjustments, key=lambda item: item.group):
        rest = list(members)
        while rest:
            some, rest = rest[: len(TRIPLETS)], rest[len(TRIPLETS) :]
            fields: dict[str, object] = {f"{name}_{triplet}": "" for triplet in TRIPLETS for name in _TRIPLET}
            for triplet, item in zip(TRIPLETS, some, strict=False):
                fields |= {f"{name}_{triplet}": getattr(item, name) for name in _TRIPLET}
            yield CAS.write_values(group=group, **fields)


def write_adjudication(adjudication: LineAdjudication) -> Segments:
    """Loop 2430."""
    yield SVD.write(adjudication, **procedure_fields(adjudication.procedure))
    yield from write_adjustments(adjudication.adjustments)
    if adjudication.adjudicated is not None:
        yield dates.write_day(_ADJUDICATED, adjudication.adjudicated)
    yield from write_amount("EAF", adjudication.patient_liability)
