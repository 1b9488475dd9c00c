"""SNIP type 1: the envelope. What reading alone shows of it, the reader reports."""

from __future__ import annotations

from collections.abc import Iterator

from edi.finding import Place
from edi.protected import shown_code
from validators.checks import InterchangeCheck
from validators.registry import Fault, interchange_rule


@interchange_rule("usage-indicator", source="005010X223A2, ISA15; the partner's profile")
def usage_indicator(check: InterchangeCheck) -> Iterator[Fault]:
    """A file is marked as test or production as the partner expects it.

    What: ISA15 is not the usage of the partner's profile.
    Why: production claims marked as test are thrown away without a word; test claims marked as
    production may be paid.
    Fix: set isa.usage in the partner's profile to what was agreed with the partner, and write the file again.
    """
    interchange, partner = check.interchange, check.partner
    if partner is None or interchange.usage == partner.isa.usage:
        return
    place = Place(interchange=interchange.control_number, segment="ISA", element="ISA15")
    yield Fault(
        "The file is not marked as partner {partner} expects it.",
        place,
        fields={"partner": partner.key},
        expected=partner.isa.usage,
        found=shown_code(interchange.usage.strip(), 1),
    )
