"""The open items of a ledger: every claim that needs somebody, by money and due date.

Built from the ledger each time; nothing of an item is stored.
"""

from __future__ import annotations

import datetime as dt
import json

from pydantic import ValidationError
from sqlalchemy import Connection

from mapping.encounter import Encounter
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.denials.evidence import Evidence, claim_check_of, gather
from pipeline.denials.item import WorkItem, work_item
from pipeline.ledger import answers, claims, encounters, files
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.store import Ledger
from pipeline.life import life_of
from pipeline.outbound.archived import ArchivedClaims
from pipeline.outbound.requests import claim_request
from validators.checks import EncounterCheck

_OPEN_STATES = ("rejected", "denied", "partly_paid")


class WorkItems:
    """Builds the open items of a ledger as they are on a day."""

    def __init__(self, config: Config, ledger: Ledger, profiles: ProfileStore, today: dt.date) -> None:
        self._config = config
        self._ledger = ledger
        self._profiles = profiles
        self._today = today
        self._archived = ArchivedClaims(config.folders.archive_out)

    def open_items(self) -> list[WorkItem]:
        """All open items: most money first, then the nearest due date, then the claim id."""
        with self._ledger.reading() as connection:
            found = [self._item(connection, claim) for claim in claims.in_states(connection, _OPEN_STATES)]
        items = [item for item in found if item is not None]
        return sorted(
            items, key=lambda item: (-item.amount_at_risk_cents, item.due or dt.date.max, item.claim)
        )

    def _item(self, connection: Connection, claim: ClaimRow) -> WorkItem | None:
        life = life_of(answers.of_claim(connection, claim.id))
        payer = self._profiles.payer(claim.payer)
        return work_item(claim, life, payer, self._evidence(connection, claim))

    def _evidence(self, connection: Connection, claim: ClaimRow) -> Evidence:
        """The rules on the claim as it was sent; none where its file, record or profiles are gone."""
        sent = self._archived.claim(connection, claim)
        if sent is None or claim.encounter_row is None:
            return Evidence.none()
        try:
            row = encounters.by_row(connection, claim.encounter_row)
            encounter = Encounter.model_validate(json.loads(row.content))
            payer = self._profiles.payer(claim.payer)
            request = claim_request(
                self._config,
                self._profiles,
                encounter,
                part=claim.part,
                payer_order=claim.payer_order,
                frequency=claim.frequency,
            )
        except (ValidationError, ProfileError):
            return Evidence.none()
        day = dt.date.fromisoformat(files.by_row(connection, claim.file).day)
        check = EncounterCheck(
            encounter, payer, request.site, request.product, day, payer_order=claim.payer_order
        )
        return gather(sent, request, claim_check_of(sent, request, check), check)
