"""Requests for claims like the one that was sent: the same part, lines and payer, of another record."""

from __future__ import annotations

from sqlalchemy import Connection

from mapping.building.request import ClaimRequest
from mapping.encounter import Adjudication, Encounter
from pipeline.job import Job
from pipeline.ledger import claims
from pipeline.ledger.claims import ClaimRow
from pipeline.outbound.requests import claim_request
from pipeline.outbound.turns import decision_of

_LINE = "-L"


class Requests:
    """Makes requests with the profiles of today. `part` and `only` are those of the claim as sent."""

    def __init__(self, job: Job, connection: Connection, claim: ClaimRow) -> None:
        self._job, self._connection, self._claim = job, connection, claim
        self.part, *lines = claim.part.split(_LINE)
        self.only = frozenset(int(line) for line in lines) or None
        self._earlier: dict[int, Adjudication | None] = {}

    def of(
        self,
        encounter: Encounter,
        *,
        frequency: str | None = None,
        part: str | None = None,
        only: frozenset[int] | None = None,
        payer_order: int | None = None,
    ) -> ClaimRequest:
        """A request as the claim's own, with what is given in its place.

        ProfileError where a profile is missing, NotBillable where an earlier payer has not decided.
        """
        claim = self._claim
        order = claim.payer_order if payer_order is None else payer_order
        return claim_request(
            self._job.config,
            self._job.profiles,
            encounter,
            part=part or self.part,
            payer_order=order,
            frequency=frequency or claim.frequency,
            earlier=tuple(self._decided(number) for number in range(order)),
            only=only or self.only,
        )

    def _decided(self, order: int) -> Adjudication | None:
        """What an earlier payer decided by its answers; None where the record alone may say it."""
        if order not in self._earlier:
            encounter = self._claim.encounter
            has_claims = bool(claims.live_of(self._connection, encounter, order))
            self._earlier[order] = decision_of(self._connection, encounter, order) if has_claims else None
        return self._earlier[order]
