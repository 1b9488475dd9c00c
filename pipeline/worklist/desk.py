"""What the sources of the worklist look at: one consistent view of a ledger, on one day.

A ledger holds millions of answers. Whoever needs all claims therefore walks them: their answers are read
some hundred claims at a time and forgotten again. Outside of a walk the answers of one claim are asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile, ProductProfile
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.denials.case import Case
from pipeline.denials.evidence import Evidence, EvidenceRules
from pipeline.denials.item import WorkItem
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
from pipeline.progress import watched
from validators.prior_claims import PriorClaims

_ORIGINAL = "1"
_CLOSED_STATES = ("replaced", "voided", WRITTEN_OFF)
_AT_A_TIME = 300
"""Claims, or bills, whose answers are in memory at a time."""


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
        self.evidence: dict[str, Evidence] = {}
        """What the rules found, by claim that was judged: it takes the most time, so once a night."""
        self.rules = EvidenceRules()
        self._events: dict[str, list[EventRow]] = {}
        self._lives: dict[str, ClaimLife] = {}
        self.cases: dict[str, Case] = {}
        """The cases of claims whose answers are at hand."""
        self.items: dict[str, WorkItem | None] = {}
        """What follows from these cases."""
        self._lines: dict[str, list[LineRow]] | None = None
        self._inbound: dict[str, tuple[str, str]] = {}
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

    @cached_property
    def counting(self) -> frozenset[str]:
        """The ids of the claims that still count."""
        return frozenset(claim.id for claim in self.claims)

    @cached_property
    def _by_encounter(self) -> dict[str, list[ClaimRow]]:
        found: defaultdict[str, list[ClaimRow]] = defaultdict(list)
        for claim in self.claims:
            found[claim.encounter].append(claim)
        return dict(found)

    def of_encounter(self, encounter: str) -> Sequence[ClaimRow]:
        """The claims of an encounter that still count."""
        return self._by_encounter.get(encounter, [])

    def walk(self, claims: Iterable[ClaimRow]) -> Iterator[ClaimRow]:
        """The claims one by one, each with its answers at hand, file by file: each file is read once."""
        for (claim,) in self.walk_groups([claim] for claim in claims):
            yield claim

    def walk_groups(self, groups: Iterable[Sequence[ClaimRow]]) -> Iterator[Sequence[ClaimRow]]:
        """Like `walk`, of claims that are looked at together."""
        ordered = sorted(groups, key=lambda group: (group[0].file, group[0].position_in_file))
        for start in watched(range(0, len(ordered), _AT_A_TIME), "claims", -(-len(ordered) // _AT_A_TIME)):
            some = ordered[start : start + _AT_A_TIME]
            ids = [claim.id for group in some for claim in group]
            self._forget()
            self._events = answers.of_claims(self.connection, ids)
            yield from some
        self._forget()

    def _forget(self) -> None:
        self._events, self._lives, self._records, self._lines = {}, {}, {}, None
        self.cases, self.items = {}, {}

    @cached_property
    def moved_money(self) -> Sequence[ProviderAdjustmentRow]:
        """All money that remittances moved outside their claims."""
        return provider_adjustments.all_rows(self.connection)

    @cached_property
    def prior(self) -> PriorClaims:
        """What rules may ask of earlier claims."""
        return LedgerPriorClaims(
            self.connection, patient_key(self.connection), self.config.folders.archive_out
        )

    def has_at_hand(self, claim: ClaimRow) -> bool:
        """Whether a walk is at the claim, so that what is known of it stays true for the moment."""
        return claim.id in self._events

    def events(self, claim: ClaimRow) -> list[EventRow]:
        """What was answered about a claim."""
        if claim.id not in self._events:
            return answers.of_claim(self.connection, claim.id)
        return self._events[claim.id]

    def life(self, claim: ClaimRow) -> ClaimLife:
        """Where a claim is."""
        if claim.id not in self._events:
            return life_of(self.events(claim))
        if claim.id not in self._lives:
            self._lives[claim.id] = life_of(self.events(claim))
        return self._lives[claim.id]

    def lines(self, claim: ClaimRow) -> list[LineRow]:
        """The service lines of a claim as sent."""
        if claim.id not in self._events:
            return claims.lines_of(self.connection, claim.id)
        if self._lines is None:
            self._lines = claims.lines_of_claims(self.connection, self._events)
        return self._lines[claim.id]

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

    def inbound_file(self, event: EventRow) -> tuple[str, str]:
        """The partner's own name of the file that an answer came in, and when it was taken in (ISO)."""
        if event.digest not in self._inbound:
            self._inbound[event.digest] = answers.file_of(self.connection, event.digest) or ("", "")
        return self._inbound[event.digest]

    def sent_day(self, claim: ClaimRow) -> dt.date:
        """The day on which a claim went out."""
        return dt.date.fromisoformat(self.file(claim).day)

    def record(self, claim: ClaimRow) -> Encounter | None:
        """The record that a claim was made from; None where there is none, or it no longer fits."""
        if claim.encounter_row is None:
            return None
        if claim.encounter_row in self._records:
            return self._records[claim.encounter_row]
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
