"""One small file for each oddity that files from outside have, and what must be read of it.

A whole file holds interchange 000000021 with one 835 of five segments (ST, BPR, CLP, SVC, SE).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest

from edi.answers import read_answers
from edi.envelope import Document, Transaction, read_document, read_transactions
from edi.reading_rules import INBOUND, OUTBOUND
from edi.separators import Separators

FOLDER = Path(__file__).parent / "files" / "odd"


@dataclass(frozen=True)
class Odd:
    """Interchange control numbers; (set id, control number, segments) of each set; inbound rules."""

    interchanges: tuple[str, ...] = ("000000021",)
    transactions: tuple[tuple[str, str, int], ...] = (("835", "0001", 5),)
    rules: tuple[str, ...] = ()
    complete: bool = True


WHOLE = Odd()
TWO = (("835", "0001", 5), ("835", "0001", 5))
BOTH = ("000000021", "000000022")
NOTHING = Odd((), (), ("interchange-cut",), complete=False)
WIDTH = Odd(rules=("isa-width",))
ODD = Odd(rules=("structure-odd",))
COUNT = Odd(rules=("count-mismatch",))

CASES: dict[str, Odd] = {
    "clean": WHOLE,
    "lf": WHOLE,
    "cr": WHOLE,
    "crlf": WHOLE,
    "file_separator": WHOLE,
    "squeezed_together": WHOLE,
    "indented": WHOLE,
    "group_separator_elements": WHOLE,
    "control_separators": WHOLE,
    "repetition_is_a_letter": WHOLE,
    "repetition_before_00402": WHOLE,
    "repetition_is_the_component": WIDTH,
    "byte_order_mark": WHOLE,
    "latin_1": WHOLE,
    "utf_8": WHOLE,
    "blank_before_terminator": WIDTH,
    "squeezed_isa": WIDTH,
    "isa16_is_the_line_end": WIDTH,
    "isa16_is_the_terminator": WIDTH,
    "isa16_is_the_terminator_with_line_ends": WIDTH,
    "isa16_is_a_blank": WIDTH,
    "two_isa_two_marks": Odd(BOTH, TWO),
    "nul_inside": ODD,
    "nul_padding_after_iea": ODD,
    "end_of_file_mark": ODD,
    "text_before_isa": ODD,
    "text_after_iea": ODD,
    # a run of empty segments is one finding
    "empty_segments": Odd(rules=("structure-odd", "structure-odd")),
    "no_segment_id": ODD,
    # the forged segment counts, and has no segment id
    "separators_inside_data": Odd(
        (*WHOLE.interchanges,), (("835", "0001", 6),), ("structure-odd", "count-mismatch")
    ),
    "empty": NOTHING,
    "blank": NOTHING,
    "binary": NOTHING,
    "json": NOTHING,
    "tab_separated": NOTHING,
    "prose": NOTHING,
    "begins_at_gs": Odd(("",), rules=("structure-odd",)),
    "begins_at_gs_no_iea": Odd(("",), rules=("structure-odd",)),
    "begins_at_st": Odd(("",), rules=("structure-odd",)),
    "begins_at_st_line_feeds": Odd(("",), rules=("structure-odd",)),
    "begins_at_st_cut": Odd(
        ("",), (("835", "0001", 4),), ("structure-odd", "interchange-cut", "structure-odd"), complete=False
    ),
    "begins_at_gs_then_an_interchange": Odd(("", "000000022"), TWO, ("structure-odd",)),
    # the ST that is missing counts, as SE01 counts it
    "st_missing": Odd(transactions=(("835", "", 5),), rules=("structure-odd",)),
    "second_st_missing": Odd(transactions=(("835", "0001", 5), ("835", "", 4)), rules=("structure-odd",)),
    "gs_missing": ODD,
    # of SE and GE that are missing each is one finding
    "se_missing": Odd(transactions=(("835", "0001", 4),), rules=("structure-odd",)),
    "ge_missing": ODD,
    "iea_missing": Odd(rules=("interchange-cut",), complete=False),
    "iea_missing_then_an_interchange": Odd(BOTH, TWO, ("interchange-cut",), complete=False),
    # no SE, no GE; the cut segment is read as far as it goes
    "cut_in_mid_segment_then_an_interchange": Odd(
        BOTH,
        (("835", "0001", 3), ("835", "0001", 5)),
        ("interchange-cut", "structure-odd", "structure-odd"),
        complete=False,
    ),
    "last_terminator_missing": ODD,
    "last_terminator_missing_then_an_interchange": Odd(BOTH, TWO, ("structure-odd",)),
    "last_terminator_missing_other_number": Odd(rules=("interchange-cut", "count-mismatch"), complete=False),
    # the bytes of the lost one are outside text, too
    "damaged_isa_between": Odd(
        ("000000021", "000000023"), TWO, ("structure-odd", "interchange-cut"), complete=False
    ),
    "isa_cut_after_iea": Odd(rules=("structure-odd", "interchange-cut"), complete=False),
    "only_the_beginning_of_isa": Odd(rules=("structure-odd", "interchange-cut"), complete=False),
    "service_segments": Odd(rules=("structure-odd", "structure-odd")),
    "ta1_only": Odd(transactions=()),
    "ta1_only_one_group_said": Odd(transactions=(), rules=("count-mismatch",)),
    "ta1_before_gs": WHOLE,
    "se02_with_more_zeros": COUNT,
    "ge02_with_zeros": WHOLE,
    "counts_wrong": Odd(rules=("count-mismatch",) * 3),
    "isa13_twice": Odd(("000000021", "000000021"), TWO, ("count-mismatch",)),
}


def data_of(name: str) -> bytes:
    return (FOLDER / f"{name}.x12").read_bytes()


def summary(document: Document) -> tuple[tuple[str, ...], tuple[tuple[str, str, int], ...]]:
    return (
        tuple(interchange.control_number for interchange in document.interchanges),
        tuple((item.set_id, item.control_number, len(item.segments)) for item in document.transactions()),
    )


def test_every_file_is_a_case() -> None:
    assert {path.stem for path in FOLDER.glob("*.x12")} == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_an_odd_file_is_read_as_far_as_it_goes(name: str) -> None:
    case, data = CASES[name], data_of(name)
    document = read_document(data, INBOUND, name)
    assert summary(document) == (case.interchanges, case.transactions)
    assert tuple(finding.rule for finding in document.findings) == case.rules
    assert document.to_bytes() == data
    for segment in document.segments:
        assert data[segment.start : segment.end] == segment.text.encode("latin-1")
    assert read_answers(data, name).complete is case.complete
    for finding in document.findings:
        assert "(byte " in finding.message() and finding.fix and finding.place.file == name


@pytest.mark.parametrize("name", CASES)
def test_an_odd_outbound_file_is_clean_only_where_nothing_is_odd(name: str) -> None:
    findings = read_document(data_of(name), OUTBOUND).findings
    assert {finding.rule for finding in findings} <= {"x12-syntax", "envelope"}
    assert bool(findings) is bool(CASES[name].rules)
    assert all(finding.is_error for finding in findings)


def seen(data: bytes, chunk_size: int, as_file: bool) -> list[object]:
    """All that a stream tells of a file."""
    stream = read_transactions(BytesIO(data) if as_file else data, INBOUND, "f", chunk_size=chunk_size)
    found: list[object] = []
    for transaction in stream:
        segments = [(item.text, item.position, item.start, item.tail) for item in transaction.segments]
        found.append((transaction.place(), transaction.version, segments))
        found.append((transaction.closed, transaction.digest(), transaction.implied))
    return [*found, stream.findings]


def seen_whole(data: bytes, chunk_size: int = 7) -> list[object]:
    document = read_document(data, INBOUND, "f", chunk_size=chunk_size)
    found: list[object] = []
    for transaction in document.transactions():
        segments = [(item.text, item.position, item.start, item.tail) for item in transaction.segments]
        found.append((transaction.place(), transaction.version, segments))
        found.append((transaction.closed, transaction.digest(), transaction.implied))
    return [*found, document.findings]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("chunk_size", [1, 2, 3, 7, 64, 105, 106, 107, 1 << 20])
def test_a_stream_and_a_document_are_the_same_for_any_size_of_chunk(name: str, chunk_size: int) -> None:
    data = data_of(name)
    expected = seen_whole(data, 1 << 20)
    assert seen(data, chunk_size, as_file=True) == expected
    assert seen(data, chunk_size, as_file=False) == expected
    assert seen_whole(data, chunk_size) == expected
    assert read_document(BytesIO(data), chunk_size=chunk_size).to_bytes() == data


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("control_separators", Separators("\x1d", "\x1f", "\x1e", "\x1c")),
        ("lf", Separators("*", ":", "^", "\n")),
        ("crlf", Separators("*", ":", "^", "\r")),
        ("repetition_is_a_letter", Separators("*", ":", None, "~")),
        ("repetition_before_00402", Separators("*", ":", None, "~")),
        ("repetition_is_the_component", Separators("*", ":", None, "~")),
        ("blank_before_terminator", Separators()),
        ("isa16_is_the_line_end", Separators("*", ":", "^", "\n")),
        ("isa16_is_the_terminator", Separators()),
        ("isa16_is_the_terminator_with_line_ends", Separators()),
        ("isa16_is_a_blank", Separators()),
        ("begins_at_gs", Separators()),
        ("begins_at_st_line_feeds", Separators("|", ">", None, "\n")),
    ],
)
def test_the_separators_of_an_odd_file(name: str, marks: Separators) -> None:
    (interchange,) = read_document(data_of(name)).interchanges
    assert interchange.separators == marks


def test_bytes_beyond_ascii_stay_what_they_are() -> None:
    for name, text in (("latin_1", "ICN\xe9"), ("utf_8", "ICN\xc3\xa9")):
        (transaction,) = read_document(data_of(name)).transactions()
        assert transaction.segments[2].element(7) == text


def test_positions_count_an_st_that_is_missing() -> None:
    document = read_document(data_of("st_missing"), INBOUND)
    (transaction,) = document.transactions()
    assert [(item.id, item.position) for item in transaction.segments][:3] == [
        ("ST", 1),
        ("BPR", 2),
        ("CLP", 3),
    ]
    assert transaction.implied and transaction.header not in document.segments
    assert [item.id for item in transaction.body] == ["BPR", "CLP", "SVC"]
    (whole,) = read_document(data_of("clean")).transactions()
    assert whole.digest() == transaction.digest()


def test_the_set_id_of_an_st_that_is_missing_is_that_of_its_group() -> None:
    data = data_of("st_missing")
    for group, version, expected in (
        ("HC", "005010X223A2", "837"),
        ("HN", "005010X214", "277"),
        ("FA", "005010X231A1", "999"),
        ("FA", "004010", "997"),
        ("BE", "005010X220A1", ""),
    ):
        changed = data.replace(b"GS*HP", b"GS*" + group.encode()).replace(b"005010X221A1", version.encode())
        (transaction,) = read_document(changed).transactions()
        assert (transaction.set_id, transaction.version) == (expected, version)


def test_a_ta1_stays_with_its_interchange() -> None:
    for name in ("ta1_only", "ta1_only_one_group_said", "ta1_before_gs"):
        (interchange,) = read_document(data_of(name)).interchanges
        assert [segment.element(1) for segment in interchange.acknowledgments] == ["000000077"]


def test_findings_show_no_text_that_may_be_a_name() -> None:
    data = (
        data_of("clean")
        .replace(b"GE*1*1~", b"GE*1*1~DOE BABY~")
        .replace(b"SE*5*0001", b"SE*5*BABY DOE 4 MAIN ST")
    )
    for finding in read_document(data, INBOUND).findings:
        assert "DOE" not in str(finding.as_dict()) + repr(finding)


def test_a_transaction_that_is_not_read_to_its_end_is_skipped() -> None:
    data = data_of("two_isa_two_marks")
    stream = read_transactions(data, INBOUND)
    first = next(stream)
    assert next(first.segments).id == "ST"
    second = next(stream)
    assert (list(first.segments), first.closed, second.control_number) == ([], True, "0001")
    assert first.digest() == next(read_document(data).transactions()).digest()
    with pytest.raises(ValueError):
        second.digest()
    whole: Transaction = second.read()
    assert len(whole.segments) == 5 and whole.closed and whole.digest() == second.digest() == first.digest()
    assert list(stream) == [] and stream.findings == []


def test_a_reader_that_is_dropped_midway_loses_nothing() -> None:
    stream = read_transactions(data_of("counts_wrong"), INBOUND)
    for transaction in stream:
        next(transaction.segments)
        transaction.batches.close()  # type: ignore[attr-defined]
    assert [finding.rule for finding in stream.findings] == ["count-mismatch"] * 3


def test_interchanges_of_a_stream_are_told_when_they_begin() -> None:
    begun: list[str] = []
    stream = read_transactions(
        data_of("two_isa_two_marks"), on_interchange=lambda item: begun.append(item.control_number)
    )
    assert [(item.interchange.control_number, tuple(begun)) for item in stream] == [
        ("000000021", ("000000021",)),
        ("000000022", BOTH),
    ]
