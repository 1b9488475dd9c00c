"""A mock clearinghouse: from an 837I file and a script to the answers a partner would send.

Why: what comes back is tried out with the files that went out. For every interchange it
writes a 999 with the TA1 before its group, a 277CA (005010X214) that names every claim
once, and for each payer an 835 (005010X221A1) whose lines, claims and payment balance.

A script says by patient control number (CLM01) what becomes of a claim: an `Outcome`. It
is first turned into values (`SentClaim`, `Payment`) and then written: a new way to answer
(a reversal is a negated `Payment`) is an outcome and a case in `adjudicate`; answers that
come late, twice or out of order are chosen from the list that `answers` gives, or left
out by `Script.kinds`.

Everything is derived from the file, the script and `as_of`, so that the same input gives
the same bytes. Nothing here reads a profile, a ledger or a clock; only `main` touches
files. Names of files hold no account number.

Source: FACTS D1, D2, D4 (999, 277CA, 835), E1 and E2 (codes). Payer addresses, bank and
telephone numbers are made up.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import sys
import tomllib
import zlib
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

from edi.claim837i.model import Claim, LoopSegment, Party, ServiceLine
from edi.claim837i.read import read_claims
from edi.envelope import Group, Interchange, Transaction, read_document
from edi.separators import ISA_WIDTH
from edi.tokens import Segment
from edi.values import format_date, format_date_range, format_decimal, from_cents, to_cents
from edi.writer import Element, Envelope, SegmentValues, write_interchange, write_segment

ACKNOWLEDGMENT, CLAIM_STATUS, REMITTANCE = "999", "277CA", "835"
KINDS = (ACKNOWLEDGMENT, CLAIM_STATUS, REMITTANCE)
DRUG = "drug"

_VERSIONS = {
    ACKNOWLEDGMENT: ("FA", "005010X231A1"),
    CLAIM_STATUS: ("HN", "005010X214"),
    REMITTANCE: ("HP", "005010X221A1"),
}
_ADJUSTMENT_GROUPS = ("CO", "PR", "OA", "PI")
_MOST_CLAIM_REMARKS = 5
_LISTS = frozenset({"remarks", "claim_remarks"})
_NO_NOTE = "000"
_RESPONSIBILITY = {"P": "1", "S": "2", "T": "3"}
_FILING_INDICATORS = re.compile("1[2-7]|AM|CH|DS|HM|LM|MA|MB|MC|OF|TV|VA|WC|ZZ")
_ROUTING_NUMBER, _PAYER_ACCOUNT, _PAYEE_ACCOUNT = "999999992", "1000001", "2000002"
_PAYER_STREET, _PAYER_CITY = ("N3", "1 PAYER PLAZA"), ("N4", "ANYTOWN", "TX", "750010001")
_PAYER_CONTACT = ("PER", "BL", "EDI DESK", "TE", "5555550199")

Item = TypeVar("Item")
Segments = Iterator[SegmentValues]


class ScriptError(ValueError):
    """The script cannot be read: an unknown outcome, a field it does not have, or a bad value."""


class NotClaims(ValueError):
    """The file holds no 837I that could be answered."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Accepted on the 277CA, and nothing more: no remittance comes. A script may say `silent`."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Rejected on the 277CA with the status STC01: category, status, entity.

    `line` is `drug`, the number of a line (LX01), or "" for the claim as a whole. A named
    line is told in 2220D by its own control number (REF*FJ).
    """

    status: str
    category: str = "A7"
    entity: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """Paid by a percentage of each line's charge; the rest is contractual (CO-45)."""

    percentage: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        if not 0 <= self.percentage <= 100:
            raise ScriptError("a percentage is from 0 to 100")


