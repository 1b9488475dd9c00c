"""The prior authorization that goes out with each claim of the encounter: its scope, dates and terms.

Whether there is one at all is judged on the claim (`prior-authorization`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.protected import Protected
from edi.records import record
from edi.values import decimal_words
from mapping.building.authorizations import Scope, authorization_to_send, holds_on
from mapping.building.parts import STAY, parts_of
from mapping.encounter import Authorization, ServiceLine
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule


@record(frozen=True, slots=True)
class _Sent:
    """An authorization that goes out, its path, and what it should be for.

    `days`: the days of service that it must hold on.
    """

    authorization: Authorization
    path: str
    scope: Scope
    days: tuple[dt.date, ...]


@encounter_rule(
    "authorization-dates", source="payers' rules; Texas carve-out notices; FACTS E2, F", of_drug=True
)
def authorization_dates(check: EncounterCheck) -> Iterator[Fault]:
    """The authorization is for the service and holds on its day.

    What: a day of service lies outside the authorization's dates; or the drug goes out under the
    authorization of the admission, or a stay without the drug under that of the drug.
    Why: the payer denies what it did not authorize for that day and service (CARC 302, 284).
    Fix: enter the authorization of this service; where its dates are too short, ask the payer to extend it.
    """
    for sent in check.once(_sent):
        authorization = sent.authorization
        if authorization.scope != sent.scope:
            yield Fault(
                "The authorization that goes out is for the {given}, not the {wanted}.",
                check.place(f"{sent.path}.scope"),
                fields={"given": authorization.scope, "wanted": sent.scope},
                expected=f"an authorization of the {sent.scope}",
                found=authorization.scope,
            )
            continue
        outside = next((day for day in sent.days if not holds_on(authorization, day)), None)
        if outside is not None:
            yield Fault(
                "The authorization of the {scope} does not hold on the day of service.",
                check.place(sent.path),
                fields={"scope": authorization.scope},
                expected=f"{authorization.first_date or 'any day'} to {authorization.last_date or 'any day'}",
                found=_outside_words(authorization, outside),
            )


@encounter_rule("authorization-mismatch", source="payers' rules; FACTS E2", of_drug=True)
def authorization_mismatch(check: EncounterCheck) -> Iterator[Fault]:
    """The authorization says what the claim says.

    What: its HCPCS or member id is another than the claim's, it allows fewer units than are billed, or
    its NPI is neither the billing provider's, the facility's nor the attending physician's.
    Why: the payer compares them and denies the claim (CARC 284, 198, 296).
    Fix: compare the approval letter with the record; have the payer correct the authorization, or the record.
    """
    for sent in check.once(_sent):
        yield from _of_the_drug(check, sent)
        authorization = sent.authorization
        stated, member = authorization.member_id, check.coverage.member_id
        if stated is not None and _plain(stated) != _plain(member):
            yield Fault(
                "The authorization is for another member id.",
                check.place(f"{sent.path}.member_id"),
                expected=member,
                found=stated,
            )
        if authorization.npi is not None and authorization.npi not in _providers(check):
            yield Fault(
                "The authorization is for a provider that is not on the claim.",
                check.place(f"{sent.path}.npi"),
                expected="the NPI of the billing provider, the facility or the attending physician",
                found=authorization.npi,
            )


def _of_the_drug(check: EncounterCheck, sent: _Sent) -> Iterator[Fault]:
    authorization = sent.authorization
    if sent.scope != "drug" or authorization.scope != "drug":
        return
    codes = _billed_codes(check)
    if authorization.hcpcs is not None and authorization.hcpcs.upper() not in codes:
        yield Fault(
            "The authorization is for another code.",
            check.place(f"{sent.path}.hcpcs"),
            expected=" or ".join(codes),
            found=authorization.hcpcs,
        )
    billed = _billed_units(check)
    if authorization.units is not None and authorization.units < billed:
        yield Fault(
            "The authorization allows fewer units than are billed.",
            check.place(f"{sent.path}.units"),
            expected=f"{decimal_words(billed)} or more",
            found=decimal_words(authorization.units),
        )


def _sent(check: EncounterCheck) -> list[_Sent]:
    """The authorizations that go out: one for the claim with the drug, one for a stay without it."""
    encounter, drug = check.encounter, check.once(_lines_of_the_drug)
    going_out = []
    for part in parts_of(encounter, check.payer, check.product):
        if part != STAY and drug:
            found = authorization_to_send(check.coverage, "drug", check.infusion_date)
            dates = [line.date or encounter.infusion_date for line in drug]
        elif part == STAY and encounter.is_inpatient:
            found = authorization_to_send(check.coverage, "admission", encounter.admission.date)
            dates = [encounter.admission.date]
        else:
            continue
        if found is not None:
            number, authorization = found
            path = f"coverages[{check.payer_order}].authorizations[{number}]"
            days = tuple(day for day in dates if day is not None)
            going_out.append(_Sent(authorization, path, "admission" if part == STAY else "drug", days))
    return going_out


def _outside_words(authorization: Authorization, day: dt.date) -> str:
    """How far the day lies outside, without telling it."""
    first, last = authorization.first_date, authorization.last_date
    if first is not None and day < first:
        return f"service {(first - day).days} days before"
    return f"service {(day - last).days} days after" if last is not None else ""


def _billed_codes(check: EncounterCheck) -> list[str]:
    """The codes under which the drug may be authorized: the payer's own, or the product's and the lines'.

    Whether the line's code is the right one, another rule says.
    """
    if check.payer.drug_hcpcs is not None:
        return [check.payer.drug_hcpcs]
    return sorted(
        {check.therapy.hcpcs} | {line.hcpcs for line in check.once(_lines_of_the_drug) if line.hcpcs}
    )


def _billed_units(check: EncounterCheck) -> Decimal:
    """The units on the drug's lines: as recorded, or one on each of the lines that the payer wants."""
    lines = check.once(_lines_of_the_drug)
    if check.payer.drug_lines > 1:
        return Decimal(check.payer.drug_lines * len(lines))
    return sum((line.units for line in lines), Decimal(0))


def _lines_of_the_drug(check: EncounterCheck) -> list[ServiceLine]:
    """The lines under the product's own code; else those under a code that any drug may have."""
    lines = [line for _, line in check.drug_lines]
    return [line for line in lines if line.hcpcs == check.therapy.hcpcs] or lines


def _providers(check: EncounterCheck) -> set[str | None]:
    encounter, site = check.encounter, check.site
    location = site.locations.get(encounter.location) if encounter.location is not None else None
    attending = encounter.attending
    return {site.npi, location.npi if location else None, attending.npi if attending else None}


def _plain(member_id: Protected[str]) -> str:
    """A member id without the blanks and hyphens that letters and cards set differently."""
    return "".join(character for character in member_id.reveal().upper() if character.isalnum())
