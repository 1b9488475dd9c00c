"""X12 amounts, quantities, dates and times, both ways and strict.

Money is integer cents where it is counted and `Decimal` where it is shown; a float never
comes near it, and nothing here rounds. Each reader gives None for text that is not the
value it asks for; each writer raises ValueError for a value that X12 cannot carry.

Sources: FACTS A4 (data element 782: at most ten digits, no trailing zeros, no exponent, no
comma), X12 types R, DT and TM, data element 1250 (D8, RD8, DT, D6).
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

MAXIMUM_AMOUNT = Decimal("99999999.99")
MAXIMUM_CENTS = 10**15 - 1
"""No amount of an answer is more: thousands of them still add up to what a database holds in 64 bits."""
MAXIMUM_DIGITS = 18
"""No number of type R in a claim or an answer has more; longer ones are not even looked at."""

_DECIMAL = re.compile(r"-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)")
_CENTS = (100, 10, 1)  # of an amount with so many decimals
_SURELY_LITTLE = 13  # so many digits are at most `MAXIMUM_CENTS`
_LONGEST_DECIMAL = MAXIMUM_DIGITS + len("-.")
_DATE_LENGTHS = (8, 12, 14)
_TIME_LENGTHS = (4, 6, 7, 8)
_MICROSECONDS_IN_A_HUNDREDTH = 10_000
_LAST_YEAR_OF_THIS_CENTURY = 68  # POSIX: two digits from 69 on are 19xx


def format_decimal(value: Decimal) -> str:
    """A number as type R: no exponent, no plus, no leading or trailing zeros (`2125000.5`).

    Raises ValueError for infinity, no number, and more than 18 digits.
    """
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("a number is infinite or none")
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return "0"
    exponent += len(text) - len(significant)
    if max(len(significant), len(significant) + exponent, -exponent) > MAXIMUM_DIGITS:
        raise ValueError("a number has more than 18 digits")
    if exponent >= 0:
        whole, fraction = significant + "0" * exponent, ""
    else:
        padded = significant.rjust(-exponent, "0")
        whole, fraction = padded[:exponent], "." + padded[exponent:]
    return ("-" if sign else "") + whole + fraction


def decimal_words(value: Decimal) -> str:
    """A number as people and JSON have it: all digits, no exponent, no zeros at the end (`0.5`, `33`)."""
    return f"{value.normalize():f}"


def format_amount(value: Decimal) -> str:
    """An amount of money for data element 782.

    Raises ValueError for a fraction of a cent and beyond 99999999.99: such an amount
    must have been refused before it comes here.
    """
    to_cents(value)
    if not -MAXIMUM_AMOUNT <= value <= MAXIMUM_AMOUNT:
        raise ValueError("an amount is above 99999999.99")
    return format_decimal(value)


def parse_decimal(text: str) -> Decimal | None:
    """A number of type R, or None where the text is none (exponent, comma, plus, letters).

    Blanks around it are padding and no fault; more than 18 digits are.
    """
    stripped = text.strip(" ")
    if len(stripped) > _LONGEST_DECIMAL or not _DECIMAL.fullmatch(stripped):
        return None
    return Decimal(stripped) if len(stripped.strip("-").replace(".", "")) <= MAXIMUM_DIGITS else None


def parse_amount(text: str) -> Decimal | None:
    """An amount of money as `format_amount` writes it, zeros at the end allowed; else None."""
    value = parse_decimal(text)
    if value is None or not -MAXIMUM_AMOUNT <= value <= MAXIMUM_AMOUNT:
        return None
    fraction = text.partition(".")[2].rstrip(" 0")
    return value if len(fraction) <= 2 else None


def parse_cents(text: str) -> int | None:
    """An amount of dollars in cents, or None where the text is none, has a part of a cent, or is too much.

    As `parse_decimal` and `to_cents` together; the usual form of an amount is read without them.
    """
    whole, _, fraction = text.partition(".")
    digits = whole + fraction
    if len(fraction) <= 2 and len(digits) <= _SURELY_LITTLE and digits.isdigit() and digits.isascii():
        return int(digits) * _CENTS[len(fraction)]
    amount = parse_decimal(text)
    if amount is None:
        return None
    try:
        cents = to_cents(amount)
    except ValueError:
        return None
    return cents if abs(cents) <= MAXIMUM_CENTS else None


def to_cents(amount: Decimal) -> int:
    """Dollars to whole cents, exactly; ValueError for a fraction of a cent and what is no number."""
    whole, _, fraction = str(amount).partition(".")
    plain = whole + fraction
    if len(fraction) <= 2 and len(plain) <= MAXIMUM_DIGITS and plain.isdigit():  # as most are: 2125000.00
        return int(plain) * _CENTS[len(fraction)]
    sign, digits, exponent = amount.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError("an amount is infinite or no number")
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return 0
    exponent += len(text) - len(significant) + 2
    if exponent < 0:
        raise ValueError("an amount has a fraction of a cent")
    if len(significant) + exponent > 4 * MAXIMUM_DIGITS:
        raise ValueError("an amount has too many digits")
    cents = int(significant + "0" * exponent)
    return -cents if sign else cents


def from_cents(cents: int) -> Decimal:
    """Whole cents to dollars with two places, exactly."""
    return Decimal(f"{cents}E-2")


def dollars(cents: int) -> str:
    """An amount for people: `$2,125,000.00`, `-$12.50`."""
    return f"{'-' if cents < 0 else ''}${from_cents(abs(cents)):,.2f}"


@lru_cache(maxsize=1024)  # the claims of a file share many days
def format_date(value: date) -> str:
    """CCYYMMDD (qualifier D8)."""
    return f"{value.year:04d}{value.month:02d}{value.day:02d}"


def format_date_range(first: date, last: date) -> str:
    """CCYYMMDD-CCYYMMDD (qualifier RD8)."""
    return f"{format_date(first)}-{format_date(last)}"


def format_date_hour(value: datetime) -> str:
    """CCYYMMDDHHMM (qualifier DT); seconds have no place in it."""
    return f"{format_date(value.date())}{value.hour:02d}{value.minute:02d}"


def format_short_date(value: date) -> str:
    """YYMMDD (qualifier D6, ISA09); ValueError for a year that two digits do not give back."""
    text = format_date(value)[2:]
    if parse_short_date(text) != date(value.year, value.month, value.day):
        raise ValueError("a year outside 1969 to 2068 cannot be written with two digits")
    return text


def format_time(value: time) -> str:
    """HHMM, HHMMSS or HHMMSSDD, the shortest that holds the time (type TM).

    Raises ValueError for a time finer than hundredths of a second.
    """
    hundredths, finer = divmod(value.microsecond, _MICROSECONDS_IN_A_HUNDREDTH)
    if finer:
        raise ValueError("a time is finer than hundredths of a second")
    text = f"{value.hour:02d}{value.minute:02d}"
    if value.second or hundredths:
        text += f"{value.second:02d}"
    return text + f"{hundredths:02d}" if hundredths else text


def parse_date(text: str) -> date | None:
    """The date of CCYYMMDD, or of CCYYMMDDHHMM and CCYYMMDDHHMMSS where their time is one; else None."""
    if len(text) not in _DATE_LENGTHS or not _is_digits(text):
        return None
    if len(text) > 8 and parse_time(text[8:]) is None:
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def parse_day(text: str) -> date | None:
    """The date of CCYYMMDD alone (qualifier D8), or None."""
    return parse_date(text) if len(text) == 8 else None


def parse_date_hour(text: str) -> datetime | None:
    """The moment of CCYYMMDDHHMM (qualifier DT), or None."""
    day = parse_date(text) if len(text) == 12 else None
    moment = parse_time(text[8:]) if day else None
    return datetime.combine(day, moment) if day and moment is not None else None


def parse_date_range(text: str) -> tuple[date, date] | None:
    """The two dates of an RD8 value, or the one of a D8 or DT value twice; None where it is neither.

    The last may be before the first: that is for a rule to say.
    """
    first, dash, last = text.partition("-")
    if dash and not len(first) == len(last) == 8:
        return None
    begin = parse_date(first)
    end = parse_date(last) if dash else begin
    return (begin, end) if begin and end else None


def parse_short_date(text: str) -> date | None:
    """The date of YYMMDD (qualifier D6, ISA09), 69 to 99 being 1969 to 1999; or None."""
    if len(text) != 6 or not _is_digits(text):
        return None
    return parse_date(("20" if int(text[:2]) <= _LAST_YEAR_OF_THIS_CENTURY else "19") + text)


def parse_time(text: str) -> time | None:
    """The time of HHMM, HHMMSS, HHMMSSD or HHMMSSDD (type TM), or None."""
    if len(text) not in _TIME_LENGTHS or not _is_digits(text):
        return None
    hundredths = int(text[6:].ljust(2, "0"))
    try:
        return time(
            int(text[:2]),
            int(text[2:4]),
            int(text[4:6] or "0"),
            hundredths * _MICROSECONDS_IN_A_HUNDREDTH,
        )
    except ValueError:
        return None


def _is_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
