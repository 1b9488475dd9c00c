"""Numbers that are known at a glance for well written: no fault may hide among them."""

from __future__ import annotations

import random

import pytest

from validators.snip2 import _NUMBERS, _ZEROS_AT_THE_END, _plain_segments

PIECES = [
    "",
    "0",
    "1",
    "7",
    "12",
    "0.5",
    ".5",
    "1.50",
    "1.05",
    "007",
    "-3",
    "+4",
    "1,000",
    "1E5",
    "123456789",
]
PIECES += ["12345678", "12345678.25", "1.005", "3.", ".", "ABC", "HC:J3399", "UN", "1.2.3", "10", "100.0"]


@pytest.mark.parametrize("separator", ["*", "|", "+", "\\", "]"])
@pytest.mark.parametrize("segment_id", sorted(_NUMBERS))
def test_what_is_plain_is_right_element_by_element(segment_id: str, separator: str) -> None:
    chance = random.Random(3399)
    plain = 0
    for _ in range(2000):
        likely = chance.choice([PIECES, ["", "1", "12.5", "UN"]])
        text = separator.join([segment_id, *chance.choices(likely, k=chance.randint(0, 24))])
        if _plain_segments(separator)[segment_id](text) is None:
            continue
        elements = text.split(separator)
        plain += 1
        for number, is_right in _NUMBERS[segment_id]:
            value = elements[number] if number < len(elements) else ""
            assert not value or is_right is None or is_right(value)
            assert not _ZEROS_AT_THE_END.fullmatch(value)
    assert plain


@pytest.mark.parametrize("separator", ["1", "."])
def test_nothing_is_plain_where_a_separator_may_stand_in_a_number(separator: str) -> None:
    assert (
        _plain_segments(separator)["SV2"](separator.join(["SV2", "0636", "HC:J3399", "5", "UN", "1"])) is None
    )
