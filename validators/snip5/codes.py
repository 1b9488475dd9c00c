"""Codes of the bill, its lines and its HI segments: their form, and whether the tables have them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from edi.codes import code_table
from edi.codes.icd10cm import Diagnosis, changes
from edi.codes.tables import tables
from edi.finding import Acknowledgment, Place
from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule
from validators.snip5.diagnosis import WELL_FORMED, not_billable

_NEWBORN = "4"
"""CL101 of a newborn, whose points of origin are others."""
_LONGEST_SHOWN = 5
_REMEMBERED = 1024
_DIAGNOSES = "icd10cm"
_WRONG_CODE = Acknowledgment("8", "7")
_HCPCS_QUALIFIER = "HC"
_HCPCS = re.compile("[A-Z][0-9]{4}|[0-9]{4}[0-9A-Z]")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of code: what it is called, its table, its form, and the form in words."""

    name: str
    table: str
    form: re.Pattern[str]
    form_in_words: str


def _kind(name: str, table: str, form: str, in_words: str) -> Kind:
    return Kind(name, table, re.compile(form), in_words)


def _two_characters(name: str, table: str) -> Kind:
    return _kind(name, table, "(?!00)[0-9A-Z]{2}", "two digits or capital letters, not 00")


_FACILITY = _kind("type of bill", "type_of_bill", "[1-9]{2}", "two digits from 1 to 9 without the leading 0")
_FREQUENCY = _kind("frequency of the bill", "bill_frequency", "[0-9A-Z]", "one digit or capital letter")
_ADMISSION_TYPE = _kind("type of admission", "admission_type", "[1-59]", "1, 2, 3, 4, 5 or 9")
_ORIGIN = _kind("point of origin", "point_of_origin", "[1-9A-Z]", "one digit from 1 or capital letter")
_ORIGIN_OF_NEWBORN = _kind(
    "point of origin of a newborn", "point_of_origin_newborn", _ORIGIN.form.pattern, _ORIGIN.form_in_words
)
_STATUS = _kind("patient status", "patient_status", "(?!00)[0-9]{2}", "two digits, not 00")
_REVENUE = _kind("revenue code", "revenue", "[0-3][0-9]{3}", "four digits, the first from 0 to 3")
_HEALTH_CODES = {
    "BG": _two_characters("condition code", "condition"),
    "BH": _two_characters("occurrence code", "occurrence"),
    "BI": _two_characters("occurrence span code", "occurrence_span"),
    "BE": _two_characters("value code", "value"),
}


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A code that its table does not have; `place` is found only when asked for."""

    kind: Kind
    code: str
    place: Callable[[], Place]

    @property
    def is_well_formed(self) -> bool:
        return self.kind.form.fullmatch(self.code) is not None


def _unlisted(check: ClaimCheck) -> list[Unlisted]:
    """The codes that no table has, well-formed or not; what is not given is no code."""
    claim = check.claim
    found = [
        Unlisted(kind, code, partial(check.claim_place, element[:3], element=element))
        for kind, code, element in _unlisted_of_bill(
            claim.facility_code,
            claim.frequency,
            claim.admission_type,
            claim.point_of_origin,
            claim.patient_status,
        )
    ]
    for one in claim.health_codes:
        of_health = _HEALTH_CODES.get(one.qualifier)
        if of_health is not None and one.code and one.code not in code_table(of_health.table):
            found.append(Unlisted(of_health, one.code, partial(health_code_place, check, one)))
    revenue_codes = code_table(_REVENUE.table)
    found += [
        Unlisted(_REVENUE, line.revenue_code, partial(check.line_place, line, "SV2", "SV201"))
        for line in claim.lines
        if line.revenue_code and line.revenue_code not in revenue_codes
    ]
    return found


@lru_cache(_REMEMBERED)
def _unlisted_of_bill(
    facility: str, frequency: str, admission_type: str, origin: str, status: str
) -> list[tuple[Kind, str, str]]:
    """Those of a bill's own codes that no table has, with kind and element; most bills have the same few."""
    kinds = (
        (_FACILITY, facility, "CLM05-1"),
        (_FREQUENCY, frequency, "CLM05-3"),
        (_ADMISSION_TYPE, admission_type, "CL101"),
        (_ORIGIN_OF_NEWBORN if admission_type == _NEWBORN else _ORIGIN, origin, "CL102"),
        (_STATUS, status, "CL103"),
    )
    return [one for one in kinds if one[1] and one[1] not in code_table(one[0].table)]


@claim_rule(
    "code-format", source="005010X223A2; NUBC forms; clearinghouse edits; HCPCS and CPT forms; FACTS A4"
)
def code_format(check: ClaimCheck) -> Iterator[Fault]:
    """Codes of the bill have the form of such a code.

    What: a revenue code, type of bill, patient status, admission type, point of origin, condition,
    occurrence, value, HCPCS or CPT code has a length, a character or a digit that none of its kind can have.
    Why: it can mean nothing; the clearinghouse rejects the claim (277CA 228, 229, 231, 234, 454 or 455).
    Fix: enter the code as the list has it, with its leading zeros, in capital letters, without blanks.
    """
    for one in check.once(_unlisted):
        if not one.is_well_formed:
            yield _malformed(one.kind.name, one.place(), one.kind.form_in_words, one.code)
    for line in check.claim.lines:
        procedure = line.procedure
        if procedure is None or procedure.qualifier != _HCPCS_QUALIFIER or not procedure.code:
            continue
        if not _HCPCS.fullmatch(procedure.code):
            place = check.line_place(line, "SV2", "SV202-2")
            form = "five characters: four digits with a capital letter before them or one more digit or letter behind"
            yield _malformed("HCPCS or CPT code", place, form, procedure.code)


def _malformed(kind: str, place: Place, expected: str, found: str) -> Fault:
    return Fault(
        "The {kind} is malformed.",
        place,
        fields={"kind": kind},
        expected=expected,
        found=shown_code(found, _LONGEST_SHOWN),
        acknowledgment=_WRONG_CODE,
    )


@claim_rule("code-unknown", source="the dated tables of edi/codes (tables.toml); FACTS A4")
def code_unknown(check: ClaimCheck) -> Iterator[Fault]:
    """Codes of the bill are in the tables.

    What: a diagnosis, revenue, bill type, status, admission, origin, condition, occurrence or value code is
    well formed, but not in the table of its kind.
    Why: it is mistyped, came after the table's date, or is one that states or payers alone use.
    Fix: look the code up in the current list; if it is right, nothing is to be done but to refresh the table.
    """
    for one in check.once(_unlisted):
        if one.is_well_formed:
            yield _unknown(one.kind.name, one.kind.table, one.code, one.place())
    for code, is_known_as in check.once(not_billable):
        if is_known_as is Diagnosis.UNKNOWN and WELL_FORMED.fullmatch(code.code):
            yield _unknown("diagnosis", _DIAGNOSES, code.code, health_code_place(check, code))


def _unknown(kind: str, table: str, code: str, place: Place) -> Fault:
    facts = tables()[table]
    change = changes().get(code) if table == _DIAGNOSES else None
    if change is not None and change.last_day is not None:
        expected = f"a code in force: this one ended on {change.last_day.isoformat()} at the latest"
    elif facts.complete:
        expected = f"a code of the list of {facts.list_date.isoformat()}"
    else:
        expected = f"a code of the list of {facts.list_date.isoformat()}, which has gaps"
    return Fault(
        "The {kind} {code} is not in the list of {date}.",
        place,
        fields={"kind": kind, "code": code, "date": facts.list_date.isoformat()},
        expected=expected,
        found=code,
    )
