"""Amounts, quantities, dates and times: strict both ways, and the same after a round trip."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.values import (
    dollars,
    format_amount,
    format_date,
    format_date_hour,
    format_date_range,
    format_decimal,
    format_short_date,
    format_time,
    from_cents,
    parse_date,
    parse_date_hour,
    parse_date_range,
    parse_decimal,
    parse_short_date,
    parse_time,
    to_cents,
)

CANONICAL_NUMBER = st.from_regex(
    r"-?(?:[1-9][0-9]{0,8}(?:\.[0-9]{0,7}[1-9])?|\.[0-9]{0,7}[1-9])", fullmatch=True
)
HUNDREDTHS = st.times().map(lambda value: value.replace(microsecond=value.microsecond // 10_000 * 10_000))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("2125000.00", "2125000"),
        ("2125000.50", "2125000.5"),
        ("0.05", ".05"),
        ("0", "0"),
        ("-0.00", "0"),
        ("-12.30", "-12.3"),
        ("99999999.99", "99999999.99"),
        ("2.125E+6", "2125000"),
    ],
)
def test_amounts_have_no_exponent_and_no_idle_zeros(amount: str, text: str) -> None:
    assert format_amount(Decimal(amount)) == text


@pytest.mark.parametrize(
    "amount",
    [
        "100000000",
        "1.005",
        "-100000000",
        "NaN",
        "Infinity",
        "1E+1000000",
        "0.0000000000000000000000000000001",
        "99999999.990000000000000000000000000000000001",  # the context would round it to a whole cent
    ],
)
def test_amounts_that_x12_cannot_carry_are_refused(amount: str) -> None:
    with pytest.raises(ValueError):
        format_amount(Decimal(amount))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("35.80", "35.8"),
        ("1E+1", "10"),
        ("0.001", ".001"),
        ("100", "100"),
        ("-.5", "-.5"),
        ("0E-999999", "0"),
        ("1.10000000000000000000000000000000000000", "1.1"),
        ("9" * 18, "9" * 18),
    ],
)
def test_quantities_keep_their_decimals(value: str, text: str) -> None:
    assert format_decimal(Decimal(value)) == text


@pytest.mark.parametrize(
    "value", ["9" * 19, "1E+18", "1E-19", "1E+999999", "NaN", "-Infinity", "1." + "1" * 18]
)
def test_numbers_beyond_eighteen_digits_are_not_written(value: str) -> None:
    with pytest.raises(ValueError):
        format_decimal(Decimal(value))


@pytest.mark.parametrize(
    "text",
    [
        "2.125E+06",
        "1e5",
        "2,126,000.00",
        "+5",
        "",
        " ",
        "1.2.3",
        "abc",
        "--1",
        "-",
        ".",
        "-.",
        "1 000",
        "- 1",
        "１２",
        "١",
        "1\t",
        "1\n",
        "\x1c1",
        "1_000",
        "NaN",
        "Infinity",
        "0x1",
        "1-",
        "9" * 19,
        "." + "1" * 19,
        "0" * 19,
    ],
)
def test_text_that_is_no_number_is_none(text: str) -> None:
    assert parse_decimal(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", "5"),
        ("5.", "5"),
        (".5", "0.5"),
        ("-12.30", "-12.3"),
        ("007", "7"),
        (" 12.25 ", "12.25"),
        ("9" * 18, "9" * 18),
        ("-" + "1" * 9 + "." + "1" * 9, "-111111111.111111111"),
    ],
)
def test_text_that_is_a_number_is_read(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


def test_hostile_text_is_refused_at_once() -> None:
    started = time.perf_counter()
    for text in ("1" * 1_000_000, "1" * 1_000_000 + "x", "." * 1_000_000, " " * 1_000_000 + "1" * 30):
        assert parse_decimal(text) is None
    assert time.perf_counter() - started < 1


@given(st.decimals(min_value=-99999999, max_value=99999999, places=2))
def test_amounts_survive_the_way_there_and_back(amount: Decimal) -> None:
    assert parse_decimal(format_amount(amount)) == amount
    assert from_cents(to_cents(amount)) == amount


@given(CANONICAL_NUMBER)
def test_a_number_as_x12_writes_it_is_written_so_again(text: str) -> None:
    value = parse_decimal(text)
    assert value is not None and format_decimal(value) == text


@given(st.integers(-(10**60), 10**60))
def test_cents_are_exact_for_any_number_of_digits(cents: int) -> None:
    amount = from_cents(cents)
    assert to_cents(amount) == cents
    assert str(amount).replace(".", "").lstrip("-0") == str(cents).lstrip("-0")


@pytest.mark.parametrize(
    "amount",
    ["1.001", "0.001", "1E-3", "12345678901234567890123456789.001", "NaN", "sNaN", "Infinity", "1E+99999"],
)
def test_a_fraction_of_a_cent_is_refused(amount: str) -> None:
    with pytest.raises(ValueError):
        to_cents(Decimal(amount))


def test_zeros_after_the_cents_are_no_fraction() -> None:
    assert to_cents(Decimal("1.0000")) == 100 and to_cents(Decimal("1E+2")) == 10000
    assert to_cents(Decimal("-0.05")) == -5 and to_cents(Decimal("0E-400000")) == 0


@pytest.mark.parametrize(
    "text",
    [
        "20260229",
        "2026-02-1",
        "20261301",
        "20260100",
        "00000101",
        "2026010",
        "202601011",
        "",
        " 2026010",
        "２０260101",
        "202601012460",
        "20260101236",
        "20260101235960",
        "+2026010",
    ],
)
def test_text_that_is_no_date_is_none(text: str) -> None:
    assert parse_date(text) is None and parse_date_hour(text) is None and parse_date_range(text) is None


def test_dates_are_read() -> None:
    assert parse_date("20240229") == dt.date(2024, 2, 29)
    assert parse_date("202402291305") == parse_date("20240229130559") == dt.date(2024, 2, 29)
    assert parse_date_hour("202402291305") == dt.datetime(2024, 2, 29, 13, 5)
    assert parse_date_hour("20240229") is None and parse_date_hour("20240229130559") is None
    assert parse_date_range("20261108-20261110") == (dt.date(2026, 11, 8), dt.date(2026, 11, 10))
    assert parse_date_range("20261108") == (dt.date(2026, 11, 8), dt.date(2026, 11, 8))


@pytest.mark.parametrize(
    "text", ["20261108-", "-20261108", "20261108-20261110-", "202611081200-20261110", "20261108 - 20261110"]
)
def test_text_that_is_no_range_of_dates_is_none(text: str) -> None:
    assert parse_date_range(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("260110", dt.date(2026, 1, 10)),
        ("681231", dt.date(2068, 12, 31)),
        ("690101", dt.date(1969, 1, 1)),
        ("260230", None),
        ("2601", None),
        ("20260110", None),
        ("26O110", None),
    ],
)
def test_short_dates(text: str, value: dt.date | None) -> None:
    assert parse_short_date(text) == value


@pytest.mark.parametrize("year", [1968, 2069, 1026])
def test_a_year_that_two_digits_cannot_give_back_is_refused(year: int) -> None:
    with pytest.raises(ValueError):
        format_short_date(dt.date(year, 1, 1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2359", dt.time(23, 59)),
        ("235958", dt.time(23, 59, 58)),
        ("2359587", dt.time(23, 59, 58, 700000)),
        ("23595807", dt.time(23, 59, 58, 70000)),
        ("0000", dt.time(0, 0)),
    ],
)
def test_times_are_read(text: str, value: dt.time) -> None:
    assert parse_time(text) == value


@pytest.mark.parametrize(
    "text", ["2400", "1260", "125960", "12", "12345", "123456789", "", "12:5", " 125", "\uff11234"]
)
def test_text_that_is_no_time_is_none(text: str) -> None:
    assert parse_time(text) is None


def test_a_time_finer_than_hundredths_is_refused() -> None:
    with pytest.raises(ValueError):
        format_time(dt.time(1, 2, 3, 5))


@given(st.dates())
def test_dates_survive_the_way_there_and_back(value: dt.date) -> None:
    assert parse_date(format_date(value)) == value


@given(st.dates(), st.dates())
def test_ranges_of_dates_survive_the_way_there_and_back(first: dt.date, last: dt.date) -> None:
    assert parse_date_range(format_date_range(first, last)) == (first, last)


@given(st.datetimes().map(lambda value: value.replace(second=0, microsecond=0)))
def test_moments_survive_the_way_there_and_back(value: dt.datetime) -> None:
    assert parse_date_hour(format_date_hour(value)) == value


@given(st.dates(dt.date(1969, 1, 1), dt.date(2068, 12, 31)))
def test_short_dates_survive_the_way_there_and_back(value: dt.date) -> None:
    assert parse_short_date(format_short_date(value)) == value


@given(HUNDREDTHS)
def test_times_survive_the_way_there_and_back(value: dt.time) -> None:
    assert parse_time(format_time(value)) == value


@given(st.from_regex(r"(?:[01][0-9]|2[0-3])[0-5][0-9](?:[0-5][1-9](?:[0-9][1-9])?)?", fullmatch=True))
def test_a_time_as_x12_writes_it_is_written_so_again(text: str) -> None:
    value = parse_time(text)
    assert value is not None and format_time(value) == text


@pytest.mark.parametrize(
    ("cents", "words"),
    [(0, "$0.00"), (5, "$0.05"), (212_500_000, "$2,125,000.00"), (-1250, "-$12.50")],
)
def test_an_amount_for_people_has_its_sign_before_the_dollar(cents: int, words: str) -> None:
    assert dollars(cents) == words
