"""What the sources of the worklist look at: one consistent view of a ledger, on one day.

Each thing is read once, however many sources ask for it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from functools import cached_property

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile, ProductProfile
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.ledger import answers, claims, encounters, files, provider_adjustments
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow, LineRow
from pipeline.ledger.decisions import WRITTEN_OFF
from pipeline.ledger.encounters import EncounterRow
from pipeline.ledger.files import FileRow
from pipeline.ledger.provider_adjustments import ProviderAdjustmentRow
from pipeline.ledger.store import patient_key
from pipeline.life import ClaimLife, life_of
from pipeline.outbound.archived import ArchivedClaims
from pipeline.outbound.patients import LedgerPriorClaims
from validators.prior_claims import PriorClaims

_ORIGINAL = "1"
_CLOSED_STATES = ("replaced", "voided", WRITTEN_OFF)


class Desk:
    """A ledger as the worklist sees it. `today` is the day that counts as now."""

    def __init__(
        self, config: Config, connection: Connection, profiles: ProfileStore, today: dt.date
    ) -> None:
        self.config = config
        self.connection = connection
        self.profiles = profiles
        self.today = today
        self._archived = ArchivedClaims(config.folders.archive_out)
        self._lives: dict[str, ClaimLife] = {}
        self._records: dict[int, Encounter | None] = {}
        self._files: dict[int, FileRow] = {}

    @cached_property
    def all_claims(self) -> Sequence[ClaimRow]:
        """Every claim of the ledger."""
        return claims.all_claims(self.connection)

    @cached_property
    def claims(self) -> Sequence[ClaimRow]:
        """The claims that still count: not replaced, not closed, and not sent anew as another claim."""
        replaced = {claim.replaces for claim in self.all_claims}
        newest: dict[tuple[str, str, int], int] = {}
        for claim in self.all_claims:
            if claim.frequency == _ORIGINAL and claim.encounter_row is not None:
                key = (claim.encounter, claim.part, claim.payer_order)
                newest[key] = max(newest.get(key, 0), claim.version)
        return [
            claim
            for claim in self.all_claims
            if claim.id not in replaced
            and claim.state not in _CLOSED_STATES
            and claim.version >= newest.get((claim.encounter, claim.part, claim.payer_order), 0)
        ]

    @property
    def written_off(self) -> Sequence[ClaimRow]:
        """The claims that somebody gave up."""
        return [claim for claim in self.all_claims if claim.state == WRITTEN_OFF]

    @cached_property
    def _events(self) -> dict[str, list[EventRow]]:
        return answers.by_claim(self.connection)

    @cached_property
    def moved_money(self) -> Sequence[ProviderAdjustmentRow]:
        """All money that remittances moved outside their claims."""
        return provider_adjustments.all_rows(self.connection)

    @cached_property
    def digests_of_claims(self) -> frozenset[str]:
        """The transactions that say something of a claim of the ledger."""
        return frozenset(event.digest for events in self._events.values() for event in events)

    @cached_property
    def prior(self) -> PriorClaims:
        """What rules may ask of earlier claims."""
        return LedgerPriorClaims(
            self.connection, patient_key(self.connection), self.config.folders.archive_out
        )

    def events(self, claim: ClaimRow) -> list[EventRow]:
        """What was answered about a claim."""
        return self._events.get(claim.id, [])

    def life(self, claim: ClaimRow) -> ClaimLife:
        """Where a claim is."""
        if claim.id not in self._lives:
            self._lives[claim.id] = life_of(self.events(claim))
        return self._lives[claim.id]

    def lines(self, claim: ClaimRow) -> list[LineRow]:
        """The service lines of a claim as sent."""
        return claims.lines_of(self.connection, claim.id)

    def payer(self, key: str) -> PayerProfile:
        """The payer's profile, or the default's facts."""
        return self.profiles.payer(key)

    def product(self, key: str | None) -> ProductProfile | None:
        """A product's profile; None where there is none."""
        try:
            return self.profiles.product(key) if key else None
        except ProfileError:
            return None

    def sent(self, claim: ClaimRow) -> Claim | None:
        """A claim as it was sent; None where its file is gone."""
        return self._archived.claim(self.connection, claim)

    def file(self, claim: ClaimRow) -> FileRow:
        """The file that a claim went out in."""
        if claim.file not in self._files:
            self._files[claim.file] = files.by_row(self.connection, claim.file)
        return self._files[claim.file]

    def sent_day(self, claim: ClaimRow) -> dt.date:
        """The day on which a claim went out."""
        return dt.date.fromisoformat(self.file(claim).day)

    def record(self, claim: ClaimRow) -> Encounter | None:
        """The record that a claim was made from; None where there is none, or it no longer fits."""
        if claim.encounter_row is None:
            return None
        return self.record_of(encounters.by_row(self.connection, claim.encounter_row))

    def record_of(self, row: EncounterRow) -> Encounter | None:
        """The record of a revision; None where it no longer fits the schema."""
        if row.row not in self._records:
            try:
                self._records[row.row] = Encounter.model_validate(json.loads(row.content))
            except ValidationError:
                self._records[row.row] = None
        return self._records[row.row]


def day_of(event: EventRow | None) -> dt.date | None:
    """The day that an answer states itself."""
    return day_from(event.day) if event is not None else None


def day_from(text: str | None) -> dt.date | None:
    """A day as the ledger has it; None where there is none."""
    return dt.date.fromisoformat(text) if text else None
