"""The visits that follow one infusion: the label's monitoring, and an agreement's milestones.

Which weeks, months, tests and measures is data: `monitoring` of the product's profile,
`agreement_milestone_months` and `agreement_measures` of the payer's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from edi.protected import Protected
from mapping.encounter import Encounter
from mapping.profile_models import Monitoring, PayerProfile, ProductProfile
from mapping.treatment import Treatment
from validators.ages import add_months

MONITORING: Literal["monitoring"] = "monitoring"
MILESTONE: Literal["milestone"] = "milestone"
_Kind = Literal["monitoring", "milestone"]


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
    kind: _Kind
    number: int
    day: dt.date
    what: tuple[str, ...]
    until: tuple[str, ...] = ()
    record_number: Protected[str] | None = field(default=None, repr=False)

    @property
    def when(self) -> str:
        """The visit's place in the plan: `week 6`, `month 12`."""
        return f"{'week' if self.kind == MONITORING else 'month'} {self.number}"


@dataclass(frozen=True, slots=True)
class Deeds:
    """What is done in one visit: the tests or measures, and what ends them earlier or later."""

    what: tuple[str, ...]
    until: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What follows an infusion, by week and, where there is an agreement, by month.

    Tests of one week are one visit.
    """

    weeks: Mapping[int, Deeds]
    milestones: Mapping[int, Deeds]


def plan_of(product: ProductProfile, payer: PayerProfile) -> Plan:
    """The plan that follows from the profiles."""
    weeks: dict[int, list[Monitoring]] = defaultdict(list)
    for tests in product.monitoring:
        for week in tests.weeks:
            weeks[week].append(tests)
    return Plan(
        weeks={week: _deeds(tests) for week, tests in weeks.items()},
        milestones=dict.fromkeys(payer.agreement_milestone_months, Deeds(tuple(payer.agreement_measures))),
    )


def _deeds(tests: Sequence[Monitoring]) -> Deeds:
    return Deeds(tuple(one.what for one in tests), tuple(_until(one) for one in tests if one.until))


def visits_of(
    treatment: Treatment | Encounter,
    revision: int,
    plan: Plan,
    first: dt.date = dt.date.min,
    last: dt.date = dt.date.max,
) -> list[Visit]:
    """The visits after an infusion that was done, by day, from the first day to the last; none of one that is
    only planned."""
    therapy, infused = treatment.therapy, treatment.infusion_date
    if therapy is None or therapy.status != "done" or infused is None:
        return []
    planned: list[tuple[dt.date, _Kind, int, Deeds]] = [
        (infused + dt.timedelta(weeks=week), MONITORING, week, deeds) for week, deeds in plan.weeks.items()
    ]
    if treatment.contract is not None:
        planned += [
            (add_months(infused, month), MILESTONE, month, deeds) for month, deeds in plan.milestones.items()
        ]
    visits = [
        _visit(treatment, revision, kind, number, day, deeds)
        for day, kind, number, deeds in planned
        if first <= day <= last
    ]
    return sorted(visits, key=lambda visit: (visit.day, visit.kind))


def _until(tests: Monitoring) -> str:
    names = ", ".join(name.replace("_", " ") for name in tests.tests)
    single = f" ({names})" if len(tests.tests) > 1 else ""
    return f"{tests.what}{single} until {tests.until}"


def _visit(
    treatment: Treatment | Encounter, revision: int, kind: _Kind, number: int, day: dt.date, deeds: Deeds
) -> Visit:
    return Visit(
        encounter=treatment.id,
        site=treatment.site,
        payer=treatment.coverages[0].payer,
        revision=revision,
        kind=kind,
        number=number,
        day=day,
        what=deeds.what,
        until=deeds.until,
        record_number=treatment.patient.record_number,
    )
