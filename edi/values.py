"""X12 amounts, quantities, dates and times, both ways and strict.

Money is integer cents where it is counted and `Decimal` where it is shown; a float never
comes near it. Sources: FACTS A4 (data element 782: at most ten digits, no trailing
zeros, no exponent, no comma), X12 types R, DT and TM.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

MAXIMUM_AMOUNT = Decimal("99999999.99")

_DECIMAL = re.compile(r"-?\d*\.?\d+|-?\d+\.?", re.ASCII)


def format_decimal(value: Decimal) -> str:
    """A number as type R: no exponent, no plus, no leading or trailing zeros (`2125000.5`)."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    digits = digits.lstrip("0") or "0"
    if digits == "0":
        return "0"
    return sign + digits


def format_amount(value: Decimal) -> str:
    """An amount of money for data element 782.

    Raises ValueError for a fraction of a cent and beyond 99999999.99: such an amount
    must have been refused before it comes here.
    """
    if value != value.quantize(Decimal("0.01")):
        raise ValueError("an amount has a fraction of a cent")
    if abs(value) > MAXIMUM_AMOUNT:
        raise ValueError("an amount is above 99999999.99")
    return format_decimal(value)


def parse_decimal(text: str) -> Decimal | None:
    """A number of type R, or None where the text is none (exponent, comma, plus, letters)."""
    stripped = text.strip()
    return Decimal(stripped) if _DECIMAL.fullmatch(stripped) else None


def to_cents(amount: Decimal) -> int:
    """Dollars to whole cents; ValueError for a fraction of a cent."""
    cents = amount * 100
    if cents != cents.to_integral_value():
        raise ValueError("an amount has a fraction of a cent")
    return int(cents)


def from_cents(cents: int) -> Decimal:
    """Whole cents to dollars with two places."""
    return Decimal(cents).scaleb(-2)


def format_date(value: date) -> str:
    """CCYYMMDD (qualifier D8)."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def format_date_range(first: date, last: date) -> str:
    """CCYYMMDD-CCYYMMDD (qualifier RD8)."""
    return f"{format_date(first)}-{format_date(last)}"


def format_date_hour(value: datetime) -> str:
    """CCYYMMDDHHMM (qualifier DT)."""
    return f"{format_date(value.date())}{value.hour:02d}{value.minute:02d}"


def parse_date(text: str) -> date | None:
    """A date of CCYYMMDD (also the date part of CCYYMMDDHHMM), or None."""
    digits = text[:8]
    if len(text) not in (8, 12, 14) or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def parse_date_range(text: str) -> tuple[date, date] | None:
    """The two dates of an RD8 value, or the one of a D8 value twice; None where it is neither."""
    first, dash, last = text.partition("-")
    begin = parse_date(first)
    end = parse_date(last) if dash else begin
    return (begin, end) if begin and end else None
