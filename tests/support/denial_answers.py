"""Answers of payers with habits, as files: 999, TA1, 277CA, 277, request for documents, 835.

The mock clearinghouse of `samples` answers as the guides say. Payers do more: adjustments
on the claim as a whole, several reasons on a line, the contractual part beside, remarks at
the claim, statuses in one STC. This writes such answers to a file that was sent, from the
plain words of the labelled set (its README has them).

What a rejected file hears (TA1, 999), and that a claim was taken in, comes from the mock
clearinghouse. Money is integer cents. Source: FACTS D2 to D4.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from edi.claim837i.model import Claim, Party, ServiceLine
from edi.values import format_date, format_date_range, format_decimal, from_cents, to_cents
from edi.writer import Envelope, SegmentValues, write_interchange
from samples.clearinghouse import Accept, AnswerFileContent, Refuse, Script, SentClaim, answers

Segments = Iterator[SegmentValues]
Others = Literal["paid", "contract", "denied", "bundled"]

_VERSIONS = {
    "277CA": ("HN", "005010X214"),
    "277": ("HN", "005010X212"),
    "277RFAI": ("HN", "005010X213"),
    "835": ("HP", "005010X221A1"),
}
_DAYS_UNTIL = {"TA1": 0, "999": 1, "277CA": 2, "277": 12, "277RFAI": 12, "835": 20}
_CONTRACT_PERCENT = 30
_ROOM = "01"
"""How revenue codes of room and board begin."""


@dataclass(frozen=True, slots=True)
class Habit:
    """How a payer answers, and what its profile says.

    `group` of its denials; `level`: it adjusts lines, or the claim as a whole without lines;
    `beside`: the percentage of a denied line that it calls contractual (CO-45); `others`: what
    becomes of the lines that no reason names; `remarks` on the `line` or on the `claim` (MIA,
    MOA); `line_numbers`: whether it gives back REF*6R.
    """

    about: str
    group: str = "CO"
    level: Literal["line", "claim"] = "line"
    beside: int = 0
    others: Others = "contract"
    remarks: Literal["line", "claim"] = "line"
    line_numbers: bool = True
    says_remarks: bool = True
    profile: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentFile:
    """One claim that was sent, its file, and when; `number` is the payer's own for it."""

    claim: Claim
    data: bytes
    control_number: int
    sent: dt.datetime

    @property
    def number(self) -> str:
        """The number that the mock clearinghouse gives it too (REF*1K, CLP07)."""
        return f"{self.sent:%y%m%d}{self.control_number:09d}0001"

    @property
    def batch(self) -> str:
        """BHT03 of its transaction set."""
        return f"{self.control_number:09d}0001"

    def day(self, stage: str) -> dt.datetime:
        """When an answer of that stage comes."""
        return self.sent + dt.timedelta(days=_DAYS_UNTIL[stage])

    def lines(self, role: str) -> tuple[ServiceLine, ...]:
        """Its lines by what they bill: `drug`, `room`, `infusion` (whatever else there is) or `all`."""
        drug = SentClaim(self.claim, Accept(), self.number).lines_named("drug")
        rest = tuple(line for line in self.claim.lines if line not in drug)
        room = tuple(line for line in rest if line.revenue_code.startswith(_ROOM))
        infusion = tuple(line for line in rest if line not in room)
        return {"drug": drug, "room": room, "infusion": infusion, "all": self.claim.lines}[role]


def answer_files(sent: SentFile, habit: Habit, said: Sequence[Mapping[str, Any]]) -> list[AnswerFileContent]:
    """The answers in the order in which they come; before a payer's answer that the claim was taken in."""
    stages = {str(answer["stage"]) for answer in said}
    rejected = any(answer["stage"] == "277CA" and "statuses" in answer for answer in said)
    files = [] if stages & {"TA1", "999"} else _taken_in(sent, whole=not rejected)
    for index, answer in enumerate(said, start=1):
        files += _answer(sent, habit, answer, index)
    return files


def _taken_in(sent: SentFile, whole: bool) -> list[AnswerFileContent]:
    """The 999 and, but for a claim that is rejected next, the 277CA that accepts it."""
    kinds = ("999", "277CA") if whole else ("999",)
    return answers(sent.data, Script(kinds=kinds), sent.day("999"))


def _answer(
    sent: SentFile, habit: Habit, answer: Mapping[str, Any], index: int
) -> Iterable[AnswerFileContent]:
    stage = str(answer["stage"])
    match stage:
        case "TA1":
            return answers(sent.data, Script(interchange_note=answer["note"]), sent.day(stage))
        case "999":
            fault = Refuse(
                answer["segment"], answer["code"], answer.get("element", ""), answer.get("element_code", "")
            )
            script = Script({sent.claim.patient_control_number: fault}, kinds=("999",))
            return answers(sent.data, script, sent.day(stage))
        case "277CA" if "statuses" not in answer:
            return []
        case "277CA":
            segments = list(_acknowledgment(sent, answer))
        case "277" | "277RFAI":
            segments = list(_status_answer(sent, answer, stage))
        case _:
            segments = list(_remittance(sent, habit, answer, index))
    return [_file(sent, stage, segments, index)]


