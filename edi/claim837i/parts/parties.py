"""NM1 and what follows it: address, references, contacts, taxonomy, birth date.

Source: 005010X223A2, loops 1000A to 2010CA, 2310, 2330, 2420.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from edi.claim837i.layouts import DMG, N3, N4, NM1, PRV, REF
from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.model.parties import Address, Contact, Party, Reference
from edi.tokens import Segment
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]
Roles = Mapping[str, tuple[str, str]]
"""By the id of a loop: NM101, and the field of the record that holds the party."""

_CONTACT_FUNCTION = "IC"
_CONTACT_PLACES = (3, 5, 7)


def read_party(loop: Loop | None, losses: Losses) -> Party:
    """Whom a loop names; an empty one where there is no loop. Its NM1, N3, N4, PRV, REF and PER are taken."""
    if loop is None:
        return Party()
    name = loop.take("NM1")
    values = NM1.read(name, loop.id, losses) if name else {}
    values.pop("entity", None)
    return Party(
        **values,
        address=_address(loop, losses),
        taxonomy=read_taxonomy(loop, losses),
        references=read_references(loop, losses, by_qualifier),
        contacts=tuple(_contact(segment, loop, losses) for segment in loop.take_all("PER")),
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
    """PRV03."""
    specialty = loop.take("PRV")
    return str(PRV.read(specialty, loop.id, losses)["taxonomy"]) if specialty else ""


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


def write_party(entity: str, party: Party, *, taxonomy_as: str | None = None) -> Segments:
    """NM1 and all that follows it but DMG. PRV is written here where `taxonomy_as` names its role."""
    yield NM1.write(party, entity=entity)
    if party.taxonomy and taxonomy_as:
        yield write_taxonomy(taxonomy_as, party)
    yield from write_address(party)
    yield from write_references(party.references)
    yield from write_contacts(party)


def write_parties(record: object, roles: Roles, *, taxonomy_as: str | None = None) -> Segments:
    """The parties of a record in the order of the roles."""
    for entity, role in roles.values():
        party: Party | None = getattr(record, role)
        if party is not None:
            yield from write_party(entity, party, taxonomy_as=taxonomy_as)


def write_taxonomy(role: str, party: Party) -> SegmentValues:
    """PRV: `role` is BI (billing) or AT (attending)."""
    return PRV.write(party, role=role)


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
