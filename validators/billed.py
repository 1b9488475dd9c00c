"""Which product a claim bills, and on which lines.

A line bills a product by its code, by the code that the payer wants instead, or by one of its
NDCs under no code or an unclassified one. An NDC under another code only says that the claim
has to do with the product.
"""

from __future__ import annotations

from collections.abc import Iterable

from edi.claim837i.model import Claim, ServiceLine
from mapping.profile_models import PayerProfile, ProductProfile

_DIAGNOSES = ("ABK", "ABF", "BK", "BF")


def billed_product(
    claim: Claim, products: Iterable[ProductProfile], payer: PayerProfile
) -> ProductProfile | None:
    """The product that a line of the claim names; where none does, that of the payer's own code."""
    for product in products:
        if any(line.code == product.hcpcs or product_ndc(line, product) for line in claim.lines):
            return product
    if payer.drug_hcpcs is None:
        return None
    return next((product for product in products if drug_lines(claim, product, payer)), None)


def drug_lines(claim: Claim, product: ProductProfile, payer: PayerProfile) -> tuple[ServiceLine, ...]:
    """The lines of the claim that bill the product."""
    lines = tuple(line for line in claim.lines if _bills(line, product, payer))
    if lines or payer.drug_hcpcs is None:
        return lines
    # the payer's code with another maker's NDC: a mistake where the diagnosis is the product's
    under_its_code = tuple(line for line in claim.lines if line.code == payer.drug_hcpcs)
    return under_its_code if under_its_code and _has_diagnosis(claim, product) else ()


def product_ndc(line: ServiceLine, product: ProductProfile) -> str:
    """The product's NDC that stands on the line, as eleven digits however it is written; else ""."""
    ndc = line.drug.ndc if line.drug is not None else None
    return product.ndc_named(ndc) if ndc else ""


def _bills(line: ServiceLine, product: ProductProfile, payer: PayerProfile) -> bool:
    code = line.code
    if code == product.hcpcs:
        return True
    if code and code == payer.drug_hcpcs:
        return not _is_of_another_maker(line, product)
    return bool(product_ndc(line, product)) and (not code or code in product.unclassified_codes)


def _is_of_another_maker(line: ServiceLine, product: ProductProfile) -> bool:
    ndc = line.drug.ndc if line.drug is not None else None
    return bool(ndc) and is_written_as_sent(ndc or "") and (ndc or "")[:5] not in product.labelers


def is_written_as_sent(ndc: str) -> bool:
    """Whether it is the eleven digits of LIN03."""
    return len(ndc) == 11 and ndc.isascii() and ndc.isdigit()


def is_revenue_code(text: str) -> bool:
    """Whether it is the four digits of a revenue code."""
    return len(text) == 4 and text.isascii() and text.isdigit()


def _has_diagnosis(claim: Claim, product: ProductProfile) -> bool:
    return any(code.code.replace(".", "") in product.diagnoses for code in claim.codes(*_DIAGNOSES))
