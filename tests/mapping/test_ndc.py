"""NDCs: what can be read in one way is read, the rest is refused with the reason."""

from __future__ import annotations

import pytest

from mapping.ndc import NdcError, printed_form, to_eleven_digits


@pytest.mark.parametrize("text", ["71894-120-02", "71894012002", "71894-0120-02"])
def test_every_printed_form_of_a_kit_arrives_as_the_same_eleven_digits(text: str) -> None:
    assert to_eleven_digits(text) == "71894012002"


@pytest.mark.parametrize(
    ("text", "eleven"), [("1234-5678-90", "01234567890"), ("12345-6789-1", "12345678901")]
)
def test_the_missing_zero_goes_into_the_short_group(text: str, eleven: str) -> None:
    assert to_eleven_digits(text) == eleven


def test_ten_bare_digits_are_refused_as_ambiguous() -> None:
    with pytest.raises(NdcError, match="ambiguous"):
        to_eleven_digits("7189412002")


@pytest.mark.parametrize(
    "text", ["", "N471894012002", "71894-12-02", "718940120020", "71894–120–02", "٧١٨٩٤٠١٢٠٠٢"]
)
def test_what_is_no_ndc_is_refused(text: str) -> None:
    with pytest.raises(NdcError):
        to_eleven_digits(text)


def test_eleven_digits_are_printed_as_on_the_carton() -> None:
    assert printed_form("71894012002") == "71894-120-02"
