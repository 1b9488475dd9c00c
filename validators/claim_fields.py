"""Fields by which two claims are compared, and how what differs is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from edi.claim837i.model import Claim, Party
from edi.finding import Place
from edi.protected import Protected, shown_code
from edi.values import decimal_words

_LONGEST = 20
"""Of what is shown in the clear: a damaged file may hold anything in the place of a code."""


@dataclass(frozen=True, slots=True)
class ClaimField:
    """A field of a claim: what it is called, how it is read, where it stands.

    `loop` is "" for the loop of the child: 2010BA or, of a dependent, 2010CA. `is_protected`: it
    may be patient data.
    """

    words: str
    value: Callable[[Claim], object]
    loop: str
    segment: str
    qualifier: str | None
    element: str
    is_protected: bool = False

    def place(self, claim: Claim) -> Place:
        """Where it stands in a claim, or ought to."""
        loop = self.loop or ("2010CA" if claim.patient else "2010BA")
        return claim.first_place(loop, self.segment, self.qualifier, self.element)


def _child(claim: Claim) -> Party:
    return claim.patient.party if claim.patient else claim.subscriber.party


def name_of(party: Party) -> tuple[str, ...]:
    """A name as it is compared: last, first, middle, suffix in capitals."""
    parts = party.name, party.first_name, party.middle_name, party.suffix
    return tuple(part.strip().upper() for part in parts)


def _sex(claim: Claim) -> str:
    return claim.patient.sex if claim.patient else claim.subscriber.sex


WHO_AND_WHEN = (
    ClaimField("child's name", lambda one: name_of(_child(one)), "", "NM1", None, "NM103", True),
    ClaimField("child's birth date", lambda one: one.birth_date, "", "DMG", None, "DMG02", True),
    ClaimField("child's sex", _sex, "", "DMG", None, "DMG03", True),
    ClaimField("member id", lambda one: one.subscriber.party.id, "2010BA", "NM1", "IL", "NM109", True),
    ClaimField("payer id", lambda one: one.payer.id, "2010BB", "NM1", "PR", "NM109"),
    ClaimField("billing provider", lambda one: one.billing_provider.id, "2010AA", "NM1", "85", "NM109"),
    ClaimField(
        "first day of the statement", lambda one: one.statement_from, "2300", "DTP", "434", "DTP03", True
    ),
    ClaimField(
        "last day of the statement", lambda one: one.statement_through, "2300", "DTP", "434", "DTP03", True
    ),
)
"""Whom a claim is about, who bills whom, and for which days."""


def shown(value: object, is_protected: bool) -> str | Protected[str]:
    """A value of a claim for a finding; what may be patient data, or anything at all, is masked."""
    words = _words(value)
    if not words:
        return "none"
    plain = words.replace(", ", "")
    is_plain = isinstance(value, Decimal) or shown_code(plain, _LONGEST) == plain
    return words if is_plain and not is_protected else Protected(words)


def _words(value: object) -> str:
    """A value as a person writes it; "" where there is none."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return decimal_words(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(words for words in map(_words, value) if words)
    return str(value)
