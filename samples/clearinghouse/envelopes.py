"""The files that go back: from receiver to sender, with the separators of what came in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from edi.envelope import Interchange
from edi.writer import Envelope, SegmentValues, write_interchange
from samples.clearinghouse.script import ACKNOWLEDGMENT, CLAIM_STATUS, REMITTANCE
from samples.clearinghouse.sent import Sent

VERSIONS = {
    ACKNOWLEDGMENT: ("FA", "005010X231A1"),
    CLAIM_STATUS: ("HN", "005010X214"),
    REMITTANCE: ("HP", "005010X221A1"),
}


@dataclass(frozen=True, slots=True)
class AnswerFileContent:
    """One answer as the partner names it, and its bytes."""

    name: str
    data: bytes = field(repr=False)


def answer_file(
    sent: Sent,
    kind: str,
    extension: str,
    transactions: Iterable[Sequence[SegmentValues]],
    *,
    index: int,
    label: str = "",
) -> AnswerFileContent:
    """An interchange from receiver back to sender, with one group; `label` goes into its name."""
    number = sent.control_number(index)
    data = write_interchange(
        _envelope(sent.interchange, *VERSIONS[kind]),
        transactions,
        control_number=number,
        group_control_number=number,
        at=sent.as_of,
    )
    parts = [kind, label, f"{number:09d}"] if label else [kind, f"{number:09d}"]
    return AnswerFileContent(f"{'_'.join(parts)}.{extension}", data)


def _envelope(sent: Interchange, functional_id: str, version: str) -> Envelope:
    """Sender and receiver of the file that came in, swapped; its separators and line ends kept."""
    sender_qualifier, sender, receiver_qualifier, receiver = sent.parties
    group = sent.groups[0].header
    return Envelope(
        sender_qualifier=receiver_qualifier,
        sender=receiver,
        receiver_qualifier=sender_qualifier,
        receiver=sender,
        application_sender=group.element(3),
        application_receiver=group.element(2),
        functional_id=functional_id,
        version=version,
        usage=sent.usage,
        separators=sent.separators,
        line_end=line_end(sent),
    )


def line_end(sent: Interchange) -> str:
    return sent.header.tail.removeprefix(sent.separators.terminator)
