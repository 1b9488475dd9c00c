"""A transaction set of 837I to claims.

Segments are taken by qualifier, in any order within their loop (X12 RFI 993); a part that
is missing or unreadable costs that part. Whether the guide is met is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from edi.claim837i.loops import Loop, split_loops
from edi.claim837i.model import (
    Address,
    Attachment,
    Claim,
    Contact,
    ContractInformation,
    Drug,
    HealthCode,
    LoopSegment,
    Note,
    Party,
    Patient,
    Procedure,
    Reference,
    ServiceLine,
    Subscriber,
    claim_place,
)
from edi.envelope import Transaction
from edi.tokens import Segment
from edi.values import parse_date, parse_date_range, parse_decimal

_PROVIDERS = {
    "2310A": "attending",
    "2310B": "operating",
    "2310C": "other_operating",
    "2310D": "rendering",
    "2310E": "service_facility",
    "2310F": "referring",
}
_HEALTH_CODE_ORDER = [
    "ABK",
    "BK",
    "ABJ",
    "BJ",
    "APR",
    "PR",
    "ABN",
    "BN",
    "DR",
    "ABF",
    "BF",
    "BBR",
    "BR",
    "CAH",
    "BBQ",
    "BQ",
    "BI",
    "BH",
    "BE",
    "BG",
    "TC",
]


@dataclass(slots=True)
class _Levels:
    """The hierarchy above the claim that is being read."""

    billing: dict[str, Loop] = field(default_factory=dict)
    subscriber: dict[str, Loop] = field(default_factory=dict)
    patient: dict[str, Loop] = field(default_factory=dict)


def read_claims(transaction: Transaction) -> Iterator[Claim]:
    """The claims of one transaction set, in their order.

    A claim is what begins with CLM: it belongs to the dependent where one was named since
    the last subscriber, else to the subscriber. Never raises for what the file holds.
    """
    levels = _Levels()
    loops: list[Loop] = []
    body = (segment for segment in transaction.segments if segment.id not in ("ST", "SE"))
    for loop in split_loops(body):
        if loops and (loop.id == "2300" or loop.scope in ("2000A", "2000B", "2000C")):
            yield _claim(loops, levels, transaction)
            loops = []
        if loop.id == "2300" or loops:
            loops.append(loop)
        else:
            _take_level(loop, levels)
    if loops:
        yield _claim(loops, levels, transaction)


def _take_level(loop: Loop, levels: _Levels) -> None:
    match loop.scope:
        case "2000A":
            if loop.id == "2000A":
                levels.billing, levels.subscriber, levels.patient = {}, {}, {}
            levels.billing[loop.id] = loop
        case "2000B":
            if loop.id == "2000B":
                levels.subscriber, levels.patient = {}, {}
            levels.subscriber[loop.id] = loop
        case "2000C":
            if loop.id == "2000C":
                levels.patient = {}
            levels.patient[loop.id] = loop


def _claim(loops: list[Loop], levels: _Levels, transaction: Transaction) -> Claim:
    head = loops[0]
    clm = head.segments[0]
    control_number = clm.element(1)
    statement = _date_range(head, "434")
    cl1 = head.first("CL1")
    providers: dict[str, Any] = {_PROVIDERS[loop.id]: _party(loop) for loop in loops if loop.id in _PROVIDERS}
    everything = [*levels.billing.values(), *levels.subscriber.values(), *levels.patient.values(), *loops]
    claim = Claim(
        patient_control_number=control_number,
        total_charge=parse_decimal(clm.element(2)),
        facility_code=clm.component(5, 1),
        frequency=clm.component(5, 3),
        billing_provider=_billing_provider(levels),
        subscriber=_subscriber(levels),
        payer=_party(levels.subscriber.get("2010BB")),
        statement_from=statement[0],
        statement_through=statement[1],
        lines=tuple(_lines(loops)),
        pay_to=_party(levels.billing["2010AB"]) if "2010AB" in levels.billing else None,
        patient=_patient(levels),
        accepts_assignment=clm.element(7),
        benefits_assigned=clm.element(8),
        release_of_information=clm.element(9),
        delay_reason=clm.element(20),
        discharge_hour=_dtp(head, "096"),
        admission=_admission(_dtp(head, "435")),
        admission_type=cl1.element(1) if cl1 else "",
        point_of_origin=cl1.element(2) if cl1 else "",
        patient_status=cl1.element(3) if cl1 else "",
        place=claim_place(transaction.place(), control_number, clm),
        segments=tuple(LoopSegment(loop.id, segment) for loop in everything for segment in loop.segments),
    )
    return replace(claim, **_claim_details(head), **providers)


def _claim_details(head: Loop) -> dict[str, Any]:
    """The parts of 2300 that may be absent or repeat."""
    contract = head.first("CN1")
    due = head.first("AMT", "F3")
    codes = [code for segment in head.all("HI") for code in _health_codes(segment)]
    return {
        "attachments": tuple(
            Attachment(item.element(1), item.element(2), item.element(6)) for item in head.all("PWK")
        ),
        "contract": ContractInformation(contract.element(1), contract.element(4), contract.element(6))
        if contract
        else None,
        "estimated_amount_due": parse_decimal(due.element(2)) if due else None,
        "references": _references(head),
        "file_information": tuple(item.element(1) for item in head.all("K3")),
        "notes": tuple(Note(item.element(1), item.element(2)) for item in head.all("NTE")),
        "health_codes": tuple(sorted(codes, key=_health_code_rank)),
    }


def _health_code_rank(code: HealthCode) -> int:
    known = code.qualifier in _HEALTH_CODE_ORDER
    return _HEALTH_CODE_ORDER.index(code.qualifier) if known else len(_HEALTH_CODE_ORDER)


def _health_codes(segment: Segment) -> Iterator[HealthCode]:
    for number in range(1, len(segment.elements)):
        parts = segment.components(number) + [""] * 9
        if not any(parts):
            continue
        first, last = parse_date_range(parts[3]) or (None, None)
        yield HealthCode(
            qualifier=parts[0],
            code=parts[1],
            first=first,
            last=last if "-" in parts[3] else None,
            amount=parse_decimal(parts[4]) if parts[4] else None,
            present_on_admission=parts[8],
        )


def _billing_provider(levels: _Levels) -> Party:
    party = _party(levels.billing.get("2010AA"))
    level = levels.billing.get("2000A")
    specialty = level.first("PRV") if level else None
    return replace(party, taxonomy=specialty.element(3)) if specialty else party


def _subscriber(levels: _Levels) -> Subscriber:
    level, name = levels.subscriber.get("2000B"), levels.subscriber.get("2010BA")
    sbr = level.first("SBR") if level else None
    birth_date, sex = _demographics(name)
    return Subscriber(
        party=_party(name),
        responsibility=sbr.element(1) if sbr else "",
        relationship=sbr.element(2) if sbr else "",
        group_number=sbr.element(3) if sbr else "",
        group_name=sbr.element(4) if sbr else "",
        filing_indicator=sbr.element(9) if sbr else "",
        birth_date=birth_date,
        sex=sex,
    )


def _patient(levels: _Levels) -> Patient | None:
    level, name = levels.patient.get("2000C"), levels.patient.get("2010CA")
    if level is None:
        return None
    pat = level.first("PAT")
    birth_date, sex = _demographics(name)
    return Patient(_party(name), pat.element(1) if pat else "", birth_date, sex)


def _demographics(loop: Loop | None) -> tuple[date | None, str]:
    dmg = loop.first("DMG") if loop else None
    return (parse_date(dmg.element(2)), dmg.element(3)) if dmg else (None, "")


def _party(loop: Loop | None) -> Party:
    nm1 = loop.first("NM1") if loop else None
    if loop is None or nm1 is None:
        return Party()
    n3, n4, prv, per = loop.first("N3"), loop.first("N4"), loop.first("PRV"), loop.first("PER")
    address = None
    if n3 or n4:
        address = Address(
            lines=tuple(text for text in n3.elements[1:] if text) if n3 else (),
            city=n4.element(1) if n4 else "",
            state=n4.element(2) if n4 else "",
            postal_code=n4.element(3) if n4 else "",
            country=n4.element(4) if n4 else "",
        )
    return Party(
        entity_type=nm1.element(2),
        name=nm1.element(3),
        first_name=nm1.element(4),
        middle_name=nm1.element(5),
        suffix=nm1.element(7),
        id_qualifier=nm1.element(8),
        id=nm1.element(9),
        address=address,
        taxonomy=prv.element(3) if prv else "",
        references=_references(loop),
        contact=_contact(per) if per else None,
    )


def _contact(per: Segment) -> Contact:
    pairs = ((per.element(number), per.element(number + 1)) for number in (3, 5, 7))
    return Contact(per.element(2), tuple(pair for pair in pairs if any(pair)))


def _references(loop: Loop) -> tuple[Reference, ...]:
    return tuple(Reference(item.element(1), item.element(2)) for item in loop.all("REF"))


def _lines(loops: Iterable[Loop]) -> Iterator[ServiceLine]:
    group: list[Loop] = []
    for loop in loops:
        if loop.id == "2400":
            if group:
                yield _line(group)
            group = [loop]
        elif group:
            group.append(loop)
    if group:
        yield _line(group)


def _line(loops: list[Loop]) -> ServiceLine:
    head = loops[0]
    sv2 = head.first("SV2") or Segment("SV2", head.segments[0].separators)
    service_date, service_end = _date_range(head, "472")
    control = head.first("REF", "6R")
    drug = next((loop for loop in loops if loop.id == "2410"), None)
    return ServiceLine(
        number=head.segments[0].element(1),
        revenue_code=sv2.element(1),
        procedure=_procedure(sv2),
        charge=parse_decimal(sv2.element(3)),
        unit=sv2.element(4),
        quantity=parse_decimal(sv2.element(5)),
        non_covered_charge=parse_decimal(sv2.element(7)) if sv2.element(7) else None,
        service_date=service_date,
        service_end=service_end if service_end != service_date else None,
        control_number=control.element(2) if control else "",
        drug=_drug(drug) if drug else None,
        segments=tuple(LoopSegment(loop.id, segment) for loop in loops for segment in loop.segments),
    )


def _procedure(sv2: Segment) -> Procedure | None:
    parts = sv2.components(2)
    if not any(parts):
        return None
    parts += [""] * (7 - len(parts))
    return Procedure(parts[0], parts[1], tuple(part for part in parts[2:6] if part), parts[6])


def _drug(loop: Loop) -> Drug:
    lin, ctp, prescription = loop.first("LIN"), loop.first("CTP"), loop.first("REF", "XZ")
    quantity: Decimal | None = parse_decimal(ctp.element(4)) if ctp else None
    return Drug(
        ndc=lin.element(3) if lin else None,
        quantity=quantity,
        unit=ctp.component(5, 1) if ctp else "",
        prescription_number=prescription.element(2) if prescription else "",
        has_quantity_segment=ctp is not None,
    )


def _dtp(loop: Loop, qualifier: str) -> str:
    segment = loop.first("DTP", qualifier)
    return segment.element(3) if segment else ""


def _date_range(loop: Loop, qualifier: str) -> tuple[date | None, date | None]:
    return parse_date_range(_dtp(loop, qualifier)) or (None, None)


def _admission(text: str) -> date | datetime | None:
    day = parse_date(text)
    if day is None or len(text) == 8:
        return day
    try:
        return datetime(day.year, day.month, day.day, int(text[8:10]), int(text[10:12]))
    except ValueError:
        return None
