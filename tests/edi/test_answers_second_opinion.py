"""The hand-written answers in the eyes of pyx12 and x12sdk, where these can read them.

pyx12 4.0.0 has no map of 005010X212 in its index, none of X213 and X364; x12sdk 2.2.0 reads of
these kinds the 277 of 005010X212 alone, and loses five segments of 277-2 (a dependent with lines
that have several statuses), which it then refuses for its count.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edi.answers import read_answers
from edi.claim_status.model import ClaimStatusReport, Status

FOLDER = Path(__file__).parent / "files" / "answers"

# Files that pyx12 finds nothing in. The other ones are odd on purpose, or of a guide that it
# cannot read; 277ca-3 ends at the receiver, as an answer to a whole batch does, where pyx12's map
# asks for a provider; ta1-4 has a TA1 after its group.
CLEAN = (
    "277-5-elder",
    "277ca-1-accepted",
    "277ca-2-mixed",
    "277ca-4-provider-rejected",
    "997-1-accepted",
    "997-2-rejected",
    "997-3-partial",
    "997-4-group-only",
    "999-1-accepted",
    "999-2-rejected",
    "999-3-partial",
    "999-4-group-rejected",
    "ta1-1-accepted",
    "ta1-2-rejected",
    "ta1-3-several",
)


@pytest.mark.parametrize("stem", CLEAN)
def test_pyx12_finds_no_error_in_a_file_written_by_hand(stem: str) -> None:
    import pyx12.params
    import pyx12.x12n_document

    logging.getLogger("pyx12").setLevel(logging.CRITICAL + 1)
    stream = io.StringIO((FOLDER / f"{stem}.x12").read_bytes().decode("ascii"), newline="")
    assert pyx12.x12n_document.x12n_document(pyx12.params.params(), stream, io.StringIO(), None)


@pytest.mark.parametrize("stem", ["277-1-paid", "277-3-not-found"])
def test_x12sdk_reads_the_same_claims(stem: str) -> None:
    from x12sdk.io import X12ModelReader

    data = (FOLDER / f"{stem}.x12").read_bytes()
    with X12ModelReader(data.decode("ascii")) as reader:
        (theirs,) = (model.model_dump(mode="json") for model in reader.models())
    (answer,) = read_answers(data).answers
    assert isinstance(answer.model, ClaimStatusReport)
    ours = [
        (
            claim.trace_number,
            [_status(status) for status in claim.statuses],
            [(entry.qualifier, entry.value) for entry in claim.references],
        )
        for claim in answer.model.claims
    ]
    assert ours == list(_claims(theirs))


def _status(status: Status) -> tuple[str, str | None, str | None]:
    code = status.codes[0]
    text = ":".join(part for part in (code.category, code.status, code.entity) if part)
    return text, str(status.effective_date), status.check_number or None


def _claims(part: Any, name: str = "") -> Iterator[tuple[str, list[Any], list[Any]]]:
    """Trace number, statuses and references of each claim that x12sdk read."""
    if isinstance(part, list):
        for item in part:
            yield from _claims(item, name)
    elif isinstance(part, dict):
        if name in ("loop_2200d", "loop_2200e"):
            statuses = [
                (
                    item["health_care_claim_status_1"],
                    item["status_effective_date"],
                    item["remittance_trace_number"],
                )
                for item in part["stc_segment"]
            ]
            references = [
                (item["reference_identification_qualifier"], item["reference_identification"])
                for item in part["ref_segment"] or []
            ]
            yield part["trn_segment"]["reference_identification_1"], statuses, references
        for key, item in part.items():
            yield from _claims(item, key)
