"""Text for X12: folded where it is a name, refused where it is an id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.separators import Separators
from mapping.text import fold, is_changed, is_safe_id, loses_letters

MARKS = Separators()


def test_accents_separators_and_curly_quotes_are_folded() -> None:
    assert fold("Peña*Lopez", MARKS) == "PENA LOPEZ"
    assert fold("Zoë~", MARKS) == "ZOE"
    assert fold("O’Brien – Ørsted", MARKS) == "O'BRIEN - ORSTED"


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Yıldız", "YILDIZ"),
        ("Þórðarson", "THORDARSON"),
        ("Kaʻiulani", "KA'IULANI"),
        ("Nguyễn", "NGUYEN"),
        ("Smith‑Jones", "SMITH-JONES"),
        ("at or below ≤25, ½ of 50 µL", "AT OR BELOW <=25, 1/2 OF 50 UL"),
        ("ﬁrst", "FIRST"),
    ],
)
def test_letters_and_signs_without_an_accent_to_take_off_are_spelled(written: str, folded: str) -> None:
    assert fold(written, MARKS) == folded
    assert not loses_letters(written)


@pytest.mark.parametrize("written", ["Kim 김", "Иванов", "Ναι", "Ana א", "٣ doses"])
def test_letters_of_another_script_would_be_lost(written: str) -> None:
    assert loses_letters(written)


def test_only_what_changes_more_than_case_counts_as_folding() -> None:
    assert not is_changed("Smith", fold("Smith", MARKS))
    assert is_changed("Smith:Jones", fold("Smith:Jones", MARKS))


@given(st.text(max_size=80))
def test_folded_text_can_never_be_taken_for_structure(text: str) -> None:
    folded = fold(text, MARKS)
    assert folded.isascii() and not set(folded) & set(MARKS.all())
    assert folded == "" or folded.isprintable()
    assert fold(folded, MARKS) == folded


def test_an_id_with_a_separator_is_not_safe() -> None:
    assert is_safe_id("MCD-100", MARKS)
    for text in ("MCD*1", "MCD~1", "MCD:1", "MCD^1", "", " MCD", "MCD\x1c", "MCDÉ"):
        assert not is_safe_id(text, MARKS)
