"""Amounts, dates and segments as X12 wants them, and nothing that could forge a segment."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.npi import is_valid_npi
from edi.separators import Separators
from edi.values import (
    format_amount,
    format_decimal,
    from_cents,
    parse_date,
    parse_date_range,
    parse_decimal,
    to_cents,
)
from edi.writer import UnsafeElement, write_segment

MARKS = Separators()


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("2125000.00", "2125000"),
        ("2125000.50", "2125000.5"),
        ("0.05", ".05"),
        ("0", "0"),
        ("-12.30", "-12.3"),
        ("99999999.99", "99999999.99"),
        ("2.125E+6", "2125000"),
    ],
)
def test_amounts_have_no_exponent_and_no_idle_zeros(amount: str, text: str) -> None:
    assert format_amount(Decimal(amount)) == text


@pytest.mark.parametrize("amount", ["100000000", "1.005", "-100000000"])
def test_amounts_that_x12_cannot_carry_are_refused(amount: str) -> None:
    with pytest.raises(ValueError):
        format_amount(Decimal(amount))


@pytest.mark.parametrize("text", ["2.125E+06", "2,126,000.00", "+5", "", "1.2.3", "abc", "１２", "--1", "."])
def test_text_that_is_no_number_is_none(text: str) -> None:
    assert parse_decimal(text) is None


@given(st.decimals(min_value=-99999999, max_value=99999999, places=2))
def test_amounts_survive_the_way_there_and_back(amount: Decimal) -> None:
    assert parse_decimal(format_amount(amount)) == amount
    assert from_cents(to_cents(amount)) == amount


def test_a_fraction_of_a_cent_is_refused() -> None:
    with pytest.raises(ValueError):
        to_cents(Decimal("1.001"))


def test_dates_are_strict() -> None:
    assert parse_date("20260229") is None and parse_date("2026-02-1") is None
    assert parse_date("20240229") == dt.date(2024, 2, 29)
    assert parse_date_range("20261108-20261110") == (dt.date(2026, 11, 8), dt.date(2026, 11, 10))
    assert parse_date_range("20261108-") is None


def test_trailing_empty_elements_and_components_are_left_out() -> None:
    assert write_segment(("NM1", "41", "2", "", ""), MARKS) == "NM1*41*2"
    assert write_segment(("HI", ("ABK", "G120", "", "", "")), MARKS) == "HI*ABK:G120"
    assert write_segment(("CTP", "", "", "", "33", ("ML",)), MARKS) == "CTP****33*ML"


@pytest.mark.parametrize("text", ["A*B", "A~B", "A:B", "A^B", "A\nB", "A\x1cB", "É", "A\x00"])
def test_what_could_forge_a_segment_is_refused(text: str) -> None:
    with pytest.raises(UnsafeElement):
        write_segment(("REF", "EA", text), MARKS)
    with pytest.raises(UnsafeElement):
        write_segment(("HI", ("ABK", text)), MARKS)


def test_quantities_keep_their_decimals() -> None:
    assert format_decimal(Decimal("35.80")) == "35.8" and format_decimal(Decimal("1E+1")) == "10"


@pytest.mark.parametrize(
    ("number", "valid"),
    [("1234567893", True), ("1234567890", False), ("123456789", False), ("3234567893", False), ("", False)],
)
def test_npi_check_digits(number: str, valid: bool) -> None:
    assert is_valid_npi(number) is valid
