"""A stay in hospital: its admission, its discharge, and whether it goes on."""

from __future__ import annotations

from collections.abc import Iterator

from edi.protected import shown_code
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_STILL_A_PATIENT = "30"
_FINAL = ("1", "4")
"""CLM05-3 of a whole stay, and of the last bill of one that was billed in pieces."""
_NOT_FINAL = ("2", "3")
_ADMISSION, _DISCHARGE_HOUR = "435", "096"


def _has_date(check: ClaimCheck, qualifier: str) -> bool:
    """Whether the claim has the DTP, readable or not: what it holds, the guide judges."""
    return next(check.claim.segments_of("2300", "DTP", qualifier), None) is not None


@claim_rule("admission-date", source="005010X223A2, 2300 DTP*435; FACTS A5")
def admission_date(check: ClaimCheck) -> Iterator[Fault]:
    """An inpatient bill says when the child was admitted.

    What: a bill of type 011x has no DTP*435.
    Why: the stay cannot be priced without it (RARC MA40; 277CA 189).
    Fix: enter admission.date, and admission.hour where it is known, in the encounter.
    """
    if check.is_inpatient and check.claim.admission is None and not _has_date(check, _ADMISSION):
        yield Fault(
            "An inpatient bill has no date of admission.",
            check.claim_place("DTP", _ADMISSION, "DTP03"),
            expected="DTP*435 with the day, or day and hour, of the admission",
            found="none",
        )


@claim_rule("discharge-hour", source="005010X223A2, 2300 DTP*096; clearinghouse edits of 2025; FACTS A5")
def discharge_hour(check: ClaimCheck) -> Iterator[Fault]:
    """The hour of discharge stands exactly on bills of a stay that has ended.

    What: a final bill of type 011x of a patient who was discharged has no DTP*096; or a bill has one
    although the patient is still there (status 30), or more bills follow (frequency 2 or 3).
    Why: payers price the stay from admission to discharge (RARC N50; 277CA 233), and clearinghouses
    reject a discharge on a bill that is not the last.
    Fix: enter admission.discharge_hour when the stay has ended; remove it, or correct status and frequency, while it goes on.
    """
    claim = check.claim
    goes_on = claim.patient_status == _STILL_A_PATIENT or claim.frequency in _NOT_FINAL
    if goes_on:
        if _has_date(check, _DISCHARGE_HOUR):
            yield Fault(
                "A bill of a stay that goes on has an hour of discharge.",
                check.claim_place("DTP", _DISCHARGE_HOUR, "DTP03"),
                expected="no DTP*096 while the patient status is 30 or the frequency 2 or 3",
                found="DTP*096",
            )
    elif (
        check.is_inpatient
        and claim.patient_status
        and not claim.discharge_hour
        and not _has_date(check, _DISCHARGE_HOUR)
    ):
        yield Fault(
            "The final bill of a stay has no hour of discharge.",
            check.claim_place("DTP", _DISCHARGE_HOUR, "DTP03"),
            expected="DTP*096 with the hour as HHMM",
            found="none",
        )


@claim_rule("status-frequency", source="NUBC: patient status 30, frequency of the bill")
def status_frequency(check: ClaimCheck) -> Iterator[Fault]:
    """Patient status and frequency tell the same of the stay.

    What: a bill of type 011x of a whole stay or its last piece (frequency 1 or 4) says that the
    patient is still there (status 30), or a bill that others follow (2 or 3) says that the patient left.
    Why: the payer waits for bills that never come, or takes the next one for a duplicate.
    Fix: correct admission.patient_status, or bill the stay as interim.
    """
    claim = check.claim
    status, frequency = claim.patient_status, claim.frequency
    if not check.is_inpatient or not status:
        return
    stays = status == _STILL_A_PATIENT
    if (frequency in _FINAL and stays) or (frequency in _NOT_FINAL and not stays):
        yield Fault(
            "Patient status {status} does not go with frequency {frequency} of the bill.",
            check.claim_place("CL1", element="CL103"),
            fields={"status": _shown(status), "frequency": frequency},
            expected="a status other than 30" if stays else _STILL_A_PATIENT,
            found=_shown(status),
        )


def _shown(status: str) -> object:
    return shown_code(status, 2)
