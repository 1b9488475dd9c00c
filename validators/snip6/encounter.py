"""Whether a claim says what its encounter says.

The encounter is built into a claim again, and what matters is compared field by field. A claim
that we have just built never differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from edi.claim837i.model import Claim, HealthCode, Party, ServiceLine
from edi.finding import Place
from validators.checks import ClaimCheck
from validators.claim_fields import WHO_AND_WHEN, ClaimField, name_of, shown
from validators.registry import Fault, claim_rule


@dataclass(frozen=True, slots=True)
class _LineField:
    """A field of a service line."""

    words: str
    value: Callable[[ServiceLine], object]
    segment: str
    element: str
    is_protected: bool = False


def _relationship(claim: Claim) -> str:
    return claim.patient.relationship if claim.patient else claim.subscriber.relationship


def _parent(claim: Claim) -> tuple[str, ...]:
    """The name of a subscriber who is not the child."""
    return name_of(claim.subscriber.party) if claim.patient else ()


def _id(party: Party | None) -> str:
    return party.id if party else ""


def _notes(claim: Claim) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((note.code, note.text.strip().upper()) for note in claim.notes))


def _attachments(claim: Claim) -> tuple[tuple[str, ...], ...]:
    found = ((one.report_type, one.transmission, one.control_number) for one in claim.attachments)
    return tuple(sorted(found))


def _agreement(claim: Claim) -> str:
    return claim.contract.code if claim.contract else ""


def _other_payers(claim: Claim) -> tuple[tuple[object, ...], ...]:
    return tuple((one.responsibility, one.payer.id, one.paid) for one in claim.other_coverages)


_FIELDS = (
    *WHO_AND_WHEN,
    ClaimField("account number", lambda one: one.patient_control_number, "2300", "CLM", None, "CLM01", True),
    ClaimField("child's relationship to the subscriber", _relationship, "2000B", "SBR", None, "SBR02"),
    ClaimField("subscriber's name", _parent, "2010BA", "NM1", "IL", "NM103", True),
    ClaimField("payer in order", lambda one: one.subscriber.responsibility, "2000B", "SBR", None, "SBR01"),
    ClaimField("attending provider", lambda one: _id(one.attending), "2310A", "NM1", "71", "NM109"),
    ClaimField("type of bill", lambda one: one.type_of_bill, "2300", "CLM", None, "CLM05"),
    ClaimField("total charge", lambda one: one.total_charge, "2300", "CLM", None, "CLM02"),
    ClaimField("admission", lambda one: one.admission, "2300", "DTP", "435", "DTP03", True),
    ClaimField("discharge hour", lambda one: one.discharge_hour, "2300", "DTP", "096", "DTP03", True),
    ClaimField("admission type", lambda one: one.admission_type, "2300", "CL1", None, "CL101"),
    ClaimField("point of origin", lambda one: one.point_of_origin, "2300", "CL1", None, "CL102"),
    ClaimField("patient status", lambda one: one.patient_status, "2300", "CL1", None, "CL103"),
    ClaimField("record number", lambda one: one.reference("EA"), "2300", "REF", "EA", "REF02", True),
    ClaimField("authorization number", lambda one: one.reference("G1"), "2300", "REF", "G1", "REF02", True),
    ClaimField("referral number", lambda one: one.reference("9F"), "2300", "REF", "9F", "REF02", True),
    ClaimField(
        "payer's number of the earlier claim",
        lambda one: one.reference("F8"),
        "2300",
        "REF",
        "F8",
        "REF02",
        True,
    ),
    ClaimField("demonstration project", lambda one: one.reference("P4"), "2300", "REF", "P4", "REF02", True),
    ClaimField("notes", _notes, "2300", "NTE", None, "NTE02", True),
    ClaimField("attachments", _attachments, "2300", "PWK", None, "PWK01", True),
    ClaimField("agreement", _agreement, "2300", "CN1", None, "CN104", True),
    ClaimField("other payers", _other_payers, "2320", "SBR", None, "SBR01"),
)

_CODES = (
    ("ABK", "principal diagnosis", False),
    ("ABF", "other diagnoses", False),
    ("ABJ", "admitting diagnosis", False),
    ("APR", "reasons for the visit", False),
    ("ABN", "external causes", False),
    ("DR", "DRG", False),
    ("BBR", "principal procedure", True),
    ("BBQ", "other procedures", True),
    ("BE", "value codes", True),
    ("BH", "occurrence codes", True),
    ("BI", "occurrence spans", True),
    ("BG", "condition codes", False),
)
"""HI by qualifier: what it is called, and whether it holds days or measures of the child."""

_LINE_FIELDS = (
    _LineField("revenue code", lambda line: line.revenue_code, "SV2", "SV201"),
    _LineField("procedure code", lambda line: line.code, "SV2", "SV202-2"),
    _LineField(
        "modifiers", lambda line: line.procedure.modifiers if line.procedure else (), "SV2", "SV202-3"
    ),
    _LineField("charge", lambda line: line.charge, "SV2", "SV203"),
    _LineField("unit", lambda line: line.unit, "SV2", "SV204"),
    _LineField("units", lambda line: line.quantity, "SV2", "SV205"),
    _LineField("non-covered charge", lambda line: line.non_covered_charge or None, "SV2", "SV207"),
    _LineField("date", lambda line: (line.service_date, line.service_end), "DTP", "DTP03", True),
    _LineField(
        "NDC", lambda line: (line.drug.ndc or "").replace("-", "") if line.drug else "", "LIN", "LIN03"
    ),
    _LineField("NDC quantity", lambda line: line.drug.quantity if line.drug else None, "CTP", "CTP04"),
    _LineField("NDC unit", lambda line: line.drug.unit if line.drug else "", "CTP", "CTP05-1"),
)


@claim_rule("encounter-mismatch", source="the encounter record that the claim was made from; FACTS A7")
def encounter_mismatch(check: ClaimCheck) -> Iterator[Fault]:
    """The claim says what its encounter says.

    What: child, cover, dates, charges, codes, lines, drug, authorization or notes of the claim differ
    from what the encounter would become now.
    Why: a claim that was changed by hand, or whose record changed since, bills what is not on record.
    Fix: find out which of the two is right; correct the record and make the claim again, or correct the file.
    """
    expected = check.rebuild()
    if expected is None or expected == check.claim:
        return
    for field in _FIELDS:
        wanted, found = field.value(expected), field.value(check.claim)
        if wanted != found:
            yield _fault(field.words, field.place(check.claim), wanted, found, field.is_protected)
    for qualifier, words, is_protected in _CODES:
        yield from _codes(check, expected, qualifier, words, is_protected)
    yield from _lines(check, expected)


def _fault(words: str, place: Place, wanted: object, found: object, is_protected: bool) -> Fault:
    return Fault(
        "The claim's {field} is not that of the encounter.",
        place,
        fields={"field": words},
        expected=shown(wanted, is_protected),
        found=shown(found, is_protected),
    )


def _codes(
    check: ClaimCheck, expected: Claim, qualifier: str, words: str, is_protected: bool
) -> Iterator[Fault]:
    """The codes of one kind that only one of the two claims has; their order says nothing."""
    wanted = Counter(map(_code, expected.codes(qualifier)))
    found = Counter(map(_code, check.claim.codes(qualifier)))
    if wanted != found:
        yield _fault(
            words,
            check.claim_place("HI", qualifier, "HI01"),
            tuple((wanted - found).elements()),
            tuple((found - wanted).elements()),
            is_protected,
        )


def _code(code: HealthCode) -> tuple[object, ...]:
    plain = code.code.replace(".", "").upper()
    return plain, code.first, code.last, code.amount, code.present_on_admission


def _lines(check: ClaimCheck, expected: Claim) -> Iterator[Fault]:
    """The lines, matched by control number where each has one, else by their order."""
    wanted, found = _by_number(expected), _by_number(check.claim)
    if wanted.keys() != found.keys():
        wanted, found = dict(enumerate(expected.lines)), dict(enumerate(check.claim.lines))
    if len(wanted) != len(found):
        yield _fault("number of lines", check.claim_place("CLM"), len(wanted), len(found), is_protected=False)
        return
    for key, line in found.items():
        for field in _LINE_FIELDS:
            before, now = field.value(wanted[key]), field.value(line)
            if before != now:
                place = check.line_place(line, field.segment, field.element)
                words = f"{field.words} of line {line.number}"
                yield _fault(words, place, before, now, field.is_protected)


def _by_number(claim: Claim) -> dict[object, ServiceLine]:
    """The lines by control number; empty where not each has one of its own."""
    numbers: dict[object, ServiceLine] = {line.control_number: line for line in claim.lines}
    return numbers if len(numbers) == len(claim.lines) and "" not in numbers else {}
