"""What the causes of a rejection or denial ask for in the record, as changes of its fields.

Each fix is a small function from the record and the profiles that apply now to changes; it yields
nothing where the record is as it should be. Most causes need none of them: the claim is built anew,
with the profiles and the record of today. Nothing is invented: a diagnosis, a number or a date that
stands nowhere must be set by a person.

Source: FACTS E1, E2; the profiles of product and payer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from mapping import encounter as record
from mapping.building.parts import drug_codes, infusion_day
from mapping.building.request import ClaimRequest
from mapping.profile_models import ProductProfile, WrongAdministration
from mapping.text import fold
from pipeline.corrections.fields import Change

Fix = Callable[[ClaimRequest], Iterator[Change]]
NumberedLine = tuple[int, record.ServiceLine]


def fixes_for(causes: Iterable[str], request: ClaimRequest) -> list[Change]:
    """The changes that the causes ask for, each field once, the likelier cause first."""
    found: dict[str, Change] = {}
    for cause in causes:
        for fix in FIXES.get(cause, ()):
            for change in fix(request):
                found.setdefault(change.path, _of_cause(change, cause))
    return list(found.values())


def _of_cause(change: Change, cause: str) -> Change:
    return Change(change.path, change.value, f"fix of {cause}", change.reason)


def own_code(request: ClaimRequest) -> Iterator[Change]:
    """An unclassified code where the product has one of its own, and the payer does not want the other."""
    product, day = request.product, infusion_day(request.encounter, request.product)
    if product is None or day is None or day < product.hcpcs_first_date or request.payer.drug_hcpcs:
        return
    for number, line in _drug_lines(request):
        if line.hcpcs in product.unclassified_codes:
            reason = f"{product.hcpcs} is the product's own code since {product.hcpcs_first_date}"
            yield _change(f"service_lines[{number}].hcpcs", product.hcpcs, reason)


def infusion_code(request: ClaimRequest) -> Iterator[Change]:
    """A code of chemotherapy, radiopharmaceuticals or a push where the infusion was meant."""
    product = request.product
    if product is None:
        return
    codes = {line.hcpcs for line in request.encounter.service_lines}
    for number, line in enumerate(request.encounter.service_lines):
        wrong = _wrong_administration(product, line, codes)
        if wrong is not None:
            yield _change(f"service_lines[{number}].hcpcs", product.infusion_code, wrong.reason)


def _wrong_administration(
    product: ProductProfile, line: record.ServiceLine, codes: set[str | None]
) -> WrongAdministration | None:
    if line.hcpcs is None:
        return None
    fitting = (one for one in product.wrong_administration if one.covers(line.hcpcs or ""))
    found = next(fitting, None)
    # beside the infusion the push may be another drug's: a coder must look
    return None if found is None or (found.unless or product.infusion_code) in codes else found


def kit_ndc(request: ClaimRequest) -> Iterator[Change]:
    """The NDC of an inner vial or of the product family where the kit's own is wanted."""
    product, therapy = request.product, request.encounter.therapy
    weight = request.encounter.patient.weight_kg
    if product is None or therapy is None or weight is None:
        return
    ndc, kit = therapy.kits[0].ndc, product.kit_for_weight(weight)
    if kit is not None and ndc in product.known_ndcs and ndc not in product.kit_by_ndc:
        reason = "the NDC on the outer carton of the kit for the recorded weight"
        yield _change("therapy.kits[0].ndc", kit.ndc_11, reason)


def kit_volume(request: ClaimRequest) -> Iterator[Change]:
    """A volume that is not the kit's where the payer wants millilitres."""
    product, therapy = request.product, request.encounter.therapy
    if product is None or therapy is None or therapy.kits[0].volume_ml is None:
        return
    kit = product.kit_by_ndc.get(therapy.kits[0].ndc)
    if kit is not None and abs(therapy.kits[0].volume_ml - kit.dose_ml) > product.volume_tolerance_ml:
        yield _change("therapy.kits[0].volume_ml", kit.dose_ml, "the dose of the kit that was given")


def line_units(request: ClaimRequest) -> Iterator[Change]:
    """One treatment is one unit; an infusion of one hour is one, too."""
    product = request.product
    if product is None:
        return
    for number, line in _drug_lines(request):
        if line.units != product.units:
            reason = f"one treatment is {product.units} unit{'s' if product.units != 1 else ''}"
            yield _change(f"service_lines[{number}].units", product.units, reason)
    usual, most = product.infusion_units_usual, product.infusion_units_maximum
    for number, line in enumerate(request.encounter.service_lines):
        if usual and most and line.hcpcs == product.infusion_code and line.units > most:
            yield _change(f"service_lines[{number}].units", usual, "the infusion takes one hour")


