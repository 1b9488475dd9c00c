"""Who a child is, as a keyed digest, and what the ledger knows of its earlier claims."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.claim837i.model import Claim
from mapping.encounter import Encounter
from pipeline.ledger import answers, claims, encounters
from pipeline.ledger.claims import ClaimRow
from pipeline.life import life_of
from pipeline.outbound.archived import ArchivedClaims
from pipeline.patient_keys import keyed_digest
from validators.prior_claims import ChildIdentity, EarlierClaim, child_of_record

_REJECTED = "rejected"
_DIGESTS_KEPT = 1024


def patient_digest(encounter: Encounter, key: bytes) -> str | None:
    """The child's identity, as good as the record has it.

    None where there is none: then two claims for one child cannot be told from twins.
    """
    child = child_of_record(encounter)
    return keyed_digest(child[0].parts, key) if child else None


class LedgerPriorClaims:
    """Answers the rules' questions about earlier claims from the ledger and from this run.

    `archive` is where files that were sent lie; without it no claim is known as it was sent.
    """

    def __init__(self, connection: Connection, key: bytes, archive: Path | None = None) -> None:
        self._connection = connection
        self._digest = lru_cache(_DIGESTS_KEPT)(partial(keyed_digest, key=key))
        self._archived = ArchivedClaims(archive) if archive is not None else None
        self._of_this_run: defaultdict[tuple[str, str], list[EarlierClaim]] = defaultdict(list)
        self._prepared: dict[tuple[str, str], list[ClaimRow]] = {}

    def prepare(self, children: Iterable[tuple[Sequence[ChildIdentity], str]]) -> None:
        """Ask once for the live claims of some hundred children, each with the product that is billed now.

        What was prepared before is forgotten.
        """
        wanted: defaultdict[str, set[str]] = defaultdict(set)
        for child, product in children:
            wanted[product].update(self._digests(child))
        self._prepared = {(digest, product): [] for product, digests in wanted.items() for digest in digests}
        for product, digests in wanted.items():
            for row in claims.live_drug_claims(self._connection, sorted(digests), product):
                self._prepared[row.patient or "", product].append(row)

    def drug_claims(
        self, child: Sequence[ChildIdentity], product: str, besides: str = ""
    ) -> list[EarlierClaim]:
        """The live claims for a child's drug, those of this run among them, without those of an encounter."""
        digests = self._digests(child)
        found = {one.id: one for digest in digests for one in self._of_this_run[digest, product]}
        for row in self._live_drug_claims(digests, product):
            if row.id not in found and (not besides or row.encounter != besides):
                found[row.id] = self._earlier(row)
        return [one for one in found.values() if not besides or one.encounter != besides]

    def _live_drug_claims(self, digests: Sequence[str], product: str) -> list[ClaimRow]:
        keys = [(digest, product) for digest in digests]
        if any(key not in self._prepared for key in keys):
            return claims.live_drug_claims(self._connection, digests, product)
        rows = {row.id: row for key in keys for row in self._prepared[key]}
        return [rows[one] for one in sorted(rows)]

    def patient(self, child: Sequence[ChildIdentity]) -> str | None:
        """A child's identity as the ledger keeps it: see `patient_digest`."""
        return self._digest(child[0].parts) if child else None

    def _digests(self, child: Sequence[ChildIdentity]) -> list[str]:
        return [self._digest(identity.parts) for identity in child]

    def chain(self, patient_control_number: str, number: str, payer: str) -> list[EarlierClaim]:
        """The claims to a payer under an account number, else those of the chain in which the payer
        gave that number; the newest first, without rejected ones."""
        rows = self._to_payer(patient_control_number, payer)
        if not rows:
            accounts = claims.accounts_numbered(self._connection, number)
            rows = [row for account in accounts for row in self._to_payer(account, payer)]
        return [self._earlier(row) for row in rows]

    def as_sent(self, claim: str) -> Claim | None:
        """A claim as it was sent; None where its file is gone."""
        row = claims.by_id(self._connection, claim)
        if row is None or self._archived is None:
            return None
        return self._archived.claim(self._connection, row)

    def remember(self, child: Sequence[ChildIdentity], product: str, claim: EarlierClaim) -> None:
        """A claim that is about to be sent in this run counts as live, under the identity that the ledger keeps."""
        if child:
            self._of_this_run[self._digest(child[0].parts), product].append(claim)

    def _to_payer(self, account: str, payer: str) -> list[ClaimRow]:
        rows = claims.by_control_number(self._connection, account)
        return [row for row in rows if row.payer == payer and row.state != _REJECTED]

    def _earlier(self, row: ClaimRow) -> EarlierClaim:
        events = answers.of_claim(self._connection, row.id)
        numbers = (event.payer_claim_control_number for event in events)
        return EarlierClaim(
            id=row.id,
            encounter=row.encounter,
            payer=row.payer,
            payer_order=row.payer_order,
            frequency=row.frequency,
            patient_control_number=row.patient_control_number,
            infusion_date=self._infusion_date(row),
            numbers=frozenset(number for number in numbers if number),
            newest_number=life_of(events).payer_claim_control_number,
            remitted=_last_remittance(events),
        )

    def _infusion_date(self, row: ClaimRow) -> dt.date | None:
        """Of the record that the claim was made from; None where it no longer fits, or there is none."""
        if row.encounter_row is None:
            return None
        content = encounters.by_row(self._connection, row.encounter_row).content
        try:
            return Encounter.model_validate(json.loads(content)).infusion_date
        except ValidationError:
            return None


def _last_remittance(events: Iterable[answers.EventRow]) -> dt.date | None:
    """The day of the last 835 about a claim; None where there is none."""
    days = (dt.date.fromisoformat(event.day) for event in events if event.stage == "835" and event.day)
    return max(days, default=None)