def _file(sent: SentFile, stage: str, segments: Sequence[SegmentValues], index: int) -> AnswerFileContent:
    functional_id, version = _VERSIONS[stage]
    envelope = Envelope(
        "ZZ", "CLRHOUSE", "ZZ", "CHILDHOSP", "CLRHOUSE", "CHILDHOSP", functional_id, version, "T"
    )
    number = sent.control_number * 10 + index
    data = write_interchange(
        envelope, [segments], control_number=number, group_control_number=number, at=_when(sent, stage, index)
    )
    return AnswerFileContent(f"{stage}_{number:09d}.x12", data)


def _when(sent: SentFile, stage: str, index: int) -> dt.datetime:
    """A later answer of the same stage comes a week after the one before."""
    return sent.day(stage) + dt.timedelta(days=7 * (index - 1))


# 277CA, 277 and requests for documents.


def _acknowledgment(sent: SentFile, answer: Mapping[str, Any]) -> Segments:
    """A 277CA that rejects the claim, from the payer or (AY) from the clearinghouse."""
    claim, day = sent.claim, f"{sent.day('277CA'):%Y%m%d}"
    from_clearinghouse = answer.get("source") == "clearinghouse"
    charge = _money(_cents(claim.total_charge))
    yield ("ST", "277", "0001", _VERSIONS["277CA"][1])
    yield ("BHT", "0085", "08", f"{sent.batch}R", day, "0600", "TH")
    yield ("HL", "1", "", "20", "1")
    if from_clearinghouse:
        yield ("NM1", "AY", "2", "TEST CLEARINGHOUSE", "", "", "", "", "46", "CLRHOUSE")
    else:
        yield _name("PR", claim.payer)
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
    yield _name("85", claim.billing_provider)
    yield ("TRN", "1", "0")
    yield ("HL", "4", "3", "PT")
    yield _patient(claim)
    yield ("TRN", "2", claim.patient_control_number)
    yield from _status_segments(answer, day, "U", charge)
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield ("DTP", "472", *_dates(claim.statement_from, claim.statement_through))
    yield from _status_lines(sent, answer, day, "U")


def _status_answer(sent: SentFile, answer: Mapping[str, Any], stage: str) -> Segments:
    """A 277 to an inquiry (X212), or a request for documents (X213)."""
    claim, day = sent.claim, f"{sent.day(stage):%Y%m%d}"
    asks = stage == "277RFAI"
    yield ("ST", "277", "0001", _VERSIONS[stage][1])
    yield ("BHT", "0010", "08", f"{sent.batch}S", day, "0600", "DG")
    yield ("HL", "1", "", "20", "1")
    yield _name("PR", claim.payer)
    yield ("HL", "2", "1", "21", "1")
    yield ("NM1", "41", "2", "EXAMPLE CHILDRENS HOSPITAL", "", "", "", "", "46", "CHILDHOSP")
    yield ("HL", "3", "2", "19", "1")
    yield _name("1P", claim.billing_provider)
    yield ("HL", "4", "3", "22", "1" if claim.patient else "0")
    yield _name("IL", claim.subscriber.party)
    if claim.patient is not None:
        yield ("HL", "5", "4", "23")
        yield _name("QC", claim.patient.party)
    yield ("TRN", "1" if asks else "2", f"{sent.batch}S")
    yield from _status_segments(answer, day, "", _money(_cents(claim.total_charge)))
    yield ("REF", "1K", sent.number)
    yield ("REF", "EJ", claim.patient_control_number)
    yield ("REF", "BLT", f"{claim.facility_code}{claim.frequency}")
    yield ("DTP", "472", *_dates(claim.statement_from, claim.statement_through))
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
                _service(line),
                _money(_cents(line.charge)),
                "0",
                line.revenue_code,
                "",
                "",
                _units(line),
            )
            for first, *more in statuses:
                second, third = ([*more, "", ""])[:2]
                yield ("STC", first, day, action, "", "", "", "", "", "", second, third)
            yield ("REF", "FJ", line.control_number)
            yield ("DTP", "472", *_dates(line.service_date or sent.claim.statement_from, line.service_end))


