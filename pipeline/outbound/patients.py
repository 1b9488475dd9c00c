"""Who a child is, as a keyed digest, and whether it already has a live claim for a drug."""

from __future__ import annotations

import hashlib
import hmac

from sqlalchemy import Connection

from mapping.encounter import Encounter
from pipeline.ledger import claims


def patient_digest(encounter: Encounter, key: bytes) -> str | None:
    """The child's identity: record number and site, or own member id with first name and birth date.

    None where neither is known: then two claims for one child cannot be told from twins.
    """
    patient = encounter.patient
    parts: tuple[str, ...]
    if patient.record_number is not None:
        parts = ("record", encounter.site, patient.record_number.reveal())
    elif encounter.coverages[0].relationship == "self":
        birth_date = patient.birth_date.reveal().isoformat()
        member_id = encounter.coverages[0].member_id.reveal()
        parts = ("member", member_id, patient.first_name.reveal().upper(), birth_date)
    else:
        return None
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


class LedgerPriorClaims:
    """Answers the rules' question about earlier claims from the ledger and from this run."""

    def __init__(self, connection: Connection, key: bytes) -> None:
        self._connection = connection
        self._key = key
        self._of_this_run: dict[tuple[str, str, int], str] = {}

    def live_drug_claim(self, encounter: Encounter, product: str, payer_order: int) -> str | None:
        patient = patient_digest(encounter, self._key)
        if patient is None:
            return None
        known = self._of_this_run.get((patient, product, payer_order))
        return known or claims.live_drug_claim(self._connection, patient, product, payer_order)

    def remember(self, encounter: Encounter, product: str, payer_order: int, claim: str) -> None:
        """A claim that is about to be sent in this run counts as live."""
        patient = patient_digest(encounter, self._key)
        if patient is not None:
            self._of_this_run[patient, product, payer_order] = claim
