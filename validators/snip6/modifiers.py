"""Modifiers of the drug line: what was discarded, and drugs bought under 340B."""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import ServiceLine
from edi.protected import MASK
from mapping.profile_models import DiscountModifier
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule(
    "wastage-modifier",
    source="CMS, single-dose containers, since 2023-07-01; FACTS B3",
    of_drug=True,
    of_void=False,
)
def wastage_modifier(check: ClaimCheck) -> Iterator[Fault]:
    """The drug line says of discarded drug only what can be true.

    What: the drug line has JW, alone or beside JZ; or an outpatient drug line lacks JZ where the
    payer's profile wants it.
    Why: one treatment is one unit, of which no part can be discarded; without JZ a payer that asks
    for it returns the claim (CARC 4, RARC M78).
    Fix: remove JW from service_lines[].modifiers; enter JZ where the profile wants it.
    """
    discarded, nothing = check.therapy.discarded_modifier, check.therapy.nothing_discarded_modifier
    wants_nothing = check.is_outpatient and any(
        one.code == nothing and one.setting != "inpatient" for one in check.payer.drug_modifiers
    )
    for line in check.drug_lines:
        modifiers = _modifiers(line)
        if discarded and discarded in modifiers:
            yield _fault(check, line, "{code} stands on the drug line.", discarded, f"no {discarded}")
        elif nothing and wants_nothing and nothing not in modifiers:
            yield _fault(check, line, "{code} is missing on the drug line.", nothing, nothing)


@claim_rule("modifier-340b", source="CMS, 340B modifiers; FACTS B3, C19", of_drug=True, of_void=False)
def modifier_340b(check: ClaimCheck) -> Iterator[Fault]:
    """A drug bought under 340B says so as its day, hospital and payer want.

    What: JG after 2024-12-31 or for a children's hospital; JG and TB together; or a drug bought by
    a 340B hospital without the modifier that its payer wants.
    Why: the payer prices the drug by the modifier, and asks no rebate of the maker for it.
    Fix: bill TB in place of JG; enter what the payer's profile wants in service_lines[].modifiers.
    """
    known, wanted = check.therapy.discount_modifiers, _wanted(check)
    for line in check.drug_lines:
        modifiers = _modifiers(line)
        carried = [one for one in known if one.code in modifiers]
        if not carried and not wanted:
            continue
        wrong = [one for one in carried if not _may_stand(check, line, one)]
        missing = [code for code in wanted if code not in modifiers]
        allowed = " or ".join(one.code for one in known if _may_stand(check, line, one))
        if len(carried) > 1:
            yield _fault(
                check, line, "The drug line has two 340B modifiers: {code}.", _codes(carried), allowed
            )
        elif wrong:
            yield _fault(
                check, line, "{code} is not used on this day or by this hospital.", _codes(wrong), allowed
            )
        elif missing:
            yield _fault(
                check, line, "The drug was bought under 340B, and {code} is missing.", missing[0], missing[0]
            )


def _may_stand(check: ClaimCheck, line: ServiceLine, modifier: DiscountModifier) -> bool:
    day = line.service_date or check.infusion_date
    if modifier.last_date is not None and day is not None and day > modifier.last_date:
        return False
    return modifier.childrens or check.site is None or not check.site.childrens


def _wanted(check: ClaimCheck) -> list[str]:
    """The modifiers that the payer wants of a drug that the hospital bought under 340B."""
    if check.site is None or not check.site.covered_340b or not _was_bought(check):
        return []
    setting = "inpatient" if check.is_inpatient else "outpatient"
    wanted = check.payer.drug_modifiers
    return [one.code for one in wanted if one.only_340b and one.setting in ("any", setting)]


def _was_bought(check: ClaimCheck) -> bool:
    """Whether the hospital bought the kit, as far as is known."""
    therapy = check.encounter.therapy if check.encounter is not None else None
    return therapy is None or therapy.kits[0].source == "bought"


def _modifiers(line: ServiceLine) -> tuple[str, ...]:
    return line.procedure.modifiers if line.procedure is not None else ()


def _codes(modifiers: list[DiscountModifier]) -> str:
    return " and ".join(one.code for one in modifiers)


def _fault(check: ClaimCheck, line: ServiceLine, template: str, code: str, expected: str) -> Fault:
    return Fault(
        template,
        check.line_place(line, "SV2", "SV202-3"),
        fields={"code": code},
        expected=expected,
        found=" ".join(map(_shown, _modifiers(line))) or "none",
    )


def _shown(modifier: str) -> str:
    """A modifier as it stands; in a damaged file it may be anything: masked then."""
    return modifier if len(modifier) == 2 and modifier.isascii() and modifier.isalnum() else MASK
