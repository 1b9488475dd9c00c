"""Bytes to segments and back, without losing a byte, whatever the bytes are and however they come."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.envelope import Document, read_document, read_transactions
from edi.reading_log import MAXIMUM_OF_A_KIND
from edi.reading_rules import INBOUND, OUTBOUND
from edi.separators import Separators
from edi.tokens import Segment, SegmentReader
from edi.writer import UnsafeElement
from tests.support.builders import ROOT, a_built_claim, a_file_of, claims_of
from tests.support.limits import seconds_allowed

CLEAN = a_file_of(a_built_claim().claim)
SAMPLES = sorted([*(ROOT / "samples" / "files").glob("*.x12"), *(ROOT / "samples" / "answers").iterdir()])
ODD = sorted((ROOT / "tests" / "edi" / "files" / "odd").glob("*.x12"))
ELEMENTS = st.text(st.sampled_from("ABCXYZ019 .-'&/"), max_size=12)
SEGMENT_IDS = st.sampled_from(["BHT", "NM1", "N3", "HL", "CLM", "SV2", "REF", "TA1", "LX", "ISB", "AK1"])


def rules_of(data: bytes) -> list[str]:
    return [finding.rule for finding in read_document(data, INBOUND).findings]


def with_marks(element: str, component: str, terminator: str) -> bytes:
    text = CLEAN.decode().replace("~\n", "\x00").replace("*", "\x01").replace(":", "\x02")
    return text.replace("\x00", terminator).replace("\x01", element).replace("\x02", component).encode()


def check_lossless(data: bytes) -> Document:
    document = read_document(data, INBOUND)
    assert document.to_bytes() == data
    for segment in document.segments:
        assert data[segment.start : segment.end] == segment.text.encode("latin-1")
    return document


@pytest.mark.parametrize("terminator", ["\n", "\r", "\r\n", "\x1c", "~", "~\r\n", "'"])
@pytest.mark.parametrize(("element", "component"), [("*", ":"), ("|", ">"), ("\x1d", "\x1f")])
def test_separators_are_those_of_the_isa(terminator: str, element: str, component: str) -> None:
    data = with_marks(element, component, terminator)
    assert claims_of(data) == claims_of(CLEAN)
    assert rules_of(data) == []
    check_lossless(data)


@pytest.mark.parametrize("usual", ["~", "~\n", "~\r\n"])
@pytest.mark.parametrize("odd", ["~", "~\n", "~\r\n", "~\n\n", "~ ", "~\t\n", "~~"])
def test_one_other_tail_anywhere_changes_no_segment(usual: str, odd: str) -> None:
    segments = CLEAN.decode().split("~\n")[:-1]
    for at in range(1, len(segments)):
        tails = [usual] * len(segments)
        tails[at] = odd
        data = "".join(map("".join, zip(segments, tails, strict=True))).encode()
        assert [item.text for item in check_lossless(data).segments if item.id] == segments


def test_text_after_the_interchange_is_said() -> None:
    assert rules_of(CLEAN + b"HELLO") == ["structure-odd"]
    (finding,) = read_document(CLEAN + b"\n HELLO \n", OUTBOUND).findings
    assert (finding.rule, finding.fields) == ("x12-syntax", {"count": 5, "offset": len(CLEAN) + 2})


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.suffix)
def test_a_sample_cut_at_any_byte_is_never_called_clean(path: object) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]
    whole = len(data.rstrip())
    assert data[:whole].endswith(b"~") and data.count(b"ISA*") == 1
    for end in range(whole):
        for rules in (INBOUND, OUTBOUND):
            stream = read_transactions(data[:end], rules)
            for _ in stream:
                pass
            assert stream.findings, end
    for end in range(whole, len(data) + 1):
        assert rules_of(data[:end]) == []


def test_two_interchanges_cut_at_any_byte_are_clean_only_where_whole_ones_are_left() -> None:
    first = (ROOT / "tests" / "edi" / "files" / "odd" / "clean.x12").read_bytes()
    data = first + first.replace(b"000000021", b"000000022")
    clean = {end for end in range(len(data) + 1) if not rules_of(data[:end])}
    assert clean == {len(first) - 1, len(first), len(data) - 1, len(data)}


def test_the_samples_and_the_odd_files_are_lossless() -> None:
    assert len(SAMPLES) == 5 and len(ODD) > 50
    for path in [*SAMPLES, *ODD]:
        check_lossless(path.read_bytes())


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Interchanges with any marks, line ends, blanks and segments, whole or not."""
    parts = [draw(st.sampled_from(["", "\xef\xbb\xbf", "\n", "text\n"]))]
    for number in range(draw(st.integers(1, 2))):
        element, component, repetition, terminator = draw(
            st.permutations(["*", ":", "^", "~", "|", ">", "\x1c", "\x1d", "!"]).map(lambda marks: marks[:4])
        )
        terminator = draw(st.sampled_from([terminator, terminator, "\n", "\r"]))
        end = terminator + draw(st.sampled_from(["", "\n", "\r\n", "  "]))
        segments = [
            [
                "ISA",
                "00",
                " " * 10,
                "00",
                " " * 10,
                "ZZ",
                f"{'SENDER':<15}",
                "ZZ",
                f"{'RECEIVER':<15}",
                "260110",
                "2130",
                repetition,
                "00501",
                f"{number:09d}",
                "0",
                "T",
                component,
            ],
            ["GS", "HC", "S", "R", "20260110", "2130", "1", "X", "005010X223A2"],
            ["ST", "837", "0001"],
        ]
        body = st.tuples(SEGMENT_IDS, st.lists(ELEMENTS, max_size=4))
        segments += [[segment_id, *values] for segment_id, values in draw(st.lists(body, max_size=6))]
        segments += draw(
            st.sampled_from(
                [[["SE", "3", "0001"], ["GE", "1", "1"], ["IEA", "1", f"{number:09d}"]], [], [[""]]]
            )
        )
        parts += [element.join(values) + end for values in segments]
    return "".join(parts).encode("latin-1")


