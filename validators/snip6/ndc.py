"""The NDC on the drug line: that it is there, well written, of the product, and on its own line."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import Protected, shown_code
from validators.billed import is_written_as_sent
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_LONGEST_NDC = 13
_FEWEST_DIGITS = 8


@claim_rule(
    "ndc-missing",
    source="guide 005010X223A2, loop 2410; SSA 1927(a)(7) for Medicaid; FACTS B2",
    of_drug=True,
    of_void=False,
)
def ndc_missing(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line names the kit and how much of it was given.

    What: the drug line has no LIN with N4, or a LIN without CTP, or a CTP without LIN.
    Why: without the NDC the payer cannot claim the rebate, and denies the line (RARC M119).
    Fix: give therapy.kits[0] its NDC; quantity and unit follow from the payer profile.
    """
    for line in check.drug_lines:
        drug = line.drug
        if drug is None:
            yield Fault(
                "The drug line has no NDC.", check.line_place(line, "LIN", "LIN03"), expected="LIN and CTP"
            )
        elif not drug.ndc:
            yield Fault(
                "The drug line has a quantity but no NDC.",
                check.line_place(line, "LIN", "LIN03"),
                expected="LIN*N4",
            )
        elif not drug.has_quantity_segment:
            yield Fault(
                "The drug line has an NDC but no quantity.",
                check.line_place(line, "CTP", "CTP04"),
                expected="CTP",
            )


@claim_rule("ndc-format", source="guide 005010X223A2, LIN03; clearinghouse edits; FACTS B2, A4")
def ndc_format(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC is eleven digits.

    What: LIN03 is not eleven digits: hyphens, ten digits, letters, an N4 before it.
    Why: clearinghouses reject anything else at the door.
    Fix: write the NDC as 5-4-2 digits without hyphens; a 5-3-2 code gets its zero in the middle.
    """
    for line in check.claim.lines:
        ndc = line.drug.ndc if line.drug else None
        if ndc and not is_written_as_sent(ndc):
            yield Fault(
                "The NDC is not eleven digits.",
                check.line_place(line, "LIN", "LIN03"),
                expected="eleven digits",
                found=_shown(ndc),
            )


def _shown(ndc: str) -> str | Protected[str]:
    """An NDC as it stands; what is long, or has few digits, may be anything: masked then."""
    digits = sum(character.isdigit() for character in ndc)
    if digits >= _FEWEST_DIGITS and len(ndc) <= _LONGEST_NDC and ndc.isascii():
        return ndc
    return Protected(ndc)


@claim_rule(
    "ndc-product",
    source="kit table of the manufacturer; FACTS B2; bug report L15",
    of_drug=True,
    of_void=False,
)
def ndc_product(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC on the drug line is one of the product.

    What: LIN03 of the drug line is eleven digits, and none of the product's NDCs, or that of an inner vial.
    Why: the NDC must belong to the procedure code, and to the outer package (RARC M119, N846, N848).
    Fix: take the NDC from the kit's carton; a 5-3-2 code gets its zero in the middle (71894-126-04 is 71894012604).
    """
    product = check.therapy
    for line in check.drug_lines:
        ndc = (line.drug.ndc if line.drug else None) or ""
        if not is_written_as_sent(ndc):
            continue
        if ndc not in product.known_ndcs:
            yield Fault(
                "The NDC on the drug line is none of the product.",
                check.line_place(line, "LIN", "LIN03"),
                expected="the NDC of one of its kits",
                found=ndc,
            )
        elif ndc in product.inner_vial_ndcs:
            yield Fault(
                "The NDC on the drug line is that of a vial inside the kit.",
                check.line_place(line, "LIN", "LIN03"),
                expected="the NDC of the kit",
                found=ndc,
            )


@claim_rule(
    "ndc-kit",
    source="kit table of the manufacturer; published billing guide of 2026; FACTS C1",
    of_drug=True,
    of_void=False,
)
def ndc_kit(check: ClaimCheck) -> Iterator[Fault]:
    """The NDC names the kit of a weight band.

    What: the NDC names the product, and none of its kits.
    Why: payers look the NDC up in the directory of the FDA; one that is in no table may be denied (RARC M119, N848).
    Fix: take the NDC from the carton of the kit that was given; where a payer insists on another, set this rule in its profile.
    """
    for line, ndc in check.kit_ndcs:
        if ndc in check.therapy.family_ndcs:
            yield Fault(
                "The NDC names the product, but none of its kits.",
                check.line_place(line, "LIN", "LIN03"),
                expected="the NDC of one of its kits",
                found=ndc,
            )


@claim_rule(
    "ndc-misplaced", source="guide 005010X223A2, loop 2410; bug report L19", of_drug=True, of_void=False
)
def ndc_misplaced(check: ClaimCheck) -> Iterator[Fault]:
    """The drug's NDC stands on the drug's line alone.

    What: an NDC of the product stands on a line that is billed under the code of something else.
    Why: the payer counts the kit twice, and asks the rebate for it twice.
    Fix: remove LIN and CTP from the line; only the drug's own line has them.
    """
    product = check.therapy
    for line, ndc in check.kit_ndcs:
        if line.code and line.code not in product.unclassified_codes and line not in check.drug_lines:
            yield Fault(
                "The drug's NDC stands on a line billed as {code}.",
                check.line_place(line, "LIN", "LIN03"),
                fields={"code": shown_code(line.code, 5)},
                expected=check.payer.drug_hcpcs or product.hcpcs,
                found=ndc,
            )
