"""Bytes to segments and back, without losing a byte, whatever the bytes are."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.envelope import read_document
from edi.reading_rules import INBOUND, OUTBOUND
from tests.support.builders import ROOT, a_built_claim, a_file_of, claims_of

CLEAN = a_file_of(a_built_claim().claim)


def rules_of(data: bytes) -> list[str]:
    return [finding.rule for finding in read_document(data, INBOUND).findings]


def with_marks(element: str, component: str, terminator: str) -> bytes:
    text = CLEAN.decode().replace("~\n", "\x00").replace("*", "\x01").replace(":", "\x02")
    return text.replace("\x00", terminator).replace("\x01", element).replace("\x02", component).encode()


@pytest.mark.parametrize("terminator", ["\n", "\r", "\r\n", "\x1c", "~", "~\r\n", "'"])
@pytest.mark.parametrize(("element", "component"), [("*", ":"), ("|", ">"), ("\x1d", "\x1f")])
def test_separators_are_those_of_the_isa(terminator: str, element: str, component: str) -> None:
    data = with_marks(element, component, terminator)
    assert claims_of(data) == claims_of(CLEAN)
    assert rules_of(data) == []
    assert read_document(data).to_bytes() == data


def test_two_interchanges_have_separators_of_their_own() -> None:
    other = with_marks("|", ">", "\n").replace(b"000000001", b"000000002")
    document = read_document(CLEAN + other)
    assert [item.separators.element for item in document.interchanges] == ["*", "|"]
    assert document.findings == [] and len(claims_of(CLEAN + other)) == 2


def test_padding_before_the_terminator_is_said_and_read() -> None:
    data = CLEAN.replace(b"~", b" ~")
    assert rules_of(data) == ["isa-width"]
    assert claims_of(data) == claims_of(CLEAN)


def test_an_old_version_has_no_repetition_separator() -> None:
    data = CLEAN.replace(b"*^*00501*", b"*U*00401*")
    assert read_document(data).interchanges[0].separators.repetition is None


def test_a_byte_order_mark_and_line_ends_around_are_no_fault() -> None:
    data = b"\xef\xbb\xbf" + CLEAN + b"\r\n\r\n"
    assert rules_of(data) == [] and read_document(data).to_bytes() == data


def test_text_after_the_interchange_is_said() -> None:
    assert rules_of(CLEAN + b"HELLO") == ["structure-odd"]
    assert [finding.rule for finding in read_document(CLEAN + b"HELLO", OUTBOUND).findings] == ["x12-syntax"]


def test_a_file_cut_at_any_byte_is_never_called_clean() -> None:
    whole = len(CLEAN.rstrip())
    for end in range(whole):
        assert rules_of(CLEAN[:end]), end
    assert rules_of(CLEAN[:whole]) == []


def test_counts_and_control_numbers_are_compared() -> None:
    for old, new in ((b"\nSE*40*", b"\nSE*39*"), (b"\nGE*1*1", b"\nGE*1*2"), (b"\nIEA*1*", b"\nIEA*2*")):
        assert CLEAN.count(old) == 1
        assert rules_of(CLEAN.replace(old, new)) == ["count-mismatch"]


def test_positions_count_from_st() -> None:
    (transaction,) = read_document(CLEAN).transactions()
    assert [segment.position for segment in transaction.segments] == list(
        range(1, len(transaction.segments) + 1)
    )
    for segment in transaction.segments:
        assert CLEAN[segment.start : segment.end].decode() == segment.text


def test_the_digest_of_a_body_is_the_same_in_another_envelope() -> None:
    other = with_marks("|", ">", "\n").replace(b"|000000001|", b"|000000009|")
    one, two = (next(read_document(data).transactions()).digest() for data in (CLEAN, other))
    assert one == two
    changed = CLEAN.replace(b"L001", b"L009")
    assert next(read_document(changed).transactions()).digest() != one


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(CLEAN) - 1), st.binary(max_size=3)), max_size=6))
def test_any_mutant_is_read_without_loss(changes: list[tuple[int, bytes]]) -> None:
    data = CLEAN
    for place, piece in changes:
        data = data[:place] + piece + data[place + 1 :]
    document = read_document(data)
    assert document.to_bytes() == data
    assert all(finding.message() for finding in document.findings)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_loss_and_never_silently(data: bytes) -> None:
    document = read_document(data)
    assert document.to_bytes() == data
    assert document.interchanges or document.findings


def test_the_samples_are_lossless() -> None:
    paths = [*(ROOT / "samples" / "files").iterdir(), *(ROOT / "samples" / "answers").iterdir()]
    assert len(paths) == 5
    for path in paths:
        assert read_document(path.read_bytes()).to_bytes() == path.read_bytes()
