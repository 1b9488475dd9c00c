"""Whatever a file holds, each segment is either in the records, and written again, or in `unread`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from itertools import chain

import pytest

from edi.claim837i.loops import split_loops
from edi.claim837i.model import Claim
from edi.claim837i.read import ClaimReader
from edi.claim837i.write import write_claims
from edi.envelope import Transaction, TransactionReader, read_document
from edi.separators import Separators
from edi.tokens import Segment
from edi.values import format_decimal, parse_decimal
from edi.writer import UnsafeElement, write_segment
from tests.support.accidents import mutants
from tests.support.guide_files import HEADER, INPATIENT, OUTPATIENT, SECONDARY, a_file

MUTANTS = 2000
PORTIONS = 4
CLEAN = [
    a_file([*HEADER, *OUTPATIENT]),
    a_file([*HEADER, *INPATIENT]),
    a_file([*HEADER, *SECONDARY]),
]
HIERARCHY = ("HL", "ST", "SE")


def test_the_clean_files_are_written_as_they_were() -> None:
    for text in CLEAN:
        (transaction,) = read_document(text.encode()).transactions()
        reader = ClaimReader(transaction)
        claims = list(reader)
        again = [write_segment(values, Separators()) for values in write_claims(reader.header, claims)]
        assert [segment.text for segment in transaction.segments[:-1]] == again


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_of_a_broken_file_nothing_is_lost(portion: int) -> None:
    sets = unsafe = 0
    for data in mutants(MUTANTS // PORTIONS, seed=portion):
        for transaction in read_document(data).transactions():
            if transaction.set_id == "837":
                sets += 1
                try:
                    assert lost(transaction) == Counter()
                except UnsafeElement:
                    unsafe += 1  # a control character or a letter outside ASCII is never written
    assert unsafe < sets / 4


def lost(transaction: Transaction) -> Counter[str]:
    """The segments of a transaction set that are neither written again nor kept as unread."""
    reader = ClaimReader(transaction)
    claims = list(reader)
    kept = {id(item.segment) for item in chain(reader.unread, *(claim.unread for claim in claims))}
    missing: Counter[str] = Counter()
    written = Counter(pieces_written(reader, claims))
    for loop in split_loops(transaction.segments):
        for segment in loop.segments:
            if segment.id not in HIERARCHY and id(segment) not in kept:
                for piece in pieces(segment):
                    if not written[piece]:
                        missing[piece] += 1
    return missing


def pieces_written(reader: ClaimReader, claims: list[Claim]) -> Iterator[str]:
    for values in write_claims(reader.header, claims):
        text = write_segment(values, Separators())
        yield from pieces(Segment(text, Separators()))


def pieces(segment: Segment) -> Iterator[str]:
    """What a segment says, however its neighbours share segments: HI by code, CAS by triplet.

    Numbers are as short as they can be, empty modifiers and gaps are left out, and what a
    qualifier repeats of its value (D8 or RD8 of one day) is not counted.
    """
    elements = [_component_texts(element, segment) for element in segment.elements[1:]]
    while elements and not elements[-1]:
        elements.pop()
    if segment.id == "HI":
        yield from (f"HI {element}" for element in elements if element)
    elif segment.id == "CAS":
        for start in range(1, len(elements), 3):
            if any(elements[start : start + 3]):
                yield f"CAS {elements[0]} {' '.join(elements[start : start + 3]).strip()}"
    elif segment.id in ("DTP", "DMG"):
        dates = [_one_day(element) for element in elements]
        yield " ".join([segment.id, *dates[:1], *dates[2:]] if segment.id == "DTP" else ["DMG", *dates[1:]])
    elif any(elements):
        yield " ".join([segment.id, *(element for element in elements if element)])


def _component_texts(element: str, segment: Segment) -> str:
    parts = [_shortest(part) for part in element.split(segment.separators.component)]
    return ":".join(part for part in parts if part)


def _shortest(text: str) -> str:
    value: Decimal | None = parse_decimal(text)
    return text if value is None else format_decimal(value)


def _one_day(text: str) -> str:
    found = re.fullmatch(r"([0-9]{8})-\1", text)
    return found[1] if found else text


def test_streamed_and_held_claims_are_the_same() -> None:
    data = a_file([*HEADER, *OUTPATIENT], [*HEADER, *INPATIENT], [*HEADER, *SECONDARY]).encode()
    held = [list(ClaimReader(transaction)) for transaction in read_document(data).transactions()]
    streamed = [list(ClaimReader(transaction)) for transaction in TransactionReader(data)]
    assert held == streamed and len(held) == 3