@settings(max_examples=2000)
@given(documents(), st.sampled_from([1, 2, 3, 7, 64, 1 << 20]))
def test_2000_generated_documents_are_lossless_for_any_size_of_chunk(data: bytes, chunk_size: int) -> None:
    document = check_lossless(data)
    again = read_document(data, INBOUND, chunk_size=chunk_size)
    assert again.to_bytes() == data and again.findings == document.findings
    assert [item.text for item in again.segments] == [item.text for item in document.segments]


@settings(max_examples=2000)
@given(
    documents(), st.integers(0, 30), st.integers(1, 9), st.sampled_from(["", "X", "CHANGED VALUE", "9" * 60])
)
def test_a_changed_element_changes_only_its_bytes(data: bytes, at: int, number: int, value: str) -> None:
    document = read_document(data)
    segment = document.segments[at % len(document.segments)]
    if segment.id == "ISA":
        return
    elements = [*segment.elements, *[""] * (number + 1 - len(segment.elements))]
    elements[number] = value
    text = segment.separators.element.join(elements).encode("latin-1")
    changed = document.replace(segment, segment.with_element(number, value))
    assert changed == data[: segment.start] + text + data[segment.end :]
    assert document.to_bytes() == data


def a_segment(text: str) -> Segment:
    return Segment(text, Separators(), 7, "lead", "~\n")


def test_an_element_is_changed_in_a_new_segment() -> None:
    segment = a_segment("SV2*0636*HC:J3399*2125000*UN*1")
    segment.position = 12
    changed = segment.with_element(3, "2126000")
    assert changed.text == "SV2*0636*HC:J3399*2126000*UN*1" and segment.element(3) == "2125000"
    assert (changed.start, changed.lead, changed.tail, changed.position) == (7, "lead", "~\n", 12)
    assert segment.with_element(2, ("HC", "J3399", "JG")).text == "SV2*0636*HC:J3399:JG*2125000*UN*1"
    assert segment.with_element(8, "1").text == "SV2*0636*HC:J3399*2125000*UN*1***1"
    assert segment.with_element(1, "").text == "SV2**HC:J3399*2125000*UN*1"


@pytest.mark.parametrize("value", ["A*B", "A~B", "A:B", "A^B", "A\nB", "\x1c", "\xe9", "A\x00", ("A", "B:C")])
def test_a_changed_element_cannot_forge_structure(value: str | tuple[str, ...]) -> None:
    with pytest.raises(UnsafeElement):
        a_segment("REF*EA*X").with_element(2, value)


@pytest.mark.parametrize(
    ("number", "value"), [(11, "!"), (16, ">"), (13, "1"), (6, "LONGER THAN FIFTEEN"), (0, "GS")]
)
def test_an_isa_keeps_its_width_and_its_separators(number: int, value: str) -> None:
    header = read_document(CLEAN).interchanges[0].header
    with pytest.raises(ValueError):
        header.with_element(number, value)
    assert header.with_element(13, "000000077").element(13) == "000000077"


def test_a_segment_of_another_document_is_not_replaced() -> None:
    one, other = read_document(CLEAN), read_document(CLEAN)
    with pytest.raises(ValueError):
        one.replace(other.segments[3], other.segments[3].with_element(1, "X"))


def test_a_segment_has_no_other_attributes_than_its_own() -> None:
    segment = a_segment("REF*EA*X")
    assert (segment.id, segment.elements, segment.element(9)) == ("REF", ["REF", "EA", "X"], "")
    assert (segment.component(2, 1), segment.component(2, 2), segment.end) == ("X", "", 15)
    with pytest.raises(AttributeError):
        _ = segment.nothing  # type: ignore[attr-defined]


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_without_loss_and_never_silently(data: bytes) -> None:
    document = check_lossless(data)
    assert document.interchanges or document.findings


