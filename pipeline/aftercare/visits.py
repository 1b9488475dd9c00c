"""The visits that follow one infusion: the label's monitoring, and an agreement's milestones.

Which weeks, months, tests and measures is data: `monitoring` of the product's profile,
`agreement_milestone_months` and `agreement_measures` of the payer's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Literal

from edi.protected import Protected
from mapping.encounter import Encounter
from mapping.profile_models import Monitoring, PayerProfile, ProductProfile
from validators.ages import add_months

MONITORING: Literal["monitoring"] = "monitoring"
MILESTONE: Literal["milestone"] = "milestone"


@dataclass(frozen=True, slots=True)
class Visit:
    """One day on which a treated child should be seen.

    `number` counts weeks of monitoring, months of a milestone, from the infusion. `what` names the
    tests or measures, `until` what ends them earlier or later, one for each of `what` or none.
    `revision` is that of the encounter's record.
    """

    encounter: str
    site: str
    payer: str
    revision: int
    kind: Literal["monitoring", "milestone"]
    number: int
    day: dt.date
    what: tuple[str, ...]
    until: tuple[str, ...] = ()
    record_number: Protected[str] | None = field(default=None, repr=False)

    @property
    def when(self) -> str:
        """The visit's place in the plan: `week 6`, `month 12`."""
        return f"{'week' if self.kind == MONITORING else 'month'} {self.number}"


def visits_of(
    encounter: Encounter, revision: int, product: ProductProfile, payer: PayerProfile
) -> list[Visit]:
    """The visits after an infusion that was done, by day; none of one that is only planned."""
    therapy, infused = encounter.therapy, encounter.infusion_date
    if therapy is None or therapy.status != "done" or infused is None:
        return []
    visits = [
        _visit(encounter, revision, MONITORING, week, infused + dt.timedelta(weeks=week), tests)
        for week, tests in _by_week(product).items()
    ]
    if encounter.contract is not None:
        measures = [(measure, "") for measure in payer.agreement_measures]
        visits += [
            _visit(encounter, revision, MILESTONE, month, add_months(infused, month), measures)
            for month in payer.agreement_milestone_months
        ]
    return sorted(visits, key=lambda visit: (visit.day, visit.kind))


def _by_week(product: ProductProfile) -> dict[int, list[tuple[str, str]]]:
    """What is tested in each week, and until when: tests of one week are one visit."""
    weeks: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for tests in product.monitoring:
        for week in tests.weeks:
            weeks[week].append((tests.what, _until(tests)))
    return weeks


def _until(tests: Monitoring) -> str:
    names = ", ".join(name.replace("_", " ") for name in tests.tests)
    single = f" ({names})" if len(tests.tests) > 1 else ""
    return f"{tests.what}{single} until {tests.until}" if tests.until else ""


def _visit(
    encounter: Encounter,
    revision: int,
    kind: Literal["monitoring", "milestone"],
    number: int,
    day: dt.date,
    what: list[tuple[str, str]],
) -> Visit:
    return Visit(
        encounter=encounter.id,
        site=encounter.site,
        payer=encounter.coverages[0].payer,
        revision=revision,
        kind=kind,
        number=number,
        day=day,
        what=tuple(name for name, _ in what),
        until=tuple(until for _, until in what if until),
        record_number=encounter.patient.record_number,
    )
