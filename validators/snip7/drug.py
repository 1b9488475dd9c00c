"""How one payer wants the drug billed: apart, with its invoice, its diagnosis and its modifiers."""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import Attachment
from mapping.profile_models import DrugModifier
from validators.checks import INPATIENT, OUTPATIENT, ClaimCheck
from validators.registry import Fault, claim_rule

_ON_REQUEST = "AA"
"""PWK02 of a document that is kept at the hospital until it is asked for."""
_PRINCIPAL = ("ABK", "BK")
_PRINCIPAL_AND_OTHER = (*_PRINCIPAL, "ABF", "BF")


@claim_rule(
    "payer-carve-out",
    source="Texas Children's Health Plan alert of 2025-05-23; FirstCare provider news; FACTS F",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: payer.carve_out,
)
def payer_carve_out(check: ClaimCheck) -> Iterator[Fault]:
    """Where the payer wants the drug apart, it stands alone on an outpatient claim.

    What: the payer's profile carves the drug out, and the drug stands on an inpatient bill (011x), or
    other services stand beside it.
    Why: on the claim of the stay it is paid with the stay, at a small part of its price (CARC 97), or denied.
    Fix: bill the drug alone on an outpatient claim of the day of the infusion, and all else on a claim of its own.
    """
    if not check.drug_lines:
        return
    if check.claim.facility_code == INPATIENT:
        yield Fault(
            "This payer wants the drug on an outpatient claim, and it stands on an inpatient one.",
            check.claim_place("CLM", element="CLM05-1"),
            expected=f"0{OUTPATIENT[0]}x",
            found=f"0{INPATIENT}x",
        )
    others = [line for line in check.claim.lines if line not in check.drug_lines]
    if others:
        yield Fault(
            "This payer wants the drug alone on its claim, and {count} other lines stand beside it.",
            check.line_place(others[0], "SV2"),
            fields={"count": len(others)},
            expected="the drug alone",
            found=f"{len(check.claim.lines)} lines",
        )


@claim_rule(
    "payer-invoice",
    source="Texas Children's Health Plan alert of 2025-05-23; 005010X223A2, PWK; FACTS F",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: payer.requires_invoice,
)
def payer_invoice(check: ClaimCheck) -> Iterator[Fault]:
    """Where the payer wants the invoice, the claim says with which number it comes.

    What: the payer's profile asks for the acquisition invoice, and no PWK of the claim or its drug line has
    a control number and a way of sending; a document that waits for a request (PWK02 AA) does not count.
    Why: the payer prices the drug by the invoice, and denies or holds the claim without it (RARC M23).
    Fix: send the invoice with the claim, and enter it in attachments with type, transmission and control number.
    """
    if not check.drug_lines:
        return
    attachments = [
        *check.claim.attachments,
        *(item for line in check.drug_lines for item in line.attachments),
    ]
    if not any(map(_is_sent, attachments)):
        yield Fault(
            "This payer wants the invoice of the drug, and the claim names no document that was sent.",
            check.claim_place("PWK"),
            expected="PWK with PWK02 BM, EL, EM, FT or FX, and a control number in PWK06",
            found=f"{len(attachments)} documents without" if attachments else "none",
        )


def _is_sent(attachment: Attachment) -> bool:
    return bool(attachment.control_number) and attachment.transmission not in ("", _ON_REQUEST)


@claim_rule(
    "payer-diagnosis",
    source="TMHP notice of 2022-12-16; FACTS B4, F",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: bool(payer.diagnoses),
)
def payer_diagnosis(check: ClaimCheck) -> Iterator[Fault]:
    """The claim has a diagnosis for which this payer covers the drug.

    What: none of the diagnoses that the payer's profile lists stands where the profile wants it
    (the principal one, or any).
    Why: the payer pays the drug for these alone, and denies it for any other (CARC 11, 167).
    Fix: where the record documents a listed diagnosis, code it in diagnoses with the role that the payer wants; else ask the payer before the claim goes.
    """
    listed = check.payer.diagnoses
    if not check.drug_lines:
        return
    principal = check.payer.diagnosis_position == "principal"
    found = check.claim.codes(*(_PRINCIPAL if principal else _PRINCIPAL_AND_OTHER))
    if not any(code.code.replace(".", "").upper() in listed for code in found):
        yield Fault(
            "No {position} is one for which this payer covers the drug.",
            check.claim_place("HI", "ABK", "HI01-2"),
            fields={"position": "principal diagnosis" if principal else "diagnosis"},
            expected=", ".join(listed),
            found=f"{len(found)} other diagnoses" if found else "none",
        )


@claim_rule(
    "payer-modifier",
    source="published billing guide of 2026: modifiers by payer; FACTS B3",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: bool(payer.drug_modifiers),
)
def payer_modifier(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line has the modifiers that this payer wants on it.

    What: a modifier that the payer's profile wants on the drug in this setting is missing. Those for
    340B and for discarded drug have rules of their own.
    Why: the payer denies the line, or prices it as another drug (CARC 4, RARC N519).
    Fix: enter the modifier in service_lines[].modifiers of the drug.
    """
    wanted = [one.code for one in check.payer.drug_modifiers if _is_judged(check, one)]
    if not wanted:
        return
    for line in check.drug_lines:
        # without a code there is nothing to modify: other rules ask for the code
        missing = [code for code in wanted if line.procedure and code not in line.procedure.modifiers]
        if missing:
            yield Fault(
                "This payer wants {codes} on the drug line.",
                check.line_place(line, "SV2", "SV202-3"),
                fields={"codes": " and ".join(missing)},
                expected=" ".join(wanted),
                found="not there",
            )


def _is_judged(check: ClaimCheck, modifier: DrugModifier) -> bool:
    """Whether the modifier is wanted in the claim's setting, and no rule of its own looks for it."""
    if modifier.only_340b:
        return False
    if check.is_inpatient:
        return modifier.setting != "outpatient"
    # `wastage-modifier` looks for this one on outpatient lines
    return modifier.setting != "inpatient" and modifier.code != check.therapy.nothing_discarded_modifier
