"""How the drug was given: the infusion, its units and its revenue code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from edi.claim837i.model import ServiceLine
from edi.values import decimal_words
from mapping.profile_models import WrongAdministration
from validators.billed import is_revenue_code
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("admin-wrong-code", source="CPT; published billing guide of 2026", of_drug=True, of_void=False)
def admin_wrong_code(check: ClaimCheck) -> Iterator[Fault]:
    """The infusion is billed as a therapeutic infusion.

    What: a chemotherapy, radiopharmaceutical or push code stands on the day of the infusion.
    Why: the administration code must fit the drug, or the infusion (and often the drug) is denied.
    Fix: bill the infusion with the product's infusion code (96365).
    """
    for line, wrong in check.once(_wrong_lines):
        if not _stands_beside(check, wrong):
            yield Fault(
                "{code} is {reason}.",
                check.line_place(line, "SV2", "SV202-2"),
                fields={"code": line.code, "reason": wrong.reason},
                expected=check.therapy.infusion_code,
                found=line.code,
            )


@claim_rule(
    "admin-push-beside", source="CPT; published billing guide of 2026; FACTS B1", of_drug=True, of_void=False
)
def admin_push_beside(check: ClaimCheck) -> Iterator[Fault]:
    """Beside the infusion nothing is billed that looks like a second way of giving the drug.

    What: a push (96374) stands beside the infusion on its day.
    Why: only one service of a day is the first; a payer may take the push for the drug's, or deny it.
    Fix: make sure that the push was of another drug, and bill it with the code of a further push (96375).
    """
    for line, wrong in check.once(_wrong_lines):
        if _stands_beside(check, wrong):
            yield Fault(
                "{code} stands beside the infusion.",
                check.line_place(line, "SV2", "SV202-2"),
                fields={"code": line.code},
                expected=f"{wrong.unless} alone",
                found=line.code,
            )


def _wrong_lines(check: ClaimCheck) -> list[tuple[ServiceLine, WrongAdministration]]:
    """The lines of the infusion's day with a code that does not fit the drug, and why it does not."""
    return [
        (line, wrong)
        for wrong in check.therapy.wrong_administration
        for code, lines in check.lines_by_code.items()
        if wrong.covers(code)
        for line in lines
        if check.on_infusion_day(line)
    ]


def _stands_beside(check: ClaimCheck, wrong: WrongAdministration) -> bool:
    """Whether the code stands on the claim beside which the wrong one is no fault."""
    return bool(wrong.unless) and wrong.unless in check.lines_by_code


@claim_rule("admin-missing", source="published billing guide of 2026; CPT", of_drug=True, of_void=False)
def admin_missing(check: ClaimCheck) -> Iterator[Fault]:
    """An outpatient claim for the drug has its infusion.

    What: an outpatient claim has the drug and no infusion, and its payer takes other lines beside the drug.
    Why: the infusion is paid of its own, and a drug without its administration is asked about.
    Fix: add the infusion (96365) to service_lines; where the payer wants the drug alone, its profile says so (carve_out).
    """
    if not check.is_outpatient or not check.drug_lines or check.payer.carve_out:
        return
    has_infusion = check.therapy.infusion_code in check.lines_by_code
    # a wrong code in its place is said already
    if not has_infusion and not check.once(_wrong_lines):
        yield Fault(
            "The claim has the drug without its infusion.",
            check.line_place(check.drug_lines[0], "SV2", "SV202-2"),
            expected=check.therapy.infusion_code,
            found="none",
        )


@claim_rule("admin-units", source="CMS outpatient MUE, mid-2024; FACTS B1", of_drug=True, of_void=False)
def admin_units(check: ClaimCheck) -> Iterator[Fault]:
    """The first hour of the infusion is billed as often as can be.

    What: on one day of an outpatient claim the infusion has more units than CMS takes for likely (2).
    Why: what is above that limit is denied (CARC 151, 222).
    Fix: bill the infusion with 1 unit; a further hour has a code of its own (96366).
    """
    most = check.therapy.infusion_units_maximum
    for line, units in check.once(_infusion_units):
        if most is not None and units > most:
            yield _too_many_units(check, line, units, most)


