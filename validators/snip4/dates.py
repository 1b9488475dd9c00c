"""Dates that must stand in an order: birth, admission, statement, lines, the day of the file.

A date that could not be read is None here, and the guide has said so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from edi.claim837i.model import ServiceLine
from edi.finding import Place
from edi.protected import Protected
from validators.checks import ClaimCheck
from validators.line_places import line_number, line_segment, qualified_place
from validators.registry import Fault, claim_rule

_LINE_DATE = "472"


@claim_rule("line-date", source="005010X223A2, 2400 DTP*472; clearinghouse edits; FACTS A5")
def line_date(check: ClaimCheck) -> Iterator[Fault]:
    """Lines are dated, and within the statement.

    What: a line of a bill of type 013x or 085x has no DTP*472 though the statement is longer than one
    day, or a line's date is outside the statement.
    Why: the payer cannot tell on which day the drug was given, and rejects the line (277CA 187 or 510).
    Fix: enter the date of the line; where it is right, make the statement hold it.
    """
    claim = check.claim
    first, last = claim.statement_from, claim.statement_through
    if first is None or last is None or first > last:
        return
    needs_dates = check.is_outpatient and first < last
    for line in claim.lines:
        begin = line.service_date
        if begin is None:
            if needs_dates and line_segment(line, "DTP", _LINE_DATE) is None:
                yield Fault(
                    "Line {number} has no date, and the statement is of several days.",
                    check.line_place(line, "LX"),
                    fields={"number": line_number(line)},
                    expected="DTP*472",
                    found="none",
                )
        elif begin < first or (line.service_end or begin) > last:
            yield Fault(
                "The date of line {number} is outside the statement.",
                _line_date_place(check, line),
                fields={"number": line_number(line)},
                expected="a day of the statement (DTP*434)",
                found=Protected(begin.isoformat()),
            )


@claim_rule(
    "statement-dates", source="005010X223A2, DTP*434, DTP*472, DTP*435, DMG, BHT04; clearinghouse edits"
)
def statement_dates(check: ClaimCheck) -> Iterator[Fault]:
    """Birth, admission, statement and the day of the file follow one another.

    What: a statement or a line's dates end before they begin, or lie after the day the file was made
    (BHT04); the child is born after the statement begins, or admitted after it ends.
    Why: what lies in the future, or before the birth, was mistyped; the claim is rejected (277CA 187, 188 or 158).
    Fix: correct the date; bill only when all days of the statement are over.
    """
    claim = check.claim
    yield from _statement(check)
    ends_in_future = _is_after(claim.statement_through, check.created)
    for line in claim.lines:
        begin = line.service_date
        if begin is None:
            continue
        end = line.service_end or begin
        if _is_after(begin, end):
            words, expected = "Line {number} ends before it begins.", "the first day first"
        elif _is_after(end, check.created) and not ends_in_future:
            words, expected = "Line {number} is dated after the file was made.", "the day of BHT04 or before"
        else:
            continue
        place = _line_date_place(check, line)
        yield Fault(words, place, fields={"number": line_number(line)}, expected=expected, found=_shown(end))


def _statement(check: ClaimCheck) -> Iterator[Fault]:
    claim = check.claim
    first, last = claim.statement_from, claim.statement_through
    if _is_after(first, last):
        yield Fault(
            "The statement ends before it begins.",
            _statement_place(check),
            expected="the first day first",
            found=_shown(last),
        )
        return
    if _is_after(last, check.created):
        yield Fault(
            "The statement ends after the file was made.",
            _statement_place(check),
            expected="the day of BHT04 or before",
            found=_shown(last),
        )
    if _is_after(claim.birth_date, first):
        yield Fault(
            "The child is born after the statement begins.",
            claim.first_place("2010CA" if claim.patient else "2010BA", "DMG", element="DMG02"),
            expected="the first day of the statement or before",
            found=_shown(claim.birth_date),
        )
    if _is_after(_day(claim.admission), last):
        yield Fault(
            "The admission is after the statement ends.",
            check.claim_place("DTP", "435", "DTP03"),
            expected="the last day of the statement or before",
            found=_shown(claim.admission),
        )


def _statement_place(check: ClaimCheck) -> Place:
    return check.claim_place("DTP", "434", "DTP03")


def _line_date_place(check: ClaimCheck, line: ServiceLine) -> Place:
    return qualified_place(check, line, "DTP", _LINE_DATE, "DTP03")


def _is_after(day: dt.date | None, other: dt.date | None) -> bool:
    """Whether both are known and the first is later."""
    return day is not None and other is not None and day > other


def _day(moment: dt.date | dt.datetime | None) -> dt.date | None:
    return moment.date() if isinstance(moment, dt.datetime) else moment


def _shown(day: dt.date | None) -> Protected[str] | None:
    return Protected(day.isoformat()) if day is not None else None
