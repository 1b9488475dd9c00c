"""Reads an 835 (005010X221A1 and its odd relatives) into a remittance.

Inside a loop the order of segments does not matter. What a payer got wrong is reported and
read all the same.

Source: FACTS D4 and annex 3.
"""

from __future__ import annotations

from edi.answer_parts import find_date
from edi.answer_reading import (
    Fields,
    Loop,
    Reading,
    read_amounts,
    read_contacts,
    read_dates,
    read_names,
    read_quantities,
    read_references,
    read_traces,
)
from edi.envelope import Transaction
from edi.finding import Finding
from edi.remittance.model import (
    Adjustment,
    ClaimGroup,
    ClaimPayment,
    Party,
    Payment,
    ProviderAdjustment,
    Remark,
    Remittance,
    ServiceLine,
)
from edi.remittance.sorting import ClaimLoops, GroupLoops, RemittanceSorter

_ADJUDICATION_REMARKS = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
_REMARK_CODE = "HE"


def read_remittance(transaction: Transaction, file: str | None = None) -> tuple[Remittance, list[Finding]]:
    """Read one 835. Never raises for what it holds; what is odd is a finding."""
    reading = Reading(transaction, file)
    sorter = RemittanceSorter(reading)
    for segment in transaction.body:
        sorter.take(segment)
    sorter.check()
    header = sorter.header
    payment, traces = header.need("BPR"), read_traces(header)
    header.need("TRN")
    produced = find_date(read_dates(header), "405")
    currency = header.first("CUR")
    remittance = Remittance(
        version=transaction.version,
        payment=_payment(payment) if payment else None,
        trace=traces[0] if traces else None,
        production_date=produced.first if produced else None,
        currency=currency.text(2) if currency else "",
        references=read_references(header),
        payer=_party(sorter, "PR"),
        payee=_party(sorter, "PE"),
        groups=tuple(_group(group) for group in sorter.groups),
        provider_adjustments=_provider_adjustments(sorter.footer),
        unplaced=sorter.unplaced,
    )
    return remittance, reading.findings


def _payment(entry: Fields) -> Payment:
    amount = entry.cents(2, required=True)
    return Payment(
        handling=entry.text(1),
        amount=amount,
        credit_or_debit=entry.text(3),
        method=entry.text(4),
        payment_date=entry.day(16),
        unreadable=entry.unreadable,
        segment_position=entry.position,
    )


def _party(sorter: RemittanceSorter, qualifier: str) -> Party | None:
    """The first party with the qualifier; where NM1 stands for N1, its elements are meant."""
    for loop in sorter.parties:
        header = Fields(loop.segments[0], loop)
        if header.text(1) != qualifier:
            continue
        name, identifier_qualifier, identifier = (3, 8, 9) if header.segment.id == "NM1" else (2, 3, 4)
        return Party(
            qualifier=qualifier,
            name=header.text(name),
            identifier_qualifier=header.text(identifier_qualifier),
            identifier=header.text(identifier),
            references=read_references(loop),
            contacts=read_contacts(loop),
            segment_position=header.position,
            segments=loop.segments,
        )
    return None


def _group(loops: GroupLoops) -> ClaimGroup:
    header = loops.loop.first("LX")
    claims = tuple(_claim(claim) for claim in loops.claims)
    return ClaimGroup(
        number=header.text(1) if header else "",
        claims=claims,
        segment_position=header.position if header else claims[0].segment_position,
        segments=loops.loop.segments,
    )


def _claim(loops: ClaimLoops) -> ClaimPayment:
    loop = loops.loop
    header = Fields(loop.segments[0], loop)
    charge, paid = header.cents(3, required=True), header.cents(4, required=True)
    responsibility = header.cents(5)
    return ClaimPayment(
        patient_control_number=header.text(1),
        status=header.text(2),
        charge=charge,
        paid=paid,
        patient_responsibility=responsibility,
        filing_indicator=header.text(6),
        payer_claim_control_number=header.text(7),
        facility_type=header.text(8),
        frequency=header.text(9),
        drg=header.text(11),
        drg_weight=header.decimal(12),
        names=read_names(loop),
        adjustments=_adjustments(loop),
        remarks=_adjudication_remarks(loop) + _listed_remarks(loop),
        references=read_references(loop),
        dates=read_dates(loop),
        amounts=read_amounts(loop),
        quantities=read_quantities(loop),
        contacts=read_contacts(loop),
        lines=tuple(_line(line) for line in loops.lines),
        unreadable=header.unreadable,
        segment_position=header.position,
        segments=loops.segments,
    )


def _line(loop: Loop) -> ServiceLine:
    header = Fields(loop.segments[0], loop)
    charge, paid = header.cents(2, required=True), header.cents(3, required=True)
    return ServiceLine(
        service=header.procedure(1),
        charge=charge,
        paid=paid,
        revenue_code=header.text(4),
        units=header.decimal(5),
        submitted_service=header.procedure(6),
        submitted_units=header.decimal(7),
        adjustments=_adjustments(loop),
        references=read_references(loop),
        dates=read_dates(loop),
        amounts=read_amounts(loop),
        quantities=read_quantities(loop),
        remarks=_listed_remarks(loop),
        unreadable=header.unreadable,
        segment_position=header.position,
        segments=loop.segments,
    )


def _adjustments(loop: Loop) -> tuple[Adjustment, ...]:
    """The triplets of CAS; blank ones are skipped, and none after a blank one is lost."""
    adjustments = []
    for entry in loop.all("CAS"):
        for number in range(2, len(entry.segment.elements), 3):
            if not entry.text(number) and not entry.text(number + 1):
                continue
            amount, quantity = entry.cents(number + 1, required=True), entry.decimal(number + 2)
            adjustments.append(
                Adjustment(
                    group=entry.text(1),
                    reason=entry.text(number),
                    amount=amount,
                    quantity=quantity,
                    element=entry.element_name(number),
                    readable=entry.element_name(number + 1) not in entry.unreadable,
                    segment_position=entry.position,
                )
            )
    return tuple(adjustments)


def _adjudication_remarks(loop: Loop) -> tuple[Remark, ...]:
    """The remark codes of MIA (inpatient) and MOA (outpatient)."""
    return tuple(
        Remark(_REMARK_CODE, entry.text(number), entry.element_name(number), entry.position)
        for segment_id, numbers in _ADJUDICATION_REMARKS.items()
        for entry in loop.all(segment_id)
        for number in numbers
        if entry.text(number)
    )


def _listed_remarks(loop: Loop) -> tuple[Remark, ...]:
    """The remark codes of LQ; the guide has them at lines, payers also at claims."""
    return tuple(
        Remark(entry.text(1), entry.text(2), entry.element_name(2), entry.position)
        for entry in loop.all("LQ")
        if entry.text(2)
    )


def _provider_adjustments(footer: Loop) -> tuple[ProviderAdjustment, ...]:
    """The pairs of PLB; blank ones are skipped."""
    adjustments = []
    for entry in footer.all("PLB"):
        period = entry.day(2)
        for number in range(3, len(entry.segment.elements), 2):
            if not entry.text(number) and not entry.text(number + 1):
                continue
            adjustments.append(
                ProviderAdjustment(
                    provider=entry.text(1),
                    fiscal_period=period,
                    reason=entry.part(number, 1),
                    reference=entry.part(number, 2),
                    amount=entry.cents(number + 1, required=True),
                    element=entry.element_name(number),
                    readable=entry.element_name(number + 1) not in entry.unreadable,
                    segment_position=entry.position,
                )
            )
    return tuple(adjustments)
