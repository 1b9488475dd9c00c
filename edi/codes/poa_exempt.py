"""Diagnoses that need no present-on-admission indicator.

Source: CMS's list for fiscal year 2025, by way of `tables.toml`. Codes that came after it
may be exempt and are not in it: ask `may_be_exempt` before calling a missing indicator wrong.
"""

from __future__ import annotations

from edi.codes.grouped import is_listed
from edi.codes.icd10cm import changes

TABLE = "poa_exempt"


def is_poa_exempt(code: str) -> bool:
    """Whether the list has the code, written without its dot."""
    return is_listed(TABLE, code)


def may_be_exempt(code: str) -> bool:
    """Whether the code is in the list, or newer than the list."""
    change = changes().get(code)
    return is_poa_exempt(code) or (change is not None and change.first_day is not None)