@claim_rule(
    "admin-units-many", source="CPT; published billing guide of 2026; FACTS B1", of_drug=True, of_void=False
)
def admin_units_many(check: ClaimCheck) -> Iterator[Fault]:
    """The first hour of the infusion is billed once a day.

    What: on one day of an outpatient claim the infusion has more than 1 unit.
    Why: the infusion takes one hour; a second first hour needs a second access to the vein.
    Fix: bill the infusion with 1 unit; a further hour has a code of its own (96366).
    """
    usual, most = check.therapy.infusion_units_usual, check.therapy.infusion_units_maximum
    for line, units in check.once(_infusion_units):
        if usual is not None and units > usual and (most is None or units <= most):
            yield _too_many_units(check, line, units, usual)


def _infusion_units(check: ClaimCheck) -> list[tuple[ServiceLine, Decimal]]:
    """The units of the infusion's code by day, with the last line of the day. The limits are outpatient ones."""
    if check.is_inpatient:
        return []
    sums: dict[dt.date, tuple[ServiceLine, Decimal]] = {}
    for line in check.lines_by_code.get(check.therapy.infusion_code, ()):
        if line.quantity is not None:
            day = check.day_of(line)
            if day is not None:
                before = sums[day][1] if day in sums else Decimal(0)
                sums[day] = (line, before + line.quantity)
    return list(sums.values())


def _too_many_units(check: ClaimCheck, line: ServiceLine, units: Decimal, most: int) -> Fault:
    return Fault(
        "{code} has {units} units on one day.",
        check.line_place(line, "SV2", "SV205"),
        fields={"code": line.code, "units": decimal_words(units)},
        expected=f"at most {most}",
        found=decimal_words(units),
    )


@claim_rule("admin-addon", source="CPT; FACTS B1", of_drug=True, of_void=False)
def admin_addon(check: ClaimCheck) -> Iterator[Fault]:
    """A further hour is billed beside the first one, and where there was one.

    What: the code of a further hour (96366) stands without that of the first (96365), or on the
    day of an infusion that took 90 minutes or less.
    Why: an add-on code alone is denied (RARC N122), and a further hour begins after 30 minutes of it.
    Fix: bill 96365 first; remove 96366 where it was billed for the drug's infusion of an hour.
    """
    product = check.therapy
    addon = product.infusion_addon_code
    lines = check.lines_by_code.get(addon, ()) if addon else ()
    if not lines:
        return
    place = check.line_place(lines[0], "SV2", "SV202-2")
    if product.infusion_code not in check.lines_by_code:
        yield Fault(
            "{code} stands without {first}.",
            place,
            fields={"code": addon, "first": product.infusion_code},
            expected=product.infusion_code,
            found="none",
        )
        return
    minutes = _minutes(check)
    if minutes is None or minutes > product.infusion_addon_minutes:
        return
    if any(check.on_infusion_day(line) for line in lines):
        yield Fault(
            "{code} stands beside an infusion of {minutes} minutes.",
            place,
            fields={"code": addon, "minutes": minutes},
            expected=f"more than {product.infusion_addon_minutes} minutes",
            found=str(minutes),
        )


def _minutes(check: ClaimCheck) -> int | None:
    """How long the infusion took, in whole minutes; None where the encounter does not say."""
    therapy = check.encounter.therapy if check.encounter is not None else None
    if therapy is None or therapy.infusion_start is None or therapy.infusion_end is None:
        return None
    return int((therapy.infusion_end - therapy.infusion_start).total_seconds() // 60)


@claim_rule(
    "admin-revenue-code",
    source="NUBC revenue codes; published billing guide of 2026",
    of_drug=True,
    of_void=False,
)
def admin_revenue_code(check: ClaimCheck) -> Iterator[Fault]:
    """The infusion stands under the payer's revenue code for it.

    What: on an outpatient bill the infusion stands under another revenue code than the profile's.
    Why: revenue code and procedure are checked against each other (CARC 199).
    Fix: bill the infusion under the profile's revenue code, by default 0260.
    """
    if not check.is_outpatient:
        return
    wanted = check.payer.infusion_revenue_code
    for line in check.lines_by_code.get(check.therapy.infusion_code, ()):
        code = line.revenue_code
        # a malformed code has a rule of its own
        if code != wanted and is_revenue_code(code):
            yield Fault(
                "The infusion's revenue code is not the payer's.",
                check.line_place(line, "SV2", "SV201"),
                expected=wanted,
                found=code,
            )