@dataclass(frozen=True, slots=True)
class Deny:
    """Denied with an adjustment (CAS) and remarks (LQ*HE) on the drug line, or on the line named.

    `other_lines` is `pay` or `deny` (same group and reason, no remarks). `claim_remarks` go
    to MIA05 and MIA20 to 23 of an inpatient claim, to MOA03 to 07 of an outpatient one.
    """

    reason: str
    group: str = "CO"
    remarks: tuple[str, ...] = ()
    line: str = DRUG
    other_lines: str = "pay"
    claim_remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in _ADJUSTMENT_GROUPS:
            raise ScriptError("an adjustment group is CO, PR, OA or PI")
        if self.other_lines not in ("pay", "deny"):
            raise ScriptError("other_lines is pay or deny")
        if len(self.claim_remarks) > _MOST_CLAIM_REMARKS:
            raise ScriptError("MIA and MOA hold at most five remarks")


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refused on the 999, and with it every claim of its transaction set.

    `segment` names the claim's first segment of that id as the one at fault (IK301; CLM
    where it has none), `code` is IK304; `element` is IK401 (`3`, `5:1`) with `element_code`
    IK403 where one is at fault.
    """

    segment: str
    code: str = "8"
    element: str = ""
    element_code: str = ""


Outcome = Accept | Reject | Pay | Deny | Refuse

_OUTCOMES: Mapping[str, type[Outcome]] = {
    "accept": Accept,
    "silent": Accept,
    "reject": Reject,
    "pay": Pay,
    "deny": Deny,
    "refuse": Refuse,
}


@dataclass(frozen=True, slots=True)
class Script:
    """What becomes of the claims, by patient control number; one it does not name is accepted.

    `interchange_note` is TA105: 000 takes the interchange in, any other note refuses it
    whole. `kinds` are the answers that are written (999, 277CA, 835).
    """

    claims: Mapping[str, Outcome] = field(default_factory=dict, repr=False)
    interchange_note: str = _NO_NOTE
    kinds: tuple[str, ...] = KINDS

    def outcome(self, patient_control_number: str) -> Outcome:
        """The outcome of a claim."""
        return self.claims.get(patient_control_number, Accept())


@dataclass(frozen=True, slots=True)
class AnswerFileContent:
    """One answer as the partner names it, and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class SentClaim:
    """A claim that came in, what becomes of it, and the number the payer gives it (REF*1K, CLP07)."""

    claim: Claim
    outcome: Outcome
    payer_claim_control_number: str = field(repr=False)

    @property
    def charge(self) -> int:
        """CLM02 in cents."""
        return _cents(self.claim.total_charge)

    @property
    def rejected(self) -> bool:
        """Whether the 277CA rejects it."""
        return isinstance(self.outcome, Reject)

    def lines_named(self, name: str) -> tuple[ServiceLine, ...]:
        """The lines that a script means: of that number, or those of the drug (2410), else the dearest.

        Raises `ScriptError` for a number that the claim does not have.
        """
        lines = self.claim.lines
        if name == DRUG:
            drugs = tuple(line for line in lines if line.drug is not None)
            return drugs or tuple(sorted(lines, key=lambda line: -_cents(line.charge))[:1])
        found = tuple(line for line in lines if line.number == name)
        if name and not found:
            raise ScriptError("the script names a line that its claim does not have")
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction set that came in, ST to SE, with its claims."""

    transaction: Transaction
    claims: tuple[SentClaim, ...]

    @property
    def reference(self) -> str:
        """BHT03, by which a 277CA names what it answers (2200B TRN02)."""
        return _first(self.transaction, "BHT").element(3)

    @property
    def submitter(self) -> Party:
        """Loop 1000A, NM1*41: who receives the answers."""
        name = _first(self.transaction, "NM1", "41")
        return Party(
            entity_type=name.element(2) or "2",
            name=name.element(3),
            first_name=name.element(4),
            middle_name=name.element(5),
            id_qualifier="46",
            id=name.element(9),
        )

    @property
    def refused(self) -> tuple[tuple[SentClaim, Refuse], ...]:
        """The claims for which the 999 refuses the transaction set."""
        return tuple((item, item.outcome) for item in self.claims if isinstance(item.outcome, Refuse))


@dataclass(frozen=True, slots=True)
class Sent:
    """One interchange that came in, and when it is answered."""

    interchange: Interchange
    batches: tuple[Batch, ...]
    as_of: datetime

    @property
    def taken(self) -> tuple[Batch, ...]:
        """The transaction sets that the 999 lets through."""
        return tuple(batch for batch in self.batches if not batch.refused)

    @property
    def today(self) -> str:
        return format_date(self.as_of.date())

    def control_number(self, index: int) -> int:
        """ISA13 of the answer with this index: one of its own for each file sent and time of answer."""
        sent = int(self.interchange.control_number)
        start = zlib.crc32(self.as_of.isoformat().encode())
        return (start + 64 * sent + index) % 999_999_999 + 1


@dataclass(frozen=True, slots=True)
class Adjustment:
    """One triplet of CAS: group, reason and amount in cents."""

    group: str
    reason: str
    amount: int


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One line as it was adjudicated, loop 2110. Its charge less its adjustments is what is paid."""

    line: ServiceLine
    adjustments: tuple[Adjustment, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def charge(self) -> int:
        return _cents(self.line.charge)

    @property
    def paid(self) -> int:
        return self.charge - sum(item.amount for item in self.adjustments)


@dataclass(frozen=True, slots=True)
class Payment:
    """One claim as it was adjudicated, loop 2100; `remarks` are those of MIA or MOA."""

    sent: SentClaim
    lines: tuple[PaidLine, ...]
    remarks: tuple[str, ...] = ()

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def paid(self) -> int:
        return sum(line.paid for line in self.lines)

    @property
    def patient_responsibility(self) -> int:
        """What the patient owes: the adjustments of group PR."""
        own = (item for line in self.lines for item in line.adjustments if item.group == "PR")
        return sum(item.amount for item in own)


def answers(data: bytes, script: Script, as_of: datetime) -> list[AnswerFileContent]:
    """The answers to an 837I file, in the order in which a partner sends them.

    `as_of` dates them. Raises `NotClaims` where an interchange of the file holds no claims.
    """
    everything = [_sent(interchange, script, as_of) for interchange in read_document(data).interchanges]
    if not everything or not all(sent.batches for sent in everything):
        raise NotClaims("the file holds no 837I claims")
    found = (pair for sent in everything for pair in _answers_to(sent, script.interchange_note))
    return [file for kind, file in found if kind in script.kinds]


def read_script(text: str) -> Script:
    """A script from TOML: `[claims.NUMBER]` with `outcome` and its fields, `[interchange]`, `[answers]`.

    Raises `ScriptError`.
    """
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"the script is no TOML: {error}") from error
    _expect(document, "the script", ("claims", "interchange", "answers"))
    interchange = _table(document, "interchange", ("note",))
    kinds = _table(document, "answers", ("kinds",)).get("kinds", KINDS)
    _expect(kinds, "kinds", KINDS)
    rows = enumerate(_table(document, "claims").items(), start=1)
    return Script(
        claims={number: _outcome(at, row) for at, (number, row) in rows},
        interchange_note=str(interchange.get("note", _NO_NOTE)).zfill(len(_NO_NOTE)),
        kinds=tuple(kinds),
    )


