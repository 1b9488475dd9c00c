"""The mock clearinghouse beside others: pyx12's 999 for the same files, x12sdk's reading, files made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edi.envelope import Transaction, read_document
from samples.clearinghouse import Deny, Pay, Pend, Reject, Script, answers
from tests.support.builders import INPATIENT, NIGHT, OUTPATIENT, ROOT, a_built_claim, a_file_of
from tests.support.guide_files import HEADER, Segments, a_file
from tests.support.guide_files import OUTPATIENT as OUTPATIENT_SEGMENTS
from tests.support.pyx12_acknowledgment import Said, is_valid_to_pyx12, pyx12_acknowledgment, said_by

CHECKS = Script(kinds=("999",), checks=True)
GOOD = sorted([*(ROOT / "samples" / "files").iterdir(), *(ROOT / "samples" / "shapes").iterdir()])
BY_HAND = ROOT / "tests" / "edi" / "files" / "answers"


def ours(data: bytes) -> Said:
    (answer,) = answers(data, CHECKS, NIGHT)
    return said_by(answer.data.decode("ascii"))


def theirs(data: bytes) -> Said:
    text = pyx12_acknowledgment(data)
    assert text is not None
    return said_by(text)


@pytest.mark.parametrize("path", GOOD, ids=[path.name for path in GOOD])
def test_both_999s_accept_what_we_send(path: Path) -> None:
    data = path.read_bytes()
    assert ours(data) == theirs(data)
    assert not ours(data).refused and ours(data).accepted


def broken(body: Segments) -> Iterator[tuple[str, bytes]]:
    """A clean file with each segment left out or twice, and each element emptied or far too long."""
    for at, segment in enumerate(body):
        yield f"{segment[:12]} gone", a_file([*body[:at], *body[at + 1 :]]).encode()
        yield f"{segment[:12]} twice", a_file([*body[: at + 1], *body[at:]]).encode()
        elements = segment.split("*")
        for number in range(1, len(elements)):
            for value in ("", "9" * 70):
                if elements[number] != value:
                    changed = "*".join([*elements[:number], value, *elements[number + 1 :]])
                    name = f"{elements[0]}{number:02} as {value[:2]!r}"
                    yield name, a_file([*body[:at], changed, *body[at + 1 :]]).encode()


def is_run_of_misplaced(name: str, our: Said, their: Said) -> bool:
    """Behind a segment without a place pyx12 tells each that follows; we tell the first of the run."""
    return our.segments < their.segments and our.elements <= their.elements


def is_pair(name: str, our: Said, their: Said) -> bool:
    """Elements that need each other: we name both, pyx12 one. An empty composite: we name its component."""
    return our.segments == their.segments and our.elements > their.elements


def is_loop_opener(name: str, our: Said, their: Said) -> bool:
    """A loop that begins twice, or without its first segment: pyx12 does not say what the loop lacks,
    and judges neither HL02 nor HL04 by the levels that are there."""
    opens = name.startswith(("HL", "CLM", "LX", "NM1", "BHT", "LIN", "CTP", "SV2"))
    return opens and (name.endswith(("gone", "twice")) or name.startswith("HL03"))


LISTED: tuple[Callable[[str, Said, Said], bool], ...] = (is_run_of_misplaced, is_pair, is_loop_opener)


def test_a_999_of_a_broken_file_says_what_pyx12s_says_but_for_what_is_listed() -> None:
    counted: Counter[str] = Counter()
    for name, data in broken([*HEADER, *OUTPATIENT_SEGMENTS]):
        our, their = ours(data), theirs(data)
        if their.refused:
            assert our.refused == their.refused, name
        elif our.refused:
            assert is_loop_opener(name, our, their), name
        if our == their:
            counted["to the letter"] += 1
            continue
        (kind, *_) = [listed.__name__ for listed in LISTED if listed(name, our, their)] or [name]
        counted[kind] += 1
    print(f"999s beside pyx12's: {dict(counted)}")
    assert set(counted) <= {"to the letter", *(listed.__name__ for listed in LISTED)}
    assert counted["to the letter"] > 250


def test_faults_in_one_of_two_transaction_sets_leave_the_other_accepted() -> None:
    body = [*HEADER, *OUTPATIENT_SEGMENTS]
    data = a_file(body, [segment for segment in body if not segment.startswith("CL1")]).encode()
    assert ours(data) == theirs(data)
    assert (ours(data).accepted, ours(data).refused) == ({"0001"}, {"0002"})
    kinds = [answer.name[:3] for answer in answers(data, Script(checks=True), NIGHT)]
    assert kinds == ["999", "277"]


@pytest.mark.parametrize(
    ("old", "new"), [("SE*40*", "SE*41*"), ("SE*40*0001", "SE*40*0007")], ids=["count", "number"]
)
def test_a_trailer_that_does_not_fit_is_refused_by_both(old: str, new: str) -> None:
    data = a_file([*HEADER, *OUTPATIENT_SEGMENTS]).encode()
    assert old.encode() in data
    changed = data.replace(old.encode(), new.encode())
    assert ours(changed).refused == theirs(changed).refused == {"0001"}


# 277CA, 277 and 835.


def a_mixed_morning() -> dict[str, bytes]:
    """The answers to five claims: paid, partly paid, denied, rejected, pending."""
    outcomes = {
        "A1": Pay(),
        "A2": Deny("197", remarks=("M62",)),
        "A3": Deny("16", remarks=("M119", "N56"), other_lines="deny", claim_remarks=("MA130",)),
        "A4": Reject("218", line="drug"),
        "A5": Pend("P3", "21"),
    }
    claims = [
        a_built_claim({"patient_control_number": account}, INPATIENT if account == "A3" else OUTPATIENT).claim
        for account in outcomes
    ]
    files = answers(a_file_of(*claims), Script(outcomes), NIGHT)
    return {file.name.partition("_")[0]: file.data for file in files}


def shape(transaction: Transaction) -> set[tuple[str, ...]]:
    """Which segments follow which, with the qualifiers that tell loops apart."""
    told = {"NM1": (1,), "HL": (3,), "TRN": (1,), "N1": (1,), "REF": (1,), "DTP": (1,), "DTM": (1,)}
    return {
        (segment.id, *(segment.element(at) for at in told.get(segment.id, ())))
        for segment in transaction.segments
    }


@pytest.mark.parametrize(
    ("kind", "by_hand"),
    [
        ("277CA", ("277ca-1-accepted", "277ca-2-mixed")),
        ("277", ("277-1-paid", "277-2-dependent")),
        ("835", ("835-1-paid", "835-2-denied")),
    ],
)
def test_an_answer_has_no_kind_of_segment_that_the_files_made_by_hand_lack(
    kind: str, by_hand: tuple[str, ...]
) -> None:
    known = set().union(
        *(
            shape(transaction)
            for name in by_hand
            for transaction in read_document((BY_HAND / f"{name}.x12").read_bytes()).transactions()
        )
    )
    for transaction in read_document(a_mixed_morning()[kind]).transactions():
        assert shape(transaction) <= known


@pytest.mark.parametrize("kind", ["277CA", "835"])
def test_pyx12_finds_an_answer_valid(kind: str) -> None:
    """It has no map for a 999 or for the 277 of guide X212."""
    data = a_mixed_morning()[kind]
    assert is_valid_to_pyx12(data)
    assert not is_valid_to_pyx12(data.replace(b"\nTRN*1*", b"\nTRN*9*", 1))


@pytest.mark.parametrize("kind", ["277", "835"])
def test_x12sdk_reads_an_answer_into_models_and_writes_the_same_segments(kind: str) -> None:
    reader = pytest.importorskip("x12sdk.io").X12ModelReader
    data = a_mixed_morning()[kind]
    with reader(data.decode("ascii")) as opened:
        models = list(opened.models())
    told = [[segment.strip() for segment in model.x12().split("~") if segment.strip()] for model in models]
    expected = [[item.text for item in one.segments] for one in read_document(data).transactions()]
    assert told == expected
