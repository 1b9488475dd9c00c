"""Segments as X12 wants them, and nothing that could forge a segment."""

from __future__ import annotations

import pytest

from edi.npi import is_valid_npi
from edi.separators import Separators
from edi.writer import UnsafeElement, write_segment, write_segments

MARKS = Separators()


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
    with pytest.raises(UnsafeElement):
        write_segments([("REF", "EA", text)], MARKS)
    with pytest.raises(UnsafeElement):
        write_segments([("HI", ("ABK", text))], MARKS)
    with pytest.raises(UnsafeElement):
        # a mark too many must not be outweighed by an end that is left out
        write_segments([("HI", ("ABK", text, "", "")), ("HI", ("ABF", "", ""))], MARKS)


def test_many_segments_are_written_as_each_alone() -> None:
    segments = [
        ("NM1", "41", "2", "", ""),
        ("HI", ("ABK", "G120", "", "", ""), ("ABF", "E119"), ("", "")),
        ("CTP", "", "", None, "33", ("ML",), None),
        ("SV2", "0636", ("HC", "", "JW"), "1"),
    ]
    assert write_segments(segments, MARKS) == [write_segment(one, MARKS) for one in segments]


@pytest.mark.parametrize(
    ("number", "valid"),
    [("1234567893", True), ("1234567890", False), ("123456789", False), ("3234567893", False), ("", False)],
)
def test_npi_check_digits(number: str, valid: bool) -> None:
    assert is_valid_npi(number) is valid
