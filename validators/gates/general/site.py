"""Gate rules for every therapy."""

from __future__ import annotations

from collections.abc import Iterator

from mapping.building.claim import has_institutional_claim
from validators.checks import EncounterCheck
from validators.registry import Fault, encounter_rule


@encounter_rule("site-of-care", source="published billing guide of 2026: hospital only; FACTS C12")
def site_of_care(check: EncounterCheck) -> Iterator[Fault]:
    """The infusion took place where a hospital claim exists for it.

    What: the setting is an office (11), the home (12) or an infusion suite (49).
    Why: this drug is given in certified hospitals only, and those settings have no 837I.
    Fix: check the setting; plan the infusion at a certified hospital.
    """
    if not has_institutional_claim(check.encounter.setting):
        yield Fault(
            "Place of service {setting} is no hospital.",
            check.place("setting"),
            fields={"setting": check.encounter.setting},
            expected="21, 22 or 19",
            found=check.encounter.setting,
        )


@encounter_rule("site-not-certified", source="manufacturer's list of certified centers; FACTS E1")
def site_not_certified(check: EncounterCheck) -> Iterator[Fault]:
    """The site is certified to give the product.

    What: the site profile does not list the encounter's product.
    Why: kits are shipped to certified centers only, and payers deny others (CARC B7).
    Fix: prove the certification and add the product to the site profile, or move the patient.
    """
    product = check.product
    if product is not None and product.key not in check.site.certified_products:
        yield Fault(
            "Site {site} is not certified for {product}.",
            check.place("site"),
            fields={"site": check.encounter.site, "product": product.key},
            expected="a certified site",
            found=check.encounter.site,
        )
