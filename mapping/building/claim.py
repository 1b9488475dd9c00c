"""One encounter to one claim.

Inpatient bills carry admission, discharge hour, admitting diagnosis and POA; outpatient
bills carry the reason for the visit. Segments of one setting never leak into the other.
Source: FACTS A5, A7.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import Attachment, Claim, ContractInformation, Reference
from edi.finding import Finding
from mapping.building import parties
from mapping.building.authorizations import authorization_to_send
from mapping.building.coordination import other_coverages
from mapping.building.health_codes import health_codes
from mapping.building.lines import refuse_second_kit, service_lines
from mapping.building.notes import notes
from mapping.building.parts import DRUG, STAY, infusion_day, parts_of
from mapping.building.request import BuiltClaim, ClaimRequest, Notebook
from mapping.building.statement import statement
from mapping.encounter import AttachmentRecord, Authorization
from mapping.rule_keys import RECORD_INVALID

_INPATIENT, _OUTPATIENT, _CRITICAL_ACCESS = "11", "13", "85"
_INPATIENT_SETTING = "21"
_OUTPATIENT_SETTINGS = ("22", "19")
_LONGEST_ACCOUNT = 20
_STILL_A_PATIENT = "30"
_NON_FINAL = ("2", "3")
_OF_AN_EARLIER_CLAIM = ("7", "8")
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
    refuse_doubtful_replacement(request, notebook)
    first, last = statement(request, notebook, [line.service_date for line in lines])
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
        health_codes=health_codes(request, notebook),
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
    """CLM01: the hospital's account number, with an ending where the claim is for a part of it.

    The payer's suffix where the drug goes alone, `L2` where line 2 does. The claims of one account
    would be told apart by nobody without it.
    """
    account = notebook.id(request.encounter.patient_control_number.reveal(), "patient_control_number")
    ending = request.payer.carve_out_suffix if request.part == DRUG else ""
    if request.only is not None:
        ending += "L" + "-".join(str(number) for number in sorted(request.only))
    if not ending:
        return account
    number = account + ending
    if len(number) > _LONGEST_ACCOUNT:
        what = "claim of the drug" if request.part == DRUG else "claim of a part"
        finding = Finding.of(
            RECORD_INVALID,
            "{path} has no room for the ending that marks the {what}.",
            fields={"path": "patient_control_number", "what": what},
            expected=f"at most {_LONGEST_ACCOUNT - len(ending)} characters",
            fix="Bill this encounter under a shorter account number, or shorten the payer's suffix.",
        )
        notebook.add(finding, "patient_control_number")
    return number


def refuse_doubtful_replacement(request: ClaimRequest, notebook: Notebook) -> None:
    """Where the drug goes apart, a payer's claim number is of one of the two claims: the record says of which.

    Both would go out as replacements of the one, and one of them would undo the other.
    """
    replaces = request.encounter.replaces
    if replaces is None or replaces.part is not None or request.frequency not in _OF_AN_EARLIER_CLAIM:
        return
    if len(parts_of(request.encounter, request.payer, request.product)) == 1:
        return
    finding = Finding.of(
        RECORD_INVALID,
        "{path} is not given, and this payer has the stay and the drug as two claims.",
        fields={"path": "replaces.part"},
        expected=f"{STAY} or {DRUG}",
        found="nothing",
        fix="Say in replaces.part which claim the payer's number belongs to; send another record for the other.",
    )
    notebook.add(finding, "replaces.part")


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
    if encounter.replaces is not None and request.frequency in _OF_AN_EARLIER_CLAIM:
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
