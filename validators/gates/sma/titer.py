"""Antibodies against the vector: the titer, and for how long it holds."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule

_TITER = "clinical.antibody_titer"


@encounter_rule(
    "titer-missing", gate="sma", source="FDA label, baseline testing; payer criteria; FACTS C3, C4"
)
def titer_missing(check: EncounterCheck) -> Iterator[Fault]:
    """The anti-AAV9 antibody titer is on record.

    What: the encounter has no titer with its date.
    Why: every payer asks for it; a missing titer is the commonest cause of denial.
    Fix: enter the laboratory's result and date under clinical.antibody_titer, or order the test.
    """
    if check.encounter.clinical.antibody_titer is None:
        yield Fault(
            "No anti-AAV9 antibody titer is on record.", check.place(_TITER), expected="a titer with its date"
        )


@encounter_rule("titer-high", gate="sma", source="payer criteria: at most 1:50; FACTS C4, G22")
def titer_high(check: EncounterCheck) -> Iterator[Fault]:
    """The titer is at or below the threshold.

    What: the titer is above 1:50, or above the payer's own threshold.
    Why: antibodies would neutralise the vector, and payers do not cover it.
    Fix: retest (in a young infant the antibodies may be the mother's and fade); if it stays high, another
    therapy.
    """
    titer, threshold = check.encounter.clinical.antibody_titer, check.limit("titer_threshold")
    if titer is not None and titer.titer > threshold:
        yield Fault(
            "The titer is 1:{titer}.",
            check.place(f"{_TITER}.titer"),
            fields={"titer": titer.titer},
            expected=f"at most 1:{threshold}",
            found=f"1:{titer.titer}{' or less' if titer.at_most else ''}",
        )


@encounter_rule(
    "titer-stale", gate="sma", source="published billing guide of 2026, unsourced there; FACTS C3"
)
def titer_stale(check: EncounterCheck) -> Iterator[Fault]:
    """The titer is fresh.

    What: the titer is older than 14 days on the day of the infusion, and not yet expired.
    Why: some payers take only a titer of the last two weeks.
    Fix: send the report with the claim; before the infusion, retest.
    """
    age, most = _titer_age(check), check.therapy.gate.titer_warning_days
    if age is not None and most < age <= check.limit("titer_maximum_days"):
        yield Fault(
            "The titer is {days} days old on the day of the infusion.",
            check.place(f"{_TITER}.date"),
            fields={"days": age},
            expected=f"at most {most} days",
            found=f"{age} days",
        )


@encounter_rule(
    "titer-expired", gate="sma", source="published billing guide of 2026: day -28 to -14; FACTS C3"
)
def titer_expired(check: EncounterCheck) -> Iterator[Fault]:
    """The titer is still valid on the day of the infusion.

    What: the titer is older than 28 days (or the payer's own limit), or dated after the infusion.
    Why: payers deny an infusion whose titer had expired.
    Fix: check both dates; before the infusion, retest.
    """
    age = _titer_age(check)
    if age is None:
        return
    if age < 0 or age > check.limit("titer_maximum_days"):
        found = "after the infusion" if age < 0 else f"{age} days"
        yield Fault(
            "The titer was not valid on the day of the infusion.",
            check.place(f"{_TITER}.date"),
            expected=f"at most {check.limit('titer_maximum_days')} days before",
            found=found,
        )


def _titer_age(check: EncounterCheck) -> int | None:
    titer, infused = check.encounter.clinical.antibody_titer, check.infusion_date
    return (infused - titer.date).days if titer is not None and infused is not None else None
