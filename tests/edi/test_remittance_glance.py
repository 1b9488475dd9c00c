"""Claims of an 835 read at a glance are what the exact way reads, and odd ones are left to it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.answers import AnswerFile, read_answers
from edi.remittance.model import Remittance
from edi.values import MAXIMUM_CENTS, parse_cents, parse_decimal, to_cents
from tests.edi.test_remittance import DENIED, PAID, REVERSAL, a_set, file_of
from tests.support.accidents import accident
from tests.support.builders import ROOT

CLEAN = [
    file_of(a_set(PAID + DENIED + REVERSAL, amount="1898500")),
    file_of(a_set(PAID + "LX*2\n" + DENIED + "PLB*1999999984*20261231*WO:A*1"), a_set(REVERSAL, number="2")),
    file_of(a_set(DENIED + PAID), component=">"),
]
ODD_VALUES = [
    "",
    " ",
    ".",
    "-",
    ".5",
    "-.5",
    "5.",
    "1.234",
    "1E3",
    "20260230",
    "HC>J1",
    "ABC:1",
    ":",
    " 1",
    "\xb2",
]


def whole(data: bytes) -> tuple[object, ...]:
    """All that reading gives, to be compared: the model with its segments, digests and findings."""
    file = read_answers(data, "f")
    return (file.answers, *_segments(file), [answer.findings for answer in file.answers])


def _segments(file: AnswerFile) -> Iterator[list[str]]:
    for answer in file.answers:
        if isinstance(answer.model, Remittance):
            for claim in answer.model.claims:
                yield [segment.text for segment in claim.segments]
                yield from ([segment.text for segment in line.segments] for line in claim.lines)


def exactly(data: bytes) -> tuple[object, ...]:
    """The same with no glance."""
    with patch("edi.remittance.scan.clean_claim", return_value=None):
        return whole(data)


def odd_bodies(body: str, value: str) -> Iterator[str]:
    """The body with the value in the place of each of its elements, once each."""
    lines = body.strip("\n").split("\n")
    for at, line in enumerate(lines):
        elements = line.split("*")
        for one in range(1, len(elements)):
            changed = "*".join([*elements[:one], value, *elements[one + 1 :]])
            yield "\n".join([*lines[:at], changed, *lines[at + 1 :]]) + "\n"


def test_clean_claims_are_read_at_a_glance() -> None:
    with patch("edi.remittance.read.check_claim", side_effect=AssertionError("the exact way was gone")):
        for data in CLEAN:
            read_answers(data)


@pytest.mark.parametrize("data", CLEAN)
def test_clean_files_are_read_alike(data: bytes) -> None:
    assert whole(data) == exactly(data)


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "answers").iterdir()), ids=lambda path: path.name)
def test_samples_are_read_alike(path: Path) -> None:
    data = path.read_bytes()
    assert whole(data) == exactly(data)


@pytest.mark.parametrize("seed", range(8))
def test_files_with_accidents_are_read_alike(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        text = chance.choice(CLEAN).decode()
        for _ in range(chance.randint(1, 3)):
            text = accident(text, chance)
        data = text.encode("latin-1")
        assert whole(data) == exactly(data)


@pytest.mark.parametrize("value", ODD_VALUES)
def test_odd_values_at_every_place_are_read_alike(value: str) -> None:
    data = file_of(a_set("".join(odd_bodies(PAID + DENIED, "@@"))))
    data = data.replace(b"@@", value.encode("latin-1"))
    assert whole(data) == exactly(data)


@pytest.mark.parametrize("element", ["*", "\x1d"])
@pytest.mark.parametrize("terminator", ["~", "\n", "\x1e"])
@pytest.mark.parametrize("padded", [" *", "* ", " :", ": ", " ~", "~ "])
def test_blanks_beside_separators_are_seen_whatever_the_separators_are(
    element: str, terminator: str, padded: str
) -> None:
    mark = padded.strip()
    text = CLEAN[0].decode().replace("~\n", "~")
    head, clp, claims = text.partition("CLP*")
    text = head + clp + claims.replace(mark, padded)
    data = text.replace("*", element).replace("~", terminator).encode()
    assert whole(data) == exactly(data)


@given(st.text(alphabet="0123456789.- ", max_size=22) | st.decimals(allow_nan=False, places=3).map(str))
def test_an_amount_in_cents_is_what_the_decimal_says(text: str) -> None:
    amount = parse_decimal(text)
    try:
        expected = None if amount is None else to_cents(amount)
    except ValueError:
        expected = None
    if expected is not None and abs(expected) > MAXIMUM_CENTS:
        expected = None
    assert parse_cents(text) == expected
