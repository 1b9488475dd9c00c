"""Claims to the segments of one transaction set, in the order of the guide.

Every segment is a tuple of its id and elements (a composite is a tuple); counts and
envelopes are added by `edi.writer`. Source: guide 005010X223A2, FACTS A2, A3, annex 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from edi.claim837i import VERSION
from edi.claim837i.model import Claim, Drug, HealthCode, Party, Patient, ServiceLine, Subscriber
from edi.values import (
    format_amount,
    format_date,
    format_date_hour,
    format_date_range,
    format_decimal,
)
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]

# HI: the qualifiers in guide order, with how many composites one segment may hold.
_HEALTH_SEGMENTS = (
    ("ABK", 1),
    ("ABJ", 1),
    ("APR", 3),
    ("ABN", 12),
    ("DR", 1),
    ("ABF", 12),
    ("BBR", 1),
    ("BBQ", 12),
    ("BI", 12),
    ("BH", 12),
    ("BE", 12),
    ("BG", 12),
    ("TC", 12),
)
_REFERENCE_ORDER = ("4N", "9F", "G1", "F8", "9A", "9C", "LX", "D9", "LU", "EA", "P4", "G4")
_PROVIDER_QUALIFIERS = (
    ("71", "attending"),
    ("72", "operating"),
    ("ZZ", "other_operating"),
    ("82", "rendering"),
    ("77", "service_facility"),
    ("DN", "referring"),
)


@dataclass(frozen=True, slots=True)
class TransactionHeader:
    """What ST, BHT and loops 1000A and 1000B carry. `reference` is BHT03, unique for each ST."""

    control_number: str
    reference: str
    created: datetime
    submitter: Party
    receiver: Party
    purpose: str = "00"
    claim_or_encounter: str = "CH"


def write_claims(header: TransactionHeader, claims: Sequence[Claim]) -> list[SegmentValues]:
    """The segments of one transaction set, ST to the last before SE.

    Claims of one billing provider that follow each other share one 2000A; every claim has
    its own 2000B, and 2000C where the patient is a dependent. HL01 counts from 1.
    """
    segments: list[SegmentValues] = list(_header(header))
    level = 0
    for provider, group in groupby(claims, key=lambda claim: (claim.billing_provider, claim.pay_to)):
        level += 1
        billing_level = level
        segments += _billing_provider(billing_level, *provider)
        for claim in group:
            level += 1
            segments += _subscriber(level, billing_level, claim)
            if claim.patient is not None:
                level += 1
                segments += _patient(level, level - 1, claim.patient)
            segments += _claim(claim)
    return segments


def _header(header: TransactionHeader) -> Segments:
    yield ("ST", "837", header.control_number, VERSION)
    yield (
        "BHT",
        "0019",
        header.purpose,
        header.reference,
        format_date(header.created.date()),
        f"{header.created:%H%M}",
        header.claim_or_encounter,
    )
    yield _name("41", header.submitter)
    yield from _contact(header.submitter)
    yield _name("40", header.receiver)


def _contact(party: Party) -> Segments:
    if party.contact is not None:
        numbers = [text for pair in party.contact.numbers for text in pair]
        yield ("PER", "IC", party.contact.name, *numbers)


def _name(qualifier: str, party: Party) -> SegmentValues:
    return (
        "NM1",
        qualifier,
        party.entity_type,
        party.name,
        party.first_name,
        party.middle_name,
        "",
        party.suffix,
        party.id_qualifier,
        party.id,
    )


def _address(party: Party) -> Segments:
    address = party.address
    if address is None:
        return
    if address.lines:
        yield ("N3", *address.lines)
    yield ("N4", address.city, address.state, address.postal_code, address.country)


def _references(party: Party) -> Segments:
    for reference in party.references:
        yield ("REF", reference.qualifier, reference.value)


def _billing_provider(level: int, provider: Party, pay_to: Party | None) -> Segments:
    yield ("HL", str(level), "", "20", "1")
    if provider.taxonomy:
        yield ("PRV", "BI", "PXC", provider.taxonomy)
    yield _name("85", provider)
    yield from _address(provider)
    yield from _references(provider)
    yield from _contact(provider)
    if pay_to is not None:
        yield ("NM1", "87", pay_to.entity_type)
        yield from _address(pay_to)


def _subscriber(level: int, parent: int, claim: Claim) -> Segments:
    subscriber: Subscriber = claim.subscriber
    yield ("HL", str(level), str(parent), "22", "1" if claim.patient is not None else "0")
    yield (
        "SBR",
        subscriber.responsibility,
        subscriber.relationship,
        subscriber.group_number,
        subscriber.group_name,
        "",
        "",
        "",
        "",
        subscriber.filing_indicator,
    )
    yield _name("IL", subscriber.party)
    yield from _address(subscriber.party)
    if subscriber.birth_date is not None:
        yield ("DMG", "D8", format_date(subscriber.birth_date), subscriber.sex)
    yield from _references(subscriber.party)
    yield _name("PR", claim.payer)
    yield from _address(claim.payer)
    yield from _references(claim.payer)


def _patient(level: int, parent: int, patient: Patient) -> Segments:
    yield ("HL", str(level), str(parent), "23", "0")
    yield ("PAT", patient.relationship)
    yield _name("QC", patient.party)
    yield from _address(patient.party)
    if patient.birth_date is not None:
        yield ("DMG", "D8", format_date(patient.birth_date), patient.sex)
    yield from _references(patient.party)


def _claim(claim: Claim) -> Segments:
    yield (
        "CLM",
        claim.patient_control_number,
        _amount(claim.total_charge),
        "",
        "",
        (claim.facility_code, "A", claim.frequency),
        "",
        claim.accepts_assignment,
        claim.benefits_assigned,
        claim.release_of_information,
        *[""] * 10,
        claim.delay_reason,
    )
    yield from _dates(claim)
    yield ("CL1", claim.admission_type, claim.point_of_origin, claim.patient_status)
    yield from _supplements(claim)
    yield from _health_information(claim.health_codes)
    for qualifier, role in _PROVIDER_QUALIFIERS:
        provider: Party | None = getattr(claim, role)
        if provider is not None:
            yield from _provider(qualifier, provider)
    for line in claim.lines:
        yield from _line(line)


def _dates(claim: Claim) -> Segments:
    if claim.discharge_hour:
        yield ("DTP", "096", "TM", claim.discharge_hour)
    if claim.statement_from is not None and claim.statement_through is not None:
        yield ("DTP", "434", "RD8", format_date_range(claim.statement_from, claim.statement_through))
    if isinstance(claim.admission, datetime):
        yield ("DTP", "435", "DT", format_date_hour(claim.admission))
    elif claim.admission is not None:
        yield ("DTP", "435", "D8", format_date(claim.admission))


def _supplements(claim: Claim) -> Segments:
    for attachment in claim.attachments:
        qualifier = "AC" if attachment.control_number else ""
        yield (
            "PWK",
            attachment.report_type,
            attachment.transmission,
            "",
            "",
            qualifier,
            attachment.control_number,
        )
    if claim.contract is not None:
        yield ("CN1", claim.contract.type, "", "", claim.contract.code, "", claim.contract.version)
    if claim.estimated_amount_due is not None:
        yield ("AMT", "F3", format_amount(claim.estimated_amount_due))
    for reference in sorted(claim.references, key=lambda item: _REFERENCE_ORDER.index(item.qualifier)):
        yield ("REF", reference.qualifier, reference.value)
    for text in claim.file_information:
        yield ("K3", text)
    for note in sorted(claim.notes, key=lambda item: item.code == "ADD"):
        yield ("NTE", note.code, note.text)


def _health_information(codes: Sequence[HealthCode]) -> Segments:
    for qualifier, limit in _HEALTH_SEGMENTS:
        composites = [_composite(code) for code in codes if code.qualifier == qualifier]
        for start in range(0, len(composites), limit):
            yield ("HI", *composites[start : start + limit])


def _composite(code: HealthCode) -> tuple[str, ...]:
    date_qualifier = date_text = ""
    if code.first is not None and code.last is not None and code.qualifier == "BI":
        date_qualifier, date_text = "RD8", format_date_range(code.first, code.last)
    elif code.first is not None:
        date_qualifier, date_text = "D8", format_date(code.first)
    amount = format_decimal(code.amount) if code.amount is not None else ""
    return (
        code.qualifier,
        code.code,
        date_qualifier,
        date_text,
        amount,
        "",
        "",
        "",
        code.present_on_admission,
    )


def _provider(qualifier: str, provider: Party) -> Segments:
    yield _name(qualifier, provider)
    if provider.taxonomy:
        yield ("PRV", "AT", "PXC", provider.taxonomy)
    yield from _address(provider)
    yield from _references(provider)


def _line(line: ServiceLine) -> Segments:
    yield ("LX", line.number)
    procedure = line.procedure
    composite: tuple[str, ...] = ()
    if procedure is not None:
        modifiers = [*procedure.modifiers, "", "", "", ""][:4]
        composite = (procedure.qualifier, procedure.code, *modifiers, procedure.description)
    yield (
        "SV2",
        line.revenue_code,
        composite,
        _amount(line.charge),
        line.unit,
        format_decimal(line.quantity) if line.quantity is not None else "",
        "",
        _amount(line.non_covered_charge),
    )
    if line.service_date is not None:
        yield _service_date(line)
    if line.control_number:
        yield ("REF", "6R", line.control_number)
    if line.drug is not None:
        yield from _drug(line.drug)


def _service_date(line: ServiceLine) -> SegmentValues:
    assert line.service_date is not None
    if line.service_end is not None:
        return ("DTP", "472", "RD8", format_date_range(line.service_date, line.service_end))
    return ("DTP", "472", "D8", format_date(line.service_date))


def _drug(drug: Drug) -> Segments:
    yield ("LIN", "", "N4", drug.ndc)
    quantity = format_decimal(drug.quantity) if drug.quantity is not None else ""
    yield ("CTP", "", "", "", quantity, (drug.unit,))
    if drug.prescription_number:
        yield ("REF", "XZ", drug.prescription_number)


def _amount(value: Decimal | None) -> str:
    return "" if value is None else format_amount(value)
