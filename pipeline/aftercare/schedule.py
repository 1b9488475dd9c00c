"""The visits of all treated children that a ledger knows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from mapping.encounter import Encounter
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.aftercare.visits import Visit, visits_of
from pipeline.ledger import survey
from pipeline.ledger.store import Ledger
from pipeline.outbound.take_in import decode_content


@dataclass(frozen=True, slots=True)
class Schedule:
    """All visits by day, and what could not be planned: encounter and reason."""

    visits: tuple[Visit, ...]
    left_out: tuple[str, ...]


def schedule_of(ledger: Ledger, profiles: ProfileStore, since: dt.date | None = None) -> Schedule:
    """The visits after every infusion done, from the newest record of each encounter.

    Whether its claim was sent, held or denied does not matter: the child was treated. With `since` a
    record whose monitoring was over before that day, without an agreement, is passed over unread, so
    that a ledger of many years takes no longer than one of its last months.
    """
    visits: list[Visit] = []
    left_out = []
    with ledger.reading() as connection:
        for row in survey.newest_records(connection):
            content = decode_content(row.content)
            if since is not None and _is_over(content, since, profiles):
                continue
            try:
                encounter = Encounter.model_validate(content)
                if encounter.therapy is None:
                    continue
                product = profiles.product(encounter.therapy.product)
                payer = profiles.payer(encounter.coverages[0].payer)
            except ValidationError:
                left_out.append(f"{row.encounter}: its record no longer fits the schema")
            except ProfileError as error:
                left_out.append(f"{row.encounter}: {error}")
            else:
                visits += visits_of(encounter, row.revision, product, payer)
    by_day = sorted(visits, key=lambda visit: (visit.day, visit.encounter, visit.kind))
    return Schedule(tuple(by_day), tuple(left_out))


def _is_over(content: Any, since: dt.date, profiles: ProfileStore) -> bool:
    """Whether a stored record can have no visit from a day on; False where it cannot be told at a glance."""
    try:
        therapy = content["therapy"]
        infused = dt.date.fromisoformat(therapy["infusion_start"][:10])
        weeks = [week for tests in profiles.product(therapy["product"]).monitoring for week in tests.weeks]
    except (KeyError, TypeError, ValueError, ProfileError):
        return False
    last = infused + dt.timedelta(weeks=max(weeks, default=0))
    return content.get("contract") is None and last < since
