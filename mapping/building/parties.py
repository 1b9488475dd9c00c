"""The people and places of a claim: billing provider, subscriber, patient, payer, physicians.

The child is its own subscriber where it has a policy of its own (SBR02 = 18, no 2000C);
else the policy holder is, and the child goes into 2000C. Source: FACTS A2.
"""

from __future__ import annotations

from edi.claim837i.model import Address, Contact, Party, Patient, Reference, Subscriber
from edi.finding import Finding
from mapping import encounter as record
from mapping.building.request import ClaimRequest, Notebook
from mapping.fact import once_for_each
from mapping.profile_models import PayerProfile, SiteProfile
from mapping.rule_keys import RECORD_INVALID

RESPONSIBILITY = "PSTABCDEFGH"
"""SBR01 by payer order."""
RELATIONSHIP = {"self": "18", "spouse": "01", "child": "19", "other": "G8", "unknown": "21"}
"""SBR02 and PAT01."""
_OFF_CAMPUS = "19"


def submitter(request: ClaimRequest) -> Party:
    """Loop 1000A, from the partner profile."""
    profile = request.partner.submitter
    contact = Contact(profile.contact, (("TE", profile.telephone),))
    return Party("2", profile.name, id_qualifier="46", id=profile.id, contacts=(contact,))


def receiver(request: ClaimRequest) -> Party:
    """Loop 1000B, from the partner profile."""
    profile = request.partner.receiver
    return Party("2", profile.name, id_qualifier="46", id=profile.id)


def billing_provider(request: ClaimRequest) -> Party:
    """Loops 2000A and 2010AA, from the site profile."""
    return _site_party(request.site)


@once_for_each
def _site_party(site: SiteProfile) -> Party:
    return Party(
        entity_type="2",
        name=site.name,
        id_qualifier="XX",
        id=site.npi,
        address=Address(site.address.lines, site.address.city, site.address.state, site.address.postal_code),
        taxonomy=site.taxonomy,
        references=(Reference("EI", site.tax_id),),
    )


def pay_to(request: ClaimRequest, notebook: Notebook) -> Party | None:
    """Loop 2010AB, where payment goes to another address."""
    address = request.encounter.pay_to
    return Party("2", address=_address(address, notebook, "pay_to")) if address else None


def payer(request: ClaimRequest) -> Party:
    """Loop 2010BB, from the payer profile."""
    return payer_party(request.payer)


@once_for_each
def payer_party(profile: PayerProfile) -> Party:
    """A payer as NM1*PR names it (2010BB, 2330B)."""
    return Party("2", profile.name, id_qualifier="PI", id=profile.payer_id)


def claim_number_of_payer(number: str) -> tuple[Reference, ...]:
    """REF*F8 of 2330B: the number an earlier payer gave its claim."""
    return (Reference("F8", number),) if number else ()


def subscriber(request: ClaimRequest, notebook: Notebook) -> Subscriber:
    """Loops 2000B and 2010BA. Address and DMG are sent only where the subscriber is the patient."""
    coverage, child = request.coverage, request.encounter.patient
    path = f"coverages[{request.payer_order}]"
    member_id = notebook.id(coverage.member_id.reveal(), f"{path}.member_id")
    group = coverage.group_number
    is_self = coverage.subscriber is None
    person = coverage.subscriber or child
    where = "patient" if is_self else f"{path}.subscriber"
    return Subscriber(
        party=_person(person, notebook, where, member_id, with_address=is_self),
        responsibility=RESPONSIBILITY[request.payer_order],
        relationship="18" if is_self else "",
        group_number=notebook.id(group.reveal(), f"{path}.group_number") if group else "",
        group_name="" if group else notebook.text(coverage.group_name, f"{path}.group_name"),
        filing_indicator=request.payer.filing_indicator,
        birth_date=child.birth_date.reveal() if is_self else None,
        sex=child.sex if is_self else "",
    )


def patient(request: ClaimRequest, notebook: Notebook) -> Patient | None:
    """Loops 2000C and 2010CA, where the child is a dependent."""
    coverage, child = request.coverage, request.encounter.patient
    if coverage.subscriber is None:
        return None
    return Patient(
        party=_person(child, notebook, "patient", "", with_address=True),
        relationship=RELATIONSHIP[coverage.relationship],
        birth_date=child.birth_date.reveal(),
        sex=child.sex,
    )


def physician(provider: record.Provider | None, notebook: Notebook, path: str) -> Party | None:
    """Loops 2310A, B, C, F."""
    if provider is None:
        return None
    return Party(
        entity_type="1",
        name=notebook.text(provider.last_name, f"{path}.last_name"),
        first_name=notebook.text(provider.first_name, f"{path}.first_name"),
        middle_name=notebook.text(provider.middle_name, f"{path}.middle_name"),
        id_qualifier="XX",
        id=provider.npi,
        taxonomy=provider.taxonomy or "" if path == "attending" else "",
    )


def service_facility(request: ClaimRequest, notebook: Notebook) -> Party | None:
    """Loop 2310E: the department off campus where the child was treated."""
    encounter = request.encounter
    location = request.site.locations.get(encounter.location) if encounter.location else None
    if encounter.location is None and encounter.setting != _OFF_CAMPUS:
        return None
    if location is None:
        finding = Finding.of(
            RECORD_INVALID,
            "{path}: a treatment off campus needs a department that the site profile knows.",
            fields={"path": "location"},
            expected=" or ".join(request.site.locations) or "a location in the profile of the site",
            found=encounter.location or "nothing",
            fix="Name the department in the record, or add it to the profile of the site.",
        )
        notebook.add(finding, "location")
        return None
    address = location.address
    return Party(
        entity_type="2",
        name=location.name,
        id_qualifier="XX" if location.npi else "",
        id=location.npi or "",
        address=Address(address.lines, address.city, address.state, address.postal_code),
    )


def person_of_coverage(request: ClaimRequest, notebook: Notebook, order: int) -> Party:
    """Who holds the policy of another coverage (2330A), with its member id."""
    coverage = request.encounter.coverages[order]
    path = f"coverages[{order}]"
    member_id = notebook.id(coverage.member_id.reveal(), f"{path}.member_id")
    is_self = coverage.subscriber is None
    person = coverage.subscriber or request.encounter.patient
    where = "patient" if is_self else f"{path}.subscriber"
    return _person(person, notebook, where, member_id, with_address=False)


def _person(
    person: record.Patient | record.Subscriber,
    notebook: Notebook,
    path: str,
    member_id: str,
    with_address: bool,
) -> Party:
    middle = person.middle_name.reveal() if person.middle_name else None
    address = person.address if with_address else None
    return Party(
        entity_type="1",
        name=notebook.text(person.last_name.reveal(), f"{path}.last_name"),
        first_name=notebook.text(person.first_name.reveal(), f"{path}.first_name"),
        middle_name=notebook.text(middle, f"{path}.middle_name"),
        id_qualifier="MI" if member_id else "",
        id=member_id,
        address=_address(address, notebook, f"{path}.address") if address else None,
    )


def _address(address: record.Address, notebook: Notebook, path: str) -> Address:
    return Address(
        lines=tuple(
            notebook.text(line.reveal(), f"{path}.lines[{number}]")
            for number, line in enumerate(address.lines)
        ),
        city=notebook.text(address.city.reveal(), f"{path}.city"),
        state=address.state,
        postal_code=address.postal_code.reveal(),
    )
