"""One encounter to one claim.

Inpatient bills carry admission, discharge hour, admitting diagnosis and POA; outpatient
bills carry the reason for the visit. Segments of one setting never leak into the other.
Source: FACTS A5, A7.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import Attachment, Claim, ContractInformation, HealthCode, Reference
from edi.finding import Finding
from mapping.building import parties
from mapping.building.authorizations import authorization_to_send
from mapping.building.coordination import other_coverages
from mapping.building.lines import refuse_second_kit, service_lines
from mapping.building.notes import notes
from mapping.building.parts import DRUG, STAY, infusion_day
from mapping.building.request import BuiltClaim, ClaimRequest, Notebook
from mapping.encounter import AttachmentRecord, Authorization, Diagnosis, Encounter
from mapping.rule_keys import RECORD_INVALID

_INPATIENT, _OUTPATIENT, _CRITICAL_ACCESS = "11", "13", "85"
_INPATIENT_SETTING = "21"
_OUTPATIENT_SETTINGS = ("22", "19")
_LONGEST_ACCOUNT = 20
_WEIGHT = "A8"
_STILL_A_PATIENT = "30"
_NON_FINAL = ("2", "3")
_CONTRACT_TYPE_OTHER = "09"


def has_institutional_claim(setting: str) -> bool:
    """Whether a place of service is billed on an 837I: a hospital, inpatient or outpatient."""
    return setting == _INPATIENT_SETTING or setting in _OUTPATIENT_SETTINGS


def build_claim(request: ClaimRequest) -> BuiltClaim:
    """The claim of a request. Findings say what was folded and what could not be carried.

    Raises ValueError for a setting that has no institutional claim: the gate refuses it.
    """
    encounter = request.encounter
    if not has_institutional_claim(encounter.setting):
        raise ValueError("this setting has no institutional claim")
    notebook = Notebook(request)
    refuse_second_kit(request, notebook)
    lines = service_lines(request, notebook)
    first, last = _statement(request, [line.service_date for line in lines])
    admission = encounter.admission
    claim = Claim(
        patient_control_number=account_number(request, notebook),
        total_charge=sum((line.charge for line in lines if line.charge is not None), Decimal(0)),
        facility_code=_facility_code(request),
        frequency=request.frequency,
        billing_provider=parties.billing_provider(request),
        pay_to=parties.pay_to(request, notebook),
        subscriber=parties.subscriber(request, notebook),
        payer=parties.payer(request),
        patient=parties.patient(request, notebook),
        statement_from=first,
        statement_through=last,
        admission=_admission(request),
        delay_reason=encounter.delay_reason or "",
        discharge_hour=_discharge_hour(request),
        admission_type=admission.type,
        point_of_origin=admission.point_of_origin,
        patient_status=admission.patient_status,
        attachments=tuple(
            Attachment(
                item.type,
                item.transmission,
                notebook.id(item.control_number, f"attachments[{number}].control_number"),
            )
            for number, item in enumerate(encounter.attachments)
            if _belongs(item, request)
        ),
        contract=_contract(request, notebook),
        estimated_amount_due=encounter.estimated_amount_due if request.part not in (STAY, DRUG) else None,
        references=tuple(_references(request, notebook)),
        file_information=tuple(
            notebook.text(text, f"file_information[{number}]")
            for number, text in enumerate(encounter.file_information)
        ),
        notes=notes(request, notebook),
        health_codes=tuple(_health_codes(request)),
        attending=parties.physician(encounter.attending, notebook, "attending"),
        operating=parties.physician(encounter.operating, notebook, "operating"),
        other_operating=parties.physician(encounter.other_operating, notebook, "other_operating"),
        service_facility=parties.service_facility(request, notebook),
        referring=parties.physician(encounter.referring, notebook, "referring"),
        other_coverages=other_coverages(request, notebook),
        lines=lines,
    )
    return BuiltClaim(claim, tuple(notebook.findings))


def account_number(request: ClaimRequest, notebook: Notebook) -> str:
    """CLM01: the hospital's account number, with the payer's suffix where the drug goes alone.

    The two claims of one account would be told apart by nobody without it.
    """
    account = notebook.id(request.encounter.patient_control_number.reveal(), "patient_control_number")
    if request.part != DRUG:
        return account
    number = account + request.payer.carve_out_suffix
    if len(number) > _LONGEST_ACCOUNT:
        finding = Finding.of(
            RECORD_INVALID,
            "{path} has no room for the ending that marks the claim of the drug.",
            fields={"path": "patient_control_number"},
            expected=f"at most {_LONGEST_ACCOUNT - len(request.payer.carve_out_suffix)} characters",
            fix="Bill this encounter under a shorter account number, or shorten the payer's suffix.",
        )
        notebook.add(finding, "patient_control_number")
    return number


def _facility_code(request: ClaimRequest) -> str:
    """CLM05-1: the first two digits of the bill type."""
    if request.is_inpatient:
        return _INPATIENT
    return _CRITICAL_ACCESS if request.site.critical_access else _OUTPATIENT


def _belongs(item: AttachmentRecord, request: ClaimRequest) -> bool:
    wanted = {"drug": DRUG, "admission": STAY}
    return item.scope is None or request.part not in (STAY, DRUG) or wanted[item.scope] == request.part


def authorization_for(request: ClaimRequest) -> tuple[int, Authorization] | None:
    """The authorization whose number goes out (REF*G1), with its place in the list.

    One for the drug where the claim has the drug, else one for the admission.
    """
    encounter = request.encounter
    if request.carries_drug:
        return authorization_to_send(request.coverage, "drug", infusion_day(encounter, request.product))
    return authorization_to_send(request.coverage, "admission", encounter.admission.date)


def _statement(
    request: ClaimRequest, line_dates: list[dt.date | None]
) -> tuple[dt.date | None, dt.date | None]:
    """DTP*434: the stay, or the days on which something was done."""
    admission = request.encounter.admission
    dates = sorted(date for date in line_dates if date is not None)
    if request.is_inpatient:
        last = admission.discharge_date or (dates[-1] if dates else admission.date)
        return admission.date, last
    return (dates[0], dates[-1]) if dates else (admission.date, admission.discharge_date or admission.date)


def _admission(request: ClaimRequest) -> dt.date | dt.datetime | None:
    """DTP*435: inpatient only, with the hour where it is known."""
    admission = request.encounter.admission
    if not request.is_inpatient or admission.date is None:
        return None
    if admission.hour is None:
        return admission.date
    return dt.datetime.combine(admission.date, dt.time(int(admission.hour[:2]), int(admission.hour[2:])))


def _discharge_hour(request: ClaimRequest) -> str:
    """DTP*096: inpatient and final bills only."""
    admission = request.encounter.admission
    final = request.frequency not in _NON_FINAL and admission.patient_status != _STILL_A_PATIENT
    return admission.discharge_hour or "" if request.is_inpatient and final else ""


def _contract(request: ClaimRequest, notebook: Notebook) -> ContractInformation | None:
    contract = request.encounter.contract if request.carries_drug else None
    if contract is None or request.payer.contract_id_place != "CN1":
        return None
    return ContractInformation(
        _CONTRACT_TYPE_OTHER, notebook.id(contract.agreement_id, "contract.agreement_id")
    )


def _references(request: ClaimRequest, notebook: Notebook) -> Iterator[Reference]:
    """REF in the order of the guide: 9F referral, G1 authorization, F8, EA record number, P4."""
    encounter = request.encounter
    if encounter.referral_number:
        yield Reference("9F", notebook.id(encounter.referral_number, "referral_number"))
    authorization = authorization_for(request)
    if authorization is not None:
        number, item = authorization
        path = f"coverages[{request.payer_order}].authorizations[{number}].number"
        yield Reference("G1", notebook.id(item.number, path))
    if encounter.replaces is not None and request.frequency in ("7", "8"):
        path = "replaces.payer_claim_control_number"
        yield Reference("F8", notebook.id(encounter.replaces.payer_claim_control_number, path))
    record_number = encounter.patient.record_number
    if record_number is not None:
        yield Reference("EA", notebook.id(record_number.reveal(), "patient.record_number"))
    if (
        request.carries_drug
        and encounter.contract is not None
        and request.payer.contract_id_place == "REF*P4"
    ):
        yield Reference("P4", notebook.id(encounter.contract.agreement_id, "contract.agreement_id"))


def _health_codes(request: ClaimRequest) -> Iterator[HealthCode]:
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
