"""NM1 and what follows it: address, references, contacts, taxonomy, birth date.

Source: 005010X223A2, loops 1000A to 2010CA, 2310, 2330, 2420.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from edi.claim837i.layout import Layout
from edi.claim837i.layouts import ATTENDING_PRV, BILLING_PRV, DMG, N3, N4, NM1, REF
from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.model.parties import Address, Contact, Party, Reference
from edi.tokens import Segment
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]
Roles = Mapping[str, tuple[str, str]]
"""By the id of a loop: NM101, and the field of the record that holds the party."""

_SPECIALTIES = {"2000A": BILLING_PRV, "2310A": ATTENDING_PRV}
"""The loops in which a PRV stands."""
_WITH_CONTACTS = ("1000A", "2010AA")
_CONTACT_FUNCTION = "IC"
_CONTACT_PLACES = (3, 5, 7)


def read_party(loop: Loop | None, losses: Losses) -> Party:
    """Whom a loop names; an empty one where there is no loop. Its NM1, N3, N4, PRV, REF and PER are taken."""
    if loop is None:
        return Party()
    name = loop.take("NM1")
    values = NM1.read(name, loop.id, losses) if name else {}
    values.pop("entity", None)
    contacts = loop.take_all("PER") if loop.id in _WITH_CONTACTS else []
    return Party(
        **values,
        address=_address(loop, losses),
        taxonomy=read_taxonomy(loop, losses),
        references=read_references(loop, losses, by_qualifier),
        contacts=tuple(_contact(segment, loop, losses) for segment in contacts),
    )


def read_parties(loops: Iterable[Loop], roles: Roles, losses: Losses) -> dict[str, Any]:
    """The parties of the roles among the loops; of two in one role the first."""
    found: dict[str, Any] = {}
    for loop in loops:
        _, role = roles.get(loop.id, ("", ""))
        if role and role not in found:
            found[role] = read_party(loop, losses)
    return found


def _address(loop: Loop, losses: Losses) -> Address | None:
    street, place = loop.take("N3"), loop.take("N4")
    if street is None and place is None:
        return None
    values = N3.read(street, loop.id, losses) if street else {}
    return Address(**values, **(N4.read(place, loop.id, losses) if place else {}))


def read_taxonomy(loop: Loop, losses: Losses) -> str:
    """PRV03, in the loops that have a PRV."""
    layout = _SPECIALTIES.get(loop.id)
    specialty = loop.take("PRV") if layout else None
    return str(layout.read(specialty, loop.id, losses)["taxonomy"]) if layout and specialty else ""


def read_references(
    loop: Loop, losses: Losses, order: Callable[[Reference], object]
) -> tuple[Reference, ...]:
    """All REF of a loop. Segments of one position may come in any order (X12 RFI 993): `order` settles it."""
    found = (Reference(**REF.read(segment, loop.id, losses)) for segment in loop.take_all("REF"))
    return tuple(sorted(found, key=order))  # type: ignore[arg-type]


def with_references(party: Party, references: tuple[Reference, ...]) -> Party:
    """The party with other references."""
    return replace(party, references=references)


def by_qualifier(reference: Reference) -> str:
    """The order of a party's references."""
    return reference.qualifier


def _contact(segment: Segment, loop: Loop, losses: Losses) -> Contact:
    pairs = ((segment.element(number), segment.element(number + 1)) for number in _CONTACT_PLACES)
    if segment.element(1) != _CONTACT_FUNCTION:
        losses.unreadable(loop.id, segment, "PER01", _CONTACT_FUNCTION, segment.element(1))
    for number in range(_CONTACT_PLACES[-1] + 2, len(segment.elements)):
        if segment.element(number):
            losses.not_carried(loop.id, segment, f"PER{number:02d}")
    return Contact(segment.element(2), tuple(pair for pair in pairs if any(pair)))


def read_demographics(loop: Loop | None, losses: Losses) -> tuple[date | None, str]:
    """Birth date and sex, from DMG."""
    segment = loop.take("DMG") if loop else None
    if loop is None or segment is None:
        return None, ""
    values = DMG.read(segment, loop.id, losses)
    return values["birth_date"], values["sex"]


def write_party(entity: str, party: Party, specialty: Layout | None = None) -> Segments:
    """NM1 and all that follows it but DMG. `specialty` is the layout of its PRV where it has one here."""
    yield NM1.write(party, entity=entity)
    if party.taxonomy and specialty:
        yield specialty.write(party)
    yield from write_address(party)
    yield from write_references(party.references)
    yield from write_contacts(party)


def write_parties(record: object, roles: Roles) -> Segments:
    """The parties of a record in the order of the roles."""
    for loop, (entity, role) in roles.items():
        party: Party | None = getattr(record, role)
        if party is not None:
            yield from write_party(entity, party, _SPECIALTIES.get(loop))


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
    if any(place[1:]):
        yield place


def write_references(references: Iterable[Reference]) -> Segments:
    """REF."""
    return (REF.write(reference) for reference in references)


def write_contacts(party: Party) -> Segments:
    """PER."""
    for contact in party.contacts:
        if len(contact.numbers) > len(_CONTACT_PLACES):
            raise ValueError("PER has room for three numbers")
        yield ("PER", _CONTACT_FUNCTION, contact.name, *(text for pair in contact.numbers for text in pair))


def write_person(entity: str, party: Party, birth_date: date | None, sex: str) -> Segments:
    """The subscriber or the patient: NM1, N3, N4, DMG where anything of it is known, REF."""
    yield NM1.write(party, entity=entity)
    yield from write_address(party)
    if birth_date is not None or sex:
        yield DMG.write_values(birth_date=birth_date, sex=sex)
    yield from write_references(party.references)