def _table(document: Mapping[str, Any], name: str, known: Collection[str] | None = None) -> dict[str, Any]:
    """A table of the script, empty where it has none; with `known` it may hold those entries alone."""
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise ScriptError(f"{name} is no table")
    if known is not None:
        _expect(found, name, known)
    return found


def _expect(found: Iterable[str], where: str, known: Collection[str]) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ScriptError(f"{where} has an unknown entry: {', '.join(unknown)}")


def _outcome(at: int, row: Any) -> Outcome:
    """The outcome of the script's claim at a position; its number is not told in errors."""
    kind = _OUTCOMES.get(row.get("outcome", "")) if isinstance(row, dict) else None
    if kind is None:
        raise ScriptError(f"claim {at} of the script: outcome is one of {', '.join(_OUTCOMES)}")
    try:
        return kind(**{name: _field(name, value) for name, value in row.items() if name != "outcome"})
    except (TypeError, ScriptError, InvalidOperation) as error:
        raise ScriptError(f"claim {at} of the script: {error}") from error


def _field(name: str, value: Any) -> Any:
    """A field of an outcome as its type: codes are text, also where TOML has them as numbers."""
    if name == "percentage":
        return Decimal(value)
    if isinstance(value, list) == (name in _LISTS):
        return tuple(str(item) for item in value) if isinstance(value, list) else str(value)
    raise ScriptError(f"{name} is {'a list' if name in _LISTS else 'no list'}")


