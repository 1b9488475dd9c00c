"""NM1 and what follows it: address, references, contacts, taxonomy, birth date.

Source: 005010X223A2, loops 1000A to 2010CA, 2310, 2330, 2420.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from edi.claim837i.layout import says_something
from edi.claim837i.layouts import ATTENDING_PRV, BILLING_PRV, DMG, N3, N4, NM1, PER, REF
from edi.claim837i.loops import Loop, Parts
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered_loop, written
from edi.claim837i.model.parties import Address, Contact, Party, Reference
from edi.tokens import Segment
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]
Person = tuple[Party, date | None, str]
Roles = Mapping[str, tuple[str, str]]
"""By the id of a loop: NM101, and the field of the record that holds the party."""

_SPECIALTIES = {"2000A": BILLING_PRV, "2310A": ATTENDING_PRV}
"""The loops in which a PRV stands."""
_TAXONOMY_ABOVE = ("2010AA",)
"""Its taxonomy stands in the level above it."""
_WITH_CONTACTS = ("1000A", "2010AA")
_CONTACT_PLACES = (1, 2, 3)

_NOBODY = Party()
_NAME = ("entity_type", "name", "first_name", "middle_name", "suffix", "id_qualifier", "id")
_read_name = NM1.reads(*_NAME)
_read_lines = N3.reads("lines")
_read_place = N4.reads("city", "state", "postal_code", "country", "subdivision")
_read_reference = REF.makes(Reference)
_read_birth_date_and_sex = DMG.reads("birth_date", "sex")
_READ_TAXONOMY = {loop: layout.reads("taxonomy") for loop, layout in _SPECIALTIES.items()}


def read_party(loop: Loop | None, losses: Losses) -> Party:
    """Whom a loop names; an empty one where there is no loop. Its NM1, N3, N4, PRV, REF and PER are taken."""
    return _remembered_party(loop, losses) if loop else Party()


def read_person(loop: Loop | None, losses: Losses) -> Person:
    """The subscriber or the patient with birth date and sex: DMG is taken, too."""
    if loop is None:
        return Party(), None, ""
    birth_date, sex = _demographics(loop, losses)
    return _party(loop, losses), birth_date, sex


def _party(loop: Loop, losses: Losses) -> Party:
    segment = loop.take("NM1")
    name = _read_name(segment, loop.id, losses) if segment else ()
    if len(loop.segments) == 1:
        return Party(*name)
    more = {"address": _address(loop, losses), **loop.read(_PARTS, losses)}
    return Party(*name, **more)


# claims share their providers and payers; persons they do not
_remembered_party = remembered_loop(_party)


def read_parties(loops: Iterable[Loop], roles: Roles, losses: Losses) -> dict[str, Any]:
    """The parties of the roles among the loops; of two in one role the first."""
    found: dict[str, Any] = {}
    for loop in loops:
        role = roles.get(loop.id)
        if role is not None and role[1] not in found:
            found[role[1]] = read_party(loop, losses)
    return found


def _address(loop: Loop, losses: Losses) -> Address | None:
    street, place = loop.take("N3"), loop.take("N4")
    if street is None and place is None:
        return None
    lines = _read_lines(street, loop.id, losses) if street else ()
    return Address(lines, *(_read_place(place, loop.id, losses) if place else ()))


def read_taxonomy(loop: Loop, losses: Losses) -> str:
    """PRV03, in the loops that have a PRV."""
    read = _READ_TAXONOMY.get(loop.id)
    specialty = loop.take("PRV") if read else None
    if read is None or specialty is None:
        return ""
    taxonomy: str = read(specialty, loop.id, losses)
    if not taxonomy:
        losses.says_nothing(loop.id, specialty)
    return taxonomy


def read_references(loop: Loop, losses: Losses) -> tuple[Reference, ...]:
    """All REF of a loop."""
    return tuple([_read_reference(segment, loop.id, losses) for segment in loop.take_all("REF")])


def with_references(party: Party, references: tuple[Reference, ...]) -> Party:
    """The party with other references."""
    return replace(party, references=references)


def _contacts(loop: Loop, losses: Losses) -> tuple[Contact, ...]:
    contacts = loop.take_all("PER") if loop.id in _WITH_CONTACTS else []
    return tuple([_contact(segment, loop, losses) for segment in contacts])


def _contact(segment: Segment, loop: Loop, losses: Losses) -> Contact:
    fields = PER.read(segment, loop.id, losses)
    pairs = ((fields[f"qualifier_{place}"], fields[f"number_{place}"]) for place in _CONTACT_PLACES)
    return Contact(fields["name"], tuple(pair for pair in pairs if any(pair)))


_PARTS: Parts = (
    ("PRV", "taxonomy", read_taxonomy),
    ("REF", "references", read_references),
    ("PER", "contacts", _contacts),
)


def _demographics(loop: Loop, losses: Losses) -> tuple[date | None, str]:
    segment = loop.take("DMG")
    if segment is None:
        return None, ""
    birth_date, sex = _read_birth_date_and_sex(segment, loop.id, losses)
    if birth_date is None and not sex and not any(segment.elements[2:]):
        losses.says_nothing(loop.id, segment)
    return birth_date, sex


@written
def write_party(entity: str, party: Party, loop: str) -> Segments:
    """NM1 and all that follows it in a loop, but DMG; nothing where the party says nothing at all.

    Raises ValueError for what the loop has no place for.
    """
    if party == _NOBODY:
        return
    yield NM1.write(party, entity=entity)
    specialty = _SPECIALTIES.get(loop)
    if specialty is not None and party.taxonomy:
        yield specialty.write(party)
    elif party.taxonomy and loop not in _TAXONOMY_ABOVE:
        raise ValueError(f"loop {loop} has no place for a taxonomy")
    yield from write_address(party)
    yield from write_references(party.references)
    if party.contacts and loop not in _WITH_CONTACTS:
        raise ValueError(f"loop {loop} has no place for contacts")
    yield from write_contacts(party)


def write_parties(record: object, roles: Roles) -> Segments:
    """The parties of a record in the order of the roles."""
    for loop, (entity, role) in roles.items():
        party: Party | None = getattr(record, role)
        if party is not None:
            yield from write_party(entity, party, loop)


def write_billing_specialty(party: Party) -> Segments:
    """PRV of loop 2000A, which stands before the NM1."""
    if party.taxonomy:
        yield BILLING_PRV.write(party)


def write_address(party: Party) -> Segments:
    """N3 and N4, as far as there is something to say."""
    address = party.address
    if address is None:
        return
    if address.lines:
        yield N3.write(address)
    place = N4.write(address)
    if says_something(place):
        yield place


def write_references(references: Iterable[Reference]) -> Segments:
    """REF."""
    return (REF.write(reference) for reference in references)


def write_contacts(party: Party) -> Segments:
    """PER."""
    for contact in party.contacts:
        if len(contact.numbers) > len(_CONTACT_PLACES):
            raise ValueError(f"PER has room for {len(_CONTACT_PLACES)} numbers")
        pairs = [*contact.numbers, *[("", "")] * len(_CONTACT_PLACES)]
        fields: dict[str, str] = {}
        for place, (qualifier, number) in zip(_CONTACT_PLACES, pairs, strict=False):
            fields |= {f"qualifier_{place}": qualifier, f"number_{place}": number}
        yield PER.write_values(name=contact.name, **fields)


def write_person(entity: str, party: Party, birth_date: date | None, sex: str) -> Segments:
    """The subscriber or the patient: NM1, N3, N4, DMG where anything of it is known, REF.

    Raises ValueError for a taxonomy or contacts: there is no place for them.
    """
    if party.taxonomy or party.contacts:
        raise ValueError("a subscriber or patient has no taxonomy and no contacts")
    yield NM1.write(party, entity=entity)
    yield from write_address(party)
    if birth_date is not None or sex:
        yield DMG.write_values(birth_date=birth_date, sex=sex)
    yield from write_references(party.references)
