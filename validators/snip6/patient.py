"""The child: age, weight, name. Claims that withdraw another are not judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from edi.finding import Place
from edi.protected import Protected
from validators.ages import AgeLimit, age_limit, limit_words
from validators.checks import WEIGHT_VALUE_CODE, ClaimCheck
from validators.health_codes import health_code_place
from validators.registry import Fault, claim_rule
from validators.weights import has_kit, weights_words


@claim_rule(
    "age-at-infusion",
    source="FDA label: less than 2 years of age; FACTS C5",
    of_drug=True,
    of_void=False,
)
def age_at_infusion(check: ClaimCheck) -> Iterator[Fault]:
    """The child is young enough on the day of the infusion.

    What: the second birthday (or the payer's own limit) is reached on the day of the infusion,
    or the child is born after it; where the day is not known, on every day of the statement.
    Why: the drug is approved, and paid, below the limit only (CARC 6, RARC N129).
    Fix: check the birth date and the day of the infusion; over the limit the claim is not payable.
    """
    claim = check.claim
    born, infused = claim.birth_date, check.infusion_date
    earliest, latest = infused or claim.statement_from, infused or claim.statement_through
    if born is None:
        return
    if latest is not None and latest < born:
        yield Fault(
            "The infusion is dated before the child was born.",
            _infusion_place(check),
            expected="on or after the birth",
            found="before it",
            fix="Correct the birth date or the day of the infusion: one of the two is wrong.",
        )
    elif earliest is not None:
        limit = age_limit(born, check.therapy, check.payer)
        if not limit.allows(earliest):
            yield Fault(
                "The child is too old on the day of the infusion.",
                _infusion_place(check),
                expected=limit_words(limit),
                found="that age, or older",
            )


def _infusion_place(check: ClaimCheck) -> Place:
    if check.infusion_date is None:
        return check.claim_place("DTP", "434", "DTP03")
    return check.line_place(check.drug_lines[0], "DTP") if check.drug_lines else check.claim_place("CLM")


@claim_rule(
    "age-undetermined",
    source="FDA label: less than 2 years of age; FACTS C5",
    of_drug=True,
    of_void=False,
)
def age_undetermined(check: ClaimCheck) -> Iterator[Fault]:
    """The claim shows how old the child is at the infusion.

    What: an inpatient claim has no day of the infusion, and the child reaches the limit of age within the stay.
    Why: the payer cannot see that the infusion came before the birthday, and may deny it (CARC 6).
    Fix: enter the day of the infusion in therapy.infusion_start and in the drug line's date.
    """
    claim = check.claim
    born, first, last = claim.birth_date, claim.statement_from, claim.statement_through
    if check.infusion_date is not None or born is None or first is None or last is None:
        return
    if check.is_inpatient and _passes(age_limit(born, check.therapy, check.payer), first, last):
        yield Fault(
            "The child reaches the limit of age within the stay, and the infusion has no date.",
            check.claim_place("DTP", "434", "DTP03"),
            expected="the day of the infusion (2400 DTP*472)",
            found="none",
        )


def _passes(limit: AgeLimit, first: dt.date, last: dt.date) -> bool:
    return limit.allows(first) and not limit.allows(last)


@claim_rule(
    "weight-range", source="FDA label, dosing table: 2.6 to 21.0 kg; FACTS C6", of_drug=True, of_void=False
)
def weight_range(check: ClaimCheck) -> Iterator[Fault]:
    """There is a kit for the child's weight.

    What: the weight of value code A8 is below 2.6 or above 21.0 kg. The gate looks at that of the record.
    Why: no kit is made for it, so weight or unit is wrong, or the dose is off label (CARC 153, RARC N207).
    Fix: compare value code A8 (kilograms) with the chart, and correct it in value_codes.
    """
    for code in check.codes_by_qualifier.get("BE", ()):
        if code.code != WEIGHT_VALUE_CODE or code.amount is None or has_kit(code.amount, check.therapy):
            continue
        yield Fault(
            "No kit is made for the child's weight.",
            health_code_place(check, code, component=5),
            expected=weights_words(check.therapy),
            found=f"{code.amount} kg",
        )


@claim_rule("newborn-name", source="practice of hospitals; 277CA status 125; RARC N382, MA36", of_void=False)
def newborn_name(check: ClaimCheck) -> Iterator[Fault]:
    """A child that has a member id has a name.

    What: the child is its own subscriber, and its first name is one that stands for none (BABY,
    BABYBOY, NEWBORN, TWIN).
    Why: the payer looks for member id, name and birth date together, and does not find the child (CARC 31).
    Fix: enter patient.first_name as the payer has it on file under this member id.
    """
    subscriber = check.claim.subscriber
    if not subscriber.is_patient or check.claim.patient is not None or not subscriber.party.id:
        return
    if check.is_nameless:
        yield Fault(
            "The child's first name is one that stands for none.",
            check.claim.first_place("2010BA", "NM1", "IL", "NM104"),
            expected="the name that the payer has on file",
            found=Protected(subscriber.party.first_name),
        )
