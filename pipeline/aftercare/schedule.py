"""The visits of all treated children that a ledger knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import ValidationError

from mapping.profile_store import ProfileError, ProfileStore
from mapping.treatment import Treatment
from pipeline.aftercare.visits import Plan, Visit, plan_of, visits_of
from pipeline.ledger import survey
from pipeline.ledger.store import Ledger


@dataclass(frozen=True, slots=True)
class Schedule:
    """All visits by day, and what could not be planned: encounter and reason."""

    visits: tuple[Visit, ...]
    left_out: tuple[str, ...]


def schedule_of(
    ledger: Ledger, profiles: ProfileStore, first: dt.date = dt.date.min, last: dt.date = dt.date.max
) -> Schedule:
    """The visits after every infusion done, from the first day to the last, by the newest record of each encounter.

    Whether its claim was sent, held or denied does not matter: the child was treated.
    """
    plans = _Plans(profiles)
    visits: list[Visit] = []
    left_out = []
    with ledger.reading() as connection:
        for row in survey.newest_records(connection):
            try:
                treatment = Treatment.model_validate_json(row.content)
                if treatment.therapy is not None:
                    plan = plans.of(treatment.therapy.product, treatment.coverages[0].payer)
                    visits += visits_of(treatment, row.revision, plan, first, last)
            except ValidationError:
                left_out.append(f"{row.encounter}: its record no longer fits the schema")
            except ProfileError as error:
                left_out.append(f"{row.encounter}: {error}")
    by_day = sorted(visits, key=lambda visit: (visit.day, visit.encounter, visit.kind))
    return Schedule(tuple(by_day), tuple(left_out))


class _Plans:
    """The plan of each product and payer, made once."""

    def __init__(self, profiles: ProfileStore) -> None:
        self._profiles = profiles
        self._known: dict[tuple[str, str], Plan] = {}

    def of(self, product: str, payer: str) -> Plan:
        """ProfileError where there is no such product."""
        if (product, payer) not in self._known:
            plan = plan_of(self._profiles.product(product), self._profiles.payer(payer))
            self._known[product, payer] = plan
        return self._known[product, payer]
