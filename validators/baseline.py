"""The laboratory results from before the infusion that count."""

from __future__ import annotations

from edi.records import record
from mapping.encounter import LabResult
from validators.checks import EncounterCheck


@record(frozen=True, slots=True)
class Baseline:
    """A result that counts, and its place in the record's list."""

    number: int
    result: LabResult


def baseline_results(check: EncounterCheck) -> dict[str, Baseline]:
    """For each of the product's tests the newest result not dated after the infusion, in the product's order.

    Of two results of one day the later in the list counts.
    """
    return check.once(_results)


def _results(check: EncounterCheck) -> dict[str, Baseline]:
    found: dict[str, Baseline] = {}
    infused = check.infusion_date
    for number, result in enumerate(check.encounter.clinical.baseline_labs):
        is_after = infused is not None and result.date > infused
        known = found.get(result.test)
        if not is_after and (known is None or known.result.date <= result.date):
            found[result.test] = Baseline(number, result)
    return {test: found[test] for test in check.therapy.gate.baseline_tests if test in found}