# 835.


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was decided on a line or on the claim: triplets of CAS, and remarks."""

    charge: int
    adjustments: tuple[tuple[str, str, int], ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def paid(self) -> int:
        return self.charge - sum(amount for _, _, amount in self.adjustments)

    @property
    def patient(self) -> int:
        return sum(amount for group, _, amount in self.adjustments if group == "PR")

    def negated(self) -> _Decided:
        taken = tuple((group, reason, -amount) for group, reason, amount in self.adjustments)
        return _Decided(-self.charge, taken, self.remarks)


def _remittance(sent: SentFile, habit: Habit, answer: Mapping[str, Any], index: int) -> Segments:
    """One 835 with one claim. What it pays, its claim and its lines balance."""
    claim, day = sent.claim, f"{_when(sent, '835', index):%Y%m%d}"
    whole, lines = _decisions(sent, habit, answer)
    decided = [whole, *lines.values()] if whole else list(lines.values())
    sign = -1 if answer.get("reversal") else 1
    paid = sign * sum(item.paid for item in decided)
    taken = [
        (item["code"], item.get("reference", sent.number), _amount(item)) for item in answer.get("plb", ())
    ]
    total = paid - sum(amount for _, _, amount in taken)
    trace = f"EFT{sent.control_number:06d}{index}"
    yield ("ST", "835", "0001")
    bank = ("CCP", "01", "999999992", "DA", "1000001", "1999999999", "", "01", "999999992", "DA", "2000002")
    yield (
        ("BPR", "I", _money(total), "C", "ACH", *bank, day)
        if total > 0
        else ("BPR", "H", "0", "C", "NON", *[""] * 11, day)
    )
    yield ("TRN", "1", trace, "1999999999")
    yield ("DTM", "405", day)
    yield ("N1", "PR", claim.payer.name)
    yield ("N3", "1 PAYER PLAZA")
    yield ("N4", "ANYTOWN", "TX", "750010001")
    yield ("REF", "2U", claim.payer.id)
    yield ("PER", "BL", "EDI DESK", "TE", "5555550199")
    yield ("N1", "PE", claim.billing_provider.name, "XX", claim.billing_provider.id)
    yield ("LX", "1")
    yield from _claim_payment(sent, habit, answer, decided, whole)
    for line, item in lines.items():
        yield from _line_payment(sent, habit, claim.lines[line], item.negated() if sign < 0 else item)
    if taken:
        year = f"{sent.sent.year}1231"
        details = [element for code, name, amount in taken for element in ((code, name), _money(amount))]
        yield ("PLB", claim.billing_provider.id, year, *details)


def _claim_payment(
    sent: SentFile,
    habit: Habit,
    answer: Mapping[str, Any],
    decided: Sequence[_Decided],
    whole: _Decided | None,
) -> Segments:
    claim = sent.claim
    sign = -1 if answer.get("reversal") else 1
    patient = sum(item.patient for item in decided)
    yield (
        "CLP",
        claim.patient_control_number,
        "22"
        if sign < 0
        else str(answer.get("status", {"P": "1", "S": "2"}.get(claim.subscriber.responsibility, "3"))),
        _money(sign * sum(item.charge for item in decided)),
        _money(sign * sum(item.paid for item in decided)),
        _money(sign * patient) if patient else "",
        claim.subscriber.filing_indicator,
        sent.number,
        claim.facility_code,
        claim.frequency,
    )
    for group, reason, amount in whole.adjustments if whole else ():
        yield ("CAS", group, reason, _money(sign * amount))
    yield _patient(claim)
    if claim.patient is not None:
        yield _name("IL", claim.subscriber.party)
    if "corrected_id" in answer:
        yield ("NM1", "74", "1", "", "", "", "", "", "C", answer["corrected_id"])
    if "other_payer" in answer:
        yield ("NM1", "PR", "2", answer["other_payer"], "", "", "", "", "PI", "OTHER01")
    remarks = _claim_remarks(habit, answer, decided, whole)
    if remarks:
        yield _adjudication(claim, remarks)
    yield ("DTM", "232", format_date(claim.statement_from or sent.sent.date()))
    yield ("DTM", "233", format_date(claim.statement_through or sent.sent.date()))
    yield ("DTM", "050", format_date(sent.sent.date()))


def _claim_remarks(
    habit: Habit, answer: Mapping[str, Any], decided: Sequence[_Decided], whole: _Decided | None
) -> list[str]:
    said = list(answer.get("remarks", ()))
    if whole is not None or habit.remarks == "claim":
        said += [remark for item in decided for remark in item.remarks]
    return list(dict.fromkeys(said))[:5]


def _adjudication(claim: Claim, remarks: Sequence[str]) -> SegmentValues:
    """MIA05 and MIA20 to 23 of a stay, MOA03 to 07 of another claim."""
    if not claim.is_inpatient:
        return ("MOA", "", "", *remarks)
    return ("MIA", "0", "", "", "", remarks[0], *[""] * 14, *remarks[1:])


def _line_payment(sent: SentFile, habit: Habit, line: ServiceLine, item: _Decided) -> Segments:
    yield (
        "SVC",
        _service(line),
        _money(item.charge),
        _money(item.paid),
        line.revenue_code if line.procedure else "",
        _units(line),
    )
    if line.service_date is not None:
        yield ("DTM", "472", format_date(line.service_date))
    for group, reason, amount in item.adjustments:
        yield ("CAS", group, reason, _money(amount))
    if habit.line_numbers and line.control_number:
        yield ("REF", "6R", line.control_number)
    for remark in item.remarks if habit.remarks == "line" else ():
        yield ("LQ", "HE", remark)


def _decisions(
    sent: SentFile, habit: Habit, answer: Mapping[str, Any]
) -> tuple[_Decided | None, dict[int, _Decided]]:
    """What is decided on the claim as a whole, or on its lines by their place."""
    codes: Sequence[Mapping[str, Any]] = answer["codes"]
    paid = {role: _cents(Decimal(amount)) for role, amount in answer.get("paid", {}).items()}
    if answer.get("level", habit.level) == "claim":
        charge = sum(_cents(line.charge) for line in sent.claim.lines)
        return _decide(habit, charge, codes, paid.get("claim")), {}
    found: dict[int, _Decided] = {}
    first = next((code for code in codes if code.get("at", "drug") in ("drug", "all")), None)
    for role in ("drug", "infusion", "room"):
        own = [code for code in codes if code.get("at", "drug") in (role, "all")]
        for line in sent.lines(role):
            charge = _cents(line.charge)
            decided = (
                _decide(habit, charge, own, paid.get(role)) if own else _other(habit, charge, role, first)
            )
            found[sent.claim.lines.index(line)] = decided
    return None, dict(sorted(found.items()))


def _other(habit: Habit, charge: int, role: str, first: Mapping[str, Any] | None) -> _Decided:
    """A line that no reason names; the drug is then paid in full."""
    match habit.others if role != "drug" else "paid":
        case "contract":
            return _Decided(charge, (("CO", "45", charge * _CONTRACT_PERCENT // 100),))
        case "bundled":
            return _Decided(charge, (("CO", "97", charge),))
        case "denied" if first is not None:
            return _Decided(charge, ((first.get("group", habit.group), str(first["carc"]), charge),))
        case _:
            return _Decided(charge)


def _decide(habit: Habit, charge: int, codes: Sequence[Mapping[str, Any]], paid: int | None) -> _Decided:
    """The reasons with their amounts: what is not given is shared by those without an amount."""
    given = [
        (code.get("group", habit.group), str(code["carc"]), _amount(code))
        for code in codes
        if "amount" in code
    ]
    open_codes = [
        (code.get("group", habit.group), str(code["carc"])) for code in codes if "amount" not in code
    ]
    if open_codes and habit.beside and all(reason != "45" for _, reason, _ in given):
        given.append(("CO", "45", charge * habit.beside // 100))
    rest = charge - (paid or 0) - sum(amount for _, _, amount in given)
    shares = [rest // len(open_codes) for _ in open_codes]
    if shares:
        shares[0] += rest - sum(shares)
    shared = [(group, reason, share) for (group, reason), share in zip(open_codes, shares, strict=True)]
    remarks = tuple(remark for code in codes for remark in code.get("rarc", ()))
    return _Decided(charge, (*shared, *given), remarks)


# Pieces that several answers have.


def _amount(item: Mapping[str, Any]) -> int:
    return _cents(Decimal(str(item["amount"])))


def _cents(amount: Decimal | None) -> int:
    return to_cents(amount) if amount is not None else 0


def _money(cents: int) -> str:
    return format_decimal(from_cents(cents))


def _units(line: ServiceLine) -> str:
    return format_decimal(line.quantity) if line.quantity is not None else ""


def _service(line: ServiceLine) -> Sequence[str]:
    if line.procedure is None:
        return "NU", line.revenue_code
    return line.procedure.qualifier, line.procedure.code, *line.procedure.modifiers


def _name(qualifier: str, party: Party) -> SegmentValues:
    return (
        "NM1",
        qualifier,
        party.entity_type,
        party.name,
        party.first_name,
        "",
        "",
        "",
        party.id_qualifier,
        party.id,
    )


def _patient(claim: Claim) -> SegmentValues:
    """NM1*QC; a dependent goes by the subscriber's id."""
    subscriber = claim.subscriber.party
    patient = claim.patient.party if claim.patient is not None else subscriber
    return ("NM1", "QC", "1", patient.name, patient.first_name, "", "", "", "MI", subscriber.id)


def _dates(first: dt.date | None, last: dt.date | None) -> tuple[str, str]:
    first = first or dt.date(2026, 11, 10)
    if last is None or last == first:
        return "D8", format_date(first)
    return "RD8", format_date_range(first, last)
