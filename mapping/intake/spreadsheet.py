"""What a spreadsheet does to cells on the way: found and said, never repaired.

A number that was rounded or an id that was turned into a number cannot be brought back
from the file; only the source system has it.
"""

from __future__ import annotations

import re

from mapping.intake.fields import Kind

_SCIENTIFIC = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE][+-]?[0-9]+", re.ASCII)
_SCIENTIFIC_ID = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?[eE]\+[0-9]+", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?", re.ASCII)
_ERROR = re.compile(r"#(REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!|SPILL!|#+)")
_DRESSED_NUMBER = re.compile(r"[+-]?[$€£]? ?[0-9][0-9., ' ]*[$€£%]?|\([$€£]?[0-9.,]+\)")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]*", re.ASCII)
_FOREIGN_DATE = re.compile(r"[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}( .*)?", re.ASCII)
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", re.ASCII)


def damage(kind: Kind, text: str) -> str | None:
    """Why a cell cannot be what its column holds, where a spreadsheet or a careless export did it."""
    if _ERROR.fullmatch(text):
        return "the cell holds a spreadsheet's error or a row of #, not the value"
    if kind in (Kind.EXACT, Kind.WHOLE):
        return _damaged_number(text)
    if kind in (Kind.DATE, Kind.MOMENT):
        return _damaged_date(kind, text)
    if _SCIENTIFIC_ID.fullmatch(text):
        return (
            "a spreadsheet destroyed the value: it took it for a number and wrote it as a power of ten; "
            "export the column as text from the source system"
        )
    return None


def _damaged_number(text: str) -> str | None:
    if _SCIENTIFIC.fullmatch(text):
        return (
            "a number written as a power of ten, as spreadsheets do; digits may be lost: "
            "export the column as text, like 2125000.00"
        )
    if not _PLAIN_NUMBER.fullmatch(text) and _DRESSED_NUMBER.fullmatch(text):
        return "write the number with digits and a decimal point only, like 2125000.00"
    return None


def _damaged_date(kind: Kind, text: str) -> str | None:
    wanted = "2026-11-09" if kind is Kind.DATE else "2026-11-09T09:30:00"
    if _NUMBER.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return f"a number and not a date, as spreadsheets and old exports write it: write {wanted}"
    if _FOREIGN_DATE.fullmatch(text) and not _ISO_DATE.fullmatch(text):
        return f"a date whose order of day and month is not certain: write {wanted}"
    return None


def lost_zeros(text: str) -> str:
    """Words to add where a code of digits does not have its form."""
    if text.isdecimal() and text.isascii():
        return " (all digits: a spreadsheet may have dropped zeros in front)"
    return ""
