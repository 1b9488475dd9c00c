"""The laboratory tests before the infusion: all there, fresh, and within the limits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi.protected import Protected
from edi.values import decimal_words
from mapping.encounter import LabResult
from mapping.profile_models import Gate
from validators.baseline import baseline_results
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule

_LABS = "clinical.baseline_labs"


@encounter_rule("baseline-labs", gate="sma", source="FDA label, testing before the infusion")
def baseline_labs(check: EncounterCheck) -> Iterator[Fault]:
    """All tests before the infusion are on record.

    What: a result of ALT, AST, bilirubin, prothrombin time, creatinine, platelets or troponin-I is
    missing, or dated after the infusion.
    Why: without a value from before, harm to the liver or heart cannot be told; payers ask for them.
    Fix: enter the laboratory's results under clinical.baseline_labs; before the infusion, order the tests.
    """
    there = baseline_results(check)
    missing = [test for test in check.therapy.gate.baseline_tests if test not in there]
    if missing:
        yield Fault(
            "Tests before the infusion are missing: {tests}.",
            check.place(_LABS),
            fields={"tests": _words(missing)},
            expected=_words(check.therapy.gate.baseline_tests),
            found=_words(there) or "none",
        )


@encounter_rule("baseline-labs-old", gate="sma", source="published billing guide of 2026: within two weeks")
def baseline_labs_old(check: EncounterCheck) -> Iterator[Fault]:
    """The tests before the infusion are fresh.

    What: the newest result of a test is older than 14 days on the day of the infusion.
    Why: liver and blood change within weeks; payers take results of the last two.
    Fix: enter newer results; before the infusion, repeat the tests.
    """
    infused, most = check.infusion_date, check.therapy.gate.labs_maximum_days
    if infused is None:
        return
    ages = {test: (infused - found.result.date).days for test, found in baseline_results(check).items()}
    old = [test for test, age in ages.items() if age > most]
    if old:
        yield Fault(
            "Tests are older than {most} days on the day of the infusion: {tests}.",
            check.place(_LABS),
            fields={"most": most, "tests": _words(old)},
            expected=f"at most {most} days",
            found=f"up to {max(ages[test] for test in old)} days",
        )


@encounter_rule("baseline-labs-abnormal", gate="sma", source="FDA label; published billing guide of 2026")
def baseline_labs_abnormal(check: EncounterCheck) -> Iterator[Fault]:
    """Liver and platelets allow the infusion.

    What: ALT or AST is above twice the laboratory's upper limit, or platelets are below the lower one.
    Why: the label holds the infusion until they recover; payers ask why it was given.
    Fix: before the infusion, ask the physician whether to wait; afterwards, send the reason with the packet.
    """
    gate = check.therapy.gate
    for test, found in baseline_results(check).items():
        wanted = _broken_limit(test, found.result, gate)
        if wanted:
            yield Fault(
                "The result of {test} is out of its range.",
                check.place(f"{_LABS}[{found.number}].value"),
                fields={"test": _words([test])},
                expected=wanted,
                found=Protected(f"{decimal_words(found.result.value)} {found.result.unit}"),
            )


def _broken_limit(test: str, result: LabResult, gate: Gate) -> str:
    """What the result should be where it is out of the product's limits; "" where it is not, or no limit is given."""
    factor = gate.labs_upper_factors.get(test)
    if factor is not None and result.upper_limit is not None and result.value > factor * result.upper_limit:
        return f"at most {decimal_words(factor)} times the upper limit"
    if (
        test in gate.labs_with_lower_limit
        and result.lower_limit is not None
        and result.value < result.lower_limit
    ):
        return "not below the lower limit"
    return ""


def _words(tests: Iterable[str]) -> str:
    return ", ".join(test.replace("_", " ") for test in tests)