def adjudicate(sent: SentClaim) -> Payment | None:
    """What the payer makes of an accepted claim; None where no remittance comes."""
    match sent.outcome:
        case Pay() as outcome:
            return Payment(sent, tuple(_paid_line(line, outcome.percentage) for line in sent.claim.lines))
        case Deny() as outcome:
            denied = sent.lines_named(outcome.line)
            lines = (_denied_line(line, outcome, line in denied) for line in sent.claim.lines)
            return Payment(sent, tuple(lines), outcome.claim_remarks)
        case _:
            return None


def _paid_line(line: ServiceLine, percentage: Decimal) -> PaidLine:
    charge = _cents(line.charge)
    paid = int((charge * percentage / 100).to_integral_value(ROUND_DOWN))
    rest = charge - paid
    return PaidLine(line, (Adjustment("CO", "45", rest),) if rest else ())


def _denied_line(line: ServiceLine, outcome: Deny, named: bool) -> PaidLine:
    if not named and outcome.other_lines == "pay":
        return PaidLine(line)
    adjustment = Adjustment(outcome.group, outcome.reason, _cents(line.charge))
    return PaidLine(line, (adjustment,), outcome.remarks if named else ())


def _sent(interchange: Interchange, script: Script, as_of: datetime) -> Sent:
    """The interchange with the outcome of each claim; its claims are numbered through."""
    numbers = itertools.count(1)
    day = interchange.header.element(9)
    batches = []
    for group in interchange.groups:
        for transaction in group.transactions:
            claims = tuple(
                SentClaim(
                    claim,
                    script.outcome(claim.patient_control_number),
                    f"{day}{interchange.control_number}{next(numbers):04d}",
                )
                for claim in read_claims(transaction)
            )
            if claims:
                batches.append(Batch(transaction, claims))
    return Sent(interchange, tuple(batches), as_of)


def _answers_to(sent: Sent, note: str) -> Iterator[tuple[str, AnswerFileContent]]:
    """The answers to one interchange with their kinds; `note` is TA105."""
    if note != _NO_NOTE:
        yield ACKNOWLEDGMENT, _acknowledgment_file(sent, note, ())
        return
    groups = _grouped(sent.batches, lambda batch: id(batch.transaction.group))
    responses = [_group_response(batches, number) for number, batches in enumerate(groups, start=1)]
    yield ACKNOWLEDGMENT, _acknowledgment_file(sent, _NO_NOTE, responses)
    if sent.taken:
        reports = [_status_report(sent, batch, number) for number, batch in enumerate(sent.taken, start=1)]
        yield CLAIM_STATUS, _file(sent, CLAIM_STATUS, "277", reports, index=1)
    payments = [paid for batch in sent.taken for item in batch.claims if (paid := adjudicate(item))]
    for index, of_payer in enumerate(_grouped(payments, _payer_key), start=2):
        payees = _grouped(of_payer, lambda payment: payment.sent.claim.billing_provider.id)
        remittances = [_remittance(sent, paid, number, index) for number, paid in enumerate(payees, start=1)]
        payer = _name_part(of_payer[0].sent.claim.payer.id)
        yield REMITTANCE, _file(sent, REMITTANCE, "835", remittances, index=index, label=payer)


def _payer_key(payment: Payment) -> tuple[str, str]:
    payer = payment.sent.claim.payer
    return payer.id_qualifier, payer.id


# TA1 and 999: whether the file was taken in.


def _acknowledgment_file(
    sent: Sent, note: str, responses: Sequence[Sequence[SegmentValues]]
) -> AnswerFileContent:
    """The file of the 999 with the TA1 between ISA and GS; without a 999 where nothing was taken."""
    file = _file(sent, ACKNOWLEDGMENT, "999", responses, index=0)
    separators = sent.interchange.separators
    header = sent.interchange.header
    code = "A" if note == _NO_NOTE else "R"
    values = ("TA1", sent.interchange.control_number, header.element(9), header.element(10), code, note)
    end = (separators.terminator + _line_end(sent.interchange)).encode("ascii")
    isa, rest = file.data[: ISA_WIDTH - 1] + end, file.data[ISA_WIDTH - 1 + len(end) :]
    if not responses:
        number = f"{sent.control_number(0):09d}"
        rest = write_segment(("IEA", "0", number), separators).encode("ascii") + end
    return AnswerFileContent(file.name, isa + write_segment(values, separators).encode("ascii") + end + rest)