def revenue_codes(request: ClaimRequest) -> Iterator[Change]:
    """The revenue codes that the payer's profile has for the drug and for its infusion."""
    payer, product = request.payer, request.product
    if product is None:
        return
    wanted = payer.drug_revenue_codes
    for number, line in _drug_lines(request):
        if wanted and line.revenue_code not in wanted and payer.drug_revenue_code is None:
            yield _change(
                f"service_lines[{number}].revenue_code", wanted[0], "this payer's code for the drug"
            )
    for number, line in enumerate(request.encounter.service_lines):
        if line.hcpcs == product.infusion_code and line.revenue_code != payer.infusion_revenue_code:
            path = f"service_lines[{number}].revenue_code"
            yield _change(path, payer.infusion_revenue_code, "this payer's code for the infusion")


def principal_diagnosis(request: ClaimRequest) -> Iterator[Change]:
    """The product's diagnosis first where the payer wants it there and the record has it further down."""
    product, diagnoses = request.product, request.encounter.diagnoses
    if product is None or request.payer.diagnosis_position != "principal":
        return
    wanted = request.payer.diagnoses or product.diagnoses
    first = next((at for at, one in enumerate(diagnoses) if one.role == "principal"), None)
    fitting = (at for at, one in enumerate(diagnoses) if one.role == "other" and _plain(one.code) in wanted)
    other = next(fitting, None)
    if first is None or other is None or _plain(diagnoses[first].code) in wanted:
        return
    reason = "this payer wants the treated disease as principal diagnosis"
    yield _change(f"diagnoses[{other}].role", "principal", reason)
    yield _change(f"diagnoses[{first}].role", "other", reason)


def repeated_codes(request: ClaimRequest) -> Iterator[Change]:
    """A value or condition code that stands twice with the same amount."""
    values = [one.model_dump(mode="json") for one in request.encounter.value_codes]
    once = list({str(one): one for one in values}.values())
    if len(once) < len(values):
        yield _change("value_codes", once, "each value code once")
    conditions = request.encounter.condition_codes
    if len(set(conditions)) < len(conditions):
        yield _change("condition_codes", list(dict.fromkeys(conditions)), "each condition code once")


FIXES: Mapping[str, Sequence[Fix]] = {
    "wrong-hcpcs": (own_code,),
    "wrong-admin-code": (infusion_code,),
    "ndc-invalid": (kit_ndc, own_code),
    "ndc-quantity": (kit_volume,),
    "weight-limit": (kit_volume,),
    "units": (line_units,),
    "revenue-code": (revenue_codes,),
    "type-of-bill": (revenue_codes,),
    "diagnosis": (principal_diagnosis,),
    "value-condition-code": (repeated_codes,),
}
"""By cause. The others are cured by building anew, by the payer's own correction, or by a person."""


def corrected_by_payer(request: ClaimRequest, body: Mapping[str, Any], day: str | None) -> list[Change]:
    """Member id and name as the payer has them on file, where its 835 corrects them (NM1*74)."""
    corrected = body.get("corrected_insured") or {}
    coverage, child = request.coverage, request.encounter.patient
    person: record.Patient | record.Subscriber = coverage.subscriber or child
    where = "patient" if coverage.subscriber is None else f"coverages[{request.payer_order}].subscriber"
    known = {
        f"coverages[{request.payer_order}].member_id": (coverage.member_id.reveal(), "member_id"),
        f"{where}.last_name": (person.last_name.reveal(), "last_name"),
        f"{where}.first_name": (person.first_name.reveal(), "first_name"),
        f"{where}.middle_name": (person.middle_name.reveal() if person.middle_name else "", "middle_name"),
    }
    source = f"835 of {day}" if day else "835"
    return [
        Change(path, corrected[name], source, "as the payer has it on file (NM1*74)")
        for path, (ours, name) in known.items()
        if corrected.get(name) and fold(ours, request.separators) != corrected[name]
    ]


def _drug_lines(request: ClaimRequest) -> list[NumberedLine]:
    """The record's lines of the drug with their place in the list; none where the payer has a code of its own."""
    codes = drug_codes(request.encounter, request.product)
    return [pair for pair in enumerate(request.encounter.service_lines) if pair[1].hcpcs in codes]


def _change(path: str, value: str | int | Decimal | list[Any], reason: str) -> Change:
    return Change(path, value if isinstance(value, list) else str(value), "", reason)


def _plain(code: str) -> str:
    return code.replace(".", "").upper()
