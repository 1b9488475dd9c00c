"""What is read of cut text is what Python reads of each element."""

from __future__ import annotations

import random
import re
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.tables.cut_text import LONGEST_AMOUNT, CutText, Numbers, Segments, code
from edi.values import parse_cents

ELEMENTS = st.text(alphabet="0123456789.-AZ ", max_size=20)
USUAL = re.compile("-?(?:[0-9]+(?:[.][0-9]{1,2})?|[.][0-9]{1,2})")
SEGMENTS = st.lists(st.lists(ELEMENTS, max_size=6), min_size=1, max_size=12)


def cut(segments: list[list[str]]) -> CutText:
    return CutText("".join("*".join(["CAS", *elements]) + "~" for elements in segments), "*", "~")


def pieces(values: list[str]) -> tuple[CutText, Numbers]:
    """The values as first elements of segments of their own."""
    text = cut([[value] for value in values])
    return text, Segments(text, np.arange(len(values))).element(1)


@given(SEGMENTS, st.integers(1, 8), st.integers(1, 40), st.randoms(use_true_random=False))
def test_elements_are_what_splitting_gives(
    segments: list[list[str]], number: int, block: int, chance: random.Random
) -> None:
    with patch("edi.tables.cut_text._BLOCK", block):
        text = cut(segments)
    which = sorted(chance.sample(range(len(segments)), chance.randint(0, len(segments))))
    chosen = Segments(text, np.array(which, dtype=np.int64))
    expected = [(segments[at] + [""] * 8)[number - 1] for at in which]
    assert text.texts(chosen.element(number)).to_pylist() == expected


@given(st.lists(ELEMENTS, min_size=1, max_size=12))
def test_distinct_values_stand_where_they_stood(values: list[str]) -> None:
    text, slices = pieces(values)
    found, numbers = text.distinct(slices)
    assert [found[number] for number in numbers] == values
    assert len(set(found)) == len(found)


@given(st.lists(ELEMENTS, min_size=1, max_size=12))
def test_codes_tell_short_values_apart(values: list[str]) -> None:
    text, slices = pieces(values)
    expected = [code(value) if len(value) <= 8 else 0 for value in values]
    assert text.codes(slices).tolist() == expected


def assert_cents(values: list[str]) -> None:
    """The usual amounts are clean, and are what `parse_cents` says."""
    text, slices = pieces(values)
    cents, clean = text.cents(slices)
    for value, found, is_clean in zip(values, cents.tolist(), clean.tolist(), strict=True):
        assert is_clean == bool(USUAL.fullmatch(value) and len(value) <= LONGEST_AMOUNT), value
        assert not is_clean or found == parse_cents(value), value


@given(st.lists(st.text(alphabet="0123456789.-+ :A", max_size=18), min_size=1, max_size=20))
def test_amounts_are_read_as_they_are_one_by_one(values: list[str]) -> None:
    assert_cents(values)


@given(st.lists(st.decimals(allow_nan=False, min_value=-(10**11), max_value=10**11, places=2), min_size=1))
def test_amounts_of_all_sizes_are_read(values: list[object]) -> None:
    assert_cents([str(value).lstrip("0") for value in values])


@pytest.mark.parametrize("length", range(1, LONGEST_AMOUNT + 1))
def test_every_character_at_every_place_of_an_amount_is_judged(length: int) -> None:
    digits = "1234567890123456"[:length]
    changed = (
        digits[:at] + chr(number) + digits[at + 1 :]
        for at in range(length)
        for number in range(33, 127)
        if chr(number) not in "*~"
    )
    assert_cents(list(changed))
