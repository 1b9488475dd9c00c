"""What is billed beside the drug and does not fit there: visits, handling, another therapy."""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import ServiceLine
from mapping.profile_models import ProductProfile
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("visit-modifier-25", source="CPT; published billing guide of 2026", of_drug=True, of_void=False)
def visit_modifier_25(check: ClaimCheck) -> Iterator[Fault]:
    """A visit on the day of the infusion says that it was one of its own.

    What: a visit's code stands on the day of the infusion without modifier 25.
    Why: without the modifier the visit counts as a part of the infusion, and is not paid (CARC 97).
    Fix: enter 25 in service_lines[].modifiers where the visit was of its own, else remove the line.
    """
    product = check.therapy
    if product.visit_codes.isdisjoint(check.lines_by_code):
        return
    for line in check.claim.lines:
        if line.code in product.visit_codes and check.on_infusion_day(line):
            procedure = line.procedure
            if procedure is not None and product.visit_modifier not in procedure.modifiers:
                yield Fault(
                    "The visit {code} stands on the day of the infusion without modifier {modifier}.",
                    check.line_place(line, "SV2", "SV202-3"),
                    fields={"code": line.code, "modifier": product.visit_modifier},
                    expected=product.visit_modifier,
                    found=f"{len(procedure.modifiers)} other" if procedure.modifiers else "none",
                )


@claim_rule("professional-code", source="CPT; FACTS B1, C13", of_drug=True, of_void=False)
def professional_code(check: ClaimCheck) -> Iterator[Fault]:
    """The hospital's claim has no code of a physician's hospital visit.

    What: a line has the code of a physician's visit to a hospital patient (99221 to 99239).
    Why: those visits are billed on the physician's own claim (837P); here the line is denied.
    Fix: remove the line, and bill the visit on the professional claim.
    """
    if check.therapy.professional_codes.isdisjoint(check.lines_by_code):
        return
    for line in check.claim.lines:
        if line.code in check.therapy.professional_codes:
            yield _not_here(check, line, "{code} is billed by the physician, not by the hospital.")


@claim_rule(
    "handling-code",
    source="published billing guide of 2026; CPT; NUBC revenue codes",
    of_drug=True,
    of_void=False,
)
def handling_code(check: ClaimCheck) -> Iterator[Fault]:
    """No handling of cells is billed beside the drug.

    What: a line beside the drug has a code for collecting and handling cells (0537T to 0540T,
    38225 to 38228), or a revenue code of such procedures (0871 to 0875).
    Why: the drug comes ready in a kit; its preparation is a part of the infusion.
    Fix: remove the line; thawing and preparing the kit are not billed.
    """
    product = check.therapy
    for line in check.claim.lines:
        if line.code in product.handling_codes:
            yield _not_here(check, line, "{code} is for the handling of cells.")
        elif line.revenue_code in product.handling_revenue_codes and line not in check.drug_lines:
            yield Fault(
                "Revenue code {code} is for procedures with cells.",
                check.line_place(line, "SV2", "SV201"),
                fields={"code": line.revenue_code},
                expected="no such line",
                found=line.revenue_code,
            )


@claim_rule(
    "concurrent-sma-therapy",
    source="published billing guide of 2026: not covered together; FACTS B1",
    of_void=False,
)
def concurrent_sma_therapy(check: ClaimCheck) -> Iterator[Fault]:
    """No other therapy of the disease is billed at the time of the drug.

    What: another therapy of the disease (nusinersen, J2326) stands on the claim for the drug, or
    on another claim of the file for the same child whose statement period meets the drug's.
    Why: payers do not cover two therapies of the disease at once, and deny the second one.
    Fix: make sure that both were given; where they were, have the payer's consent before the claims go out.
    """
    product = check.product
    if product is not None and not product.concurrent_codes.isdisjoint(check.lines_by_code):
        for line in check.claim.lines:
            if line.code in product.concurrent_codes:
                yield _not_here(check, line, "{code} bills another therapy of the same disease.")
    for other in check.products if product is None else (product,):
        yield from _in_the_file(check, other)


def _in_the_file(check: ClaimCheck, product: ProductProfile) -> Iterator[Fault]:
    """The other of the two therapies, on an earlier claim of the file."""
    claim = check.claim
    if check.product is product:
        mine, theirs = "drug", "concurrent"
    elif not product.concurrent_codes.isdisjoint(check.lines_by_code):
        mine, theirs = "concurrent", "drug"
    else:
        return
    if claim.statement_from is None or claim.statement_through is None:
        return
    found = None
    for patient in check.patient_keys:
        found = found or check.before.in_period(check.number, f"{theirs} of {product.key}", patient)
        check.before.note_period(check.number, f"{mine} of {product.key}", patient)
    if found is not None:
        yield Fault(
            "The drug and another therapy of the same disease are billed for one time "
            "(the other claim: segment {position}).",
            check.claim_place("DTP", "434", "DTP03"),
            fields={"position": found.segment_position or 0},
            expected="one therapy of the disease",
            found="two",
        )


def _not_here(check: ClaimCheck, line: ServiceLine, template: str) -> Fault:
    return Fault(
        template,
        check.line_place(line, "SV2", "SV202-2"),
        fields={"code": line.code},
        expected="no such line",
        found=line.code,
    )
