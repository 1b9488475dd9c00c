"""Whom a claim names: providers, payers, subscriber and patient.

Source: 005010X223A2, loops 2010AA to 2010CA, 2310, 2330, 2420.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date

from edi.records import record


@record(frozen=True, slots=True)
class Address:
    """N3 and N4. `subdivision` is N407, for countries that have some."""

    lines: tuple[str, ...] = field(default=(), repr=False)
    city: str = field(default="", repr=False)
    state: str = ""
    postal_code: str = field(default="", repr=False)
    country: str = ""
    subdivision: str = ""


@record(frozen=True, slots=True)
class Reference:
    """REF: a qualifier and its value. `payer_id` is whose number it is (REF04-2, loops 2420)."""

    qualifier: str
    value: str = field(repr=False)
    payer_id: str = ""


@record(frozen=True, slots=True)
class Contact:
    """PER: who to call. `numbers` are pairs of qualifier (TE, EM, FX, EX) and number."""

    name: str = ""
    numbers: tuple[tuple[str, str], ...] = ()


@record(frozen=True, slots=True)
class Party:
    """Anybody an NM1 names, with the segments that follow it.

    `entity_type` is NM102 (1 person, 2 organization); `name` is the last name or the
    organization's; `taxonomy` is PRV03.
    """

    entity_type: str = "2"
    name: str = field(default="", repr=False)
    first_name: str = field(default="", repr=False)
    middle_name: str = field(default="", repr=False)
    suffix: str = field(default="", repr=False)
    id_qualifier: str = ""
    id: str = field(default="", repr=False)
    address: Address | None = None
    taxonomy: str = ""
    references: tuple[Reference, ...] = ()
    contacts: tuple[Contact, ...] = ()

    def __post_init__(self) -> None:
        # their order says nothing, so two parties that differ in it are equal
        if len(self.references) > 1:
            ordered = tuple(sorted(self.references, key=lambda item: item.qualifier))
            object.__setattr__(self, "references", ordered)

    def reference(self, qualifier: str) -> str:
        """The value of the first REF with that qualifier, or ""."""
        return next((item.value for item in self.references if item.qualifier == qualifier), "")


@record(frozen=True, slots=True)
class Subscriber:
    """Loop 2000B with 2010BA. `relationship` is SBR02: 18 where the patient is the subscriber, else ""."""

    party: Party
    responsibility: str
    relationship: str
    group_number: str = field(default="", repr=False)
    group_name: str = field(default="", repr=False)
    filing_indicator: str = ""
    birth_date: date | None = field(default=None, repr=False)
    sex: str = ""

    @property
    def is_patient(self) -> bool:
        """Whether the claim is about the subscriber."""
        return self.relationship == "18"


@record(frozen=True, slots=True)
class Patient:
    """Loop 2000C with 2010CA: a dependent. `relationship` is PAT01 (19 child)."""

    party: Party
    relationship: str
    birth_date: date | None = field(default=None, repr=False)
    sex: str = ""
