"""The codes of a claim (HI): diagnoses, procedures, group, occurrences, values, conditions.

Segments of one setting never leak into the other. More codes of a kind than a claim has room for
are said with the field of the record, and nothing is left out. Source: FACTS A3, A5; guide
005010X223A2, 2300 HI.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from edi.claim837i.model import HealthCode
from edi.finding import Finding
from mapping.building.parts import DRUG
from mapping.building.request import ClaimRequest, Notebook
from mapping.encounter import Diagnosis, Encounter
from mapping.rule_keys import RECORD_INVALID

_WEIGHT = "A8"
_ROOM = {
    "ABK": (1, "diagnoses", "principal"),
    "ABJ": (1, "diagnoses", "admitting"),
    "APR": (3, "diagnoses", "reason_for_visit"),
    "ABN": (12, "diagnoses", "external_cause"),
    "ABF": (24, "diagnoses", "other"),
    "BBR": (1, "procedures", "principal"),
    "BBQ": (24, "procedures", "other"),
    "BI": (24, "occurrence_spans", ""),
    "BH": (24, "occurrence_codes", ""),
    "BE": (24, "value_codes", ""),
    "BG": (24, "condition_codes", ""),
}
"""How many codes a claim can carry by qualifier; the field they come from, and their role in it."""


def health_codes(request: ClaimRequest, notebook: Notebook) -> tuple[HealthCode, ...]:
    """All codes of the claim, in the order of the guide."""
    codes = tuple(_all_codes(request))
    qualifiers = [code.qualifier for code in codes]
    if len(set(qualifiers)) == len(codes):
        return codes
    counts = Counter(qualifiers)
    for qualifier, (most, path, role) in _ROOM.items():
        if counts[qualifier] > most:
            finding = Finding.of(
                RECORD_INVALID,
                "{path} has more codes{role} than a claim can carry.",
                fields={"path": path, "role": f" with the role {role}" if role else ""},
                expected=f"at most {most}",
                found=counts[qualifier],
                fix="Leave out those that matter least to the payment; a person must choose them.",
            )
            notebook.add(finding, path)
    return codes


def _all_codes(request: ClaimRequest) -> Iterator[HealthCode]:
    """HI in the order of the guide. Inpatient: ABJ, DR, BBR, BBQ and POA; outpatient: APR."""
    encounter = request.encounter
    inpatient = request.is_inpatient
    with_poa = inpatient and not request.site.poa_exempt
    yield from _diagnoses(encounter.diagnoses, "principal", "ABK", with_poa)
    if inpatient:
        yield from _diagnoses(encounter.diagnoses, "admitting", "ABJ", False)
    else:
        yield from _reasons_for_visit(request)
    yield from _diagnoses(encounter.diagnoses, "external_cause", "ABN", with_poa)
    if inpatient and encounter.drg:
        yield HealthCode("DR", encounter.drg)
    yield from _diagnoses(encounter.diagnoses, "other", "ABF", with_poa)
    if inpatient:
        for role, qualifier in (("principal", "BBR"), ("other", "BBQ")):
            for item in encounter.procedures:
                if item.role == role:
                    yield HealthCode(qualifier, item.code.upper(), item.date)
    if request.part != DRUG:
        yield from _codes_of_the_stay(encounter)
    yield from _value_codes(request)
    if request.part != DRUG:
        for condition in encounter.condition_codes:
            yield HealthCode("BG", condition)


def _codes_of_the_stay(encounter: Encounter) -> Iterator[HealthCode]:
    for span in encounter.occurrence_spans:
        yield HealthCode("BI", span.code, span.first_date, span.last_date)
    for occurrence in encounter.occurrence_codes:
        yield HealthCode("BH", occurrence.code, occurrence.date)


def _reasons_for_visit(request: ClaimRequest) -> Iterator[HealthCode]:
    """APR; a stay has none, so the drug of a stay goes out under the principal diagnosis."""
    role = "principal" if request.encounter.is_inpatient else "reason_for_visit"
    return _diagnoses(request.encounter.diagnoses, role, "APR", False)


def _value_codes(request: ClaimRequest) -> Iterator[HealthCode]:
    """BE. The claim of the drug alone carries those about the drug; the stay's claim the others."""
    invoice = request.payer.invoice_value_code
    about_drug = {invoice, _WEIGHT}
    given = set()
    for value in request.encounter.value_codes:
        given.add(value.code)
        if value.code == invoice and not request.carries_drug:
            continue
        if request.part != DRUG or value.code in about_drug:
            yield HealthCode("BE", value.code, amount=value.amount)
    therapy = request.encounter.therapy
    cost = therapy.kits[0].invoice_cost if therapy is not None and request.carries_drug else None
    if invoice is not None and invoice not in given and cost is not None:
        yield HealthCode("BE", invoice, amount=cost)


def _diagnoses(diagnoses: list[Diagnosis], role: str, qualifier: str, with_poa: bool) -> Iterator[HealthCode]:
    for item in diagnoses:
        if item.role == role:
            poa = item.present_on_admission or "" if with_poa else ""
            yield HealthCode(qualifier, item.code.replace(".", "").upper(), present_on_admission=poa)
