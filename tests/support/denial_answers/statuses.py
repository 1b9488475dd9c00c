"""277CA that reject, 277 that tell or ask, requests for documents. Source: FACTS D2, D3."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from edi.values import format_date
from edi.writer import SegmentValues
from tests.support.denial_answers.sent import (
    VERSIONS,
    SentFile,
    cents,
    dates,
    money,
    name,
    patient_name,
    service,
    units,
)

Segments = Iterator[SegmentValues]


def acknowledgment(sent: SentFile, answer: Mapping[str, Any]) -> Segments:
    """A 277CA that rejects the claim, from the payer or (AY) from the clearinghouse."""
    claim, day = sent.claim, f"{sent.day('277CA'):%Y%m%d}"
    from_clearinghouse = answer.get("source") == "clearinghouse"
    charge = money(cents(claim.total_charge))
    yield ("ST", "277", "0001", VERSIONS["277CA"][1])
    yield ("BHT", "0085", "08", f"{sent.batch}R", day, "0600", "TH")
    yield ("HL", "1", "", "20", "1")
    if from_clearinghouse:
        yield ("NM1", "AY", "2", "TEST CLEARINGHOUSE", "", "", "", "", "46", "CLRHOUSE")
    else:
        yield name("PR", claim.payer)
    yield ("TRN", "1", f"{sent.batch}R")
    yield ("DTP", "050", "D8", format_date(sent.sent.date()))
    yield ("DTP", "009", "D8", day)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", "EXAMPLE CHILDRENS HOSPITAL", "", "", "", "", "46", "CHILDHOSP")
    yield ("TRN", "2", sent.batch)
    yield ("STC", ("A1", "19", "PR"), day, "WQ", charge)
    yield ("QTY", "AA", "1")
    yield ("AMT", "YY", charge)
    yield ("HL", "3", "2", "19", "1")
    yield name("85", claim.billing_provider)
    yield ("TRN", "1", "0")
    yield ("HL", "4", "3", "PT")
    yield patient_name(claim)
    yield ("TRN", "2", claim.patient_control_number)
    yield from _status_segments(answer, day, "U", charge)
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield ("DTP", "472", *dates(claim.statement_from, claim.statement_through))
    yield from _status_lines(sent, answer, day, "U")


def status_answer(sent: SentFile, answer: Mapping[str, Any], stage: str) -> Segments:
    """A 277 to an inquiry (X212), or a request for documents (X213)."""
    claim, day = sent.claim, f"{sent.day(stage):%Y%m%d}"
    asks = stage == "277RFAI"
    yield ("ST", "277", "0001", VERSIONS[stage][1])
    yield ("BHT", "0010", "08", f"{sent.batch}S", day, "0600", "DG")
    yield ("HL", "1", "", "20", "1")
    yield name("PR", claim.payer)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", "EXAMPLE CHILDRENS HOSPITAL", "", "", "", "", "46", "CHILDHOSP")
    yield ("HL", "3", "2", "19", "1")
    yield name("1P", claim.billing_provider)
    yield ("HL", "4", "3", "22", "1" if claim.patient else "0")
    yield name("IL", claim.subscriber.party)
    if claim.patient is not None:
        yield ("HL", "5", "4", "23")
        yield name("QC", claim.patient.party)
    yield ("TRN", "1" if asks else "2", f"{sent.batch}S")
    yield from _status_segments(answer, day, "", money(cents(claim.total_charge)))
    yield ("REF", "1K", sent.number)
    yield ("REF", "EJ", claim.patient_control_number)
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield ("DTP", "472", *dates(claim.statement_from, claim.statement_through))
    if asks:
        yield ("DTP", "106", "D8", format_date(answer["due"]))
    yield from _status_lines(sent, answer, day, "")


def _statuses(answer: Mapping[str, Any], at: str) -> list[list[tuple[str, ...]]]:
    """The statuses said of the claim or of a line: one STC each, of up to three composites."""
    found = []
    for item in answer["statuses"]:
        said = {"status": item} if isinstance(item, str) else item
        if said.get("at", "claim") == at:
            found.append([tuple(code.split(":")) for code in said["status"].split()])
    return found


def _status_segments(answer: Mapping[str, Any], day: str, action: str, charge: str) -> Segments:
    """The STC of the claim; one that only a line has trouble with repeats the line's first."""
    own = _statuses(answer, "claim")
    own = own or [codes[:1] for at in ("drug", "infusion") for codes in _statuses(answer, at)[:1]]
    for first, *more in own:
        second, third = ([*more, "", ""])[:2]
        yield ("STC", first, day, action, charge, "", "", "", "", "", second, third, answer.get("text", ""))


def _status_lines(sent: SentFile, answer: Mapping[str, Any], day: str, action: str) -> Segments:
    for role in ("drug", "infusion"):
        statuses = _statuses(answer, role)
        for line in sent.lines(role) if statuses else ():
            yield (
                "SVC",
                service(line),
                money(cents(line.charge)),
                "0",
                line.revenue_code,
                "",
                "",
                units(line),
            )
            for first, *more in statuses:
                second, third = ([*more, "", ""])[:2]
                yield ("STC", first, day, action, "", "", "", "", "", "", second, third)
            yield ("REF", "FJ", line.control_number)
            yield ("DTP", "472", *dates(line.service_date or sent.claim.statement_from, line.service_end))
