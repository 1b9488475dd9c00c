"""Whose claim it is: the levels above it, and what they must say of the patient."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import shown_code
from edi.tokens import Segment
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_ABOVE = (("2000B", "2000A"), ("2000C", "2000B"))
"""Loops with the one above."""
_LONGEST_NUMBER = 12


@claim_rule("patient-hierarchy", source="005010X223A2, HL of 2000A to 2000C, SBR02; FACTS A2")
def patient_hierarchy(check: ClaimCheck) -> Iterator[Fault]:
    """The levels above a claim say one thing of who the patient is.

    What: the subscriber is called the patient (SBR02 18) and a dependent follows; or is not, and none
    follows; or an HL names another level as its parent, or says wrongly whether a level follows below.
    Why: the payer takes another person for the patient, or finds nobody (RARC MA36; 277CA 33).
    Fix: write SBR02 18, HL04 0 and no 2000C for a child with an own member id; else SBR02 empty, HL04 1, and the child in 2000C.
    """
    claim = check.claim
    if claim.subscriber.is_patient is (claim.patient is not None):
        yield from _subscriber(check)
    levels = dict(check.segments.get("HL", ()))
    for loop, above in _ABOVE:
        if loop in levels and above in levels and not _is_below(levels[loop], levels[above]):
            yield _parent(check, loop, levels[loop], levels[above])
    if "2000B" in levels:
        yield from _children(check, levels["2000B"])


def _subscriber(check: ClaimCheck) -> Iterator[Fault]:
    """The fault of an SBR that does not go with the levels below it."""
    claim = check.claim
    header = next((item for item in check.segments.get("SBR", ()) if item[0] == "2000B"), None)
    if header is None:
        return
    dependent = claim.patient is not None
    yield Fault(
        "The subscriber is called the patient, and a dependent follows."
        if dependent
        else "The subscriber is not called the patient, and no dependent follows.",
        check.place_of(header, "SBR02"),
        expected="SBR02 empty, or no loop 2000C" if dependent else "SBR02 18, or a loop 2000C",
        found=shown_code(claim.subscriber.relationship, 2),
    )


def _is_below(level: Segment, above: Segment) -> bool:
    """Whether a level names the one above it as its parent."""
    said, number = level.element(2), above.element(1)
    return said == number or said.lstrip("0") == number.lstrip("0")


def _parent(check: ClaimCheck, loop: str, level: Segment, above: Segment) -> Fault:
    return Fault(
        "The level {loop} does not name the level above it as its parent.",
        check.place_of((loop, level), "HL02"),
        fields={"loop": loop},
        expected=shown_code(above.element(1), _LONGEST_NUMBER),
        found=shown_code(level.element(2), _LONGEST_NUMBER),
    )


def _children(check: ClaimCheck, level: Segment) -> Iterator[Fault]:
    said, right = level.element(4), "0" if check.claim.patient is None else "1"
    if said and said != right:
        yield Fault(
            "The level of the subscriber says wrongly whether a dependent follows.",
            check.place_of(("2000B", level), "HL04"),
            expected=right,
            found=shown_code(said, 1),
        )


@claim_rule("subscriber-demographics", source="005010X223A2, 2010BA N3, N4 and DMG; FACTS A2")
def subscriber_demographics(check: ClaimCheck) -> Iterator[Fault]:
    """A patient who is the subscriber has address, birth date and sex.

    What: SBR02 is 18, and loop 2010BA lacks N3, N4 or DMG.
    Why: payers identify the child by them and reject the claim (277CA 125, 126 or 158); the tables of the
    guide cannot see it, because a subscriber who is not the patient has none.
    Fix: enter address, birth_date and sex of the patient in the encounter.
    """
    claim = check.claim
    subscriber = claim.subscriber
    if not subscriber.is_patient or claim.patient is not None:
        return
    address = subscriber.party.address
    if address and address.lines and address.city and subscriber.birth_date and subscriber.sex:
        return
    for segment_id, words in (("N3", "street"), ("N4", "city"), ("DMG", "birth date and sex")):
        if next(claim.segments_of("2010BA", segment_id), None) is None:
            yield Fault(
                "The subscriber is the patient, and has no {words} ({segment}).",
                claim.first_place("2010BA", segment_id),
                fields={"words": words, "segment": segment_id},
                expected=segment_id,
                found="none",
            )