def mutant_of(source: random.Random, original: bytes) -> bytes:
    data = bytearray(original)
    for _ in range(source.randrange(1, 7)):
        at = source.randrange(len(data) or 1)
        match source.randrange(5):
            case 0:
                data[at : at + 1] = bytes([source.randrange(256)])
            case 1:
                del data[at : at + source.randrange(1, 80)]
            case 2:
                data[at:at] = data[source.randrange(len(data) or 1) :][: source.randrange(1, 300)]
            case 3:
                data[at:at] = source.choice(
                    [b"ISA", b"~", b"*", b"~~", b"\n", b"\x00", b"IEA*1*000000001", b"ST*837*1~"]
                )
            case _:
                data = data[at:] or data
    return bytes(data)


def test_2000_mutants_are_read_without_raising_the_same_in_a_stream_and_none_takes_two_seconds() -> None:
    source = random.Random("mutants")
    originals = [path.read_bytes() for path in [*SAMPLES, *ODD] if path.stat().st_size > 50]
    for number in range(2000):
        data = mutant_of(source, source.choice(originals))
        started = time.process_time()
        document = check_lossless(data)
        stream = read_transactions(data, INBOUND, chunk_size=source.choice([1, 2, 3, 7, 64, 300]))
        streamed = [transaction.read() for transaction in stream]
        assert [item.digest() for item in streamed] == [item.digest() for item in document.transactions()], (
            number
        )
        assert stream.findings == document.findings, number
        assert all(finding.message() and finding.as_dict() for finding in document.findings)
        assert time.process_time() - started < seconds_allowed()


@pytest.mark.parametrize(
    "data",
    [
        CLEAN[:200] + b"A" * 5_000_000,
        CLEAN[:200] + b"~" * 60_000,
        b"ISA*" * 30_000,
        b"ISA" * 500_000,
        CLEAN[:200] + b"ISA*" * 30_000,
        CLEAN[:200] + b"\n" * 2_000_000,
        b" " * 2_000_000,
        b"ST*837*" + b"A*" * 500_000,
        b"GS" * 1_000_000,
    ],
    ids=[
        "long segment",
        "empty segments",
        "headers",
        "ISA",
        "headers inside",
        "line ends",
        "blanks",
        "ST",
        "GS",
    ],
)
def test_hostile_bytes_take_no_two_seconds(data: bytes) -> None:
    started = time.process_time()
    document = read_document(data, INBOUND)
    assert time.process_time() - started < seconds_allowed()
    assert document.to_bytes() == data and document.findings


def test_findings_of_one_kind_are_counted_beyond_a_thousand() -> None:
    text = CLEAN.decode().replace("~\nSE*", "~\n" + "*A~" * 5000 + "SE*")
    findings = read_document(text.encode(), INBOUND).findings
    assert len([item for item in findings if "no segment id" in item.template]) == MAXIMUM_OF_A_KIND
    (more,) = [item for item in findings if "not listed" in item.template]
    assert (more.rule, more.fields["count"]) == ("structure-odd", 4000)


class Generated:
    """A binary file of so many megabytes that is made while it is read: one 835 after another."""

    def __init__(self, megabytes: int) -> None:
        self._pieces = self._make(megabytes * 1_000_000)
        self._buffer = b""

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._buffer += piece
        result, self._buffer = self._buffer[:size], self._buffer[size:]
        return result

    def _make(self, length: int) -> Iterator[bytes]:
        yield CLEAN[:106] + b"\nGS*HP*PAYER*HOSPITAL*20260110*2130*1*X*005010X221A1~\n"
        claim = b"".join(
            b"CLP*ACCOUNT-%d*1*2000*1500**MC*ICN%d~\nCAS*CO*45*500~\n" % (at, at) for at in range(500)
        )
        made = sets = 0
        while made < length:
            sets += 1
            piece = b"ST*835*%06d~\nBPR*I*1*C*ACH~\n%sSE*1003*%06d~\n" % (sets, claim, sets)
            made += len(piece)
            yield piece
        yield b"GE*%d*1~\nIEA*1*000000001~\n" % sets


def growth_of(megabytes: int) -> float:
    """How many megabytes of memory a process needs more for such a stream than for one of 3 MB."""
    script = f"""
from edi.envelope import read_transactions
from tests.edi.test_tokens import Generated
from tests.support.memory import peak_kilobytes

def peak(megabytes):
    stream = read_transactions(Generated(megabytes))
    assert sum(1 for transaction in stream for _ in transaction.segments) > 30_000 * megabytes
    assert stream.findings == []
    return peak_kilobytes()

small = peak(3)
print((peak({megabytes}) - small) / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def test_memory_does_not_grow_with_the_file() -> None:
    assert growth_of(30) < 4


@pytest.mark.soak
def test_a_file_of_500_megabytes_is_read_with_flat_memory() -> None:
    growth = growth_of(500)
    print(f"500 MB need {growth:.1f} MB more memory than 3 MB")
    assert growth < 16


def test_a_reader_gives_segments_one_by_one_or_in_batches() -> None:
    one_by_one = [item.text for item in SegmentReader(CLEAN, OUTBOUND)]
    batches = [
        item.text for batch in SegmentReader(CLEAN, OUTBOUND, chunk_size=50).batches() for item in batch
    ]
    assert one_by_one == batches == [item.text for item in read_document(CLEAN).segments]
