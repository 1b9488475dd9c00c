"""The drug line: units, revenue code, charge, how often the drug stands on a claim and in a file."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import shown_code
from edi.values import decimal_words
from validators.billed import is_revenue_code
from validators.checks import CHANGES_ANOTHER, ClaimCheck
from validators.registry import Fault, claim_rule

_TOTAL_LINE = "0001"
"""The revenue code of a bill's total on paper; the electronic claim has CLM02."""


@claim_rule(
    "drug-units",
    source="HCPCS descriptor (per treatment); CMS MUE of 1; FACTS B1",
    of_drug=True,
    of_void=False,
)
def drug_units(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed as one treatment.

    What: the drug line's SV205 is not 1, or SV204 is not UN.
    Why: the code means one whole treatment, whatever the dose; vials or millilitres in the units are denied.
    Fix: bill 1 UN on the drug line; the volume goes into CTP04.
    """
    product = check.therapy
    for line in check.drug_lines:
        if line.quantity is None or not line.unit:
            continue
        if line.quantity != product.units or line.unit != product.unit:
            yield Fault(
                "{code} is billed with other units than one treatment.",
                check.line_place(line, "SV2", "SV205"),
                fields={"code": line.code or "The drug"},
                expected=f"{product.units} {product.unit}",
                found=f"{decimal_words(line.quantity)} {shown_code(line.unit, 2)}",
            )


@claim_rule("charge-shape", source="guide 005010X223A2, CLM02, SV201, SV203, SV207; clearinghouse edits")
def charge_shape(check: ClaimCheck) -> Iterator[Fault]:
    """Charges are what a bill can ask for.

    What: the claim or the drug on it is charged with nothing; a line's charge is below zero; its
    non-covered charge is above its charge; or the revenue code is that of a total (0001).
    Why: such claims are rejected at the door, and a drug without a charge is paid with nothing.
    Fix: enter in service_lines the full charge of each line, no credits and no total line.
    """
    claim = check.claim
    if claim.total_charge == 0:
        yield Fault(
            "The claim charges nothing.",
            check.claim_place("CLM", element="CLM02"),
            expected="a total above 0",
            found="0",
        )
    charges = [line.charge for line in check.drug_lines]
    if charges and claim.total_charge != 0 and all(charge == 0 for charge in charges):
        yield Fault(
            "The drug is charged with nothing.",
            check.line_place(check.drug_lines[0], "SV2", "SV203"),
            expected="a charge above 0",
            found="0",
        )
    for line in claim.lines:
        charge, non_covered = line.charge, line.non_covered_charge
        if charge is not None and charge < 0:
            yield Fault(
                "A line is charged with less than nothing.",
                check.line_place(line, "SV2", "SV203"),
                expected="0 or more",
                found=decimal_words(charge),
            )
        elif charge is not None and non_covered is not None and non_covered > charge:
            yield Fault(
                "More of a line's charge is not covered than is charged.",
                check.line_place(line, "SV2", "SV207"),
                expected=f"at most {decimal_words(charge)}",
                found=decimal_words(non_covered),
            )
        if line.revenue_code == _TOTAL_LINE:
            yield Fault(
                "A line is the total of the bill.",
                check.line_place(line, "SV2", "SV201"),
                expected="no line with revenue code 0001",
                found=_TOTAL_LINE,
                fix="Remove the line; the total stands in CLM02.",
            )


@claim_rule(
    "drug-repeated", source="FDA label: a single dose; CMS MUE of 1; FACTS B1, F", of_drug=True, of_void=False
)
def drug_repeated(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed once for a child.

    What: the drug stands on more lines than its payer wants it on, or on an earlier claim of the
    file for the same child to the same payer, and neither claim replaces or voids another.
    Why: the therapy is given once; the second line or claim is denied as a duplicate (CARC 18, 149).
    Fix: keep one claim with the drug, and on it the drug once; correct a claim that was sent by a replacement (7) or void (8).
    """
    lines = [line for line in check.drug_lines if line.code]
    if len(lines) > check.payer.drug_lines:
        yield Fault(
            "The drug stands on {count} lines.",
            check.line_place(lines[check.payer.drug_lines], "SV2", "SV202-2"),
            fields={"count": len(lines)},
            expected=str(check.payer.drug_lines),
            found=str(len(lines)),
        )
    if not lines or check.claim.frequency in CHANGES_ANOTHER:
        return
    earlier = _earlier_claim(check)
    if earlier is not None:
        yield Fault(
            "An earlier claim of the file (segment {position}) bills the drug for the same child to the same payer.",
            check.claim_place("CLM", element="CLM05-3"),
            fields={"position": earlier},
            expected="one original claim for the drug",
            found="two",
        )


def _earlier_claim(check: ClaimCheck) -> int | None:
    """Where the first claim for the child's drug to the payer stands; None where that is this one.

    A payer that is first and second payer of one child gets two claims.
    """
    claim = check.claim
    bill = (check.therapy.key, claim.payer.id or claim.payer.name, claim.subscriber.responsibility)
    places = [check.before.first(check.number, "drug", *bill, one) for one in check.patient_keys]
    return next((place.segment_position or 0 for place in places if place is not None), None)


@claim_rule(
    "drug-revenue-code",
    source="NUBC revenue codes; published billing guide of 2026; FACTS C11",
    of_drug=True,
    of_void=False,
)
def drug_revenue_code(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line stands under a revenue code that its payer knows for it.

    What: SV201 of the drug line is none of the payer profile's codes, nor one used elsewhere for this drug.
    Why: revenue code and procedure are checked against each other; a mismatch is denied (CARC 199).
    Fix: bill the drug under the profile's revenue code, by default 0636.
    """
    wanted = _wanted_revenue_codes(check)
    known = (*wanted, *check.payer.drug_revenue_codes_unusual)
    for line in check.drug_lines:
        # a malformed code has a rule of its own
        if line.revenue_code not in known and is_revenue_code(line.revenue_code):
            yield Fault(
                "The drug line's revenue code is not one for this drug.",
                check.line_place(line, "SV2", "SV201"),
                expected=" or ".join(wanted),
                found=line.revenue_code,
            )


@claim_rule(
    "drug-revenue-code-unusual",
    source="NUBC revenue and value codes; published billing guide of 2026; FACTS C11",
    of_drug=True,
    of_void=False,
)
def drug_revenue_code_unusual(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line stands under the revenue code that most payers want.

    What: SV201 of the drug line is a code that only some payers want for this drug, and not the
    payer profile's; or the gene therapy code stands without the value code of the invoice cost.
    Why: a payer that expects another code denies the line (CARC 199), or prices it wrongly.
    Fix: bill under 0636, or give the payer's profile the code that it wants; with 0892 add value code 87.
    """
    wanted = _wanted_revenue_codes(check)
    for line in check.drug_lines:
        code = line.revenue_code
        if code in wanted or code not in check.payer.drug_revenue_codes_unusual:
            continue
        value_code = check.therapy.revenue_code_value_codes.get(code)
        if value_code is None:
            expected = " or ".join(wanted)
        elif any(item.code == value_code for item in check.codes_by_qualifier.get("BE", ())):
            continue
        else:
            expected = f"{' or '.join(wanted)}, or value code {value_code} beside {code}"
        yield Fault(
            "The drug line's revenue code is one that only some payers want.",
            check.line_place(line, "SV2", "SV201"),
            expected=expected,
            found=code,
        )


def _wanted_revenue_codes(check: ClaimCheck) -> tuple[str, ...]:
    own = check.payer.drug_revenue_code
    codes = check.payer.drug_revenue_codes
    return codes if own is None or own in codes else (own, *codes)
