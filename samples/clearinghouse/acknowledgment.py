"""TA1 and 999 (005010X231A1): whether the file was taken in.

Source: FACTS D1.
"""

from __future__ import annotations

from collections.abc import Sequence

from edi.envelope import Group
from edi.separators import ISA_WIDTH
from edi.writer import SegmentValues, write_segment
from samples.clearinghouse.envelopes import VERSIONS, AnswerFileContent, answer_file, line_end
from samples.clearinghouse.faults import HAS_FAULTS
from samples.clearinghouse.pieces import Segments
from samples.clearinghouse.script import ACKNOWLEDGMENT, NO_NOTE
from samples.clearinghouse.sent import Batch, Sent


def acknowledgment_file(
    sent: Sent, note: str, responses: Sequence[Sequence[SegmentValues]]
) -> AnswerFileContent:
    """The file of the 999 with the TA1 between ISA and GS; without a 999 where nothing was taken."""
    file = answer_file(sent, ACKNOWLEDGMENT, "999", responses, index=0)
    separators = sent.interchange.separators
    header = sent.interchange.header
    code = "A" if note == NO_NOTE else "R"
    values = ("TA1", sent.interchange.control_number, header.element(9), header.element(10), code, note)
    end = (separators.terminator + line_end(sent.interchange)).encode("ascii")
    isa, rest = file.data[: ISA_WIDTH - 1] + end, file.data[ISA_WIDTH - 1 + len(end) :]
    if not responses:
        number = f"{sent.control_number(0):09d}"
        rest = write_segment(("IEA", "0", number), separators).encode("ascii") + end
    return AnswerFileContent(file.name, isa + write_segment(values, separators).encode("ascii") + end + rest)


def group_response(batches: Sequence[Batch], number: int) -> list[SegmentValues]:
    """One 999: AK1 for a group that came in, AK2 to IK5 for each transaction set, AK9."""
    group = batches[0].transaction.group
    segments: list[SegmentValues] = [
        ("ST", "999", f"{number:04d}", VERSIONS[ACKNOWLEDGMENT][1]),
        ("AK1", "HC", *_group_names(group)),
    ]
    for batch in batches:
        segments += _transaction_response(batch)
    accepted = sum(1 for batch in batches if not batch.refused)
    code = "A" if accepted == len(batches) else "P" if accepted else "R"
    segments.append(("AK9", code, str(len(batches)), str(len(batches)), str(accepted)))
    return segments


def _group_names(group: Group | None) -> tuple[str, str]:
    return (group.control_number, group.version) if group else ("", "")


def _transaction_response(batch: Batch) -> Segments:
    """Loop 2000 of a 999: AK2, the segments at fault, IK5."""
    transaction = batch.transaction
    yield ("AK2", transaction.set_id, transaction.control_number, transaction.version)
    for fault in batch.faults:
        yield ("IK3", fault.segment, str(fault.position), fault.loop, fault.code)
        if fault.account:
            yield ("CTX", ("CLM01", fault.account))
        for element, code in fault.elements:
            yield ("IK4", tuple(element.split(":")), "", code)
    codes = ((HAS_FAULTS,) if batch.faults else ()) + batch.trailer_codes
    yield ("IK5", "R", *codes) if codes else ("IK5", "A")
