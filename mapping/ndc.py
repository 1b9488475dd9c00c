"""National Drug Codes: from the printed form to the eleven digits of LIN03.

A code printed with hyphens is 4-4-2, 5-3-2 or 5-4-1, and gets its missing zero in the
short group; eleven bare digits are taken as they are. Ten bare digits are ambiguous (the
zero could go into any group) and refused. Source: FACTS B2, bug report L15.
"""

from __future__ import annotations

import re
from functools import lru_cache

_GROUPS = (5, 4, 2)
_PRINTED_FORMS = {(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)}


class NdcError(ValueError):
    """The text is no NDC that could be read in one way only."""


@lru_cache(1024)  # many records name the kits of one product
def to_eleven_digits(text: str) -> str:
    """Eleven digits without hyphens; NdcError with the reason where that is not certain."""
    if re.fullmatch(r"\d{11}", text, re.ASCII):
        return text
    if re.fullmatch(r"\d{10}", text, re.ASCII):
        raise NdcError("ten digits without hyphens are ambiguous: give the NDC with its hyphens, as printed")
    if not re.fullmatch(r"\d+-\d+-\d+", text, re.ASCII):
        raise NdcError("an NDC is eleven digits, or three groups of digits with hyphens")
    groups = text.split("-")
    if tuple(map(len, groups)) not in _PRINTED_FORMS:
        raise NdcError("an NDC with hyphens is 4-4-2, 5-3-2, 5-4-1 or 5-4-2 digits")
    return "".join(group.zfill(width) for group, width in zip(groups, _GROUPS, strict=True))


def printed_form(eleven: str, product_digits: int = 3) -> str:
    """Eleven digits as the carton prints them, 5-3-2 unless told otherwise: `71894-120-02`."""
    labeler, product, package = eleven[:5], eleven[5:9], eleven[9:]
    return f"{labeler}-{product[-product_digits:]}-{package}"