def _group_response(batches: Sequence[Batch], number: int) -> list[SegmentValues]:
    """One 999: AK1 for a group that came in, AK2 to IK5 for each transaction set, AK9."""
    group = batches[0].transaction.group
    segments: list[SegmentValues] = [
        ("ST", "999", f"{number:04d}", _VERSIONS[ACKNOWLEDGMENT][1]),
        ("AK1", "HC", *_group_names(group)),
    ]
    for batch in batches:
        segments += _transaction_response(batch)
    accepted = sum(1 for batch in batches if not batch.refused)
    code = "A" if accepted == len(batches) else "P" if accepted else "R"
    segments.append(("AK9", code, str(len(batches)), str(len(batches)), str(accepted)))
    return segments


def _group_names(group: Group | None) -> tuple[str, str]:
    return (group.control_number, group.version) if group else ("", "")


def _transaction_response(batch: Batch) -> Segments:
    """Loop 2000 of a 999: AK2, the segments at fault, IK5."""
    transaction = batch.transaction
    yield ("AK2", transaction.set_id, transaction.control_number, transaction.version)
    for item, outcome in batch.refused:
        at = _segment_at_fault(item.claim, outcome.segment)
        yield ("IK3", outcome.segment, str(at.segment.position), at.loop[:4], outcome.code)
        yield ("CTX", ("CLM01", item.claim.patient_control_number))
        if outcome.element:
            yield ("IK4", tuple(outcome.element.split(":")), "", outcome.element_code)
    yield ("IK5", "R", "5") if batch.refused else ("IK5", "A")


def _segment_at_fault(claim: Claim, segment_id: str) -> LoopSegment:
    """The first segment of that id in the claim (2300 and below), or its CLM where it has none."""
    own = [item for item in claim.segments if item.loop >= "2300"]
    return next((item for item in own if item.segment.id == segment_id), own[0])


# 277CA: whether each claim was taken in.


def _status_report(sent: Sent, batch: Batch, number: int) -> list[SegmentValues]:
    """One 277CA for a transaction set that came in: a level 20 for each payer."""
    reference = f"{sent.control_number(1):09d}{number:04d}"
    segments: list[SegmentValues] = [
        ("ST", "277", f"{number:04d}", _VERSIONS[CLAIM_STATUS][1]),
        ("BHT", "0085", "08", reference, sent.today, f"{sent.as_of:%H%M}", "TH"),
    ]
    levels = itertools.count(1)
    for claims in _grouped(batch.claims, lambda item: (item.claim.payer.id_qualifier, item.claim.payer.id)):
        segments += _payer_levels(sent, batch, claims, reference, levels)
    return segments


def _payer_levels(
    sent: Sent, batch: Batch, claims: Sequence[SentClaim], reference: str, levels: Iterator[int]
) -> Segments:
    """Loops 2000A to 2000D of one payer: who answers, who receives, which provider, which patient."""
    source, receiver = next(levels), next(levels)
    received = f"20{sent.interchange.header.element(9)}"
    yield ("HL", str(source), "", "20", "1")
    yield _name("PR", claims[0].claim.payer)
    yield ("TRN", "1", reference)
    yield ("DTP", "050", "D8", received)
    yield ("DTP", "009", "D8", sent.today)
    yield ("HL", str(receiver), str(source), "21", "1")
    yield _name("41", batch.submitter)
    yield ("TRN", "2", batch.reference)
    yield ("STC", ("A1", "19", "PR"), sent.today, "WQ", _sum_of(claims))
    yield from _totals(claims, "90", "AA")
    for of_provider in _grouped(claims, lambda item: item.claim.billing_provider.id):
        provider = next(levels)
        yield ("HL", str(provider), str(receiver), "19", "1")
        yield _name("85", of_provider[0].claim.billing_provider)
        yield ("TRN", "1", "0")
        yield ("STC", ("A1", "19", "PR"), "", "WQ", _sum_of(of_provider))
        yield from _totals(of_provider, "QA", "QC")
        for item in of_provider:
            yield ("HL", str(next(levels)), str(provider), "PT")
            yield from _claim_status(sent, item)


