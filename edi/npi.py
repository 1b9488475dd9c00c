"""National Provider Identifiers: ten digits, the last a Luhn check digit with prefix 80840.

Source: CMS NPI standard; python-stdnum does the Luhn sum.
"""

from __future__ import annotations

from functools import lru_cache

from stdnum import luhn

_PREFIX = "80840"
_REMEMBERED = 4096
"""A hospital's files name few providers, again and again."""


@lru_cache(maxsize=_REMEMBERED)
def is_valid_npi(text: str) -> bool:
    """Whether the text is ten digits beginning with 1 or 2 whose check digit is right."""
    return (
        len(text) == 10
        and text.isascii()
        and text.isdigit()
        and text[0] in "12"
        and luhn.is_valid(_PREFIX + text)
    )
