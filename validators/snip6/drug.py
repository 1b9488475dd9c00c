"""The drug line: units, revenue code, charge, how often the drug stands on a claim."""

from __future__ import annotations

from collections.abc import Iterator

from edi.values import format_decimal
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("drug-units", source="HCPCS descriptor (per treatment); CMS MUE of 1; FACTS B1", of_drug=True)
def drug_units(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed as one treatment.

    What: the drug line's SV205 is not 1, or SV204 is not UN.
    Why: the code means one whole treatment, whatever the dose; vials or millilitres in the units are denied.
    Fix: bill 1 UN on the drug line; the volume goes into CTP04.
    """
    product = check.product
    if product is None:
        return
    for line in check.drug_lines:
        if line.quantity != product.units or line.unit != product.unit:
            quantity = format_decimal(line.quantity) if line.quantity is not None else "nothing"
            yield Fault(
                "{code} is billed with other units than one treatment.",
                check.line_place(line, "SV2", "SV205"),
                fields={"code": line.code},
                expected=f"{product.units} {product.unit}",
                found=f"{quantity} {line.unit}".strip(),
            )


@claim_rule(
    "drug-revenue-code", source="NUBC revenue codes; published billing guide of 2026; FACTS C11", of_drug=True
)
def drug_revenue_code(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line stands under a revenue code that its payer knows for it.

    What: SV201 of the drug line is none of the payer profile's codes, nor one used elsewhere for this drug.
    Why: revenue code and procedure are checked against each other; a mismatch is denied (CARC 199).
    Fix: bill the drug under the profile's revenue code, by default 0636.
    """
    payer = check.payer
    for line in check.drug_lines:
        if line.revenue_code not in (*payer.drug_revenue_codes, *payer.drug_revenue_codes_unusual):
            yield Fault(
                "The drug line's revenue code is not one for this drug.",
                check.line_place(line, "SV2", "SV201"),
                expected=" or ".join(payer.drug_revenue_codes),
                found=line.revenue_code or "nothing",
            )