def _sum_of(claims: Iterable[SentClaim]) -> str:
    return _money(sum(item.charge for item in claims))


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
            yield ("AMT", amount, _sum_of(own))


def _claim_status(sent: Sent, item: SentClaim) -> Segments:
    """Loops 2100D to 2220D: the patient, the claim's status, the lines that rejected it."""
    claim, outcome = item.claim, item.outcome
    status = _status(outcome) if isinstance(outcome, Reject) else ("A2", "20")
    yield _patient_name(claim)
    yield ("TRN", "2", claim.patient_control_number)
    yield ("STC", status, sent.today, "U" if item.rejected else "WQ", _money(item.charge))
    if not item.rejected:
        yield ("REF", "1K", item.payer_claim_control_number)
    if claim.reference("D9"):
        yield ("REF", "D9", claim.reference("D9"))
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield from _service_dates(claim.statement_from, claim.statement_through)
    if isinstance(outcome, Reject):
        for line in item.lines_named(outcome.line):
            yield from _line_status(sent, line, status)


def _status(outcome: Reject) -> Sequence[str]:
    return outcome.category, outcome.status, outcome.entity


def _line_status(sent: Sent, line: ServiceLine, status: Sequence[str]) -> Segments:
    """Loop 2220D: a line that was rejected, by the control number it was sent with."""
    quantity = format_decimal(line.quantity) if line.quantity is not None else ""
    yield ("SVC", _service(line), _money(_cents(line.charge)), "", _revenue_code(line), "", "", quantity)
    yield ("STC", status, sent.today, "U")
    if line.control_number:
        yield ("REF", "FJ", line.control_number)
    if line.drug is not None and line.drug.prescription_number:
        yield ("REF", "XZ", line.drug.prescription_number)
    yield from _service_dates(line.service_date, line.service_end)


def _service_dates(first: date | None, last: date | None) -> Segments:
    if first is None:
        return
    if last is None or last == first:
        yield ("DTP", "472", "D8", format_date(first))
    else:
        yield ("DTP", "472", "RD8", format_date_range(first, last))


# 835: what was paid.


def _remittance(sent: Sent, payments: Sequence[Payment], number: int, index: int) -> list[SegmentValues]:
    """One 835: a payer's payment to one payee, with all claims under one LX."""
    segments: list[SegmentValues] = [("ST", "835", f"{number:04d}")]
    segments += _payment_header(sent, payments, f"EFT{sent.control_number(index):09d}{number:02d}")
    segments += _parties(payments[0].sent.claim)
    segments.append(("LX", "1"))
    for payment in payments:
        segments += _claim_payment(sent, payment)
    return segments


def _payment_header(sent: Sent, payments: Sequence[Payment], trace: str) -> Segments:
    """BPR to DTM*405. A remittance that pays nothing moves no money (NON)."""
    originator = _originator(payments[0].sent.claim.payer)
    total = sum(payment.paid for payment in payments)
    blank = [""] * 11
    bank: list[Element] = ["CCP", "01", _ROUTING_NUMBER, "DA", _PAYER_ACCOUNT, originator, ""]
    bank += ["01", _ROUTING_NUMBER, "DA", _PAYEE_ACCOUNT]
    if total:
        yield ("BPR", "I", _money(total), "C", "ACH", *bank, sent.today)
    else:
        yield ("BPR", "H", "0", "C", "NON", *blank, sent.today)
    yield ("TRN", "1", trace, originator)
    yield ("REF", "EV", sent.interchange.parties[1])
    yield ("DTM", "405", sent.today)


def _originator(payer: Party) -> str:
    """TRN03: ten characters that stay the same for a payer."""
    return f"1{zlib.crc32(f'{payer.id_qualifier}:{payer.id}'.encode()) % 10**9:09d}"


