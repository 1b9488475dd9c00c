"""TA1: whether the receiver's gateway took the interchange.

Source: TA1 of the control standard, FACTS D1. It stands at the level of the interchange,
outside every functional group.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from edi.acknowledgment.verdicts import Verdict, verdict
from edi.other_elements import OtherElement, other_elements
from edi.tokens import Segment
from edi.values import parse_date


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgment:
    """The gateway's answer to one interchange: TA101 to TA105.

    `interchange_control_number` is the ISA13 of what was sent. `code` is A, E or R, `note`
    000 to 031 says why. `other_elements` are those beyond TA105. `segment_position` is 0: a TA1 stands in no transaction set.
    """

    interchange_control_number: str
    interchange_date: date | None
    interchange_time: str
    code: str
    note: str
    other_elements: tuple[OtherElement, ...] = ()
    segment_position: int = 0

    @property
    def verdict(self) -> Verdict:
        """What TA104 means for the interchange."""
        return verdict("interchange", self.code)

    @property
    def accepted(self) -> bool:
        """Whether the interchange went on: A and E did."""
        return self.verdict is Verdict.ACCEPTED


def read_interchange_acknowledgment(segment: Segment) -> InterchangeAcknowledgment:
    """Read one TA1 segment; what it does not have is left empty."""
    control_number, day, time, code, note = (segment.element(number).strip() for number in range(1, 6))
    return InterchangeAcknowledgment(
        interchange_control_number=control_number,
        interchange_date=parse_date(f"20{day}"),
        interchange_time=time,
        code=code,
        note=note,
        other_elements=tuple(other_elements([segment], "TA1", "ISA")),
        segment_position=segment.position,
    )
