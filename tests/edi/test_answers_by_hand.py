"""Files of answers written by hand from the guides, each with what is in it, line by line.

`files/answers/*.x12` are the files; the text of the same name was written beside each by reading
the file with the guide in hand, not by running this code. It holds every field that is not empty.

Source: FACTS D1 to D4, annexes 2 to 4; for the request for documents, 005010X213.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest

from edi.acknowledgment.implementation import (
    GroupAcknowledgment,
    SegmentError,
    TransactionAcknowledgment,
)
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.answer_parts import ProcedureCode, Trace
from edi.answers import Answer, read_answers
from edi.claim_status.model import BatchRejection, ClaimStatus, ClaimStatusReport, Level
from edi.finding import Finding
from edi.protected import Protected
from edi.remittance.model import (
    Address,
    BankAccount,
    ClaimGroup,
    ClaimPayment,
    Delivery,
    Party,
    Payment,
    Remittance,
    ServiceLine,
)
from edi.tokens import Segment
from tests.edi.test_answers import MUTATIONS

FOLDER = Path(__file__).parent / "files" / "answers"
FILES = sorted(FOLDER.glob("*.x12"))

# What is said of a record beside its fields.
_ALSO: dict[type, tuple[str, ...]] = {
    InterchangeAcknowledgment: ("verdict",),
    GroupAcknowledgment: ("verdict",),
    TransactionAcknowledgment: ("verdict",),
    SegmentError: ("patient_control_number",),
    ClaimStatus: ("rejected", "is_request", "due_date", "requested_documents"),
    Level: ("rejected",),
    Payment: ("net",),
    ClaimPayment: ("is_reversal", "was_forwarded", "other_elements"),
    ClaimGroup: ("other_elements",),
    ServiceLine: ("line_control_number", "service_dates", "other_elements"),
}
_RAW = ("segments", "unplaced")


def lines_of(answer: Answer) -> Iterator[str]:
    """The answer as text: one line a record, its parts below it and further in."""
    yield f"answer {answer.kind}"
    if answer.model is not None:
        yield from _record("model", answer.model, 1)
    for place, rule in sorted((_place(finding), finding.rule) for finding in answer.findings):
        yield f"  finding at={place[0]} {place[1]} {rule}"


def _place(finding: Finding) -> tuple[int, str]:
    place = finding.place
    return place.segment_position or 0, place.element or place.segment or ""


def _record(word: str, record: Any, depth: int) -> Iterator[str]:
    own, parts = [], []
    names = [field.name for field in fields(record) if field.name not in _RAW]
    for name in [*names, *_ALSO.get(type(record), ())]:
        value = getattr(record, name)
        if isinstance(value, tuple) and value and is_dataclass(value[0]) and not _is_chain(record, name):
            parts += [(name, part) for part in value]
        elif isinstance(value, Payment | Trace | Party | BankAccount | Address | Delivery):
            parts.append((name, value))
        elif text := _text(value):
            own.append(f"{'at' if name == 'segment_position' else name}={text}")
    yield "  " * depth + " ".join([word, *own])
    for name, part in parts:
        yield from _record(name, part, depth + 1)


def _is_chain(record: object, name: str) -> bool:
    """The levels above a claim stand elsewhere: their numbers are enough."""
    return isinstance(record, ClaimStatus) and name == "levels"


def _text(value: object) -> str:
    match value:
        case None | False | "" | ():
            return ""
        case True:
            return "yes"
        case Protected():
            return str(value.reveal())
        case Level():
            return value.number
        case ProcedureCode():
            return ":".join([value.qualifier, value.code, *value.modifiers])
        case tuple():
            return ",".join(_text(part) or "-" for part in value)
        case _:
            return str(value)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_written_by_hand_is_read_field_by_field(path: Path) -> None:
    found = read_answers(path.read_bytes(), path.name)
    assert found.complete
    assert [line for answer in found.answers for line in lines_of(answer)] == (
        path.with_suffix(".txt").read_text(encoding="ascii").splitlines()
    )
    assert not found.envelope_findings


def test_there_are_five_files_of_each_kind() -> None:
    kinds = [path.name.split("-")[0] for path in FILES]
    assert {kind: kinds.count(kind) for kind in kinds} == dict.fromkeys(
        ("277", "277ca", "835", "997", "999", "ta1"), 5
    )


def held_segments(answer: Answer) -> list[int]:
    """The positions of the segments that the model holds, in the order of the file."""
    model: Any = answer.model
    if isinstance(model, Remittance):
        return sorted(segment.position for segment in _segments_of(model, answer))
    held = [*model.segments, *model.unplaced]
    if isinstance(model, ClaimStatusReport):
        held += [segment for level in model.levels for segment in level.segments]
    else:
        held += [segment for item in model.transactions for segment in item.segments]
    return sorted(segment.position for segment in held)


def _segments_of(model: Remittance, answer: Answer) -> Iterator[Segment]:
    """The segments of an 835 that its records hold, and those that are fields of it: its header, PLB."""
    assert answer.transaction is not None
    for party in (model.payer, model.payee):
        yield from party.segments if party else ()
    for group in model.groups:
        yield from group.segments
        for claim in group.claims:
            yield from claim.segments
    yield from model.unplaced
    first = next((segment.position for segment in answer.transaction.body if segment.id == "N1"), 0)
    for segment in answer.transaction.body:
        if segment.position < first or segment.id == "PLB":
            yield segment


def is_held_whole(answer: Answer) -> bool:
    """Whether each segment between ST and SE stands in the model, once."""
    assert answer.transaction is not None
    return held_segments(answer) == [segment.position for segment in answer.transaction.body]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_segment_is_thrown_away(path: Path) -> None:
    for answer in read_answers(path.read_bytes()).answers:
        assert answer.kind == "TA1" or is_held_whole(answer)


def test_a_batch_rejection_names_a_level_of_the_report() -> None:
    (answer,) = read_answers((FOLDER / "277ca-3-receiver-rejected.x12").read_bytes()).answers
    assert isinstance(answer.model, ClaimStatusReport)
    (rejection,) = answer.model.batch_rejections
    assert isinstance(rejection, BatchRejection)
    assert rejection.level is answer.model.levels[1]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whatever_is_done_to_a_file_no_segment_is_thrown_away(path: Path) -> None:
    source = random.Random(f"mutants of {path.name}")
    read = 0
    for _ in range(100):
        data = bytearray(path.read_bytes())
        for _ in range(source.randrange(1, 5)):
            source.choice(MUTATIONS)(source, data)
        for answer in read_answers(bytes(data)).answers:
            assert list(lines_of(answer))
            if isinstance(answer.model, GroupAcknowledgment | ClaimStatusReport):
                assert is_held_whole(answer)
        read += 1
    assert read == 100