def _parties(claim: Claim) -> Segments:
    """Loops 1000A (payer) and 1000B (payee)."""
    payer, payee = claim.payer, claim.billing_provider
    yield ("N1", "PR", payer.name)
    yield from _address(payer) or (_PAYER_STREET, _PAYER_CITY)
    yield ("REF", "2U", payer.id)
    yield _PAYER_CONTACT
    yield ("N1", "PE", payee.name, payee.id_qualifier, payee.id)
    yield from _address(payee)
    if payee.reference("EI"):
        yield ("REF", "TJ", payee.reference("EI"))


def _address(party: Party) -> tuple[SegmentValues, ...]:
    """N3 and N4, or nothing where the party came without an address."""
    if party.address is None or not party.address.lines:
        return ()
    place = party.address
    return ("N3", *place.lines[:2]), ("N4", place.city, place.state, place.postal_code, place.country)


def _claim_payment(sent: Sent, payment: Payment) -> Segments:
    """Loop 2100 and its lines: CLP, NM1, MIA or MOA, REF, DTM."""
    claim = payment.sent.claim
    indicator = claim.subscriber.filing_indicator
    yield (
        "CLP",
        claim.patient_control_number,
        _RESPONSIBILITY.get(claim.subscriber.responsibility, "1"),
        _money(payment.charge),
        _money(payment.paid),
        _money(payment.patient_responsibility) if payment.patient_responsibility else "",
        indicator if _FILING_INDICATORS.fullmatch(indicator) else "ZZ",
        payment.sent.payer_claim_control_number,
        claim.facility_code,
        claim.frequency,
    )
    yield _patient_name(claim)
    if claim.patient is not None:
        yield _name("IL", claim.subscriber.party)
    if payment.remarks:
        yield _adjudication_remarks(claim, payment.remarks)
    if claim.reference("F8"):
        yield ("REF", "F8", claim.reference("F8"))
    for qualifier, day in (("232", claim.statement_from), ("233", claim.statement_through)):
        if day is not None:
            yield ("DTM", qualifier, format_date(day))
    yield ("DTM", "050", f"20{sent.interchange.header.element(9)}")
    for line in payment.lines:
        yield from _line_payment(line)


def _adjudication_remarks(claim: Claim, remarks: Sequence[str]) -> SegmentValues:
    """MIA with MIA01 (covered days) and MIA05, MIA20 to 23; or MOA03 to 07."""
    if not claim.is_inpatient:
        return ("MOA", "", "", *remarks)
    return ("MIA", "0", "", "", "", remarks[0], *[""] * 14, *remarks[1:])


def _line_payment(line: PaidLine) -> Segments:
    """Loop 2110: SVC, DTM, CAS, REF*6R, LQ."""
    sent = line.line
    quantity = format_decimal(sent.quantity) if sent.quantity is not None else ""
    yield ("SVC", _service(sent), _money(line.charge), _money(line.paid), _revenue_code(sent), quantity)
    if sent.service_date is not None and sent.service_end is not None:
        yield ("DTM", "150", format_date(sent.service_date))
        yield ("DTM", "151", format_date(sent.service_end))
    elif sent.service_date is not None:
        yield ("DTM", "472", format_date(sent.service_date))
    for item in line.adjustments:
        yield ("CAS", item.group, item.reason, _money(item.amount))
    if sent.control_number:
        yield ("REF", "6R", sent.control_number)
    for remark in line.remarks:
        yield ("LQ", "HE", remark)


# Pieces that more than one answer has.


def _service(line: ServiceLine) -> Sequence[str]:
    """SVC01: the procedure with its modifiers, or the revenue code (NU) where none was sent."""
    if line.procedure is None:
        return "NU", line.revenue_code
    return line.procedure.qualifier, line.procedure.code, *line.procedure.modifiers


def _revenue_code(line: ServiceLine) -> str:
    """SVC04: the revenue code, where SVC01 does not hold it already."""
    return line.revenue_code if line.procedure is not None else ""


