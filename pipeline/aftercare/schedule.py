"""The visits of all treated children that a ledger knows."""

from __future__ import annotations

from dataclasses import dataclass

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


def schedule_of(ledger: Ledger, profiles: ProfileStore) -> Schedule:
    """The visits after every infusion done, from the newest record of each encounter.

    Whether its claim was sent, held or denied does not matter: the child was treated.
    """
    visits: list[Visit] = []
    left_out = []
    with ledger.reading() as connection:
        for row in survey.newest_records(connection):
            try:
                encounter = Encounter.model_validate(decode_content(row.content))
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
