"""The billing card of a product: all that is known of billing it, from the profiles alone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from edi.values import decimal_words
from mapping.profile_models import Kit, PayerProfile, ProductProfile, WrongAdministration
from mapping.profile_store import ProfileStore, Provenance
from pipeline.cli.numbers import scientific
from pipeline.cli.paragraphs import WIDTH, entry
from validators.ages import months_words

_QUANTITY = {"UN": "CTP05 UN with CTP04 1, one kit", "ML": "CTP05 ML with CTP04 the volume in mL"}
_PAYMENT = {
    "acquisition_cost": "its acquisition cost",
    "agreement": "an agreement",
    "fee_schedule": "a fee schedule",
    "group": "the group of the stay",
    "charges": "a share of the charges",
}
_PAYER_FACTS = (
    "drug_revenue_code",
    "drug_revenue_codes",
    "drug_revenue_codes_unusual",
    "infusion_revenue_code",
    "ndc_unit",
    "ndc_units_accepted",
    "drug_hcpcs",
    "drug_lines",
    "carve_out",
    "invoice_value_code",
    "requires_invoice",
    "payment_basis",
    "diagnoses",
    "diagnosis_position",
    "line_charge_maximum",
    "claim_charge_maximum",
    "filing_days",
    "filing_days_secondary",
    "filing_days_correction",
    "age_limit_months",
    "age_limit_inclusive",
    "titer_threshold",
    "titer_maximum_days",
)
"""The facts of a payer that the card shows; the others are not about the drug."""


def card_lines(product: ProductProfile, profiles: ProfileStore) -> list[str]:
    """The card, at most 80 columns wide."""
    payers = [profiles.payer(key) for key in profiles.keys("payers")]
    return [
        f"{product.hcpcs}  {product.title}",
        "",
        *_code_lines(product),
        "",
        *_infusion_lines(product),
        "",
        *_child_lines(product),
        "",
        *_dose_lines(product),
        "",
        *_kit_lines(product),
        "",
        *_payers_lines(payers, product),
        "",
        *_sources_lines(product, payers, profiles),
    ]


def _indented(words: str, depth: int) -> list[str]:
    """A paragraph so many columns from the edge, its further lines two more."""
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=" " * depth,
        subsequent_indent=" " * (depth + 2),
        break_on_hyphens=False,
    )


def _code_lines(product: ProductProfile) -> Iterator[str]:
    yield from entry("Code", f"{product.hcpcs}, since {product.hcpcs_first_date}")
    yield from entry(
        "", f"from that day on not {_listed(product.unclassified_codes)}, unless a payer below wants one"
    )
    yield from entry("Units", f"{product.units} {product.unit} (SV205, SV204), whatever the dose")


def _infusion_lines(product: ProductProfile) -> Iterator[str]:
    yield from entry("Infusion", product.infusion_code)
    for wrong in product.wrong_administration:
        yield from entry("", f"not {_wrong_words(wrong)}: {wrong.reason}")


def _wrong_words(wrong: WrongAdministration) -> str:
    codes = wrong.first if wrong.first == wrong.last else f"{wrong.first} to {wrong.last}"
    return f"{codes} (unless {wrong.unless} stands beside it)" if wrong.unless else codes


def _child_lines(product: ProductProfile) -> Iterator[str]:
    gate = product.gate
    codes = _listed(_dotted(code) for code in product.diagnoses)
    yield from entry("Diagnosis", f"one of {codes}; on the claim without the point")
    yield from entry(
        "Age", months_words(product.age_limit_months, product.age_limit_inclusive) + " at infusion"
    )
    yield from entry("Weight", f"{product.weight_from_kg} to {product.weight_to_kg} kg")
    yield from entry(
        "Gate",
        f"{product.clinical_gate}: antibody titer at most 1:{gate.titer_threshold}, warned of when older than "
        f"{gate.titer_warning_days} days at infusion, not accepted when older than {gate.titer_maximum_days}",
    )


def _dose_lines(product: ProductProfile) -> Iterator[str]:
    yield from entry(
        "Dose",
        f"{scientific(product.dose_vg_per_kg)} vector genomes a kg, "
        f"{scientific(product.concentration_vg_per_ml)} a mL, {decimal_words(product.ml_per_kg)} mL a kg; "
        "given is the volume of the kit's band",
    )


def _kit_lines(product: ProductProfile) -> Iterator[str]:
    yield "Kits      LIN03 takes the eleven digits; the carton prints them with hyphens"
    yield "          weight kg     given mL  vials  holds mL  carton        LIN03"
    for kit in product.kits:
        yield "          " + _kit_row(kit)
    if any(kit.is_doubtful for kit in product.kits):
        yield from entry("", "* derived from the pattern of the table: compare with the carton")
    yield from entry(
        "Others",
        f"inner vials {_listed(product.inner_vial_ndcs)}; family {_listed(product.family_ndcs)}: "
        "they name the product, but no kit",
    )


def _kit_row(kit: Kit) -> str:
    band = f"{kit.weight_from_kg} to {kit.weight_to_kg}"
    mark = "*" if kit.is_doubtful else ""
    return f"{band:12}  {kit.dose_ml:>8}  {kit.vials:>5}  {kit.extractable_ml:>8}  {kit.ndc_10:12}  {kit.ndc_11}{mark}"


def _payers_lines(payers: Iterable[PayerProfile], product: ProductProfile) -> Iterator[str]:
    """What each payer wants; payers that want the same stand together."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for payer in payers:
        alike.setdefault(_payer_words(payer, product), []).append(payer.key)
    yield "Payers    revenue codes and NDC quantity; default: any payer without a profile"
    for sentences, keys in alike.items():
        yield from _indented(_listed(keys), 2)
        for words in sentences:
            yield from _indented(words, 6)