def _name(qualifier: str, party: Party) -> SegmentValues:
    """NM101 to NM109."""
    person = (party.name, party.first_name, party.middle_name, "", party.suffix)
    return ("NM1", qualifier, party.entity_type, *person, party.id_qualifier, party.id)


def _patient_name(claim: Claim) -> SegmentValues:
    """NM1*QC; a dependent without an id of its own goes by the subscriber's."""
    subscriber = claim.subscriber.party
    patient = claim.patient.party if claim.patient is not None else subscriber
    person = (patient.name, patient.first_name, patient.middle_name, "", patient.suffix)
    return ("NM1", "QC", "1", *person, "MI", patient.id or subscriber.id)


def _file(
    sent: Sent,
    kind: str,
    extension: str,
    transactions: Iterable[Sequence[SegmentValues]],
    *,
    index: int,
    label: str = "",
) -> AnswerFileContent:
    """An interchange from receiver back to sender, with one group; `label` goes into its name."""
    number = sent.control_number(index)
    data = write_interchange(
        _envelope(sent.interchange, *_VERSIONS[kind]),
        transactions,
        control_number=number,
        group_control_number=number,
        at=sent.as_of,
    )
    parts = [kind, label, f"{number:09d}"] if label else [kind, f"{number:09d}"]
    return AnswerFileContent(f"{'_'.join(parts)}.{extension}", data)


def _envelope(sent: Interchange, functional_id: str, version: str) -> Envelope:
    """Sender and receiver of the file that came in, swapped; its separators and line ends kept."""
    sender_qualifier, sender, receiver_qualifier, receiver = sent.parties
    group = sent.groups[0].header
    return Envelope(
        sender_qualifier=receiver_qualifier,
        sender=receiver,
        receiver_qualifier=sender_qualifier,
        receiver=sender,
        application_sender=group.element(3),
        application_receiver=group.element(2),
        functional_id=functional_id,
        version=version,
        usage=sent.usage,
        separators=sent.separators,
        line_end=_line_end(sent),
    )


def _line_end(sent: Interchange) -> str:
    return sent.header.tail.removeprefix(sent.separators.terminator)


def _first(transaction: Transaction, segment_id: str, qualifier: str | None = None) -> Segment:
    """The first such segment, or an empty one."""
    for segment in transaction.segments:
        if segment.id == segment_id and (qualifier is None or segment.element(1) == qualifier):
            return segment
    return Segment(segment_id, transaction.interchange.separators)


def _grouped(items: Iterable[Item], key: Callable[[Item], Hashable]) -> list[list[Item]]:
    """The items by key, in the order in which each key was met first."""
    groups: dict[Hashable, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return list(groups.values())


def _cents(amount: Decimal | None) -> int:
    return to_cents(amount) if amount is not None else 0


def _money(cents: int) -> str:
    return format_decimal(from_cents(cents))


def _name_part(text: str) -> str:
    """A payer's id as part of a file name."""
    return "".join(character for character in text if character.isalnum() or character == "-") or "payer"


# The command: the only part that touches files.


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer 837I files: `python -m samples.clearinghouse FILE --script FILE --out DIR --as-of TIME`."""
    parser = argparse.ArgumentParser(prog="samples.clearinghouse", description="Answers 837I files.")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="837I files that were sent")
    parser.add_argument("--script", required=True, type=Path, help="what becomes of each claim (TOML)")
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="where the answers go")
    parser.add_argument("--as-of", required=True, type=datetime.fromisoformat, help="2026-11-18T06:00")
    options = parser.parse_args(arguments)
    try:
        script = read_script(options.script.read_text(encoding="utf-8"))
        found = [file for path in options.files for file in answers(path.read_bytes(), script, options.as_of)]
    except ValueError as error:
        parser.error(str(error))
    options.out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in found:
        _write(options.out, file)
        print(file.name)
    return 0


def _write(folder: Path, file: AnswerFileContent) -> None:
    """Under a dot name first, so that nobody picks up a part of it."""
    hidden = folder / f".{file.name}"
    hidden.unlink(missing_ok=True)
    descriptor = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as handle:
        handle.write(file.data)
    hidden.rename(folder / file.name)


if __name__ == "__main__":
    sys.exit(main())
