"""Coordination of benefits: what the other payers of the child decided, on this payer's claim.

Every other coverage goes out as a 2320. One whose payer decided carries its payment and
adjustments: on the lines (2430) where the payer gave them by line, else on the claim. The date
of the decision stands where the decision stands, never in both places. Source: FACTS A8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from edi.claim837i.model import Adjustment, LineAdjudication, OtherCoverage, ServiceLine
from edi.finding import Finding
from mapping import encounter as record
from mapping.building import parties
from mapping.building.parts import WHOLE
from mapping.building.request import ClaimRequest, Notebook
from mapping.rule_keys import RECORD_INVALID

_PATIENT_RESPONSIBILITY = "PR"


def other_coverages(request: ClaimRequest, notebook: Notebook) -> tuple[OtherCoverage, ...]:
    """Loop 2320 for each other coverage, in payer order."""
    orders = range(len(request.encounter.coverages))
    return tuple(
        _coverage(request, notebook, order)
        for order in orders
        if order != request.payer_order and request.payer_of(order) is not None
    )


def _coverage(request: ClaimRequest, notebook: Notebook, order: int) -> OtherCoverage:
    coverage, payer = request.encounter.coverages[order], request.payer_of(order)
    assert payer is not None
    group = coverage.group_number
    path = f"coverages[{order}]"
    other = OtherCoverage(
        responsibility=parties.RESPONSIBILITY[order],
        relationship=parties.RELATIONSHIP[coverage.relationship],
        subscriber=parties.person_of_coverage(request, notebook, order),
        payer=parties.payer_party(payer),
        group_number=notebook.id(group.reveal(), f"{path}.group_number") if group else "",
        group_name="" if group else notebook.text(coverage.group_name, f"{path}.group_name"),
        filing_indicator=payer.filing_indicator,
    )
    decision = request.decision(order) if order < request.payer_order else None
    return other if decision is None else _decided(request, notebook, order, other, decision)


def _decided(
    request: ClaimRequest,
    notebook: Notebook,
    order: int,
    other: OtherCoverage,
    decision: record.Adjudication,
) -> OtherCoverage:
    """The coverage with what its payer paid and adjusted, as far as it is of this claim."""
    lines = [item for item in decision.lines if item.line in {number for number, _ in request.lines()}]
    adjustments = tuple(_adjustment(item) for item in decision.adjustments)
    paid = decision.paid
    if request.part != WHOLE:
        if adjustments or not decision.lines:
            _cannot_be_split(notebook, order)
        paid = sum((item.paid for item in lines), Decimal(0))
    number = decision.payer_claim_control_number
    references = parties.claim_number_of_payer(
        notebook.id(number, f"coverages[{order}].adjudication.payer_claim_control_number")
    )
    return replace(
        other,
        paid=paid,
        adjustments=adjustments,
        payer=replace(other.payer, references=references),
        adjudicated=None if lines else decision.date,
        patient_liability=None if lines else _patient_part(decision.adjustments),
    )


def _cannot_be_split(notebook: Notebook, order: int) -> None:
    path = f"coverages[{order}].adjudication"
    finding = Finding.of(
        RECORD_INVALID,
        "{path} decides the stay and the drug in one, and this payer wants them apart.",
        fields={"path": path},
        expected="payment and adjustments by line",
        fix="Ask the earlier payer for its decision by line, or bill this payer by hand.",
    )
    notebook.add(finding, path)


def _patient_part(adjustments: Iterable[record.Adjustment]) -> Decimal | None:
    """AMT*EAF: what the earlier payer left to the patient; None where it said nothing."""
    parts = [item.amount for item in adjustments if item.group == _PATIENT_RESPONSIBILITY]
    return sum(parts, Decimal(0)) if parts else None


def _adjustment(item: record.Adjustment) -> Adjustment:
    return Adjustment(item.group, item.reason, item.amount, item.quantity)


def with_adjudications(
    request: ClaimRequest, notebook: Notebook, number: int, line: ServiceLine, is_split: bool
) -> ServiceLine:
    """A line with what each earlier payer decided on it (2430); `number` is the record's, from 1."""
    found = []
    for order in range(request.payer_order):
        decision, payer = request.decision(order), request.payer_of(order)
        if decision is None or payer is None:
            continue
        for item in decision.lines:
            if item.line == number:
                found.append(_adjudication(decision, item, payer.payer_id, line))
                if is_split:
                    _line_cannot_be_split(notebook, order)
    return replace(line, adjudications=tuple(found)) if found else line


def _adjudication(
    decision: record.Adjudication, item: record.LineAdjudication, payer_id: str, line: ServiceLine
) -> LineAdjudication:
    return LineAdjudication(
        payer_id=payer_id,
        paid=item.paid,
        procedure=line.procedure,
        revenue_code=line.revenue_code,
        quantity=line.quantity,
        adjustments=tuple(_adjustment(one) for one in item.adjustments),
        adjudicated=decision.date,
        patient_liability=_patient_part(item.adjustments),
    )


def _line_cannot_be_split(notebook: Notebook, order: int) -> None:
    path = f"coverages[{order}].adjudication.lines"
    finding = Finding.of(
        RECORD_INVALID,
        "{path} decides the drug on one line, and this payer wants it on several.",
        fields={"path": path},
        fix="Bill this payer by hand: nobody but a person can say how the payment is shared out.",
    )
    notebook.add(finding, path)
