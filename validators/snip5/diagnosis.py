"""Diagnoses as codes: their form, and whether they are billable."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from edi.claim837i.model import HealthCode
from edi.codes.icd10cm import Diagnosis, diagnosis
from edi.finding import Acknowledgment
from edi.protected import Protected, shown_code
from validators.checks import ClaimCheck
from validators.health_codes import DIAGNOSIS_QUALIFIERS, health_code_place
from validators.registry import Fault, claim_rule

WELL_FORMED = re.compile("[A-Z][0-9][0-9A-Z]{1,5}")
_DOTTED = re.compile("([A-Z][0-9][0-9A-Z])[.]([0-9A-Z]{1,4})")
_LONGEST = 7
_ICD9_QUALIFIERS = {
    "BK": "ABK",
    "BF": "ABF",
    "BJ": "ABJ",
    "PR": "APR",
    "BN": "ABN",
    "BR": "BBR",
    "BQ": "BBQ",
}
"""Each with the one that took its place."""
_ICD10_SINCE = dt.date(2015, 10, 1)
_WRONG_CODE = Acknowledgment("8", "7")


@claim_rule(
    "icd10",
    source="ICD-10-CM, release of April 2026; 45 CFR 162.1002: ICD-10 since 2015-10-01; FACTS A4, B4",
)
def icd10(check: ClaimCheck) -> Iterator[Fault]:
    """Diagnoses are billable ICD-10-CM codes, written without a dot.

    What: a diagnosis has a dot, has not the form of a code, or is a header with more specific codes
    below it; or a qualifier says ICD-9 after 2015-09-30.
    Why: the claim is rejected at the front door (277CA 254 or 255), or denied for lack of specificity (CARC 16, RARC M76).
    Fix: code the documented diagnosis to its last character, without the dot, under ABK, ABF, ABJ, APR or ABN.
    """
    day = check.claim.statement_through
    for code, is_known_as in check.once(not_billable):
        if code.code:
            yield from _not_billable(check, code, is_known_as)
    if check.codes_by_qualifier.keys().isdisjoint(_ICD9_QUALIFIERS):
        return
    for code in check.claim.health_codes:
        if code.qualifier in _ICD9_QUALIFIERS and (day is None or day >= _ICD10_SINCE):
            yield Fault(
                "A qualifier says that a code is of ICD-9.",
                health_code_place(check, code, component=1),
                expected=_ICD9_QUALIFIERS[code.qualifier],
                found=code.qualifier,
                acknowledgment=_WRONG_CODE,
            )


def not_billable(check: ClaimCheck) -> list[tuple[HealthCode, Diagnosis]]:
    """The diagnoses that no bill of these days may have, and what they are."""
    day = check.claim.statement_through
    known = [
        (code, diagnosis(code.code, day))
        for code in check.claim.health_codes
        if code.qualifier in DIAGNOSIS_QUALIFIERS
    ]
    return [pair for pair in known if pair[1] is not Diagnosis.BILLABLE]


def _not_billable(check: ClaimCheck, code: HealthCode, is_known_as: Diagnosis) -> Iterator[Fault]:
    """Nothing for a well-formed code that the list does not have: that is for `code-unknown`."""
    text = code.code
    if dotted := _DOTTED.fullmatch(text):
        template, expected = "A diagnosis has a dot.", "".join(dotted.groups())
    elif not WELL_FORMED.fullmatch(text):
        template = "A diagnosis has not the form of an ICD-10-CM code."
        expected = "a capital letter, a digit, and one to five digits or capital letters"
    elif is_known_as is Diagnosis.HEADER:
        template = "A diagnosis is a header: more specific codes stand below it."
        expected = "a billable code that begins with it"
    else:
        return
    place = health_code_place(check, code)
    yield Fault(template, place, expected=expected, found=_shown(text), acknowledgment=_WRONG_CODE)


def _shown(text: str) -> str | Protected[str]:
    """A code as it stands, unless it may be anything else."""
    return text if shown_code(text.replace(".", ""), _LONGEST) == text.replace(".", "") else Protected(text)
