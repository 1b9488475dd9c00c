"""Children whose infusion is planned: what is missing, and what runs out when."""

from __future__ import annotations

import datetime as dt

from pydantic import ValidationError

from mapping.encounter import Encounter
from mapping.profile_store import ProfileError, ProfileStore
from mapping.treatment import Treatment
from pipeline.ledger import survey
from pipeline.ledger.store import Ledger
from pipeline.outbound.take_in import decode_content
from validators.readiness import Readiness, check_before, readiness


def planned_infusions(ledger: Ledger, profiles: ProfileStore, today: dt.date) -> list[Readiness]:
    """The readiness of every planned infusion of the ledger, by its day; what cannot be judged is left out.

    An encounter that cannot be judged (its record, payer or site is unknown) is held with its reason, and
    so stands in the worklist.
    """
    with ledger.reading() as connection:
        contents = [row.content for row in survey.newest_records(connection) if _is_planned(row.content)]
    found = []
    for content in contents:
        try:
            check = check_before(Encounter.model_validate(decode_content(content)), profiles, today)
        except (ValidationError, ProfileError):
            continue
        found.append(readiness(check))
    return sorted(found, key=lambda one: (one.infusion or dt.date.max, one.encounter))


def _is_planned(content: str) -> bool:
    """Whether a stored record says so, before anything else of it is looked at."""
    try:
        return Treatment.model_validate_json(content).is_planned
    except ValidationError:
        return False
