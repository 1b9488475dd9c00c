"""Several payers of one child: their order, and what the earlier ones decided."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import OtherCoverage
from edi.finding import Place
from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.line_places import line_number, qualified_place
from validators.registry import Fault, claim_rule

_FIRST, _ORDER_UNKNOWN = "P", "U"
_MEDICAID = "MC"
_NOT_BEFORE_MEDICAID = (_MEDICAID, "TV")
"""SBR09 of cover that need not pay before Medicaid: Medicaid itself, and Title V."""
_DECIDED_ON = "573"
_LONGEST_PAYER_ID = 15


@claim_rule(
    "cob-missing",
    source="005010X223A2, 2320, 2330B and 2430; clearinghouse edits; 42 USC 1396a(a)(25): Medicaid pays last",
)
def cob_missing(check: ClaimCheck) -> Iterator[Fault]:
    """A payer who is not the first is told what the one before decided; Medicaid is not the first of several.

    What: SBR01 is not P, and no other payer's decision with its date (DTP*573) is on the claim; or Medicaid
    is billed first though the encounter has other cover.
    Why: the payer refuses to pay before the one that is liable first (CARC 22, RARC MA04; 277CA 286).
    Fix: bill the coverages in their order, Medicaid last, and each with the decisions of those before it.
    """
    claim = check.claim
    responsibility = claim.subscriber.responsibility
    if responsibility == _FIRST:
        yield from _medicaid_first(check)
        return
    if not responsibility:
        return
    decided = [one for one in claim.other_coverages if _has_decided(check, one)]
    if not decided:
        yield Fault(
            "The claim goes to payer {responsibility}, and no earlier payer's decision is on it.",
            claim.first_place("2320", "SBR"),
            fields={"responsibility": shown_code(responsibility, 1)},
            expected="loop 2320 with payment or adjustments, or loop 2430",
            found="none",
        )
    elif not any(_is_dated(check, one) for one in decided):
        yield Fault(
            "The decision of the earlier payer has no date.",
            claim.first_place("2330B", "DTP", _DECIDED_ON, "DTP03"),
            expected="DTP*573 in loop 2330B, or in loop 2430 of the lines",
            found="none",
        )


def _medicaid_first(check: ClaimCheck) -> Iterator[Fault]:
    """Judged only beside the encounter: the file alone does not show what other cover there is."""
    claim, encounter = check.claim, check.encounter
    if encounter is None or claim.subscriber.filing_indicator != _MEDICAID:
        return
    later = sum(one.filing_indicator in _NOT_BEFORE_MEDICAID for one in claim.other_coverages)
    if len(encounter.coverages) - 1 > later:
        yield Fault(
            "Medicaid is billed first, and the child has other cover.",
            claim.first_place("2000B", "SBR", element="SBR01"),
            expected="the other payer first",
            found=_FIRST,
        )


def _has_decided(check: ClaimCheck, coverage: OtherCoverage) -> bool:
    if coverage.paid is not None or coverage.adjustments:
        return True
    return any(
        item.payer_id == coverage.payer.id for line in check.claim.lines for item in line.adjudications
    )


def _is_dated(check: ClaimCheck, coverage: OtherCoverage) -> bool:
    """Whether the decision has a date, on the claim or on a line; one that cannot be read counts."""
    if coverage.adjudicated is not None:
        return True
    return any(
        segment.element(1) == _DECIDED_ON and loop in ("2330B", "2430")
        for loop, segment in check.segments.get("DTP", ())
    )


@claim_rule("cob-shape", source="005010X223A2, 2320, 2330B and 2430; clearinghouse edits; FACTS A8")
def cob_shape(check: ClaimCheck) -> Iterator[Fault]:
    """What other payers decided stands once, and names its payer.

    What: two payers of the claim have one place in the order (SBR01, U apart); a payer's date (DTP*573) or
    what it left to the patient (AMT*EAF) stands on claim and lines alike; SVD01 is the id of no other payer;
    or SVD02 is negative.
    Why: the payer cannot tell which decision counts, and rejects the claim (277CA 286 or 171).
    Fix: give each coverage a place of its own; write a decision by line or on the claim; take SVD01 from NM109 of 2330B.
    """
    claim = check.claim
    seen = {claim.subscriber.responsibility}
    for number, coverage in enumerate(claim.other_coverages):
        place = coverage.responsibility
        if place in seen and place not in ("", _ORDER_UNKNOWN):
            yield Fault(
                "Two payers of the claim are called {responsibility}.",
                _coverage_place(check, number),
                fields={"responsibility": shown_code(place, 1)},
                expected="a place in the order that no other payer has",
                found=shown_code(place, 1),
            )
        seen.add(place)
        yield from _twice(check, coverage)
    yield from _line_decisions(check)


def _coverage_place(check: ClaimCheck, number: int) -> Place:
    found = [item for item in check.segments.get("SBR", ()) if item[0] == "2320"]
    if number < len(found):
        return check.place_of(found[number], "SBR01")
    return check.claim.place_of(None, "SBR01", "2320")


def _twice(check: ClaimCheck, coverage: OtherCoverage) -> Iterator[Fault]:
    """A date, or the patient's part, that a payer has on the claim and on lines."""
    of_lines = [
        item
        for line in check.claim.lines
        for item in line.adjudications
        if item.payer_id == coverage.payer.id
    ]
    if coverage.adjudicated is not None and any(item.adjudicated is not None for item in of_lines):
        yield _stands_twice(check, coverage, "DTP*573", "2330B", "DTP", _DECIDED_ON)
    if coverage.patient_liability is not None and any(
        item.patient_liability is not None for item in of_lines
    ):
        yield _stands_twice(check, coverage, "AMT*EAF", "2320", "AMT", "EAF")


def _stands_twice(
    check: ClaimCheck, coverage: OtherCoverage, what: str, loop: str, segment: str, qualifier: str
) -> Fault:
    return Fault(
        "{what} of payer {responsibility} stands on the claim and on its lines.",
        check.claim.first_place(loop, segment, qualifier),
        fields={"what": what, "responsibility": shown_code(coverage.responsibility, 1)},
        expected="one of the two",
        found="both",
    )


def _line_decisions(check: ClaimCheck) -> Iterator[Fault]:
    payers = {coverage.payer.id for coverage in check.claim.other_coverages}
    for line in check.claim.lines:
        for item in line.adjudications:
            if item.payer_id not in payers:
                yield Fault(
                    "A decision on line {number} is of a payer that the claim does not name.",
                    qualified_place(check, line, "SVD", item.payer_id, "SVD01"),
                    fields={"number": line_number(line)},
                    expected="NM109 of a loop 2330B",
                    found=shown_code(item.payer_id, _LONGEST_PAYER_ID),
                )
            if item.paid is not None and item.paid < Decimal(0):
                yield Fault(
                    "What an earlier payer paid on line {number} is negative.",
                    qualified_place(check, line, "SVD", item.payer_id, "SVD02"),
                    fields={"number": line_number(line)},
                    expected="0 or more",
                    found=format(item.paid, "f"),
                )
