"""The request for a claim: an encounter with the profiles that apply to it."""

from __future__ import annotations

from mapping.building.parts import WHOLE
from mapping.building.request import ClaimRequest
from mapping.encounter import Adjudication, Encounter
from mapping.profile_models import PayerProfile
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config


def claim_request(
    config: Config,
    profiles: ProfileStore,
    encounter: Encounter,
    *,
    part: str = WHOLE,
    payer_order: int = 0,
    frequency: str = "1",
    earlier: tuple[Adjudication | None, ...] = (),
    only: frozenset[int] | None = None,
) -> ClaimRequest:
    """The request for one claim. ProfileError where its payer, or an earlier one, has no profile or no payer id.

    A later payer without either is left out: it is told to nobody, and billed when it has one.
    """
    payers = tuple(
        profiles.billed_payer(coverage.payer)
        if order <= payer_order
        else _payer_if_known(profiles, coverage.payer)
        for order, coverage in enumerate(encounter.coverages)
    )
    payer = profiles.billed_payer(encounter.coverages[payer_order].payer)
    return ClaimRequest(
        encounter=encounter,
        payer=payer,
        partner=profiles.partner(config.partner_of(payer.key, payer.partner)),
        site=profiles.site(encounter.site),
        product=profiles.product(encounter.therapy.product) if encounter.therapy else None,
        part=part,
        payer_order=payer_order,
        frequency=frequency,
        earlier=earlier,
        payers=payers,
        only=only,
    )


def _payer_if_known(profiles: ProfileStore, key: str) -> PayerProfile | None:
    try:
        return profiles.billed_payer(key)
    except ProfileError:
        return None