def _payer_words(payer: PayerProfile, product: ProductProfile) -> tuple[str, ...]:
    drug = f"drug under {_listed(payer.drug_revenue_codes, 'or')}"
    unusual = [code for code in payer.drug_revenue_codes_unusual if code not in payer.drug_revenue_codes]
    if unusual:
        drug += f" (elsewhere also {_listed(unusual)})"
    return (
        f"{drug}; infusion under {payer.infusion_revenue_code}",
        f"{_QUANTITY[payer.ndc_unit]}; units taken: {_listed(payer.ndc_units_accepted)}",
        *_drug_line_changes(payer),
        *_beyond_the_guide(payer),
        *_own_limits(payer, product),
    )


def _drug_line_changes(payer: PayerProfile) -> Iterator[str]:
    """What goes out in another way than the record has it."""
    if payer.drug_revenue_code:
        yield f"drug always under {payer.drug_revenue_code}"
    if payer.drug_hcpcs:
        yield f"drug billed as {payer.drug_hcpcs}"
    if payer.drug_lines > 1:
        yield f"drug on {payer.drug_lines} lines of one unit that sum to its charge"
    if payer.carve_out:
        yield "drug alone on an outpatient claim"
    if payer.invoice_value_code:
        yield f"acquisition cost under value code {payer.invoice_value_code}"
    for modifier in payer.drug_modifiers:
        yield f"modifier {modifier.code}, setting {modifier.setting}" + (
            ", 340B only" if modifier.only_340b else ""
        )


def _beyond_the_guide(payer: PayerProfile) -> Iterator[str]:
    """What the payer asks for that others do not, and by what it prices the drug."""
    if payer.requires_invoice:
        yield "the invoice goes with the claim (PWK with a control number)"
    if payer.payment_basis:
        yield f"drug priced by {_PAYMENT[payer.payment_basis]}"
    if payer.diagnoses:
        position = "principal diagnosis" if payer.diagnosis_position == "principal" else "diagnosis"
        yield f"{position} {_listed(map(_dotted, payer.diagnoses), 'or')}"
    if payer.line_charge_maximum is not None:
        yield f"charge of a line at most {payer.line_charge_maximum:f}"
    if payer.claim_charge_maximum is not None:
        yield f"charge of a claim at most {payer.claim_charge_maximum:f}"
    if payer.filing_days is not None:
        yield f"filed within {payer.filing_days} days of the statement's end"
    if payer.filing_days_secondary is not None:
        yield f"after another payer within {payer.filing_days_secondary} days of its decision"
    if payer.filing_days_correction is not None:
        yield f"a corrected claim within {payer.filing_days_correction} days of the last remittance"


def _own_limits(payer: PayerProfile, product: ProductProfile) -> Iterator[str]:
    """Limits that the payer sets beside the product's."""
    if payer.age_limit_months is not None or payer.age_limit_inclusive is not None:
        months = payer.age_limit_months if payer.age_limit_months is not None else product.age_limit_months
        inclusive = payer.age_limit_inclusive
        own = product.age_limit_inclusive if inclusive is None else inclusive
        yield f"age {months_words(months, own)} at infusion"
    if payer.titer_threshold is not None:
        yield f"antibody titer at most 1:{payer.titer_threshold}"
    if payer.titer_maximum_days is not None:
        yield f"antibody titer at most {payer.titer_maximum_days} days old at infusion"


def _sources_lines(
    product: ProductProfile, payers: Iterable[PayerProfile], profiles: ProfileStore
) -> Iterator[str]:
    """Each source with the day it was looked at, and below it the facts that rest on it."""
    facts: dict[Provenance, list[str]] = {}
    for name, origin in _origins(product, payers, profiles):
        facts.setdefault(origin, []).append(name)
    yield "Sources"
    for origin, names in facts.items():
        yield from _indented(f"{origin.source} ({origin.date})", 2)
        yield from _indented(_listed(names), 6)


def _origins(
    product: ProductProfile, payers: Iterable[PayerProfile], profiles: ProfileStore
) -> Iterator[tuple[str, Provenance]]:
    """Every fact on the card, by name, with where it comes from; a payer's own after its key."""
    yield from profiles.sources("products", product.key).items()
    for wrong in product.wrong_administration:
        yield f"not {wrong.first}", Provenance(wrong.source, wrong.date)
    for payer in payers:
        for name, origin in profiles.sources("payers", payer.key).items():
            if name in _PAYER_FACTS:
                yield f"{payer.key} {name}", origin
        for modifier in payer.drug_modifiers:
            yield f"{payer.key} modifier {modifier.code}", Provenance(modifier.source, modifier.date)


def _dotted(code: str) -> str:
    """An ICD-10-CM code as it is printed: `G12.0`."""
    return code if len(code) <= 3 else f"{code[:3]}.{code[3:]}"


def _listed(words: Iterable[str], last: str = "") -> str:
    """`a, b, c`, or `a, b or c`; `none` where there is nothing."""
    items = list(words)
    if last and len(items) > 1:
        return f"{', '.join(items[:-1])} {last} {items[-1]}"
    return ", ".join(items) or "none"
