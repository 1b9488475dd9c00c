"""The encounters that the claims of a file were made from, found by account number.

Why: with its encounter a claim can be judged further: whether the packet is whole, and whether
the file says what the record says. One encounter becomes several claims (the drug apart, a
second payer, a replacement), so the account number alone does not tell which one it is.

Source: CLM01, SBR01, CLM05-3 and 2010BB NM109 of 005010X223A2.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from edi.claim837i.model import Claim
from edi.finding import Finding, Place
from mapping.building.claim import build_claim
from mapping.building.parties import RESPONSIBILITY
from mapping.building.parts import DRUG, frequency_of, parts_of
from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile, ProductProfile
from mapping.profile_store import ProfileError, ProfileStore
from mapping.rule_keys import RECORD_INVALID
from pipeline.config import Config
from pipeline.outbound.requests import claim_request
from validators.checks import EncounterCheck
from validators.gate import judge_encounter
from validators.prior_claims import PriorClaims
from validators.validate import KnownClaim


@dataclass(frozen=True, slots=True)
class _Possible:
    """A claim that an encounter can become."""

    encounter: Encounter
    payer: PayerProfile
    payer_order: int
    part: str

    def likeness(self, claim: Claim) -> int:
        """How much speaks for a claim being this one: whose turn it is, then the payer, then the frequency."""
        responsibility = RESPONSIBILITY[self.payer_order] if self.payer_order < len(RESPONSIBILITY) else ""
        return (
            4 * (claim.subscriber.responsibility == responsibility)
            + 2 * (claim.payer.id == self.payer.payer_id)
            + (claim.frequency == frequency_of(self.encounter, self.part, self.payer_order))
        )


class Origins:
    """Encounters by the account numbers that their claims carry; remembers which were asked for."""

    def __init__(
        self,
        encounters: Iterable[Encounter],
        profiles: ProfileStore,
        config: Config,
        today: dt.date,
        prior: PriorClaims | None = None,
    ) -> None:
        self._profiles = profiles
        self._config = config
        self._today = today
        self._prior = prior
        self._by_account: defaultdict[str, list[_Possible]] = defaultdict(list)
        self._unmatched: dict[str, None] = {}
        self._judged: set[tuple[str, int]] = set()
        for encounter in encounters:
            self._unmatched[encounter.id] = None
            for possible in self._claims_of(encounter):
                account = encounter.patient_control_number.reveal()
                suffix = possible.payer.carve_out_suffix if possible.part == DRUG else ""
                self._by_account[account + suffix].append(possible)

    @property
    def unmatched(self) -> list[str]:
        """The ids of encounters that no claim was made from, as far as claims were seen."""
        return list(self._unmatched)

    def known(self, index: int, claim: Claim) -> KnownClaim | None:
        """What is known of a claim; None where no encounter has its account number."""
        found = self._by_account.get(claim.patient_control_number)
        if not found:
            return None
        possible = max(found, key=lambda one: one.likeness(claim))
        self._unmatched.pop(possible.encounter.id, None)
        return KnownClaim(
            possible.encounter,
            possible.payer,
            possible.payer_order,
            partial(self._rebuild, possible),
            self._gate(possible),
        )

    def _claims_of(self, encounter: Encounter) -> Iterator[_Possible]:
        product = self._product(encounter)
        for order, coverage in enumerate(encounter.coverages):
            payer = self._profiles.payer(coverage.payer)
            for part in parts_of(encounter, payer, product):
                yield _Possible(encounter, payer, order, part)

    def _product(self, encounter: Encounter) -> ProductProfile | None:
        try:
            return self._profiles.product(encounter.therapy.product) if encounter.therapy else None
        except ProfileError:
            return None

    def _rebuild(self, possible: _Possible) -> Claim | None:
        """The claim as it would be built now; None where the record alone does not tell."""
        encounter, order = possible.encounter, possible.payer_order
        if any(coverage.adjudication is None for coverage in encounter.coverages[:order]):
            return None  # what the earlier payer decided came in an answer
        try:
            request = claim_request(
                self._config,
                self._profiles,
                encounter,
                part=possible.part,
                payer_order=order,
                frequency=frequency_of(encounter, possible.part, order),
            )
            return build_claim(request).claim
        except (ProfileError, ValueError):
            return None

    def _gate(self, possible: _Possible) -> Callable[[], Iterable[Finding]]:
        """Judges an encounter with the first of its claims to a payer, and not again with the others."""
        asked = possible.encounter.id, possible.payer_order
        if asked in self._judged:
            return tuple
        self._judged.add(asked)
        return partial(self._judge, possible)

    def _judge(self, possible: _Possible) -> list[Finding]:
        encounter = possible.encounter
        try:
            site = self._profiles.site(encounter.site)
            product = self._profiles.product(encounter.therapy.product) if encounter.therapy else None
        except ProfileError as error:
            return [
                Finding.of(
                    RECORD_INVALID,
                    "The encounter was not judged: {reason}.",
                    fields={"reason": str(error)},
                    fix="Correct the record, or add the profile that is missing.",
                    place=Place(encounter=encounter.id),
                )
            ]
        check = EncounterCheck(
            encounter, possible.payer, site, product, self._today, self._prior, possible.payer_order
        )
        return [finding.at(encounter=encounter.id) for finding in judge_encounter(check)]
