"""The files that go back: from receiver to sender, with the separators of what came in."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from edi.envelope import Interchange, read_document
from edi.writer import Envelope, SegmentValues, write_interchange
from samples.clearinghouse.script import ACCEPTANCE, ACKNOWLEDGMENT, REMITTANCE, STATUS
from samples.clearinghouse.sent import Sent

VERSIONS = {
    ACKNOWLEDGMENT: ("FA", "005010X231A1"),
    ACCEPTANCE: ("HN", "005010X214"),
    STATUS: ("HN", "005010X212"),
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


def in_new_envelope(answer: AnswerFileContent, at: datetime) -> AnswerFileContent:
    """The same transaction sets in an interchange made at another time: new control numbers and name."""
    (interchange,) = read_document(answer.data).interchanges
    old = interchange.control_number
    number = (int(old) + zlib.crc32(at.isoformat().encode())) % 999_999_999 + 1
    changes = {
        "ISA": {9: f"{at:%y%m%d}", 10: f"{at:%H%M}", 13: f"{number:09d}"},
        "GS": {4: f"{at:%Y%m%d}", 5: f"{at:%H%M}", 6: str(number)},
        "GE": {2: str(number)},
        "IEA": {2: f"{number:09d}"},
    }
    texts = []
    for segment in read_document(answer.data).segments:
        elements = segment.text.split(interchange.separators.element)
        for index, value in changes.get(segment.id, {}).items():
            elements[index] = value
        texts.append(interchange.separators.element.join(elements) + segment.tail)
    return AnswerFileContent(answer.name.replace(old, f"{number:09d}"), "".join(texts).encode("ascii"))


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
