"""835 as payers with habits write them; claims, lines and payment balance. Source: FACTS D4."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from edi.claim837i.model import Claim, ServiceLine
from edi.values import format_date
from edi.writer import SegmentValues
from tests.support.denial_answers.sent import (
    Habit,
    SentFile,
    amount_of,
    cents,
    money,
    name,
    patient_name,
    service,
    units,
)

Segments = Iterator[SegmentValues]
_CONTRACT_PERCENT = 30


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


def remittance(sent: SentFile, habit: Habit, answer: Mapping[str, Any], index: int) -> Segments:
    """One 835 with one claim. What it pays, its claim and its lines balance."""
    claim, day = sent.claim, f"{sent.when('835', index):%Y%m%d}"
    whole, lines = _decisions(sent, habit, answer)
    decided = [whole, *lines.values()] if whole else list(lines.values())
    sign = -1 if answer.get("reversal") else 1
    paid = sign * sum(item.paid for item in decided)
    taken = [
        (item["code"], item.get("reference", sent.number), amount_of(item)) for item in answer.get("plb", ())
    ]
    total = paid - sum(amount for _, _, amount in taken)
    trace = f"EFT{sent.control_number:06d}{index}"
    yield ("ST", "835", "0001")
    bank = ("CCP", "01", "999999992", "DA", "1000001", "1999999999", "", "01", "999999992", "DA", "2000002")
    yield (
        ("BPR", "I", money(total), "C", "ACH", *bank, day)
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
        details = [element for code, name, amount in taken for element in ((code, name), money(amount))]
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
        money(sign * sum(item.charge for item in decided)),
        money(sign * sum(item.paid for item in decided)),
        money(sign * patient) if patient else "",
        claim.subscriber.filing_indicator,
        sent.number,
        claim.facility_code,
        claim.frequency,
    )
    for group, reason, amount in whole.adjustments if whole else ():
        yield ("CAS", group, reason, money(sign * amount))
    yield patient_name(claim)
    if claim.patient is not None:
        yield name("IL", claim.subscriber.party)
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
        service(line),
        money(item.charge),
        money(item.paid),
        line.revenue_code if line.procedure else "",
        units(line),
    )
    if line.service_date is not None:
        yield ("DTM", "472", format_date(line.service_date))
    for group, reason, amount in item.adjustments:
        yield ("CAS", group, reason, money(amount))
    if habit.line_numbers and line.control_number:
        yield ("REF", "6R", line.control_number)
    for remark in item.remarks if habit.remarks == "line" else ():
        yield ("LQ", "HE", remark)


def _decisions(
    sent: SentFile, habit: Habit, answer: Mapping[str, Any]
) -> tuple[_Decided | None, dict[int, _Decided]]:
    """What is decided on the claim as a whole, or on its lines by their place."""
    codes: Sequence[Mapping[str, Any]] = answer["codes"]
    paid = {role: cents(Decimal(amount)) for role, amount in answer.get("paid", {}).items()}
    if answer.get("level", habit.level) == "claim":
        charge = sum(cents(line.charge) for line in sent.claim.lines)
        return _decide(habit, charge, codes, paid.get("claim")), {}
    found: dict[int, _Decided] = {}
    first = next((code for code in codes if code.get("at", "drug") in ("drug", "all")), None)
    for role in ("drug", "infusion", "room"):
        own = [code for code in codes if code.get("at", "drug") in (role, "all")]
        for line in sent.lines(role):
            charge = cents(line.charge)
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
        (code.get("group", habit.group), str(code["carc"]), amount_of(code))
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
