"""Which claims one encounter becomes.

Most payers want one claim. One that carves the drug out wants it alone, on an outpatient
claim of the day of the infusion, and the rest on a claim of its own. Source: FACTS F (Texas),
C14; frequency codes: FACTS A6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from mapping.encounter import Encounter
from mapping.profile_models import PayerProfile, ProductProfile

WHOLE = "whole"
STAY = "stay"
DRUG = "drug"
PARTS = (WHOLE, STAY, DRUG)
"""All parts, in the order in which they stand in a file."""

_ORIGINAL = "1"
_INTERIM = {"first": "2", "continuing": "3", "last": "4"}


def parts_of(encounter: Encounter, payer: PayerProfile, product: ProductProfile | None) -> tuple[str, ...]:
    """The claims to one payer: `whole`, or `stay` (all but the drug) and `drug`.

    An encounter that replaces one of the two becomes that one alone.
    """
    codes = drug_codes(encounter, product)
    drug = [line.hcpcs in codes for line in encounter.service_lines]
    if not payer.carve_out or not any(drug):
        return (WHOLE,)
    if encounter.replaces is not None and encounter.replaces.part is not None:
        return (encounter.replaces.part,)
    return (DRUG,) if all(drug) else (STAY, DRUG)


def frequency_of(encounter: Encounter, part: str, payer_order: int = 0) -> str:
    """CLM05-3: 7 or 8 where the encounter replaces a claim, 2 to 4 for a stay billed in pieces, else 1.

    What is replaced is a claim to the first payer.
    """
    if encounter.replaces is not None and payer_order == 0:
        return encounter.replaces.frequency
    if encounter.interim is not None and part != DRUG:
        return _INTERIM[encounter.interim]
    return _ORIGINAL


def infusion_day(encounter: Encounter, product: ProductProfile | None) -> dt.date | None:
    """The day of the infusion, planned or done; else that of the drug's line; None where neither says."""
    if encounter.infusion_date is not None:
        return encounter.infusion_date
    codes = drug_codes(encounter, product)
    days = (line.date for line in encounter.service_lines if line.hcpcs in codes)
    return next((day for day in days if day is not None), None)


def drug_codes(encounter: Encounter, product: ProductProfile | None) -> Collection[str]:
    """The codes under which the record has the product: its own, else those it was once billed under.

    Beside a line with the product's own code, an unclassified code is another drug's.
    """
    if product is None:
        return ()
    has_own = any(line.hcpcs == product.hcpcs for line in encounter.service_lines)
    return (product.hcpcs,) if has_own else product.unclassified_codes
