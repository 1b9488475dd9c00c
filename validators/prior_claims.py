"""What rules may ask about earlier claims, and who a child is to the ledger that answers.

A child is known by the hospital's record number and site, or by its own member id with first
name and birth date: twins may share an id, and are both BABYBOY before they are named. Encounter
and claim give the same identities.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from typing import Protocol

from edi.claim837i.model import Claim, Party
from edi.records import record
from edi.separators import Separators
from mapping.encounter import Encounter
from mapping.profile_models import SiteProfile
from mapping.text import fold
from validators.facts import is_placeholder_name

_SELF = "18"
_PLAIN = Separators("*", ":", "^", "~")


@record(frozen=True, slots=True)
class ChildIdentity:
    """One way to know a child; patient data, which the ledger keeps as a keyed digest only."""

    parts: tuple[str, ...] = field(repr=False)


def child_of_record(encounter: Encounter) -> tuple[ChildIdentity, ...]:
    """The identities of an encounter's child, the best one first; () where nothing tells it from a twin."""
    patient = encounter.patient
    found = []
    if patient.record_number is not None:
        found.append(_by_record(encounter.site, patient.record_number.reveal()))
    name, born = patient.first_name.reveal(), patient.birth_date.reveal()
    members = [one.member_id.reveal() for one in encounter.coverages if one.relationship == "self"]
    return (*found, *_by_members(members, name, born))


def child_of_claim(claim: Claim, site: SiteProfile | None) -> tuple[ChildIdentity, ...]:
    """The same of a claim in a file; `site` is the profile of its billing provider, where there is one."""
    found = []
    record_number = claim.reference("EA")
    if site is not None and record_number:
        found.append(_by_record(site.key, record_number))
    name = (claim.patient.party if claim.patient else claim.subscriber.party).first_name
    members = [party.id for party in _own_covers(claim)]
    return (*found, *_by_members(members, name, claim.birth_date))


def _own_covers(claim: Claim) -> Iterator[Party]:
    """The covers of which the child itself is the subscriber."""
    if claim.subscriber.is_patient:
        yield claim.subscriber.party
    for other in claim.other_coverages:
        if other.relationship == _SELF:
            yield other.subscriber


def _by_record(site: str, record_number: str) -> ChildIdentity:
    return ChildIdentity(("record", site, record_number))


def _by_members(members: Iterable[str], first_name: str, born: dt.date | None) -> Iterator[ChildIdentity]:
    """One of each member id; none where first name and birth date do not tell the child from its twin."""
    if born is None or is_placeholder_name(first_name):
        return
    name = fold(first_name, _PLAIN)
    for member in members:
        if member:
            yield ChildIdentity(("member", member, name, born.isoformat()))


@record(frozen=True, slots=True)
class EarlierClaim:
    """A claim of the ledger. `payer` is the key of its profile.

    `numbers` are the payer claim control numbers that answers gave it, `newest_number` the last
    of them ("" where there is none). `infusion_date` is None where it is not known, `remitted`
    (the day of its last remittance) where there is none.
    """

    id: str
    encounter: str
    payer: str
    payer_order: int
    frequency: str
    patient_control_number: str = field(repr=False)
    infusion_date: dt.date | None = field(default=None, repr=False)
    numbers: frozenset[str] = field(default=frozenset(), repr=False)
    newest_number: str = field(default="", repr=False)
    remitted: dt.date | None = field(default=None, repr=False)


class PriorClaims(Protocol):
    """What rules may ask of the ledger; the ledger implements it."""

    def drug_claims(
        self, child: Sequence[ChildIdentity], product: str, besides: str = ""
    ) -> Sequence[EarlierClaim]:
        """The claims for a child's drug that are open or paid, without those of the encounter `besides`."""

    def chain(self, patient_control_number: str, number: str, payer: str) -> Sequence[EarlierClaim]:
        """The claims to a payer under an account number, else those of the chain in which the payer
        gave that number; the newest first, without rejected ones."""

    def as_sent(self, claim: str) -> Claim | None:
        """A claim as it was sent; None where its file is gone."""
