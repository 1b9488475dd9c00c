"""What never happens to an answer of any kind: cut, dirty or changed, it is known for what it is.

R13, R14 and R16 of the promises, for the files of each kind that were written by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.envelope import read_document
from edi.reading_rules import INBOUND
from tests.edi.test_answers_by_hand import lines_of
from tests.support.broken_answers import KINDS, files_by_hand

FILES = [path for kind in KINDS for path in files_by_hand(kind)]
EACH = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def content(data: bytes) -> list[str]:
    return [line for answer in read_answers(data).answers for line in lines_of(answer)]


@EACH
def test_cut_at_any_byte_it_is_never_called_complete(path: Path) -> None:
    data = path.read_bytes()
    assert data.count(b"ISA") == 1
    whole = len(
        data.rstrip(data[105:106] + b"\r\n")
    )  # IEA02 that equals ISA13 shows that only the terminator is missing
    complete = [end for end in range(len(data) + 1) if read_is_complete(data[:end])]
    assert complete == list(range(whole, len(data) + 1))


def read_is_complete(data: bytes) -> bool:
    return all(finding.rule != INBOUND.cut.id for finding in read_document(data, INBOUND).findings)


def clean_files(kind: str) -> list[bytes]:
    """Those with the usual marks, a line for each segment."""
    found = [path.read_bytes() for path in files_by_hand(kind)]
    return [data for data in found if data[103:107].endswith(b":~\n") and data[3:4] == b"*"]


def _marked(element: bytes, component: bytes, terminator: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        old = data[3:4], data[104:105], data[105:106]
        data = data.replace(b"\n", b"")
        for at, mark in enumerate(old):
            data = data.replace(mark, bytes([at]))
        for at, mark in enumerate((element, component, terminator)):
            data = data.replace(bytes([at]), mark)
        return data

    return change


def _in_data(junk: bytes) -> Callable[[bytes], bytes]:
    """Bytes at the end of the first segment of the transaction set, or of the TA1."""

    def change(data: bytes) -> bytes:
        start = data.index(b"\n", data.index(b"\nST") + 1) if b"\nST" in data else data.index(b"TA1")
        at = data.index(b"~", start)
        return data[:at] + junk + data[at:]

    return change


@dataclass(frozen=True)
class Dirt:
    """A change to a file; whether what it says stays the same, and the rules that must tell of it."""

    change: Callable[[bytes], bytes]
    same: bool = True
    rules: frozenset[str] = frozenset()


ODD = frozenset({"structure-odd"})
DIRT = {
    "line ends CR": Dirt(lambda data: data.replace(b"\n", b"\r")),
    "line ends CRLF": Dirt(lambda data: data.replace(b"\n", b"\r\n")),
    "no line ends": Dirt(lambda data: data.replace(b"\n", b"")),
    "line feed is the terminator": Dirt(_marked(b"*", b":", b"\n")),
    "control characters are the marks": Dirt(_marked(b"\x1d", b"\x1f", b"\x1c")),
    "byte order mark": Dirt(lambda data: b"\xef\xbb\xbf" + data),
    "text after IEA": Dirt(lambda data: data + b"END OF FILE", rules=ODD),
    "NUL after IEA": Dirt(lambda data: data + b"\x00" * 40, rules=ODD),
    "text before ISA": Dirt(lambda data: b"REMITTANCE\n" + data, rules=ODD),
    "empty segments": Dirt(lambda data: data.replace(b"IEA", data[105:106] * 3 + b"IEA", 1), rules=ODD),
    "NUL inside": Dirt(_in_data(b"\x00"), same=False, rules=ODD),
    "Latin-1 inside": Dirt(_in_data(b"\xe9"), same=False),
    "UTF-8 inside": Dirt(_in_data(b"\xc3\xa9"), same=False),
    "binary": Dirt(lambda data: bytes(range(256)) * 4, same=False, rules=frozenset({"interchange-cut"})),
    "empty": Dirt(lambda data: b"", same=False, rules=frozenset({"interchange-cut"})),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", DIRT)
def test_dirt_in_it_has_a_defined_result(kind: str, name: str) -> None:
    dirt, files = DIRT[name], clean_files(kind)
    assert len(files) >= 3
    for data in files:
        changed = dirt.change(data)
        found = read_answers(changed)
        assert found.document.to_bytes() == changed
        rules = {finding.rule for finding in found.envelope_findings}
        assert rules >= dirt.rules
        if dirt.same:
            assert (content(changed), found.complete) == (content(data), True)
            assert rules == dirt.rules
        assert all(finding.message() and finding.fix for finding in found.findings)


@pytest.mark.parametrize("kind", KINDS)
def test_two_interchanges_in_a_file_are_the_answers_of_both(kind: str) -> None:
    for path in files_by_hand(kind):
        for other in files_by_hand("835"):
            data = path.read_bytes() + other.read_bytes()
            assert content(data) == content(path.read_bytes()) + content(other.read_bytes())
            assert read_answers(data).complete


@EACH
def test_a_changed_element_changes_nothing_else(path: Path) -> None:
    data = path.read_bytes()
    document = read_document(data, INBOUND)
    assert document.to_bytes() == data
    changes = 0
    for at, segment in enumerate(document.segments):
        if segment.id == "ISA":
            continue
        for number in range(1, len(segment.elements)):
            value = "X" if segment.elements[number] != "X" else "Y"
            changed = document.replace(segment, segment.with_element(number, value))
            mark = segment.separators.element
            text = mark.join([*segment.elements[:number], value, *segment.elements[number + 1 :]])
            assert changed == data[: segment.start] + text.encode("latin-1") + data[segment.end :]
            again = read_document(changed, INBOUND)
            assert again.to_bytes() == changed
            assert [one.text for one in again.segments] == [
                text if place == at else one.text for place, one in enumerate(document.segments)
            ]
            changes += 1
    assert changes > 5
