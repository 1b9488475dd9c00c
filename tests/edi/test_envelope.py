"""Positions, counts, control numbers and digests of transaction sets."""

from __future__ import annotations

import gc

import pytest

from edi import envelope
from edi.envelope import Transaction, read_document
from tests.edi.test_tokens import CLEAN, rules_of, with_marks
from tests.support.builders import claims_of


def test_two_interchanges_have_separators_of_their_own() -> None:
    other = with_marks("|", ">", "\n").replace(b"000000001", b"000000002")
    document = read_document(CLEAN + other)
    assert [item.separators.element for item in document.interchanges] == ["*", "|"]
    assert document.findings == [] and len(claims_of(CLEAN + other)) == 2


def test_counts_and_control_numbers_are_compared() -> None:
    for old, new in ((b"\nSE*40*", b"\nSE*39*"), (b"\nGE*1*1", b"\nGE*1*2"), (b"\nIEA*1*", b"\nIEA*2*")):
        assert CLEAN.count(old) == 1
        assert rules_of(CLEAN.replace(old, new)) == ["count-mismatch"]


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        (b"SE*40*0001", b"SE*040*0001", []),  # SE01 is a number
        (b"SE*40*0001", b"SE*40*1", ["count-mismatch"]),  # SE02 is text
        (b"SE*40*0001", b"SE*40*", ["count-mismatch"]),
        (b"GE*1*1", b"GE*01*00001", []),
        (b"GE*1*1", b"GE*1*A", ["count-mismatch"]),
        (b"GE*1*1", b"GE**", ["count-mismatch", "count-mismatch"]),
        (b"IEA*1*000000001", b"IEA*1*1", []),
        (b"IEA*1*000000001", b"IEA*1*000000010", ["count-mismatch"]),
    ],
)
def test_numbers_compare_as_numbers_and_text_as_text(old: bytes, new: bytes, rules: list[str]) -> None:
    assert CLEAN.count(old) == 1
    assert rules_of(CLEAN.replace(old, new)) == rules


def test_positions_count_from_st() -> None:
    (transaction,) = read_document(CLEAN).transactions()
    assert [segment.position for segment in transaction.segments] == list(
        range(1, len(transaction.segments) + 1)
    )
    for segment in transaction.segments:
        assert CLEAN[segment.start : segment.end].decode() == segment.text


def test_the_digest_of_a_body_is_the_same_in_another_envelope() -> None:
    one = next(read_document(CLEAN).transactions()).digest()
    for marks in (("|", ">", "\n"), ("\x1c", "\x1d", "~"), ("\x1d", "\x1e", "\x1c")):
        number, other = (f"{marks[0]}{value}{marks[0]}".encode() for value in ("000000001", "000000009"))
        data = with_marks(*marks)
        assert number in data
        assert next(read_document(data.replace(number, other)).transactions()).digest() == one
    changed = CLEAN.replace(b"L001", b"L009")
    assert next(read_document(changed).transactions()).digest() != one


@pytest.mark.parametrize("small", [10, 50_000])
def test_documents_that_nobody_holds_are_let_go_however_many_are_read(
    monkeypatch: pytest.MonkeyPatch, small: int
) -> None:
    """Large ones are taken for old, small ones are not; `small` is where these part."""
    monkeypatch.setattr(envelope, "_MORE_THAN_A_STRETCH", small)
    monkeypatch.setattr(envelope, "_MOST_UNSEEN", 2_000)
    monkeypatch.setattr(envelope._Unseen, "objects", 0)
    before = _transactions_in_memory()
    for _ in range(1_000):
        read_document(CLEAN)
    assert _transactions_in_memory() - before < 200


def _transactions_in_memory() -> int:
    return sum(isinstance(one, Transaction) for one in gc.get_objects())
