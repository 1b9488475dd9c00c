"""What is wrong with a transaction set that came in, as a 999 says it: by script, or by a check of the guide."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from edi.claim837i.model import Claim, LoopSegment
from edi.envelope import Transaction
from edi.finding import Finding
from edi.guide.check import check_segments
from samples.clearinghouse.outcomes import Refuse
from samples.clearinghouse.pieces import grouped

HAS_FAULTS, WRONG_COUNT, WRONG_NUMBER, NO_TRAILER = "5", "4", "3", "2"
"""IK502 and after: why a transaction set is refused."""
_ELEMENT_AT_FAULT = "8"
_ELEMENT = re.compile(r"(\d\d)(?:-(\d+))?$")


@dataclass(frozen=True, slots=True)
class Fault:
    """One IK3: segment id, position (ST = 1), loop, IK304; the claim's account number (CTX); its IK4s.

    `elements` are pairs of IK401 (`3`, `5:1`) and IK403.
    """

    segment: str
    position: int
    loop: str
    code: str
    account: str = field(default="", repr=False)
    elements: tuple[tuple[str, str], ...] = ()


def scripted_fault(claim: Claim, refusal: Refuse) -> Fault:
    """The fault that a script names, at the first such segment of the claim."""
    at = _segment_at_fault(claim, refusal.segment)
    element = ((refusal.element, refusal.element_code),) if refusal.element else ()
    account = claim.patient_control_number
    return Fault(refusal.segment, at.segment.position, at.loop[:4], refusal.code, account, element)


def _segment_at_fault(claim: Claim, segment_id: str) -> LoopSegment:
    """The first segment of that id in the claim (2300 and below), or its CLM where it has none."""
    own = [item for item in claim.segments if item.loop >= "2300"]
    return next((item for item in own if item.segment.id == segment_id), own[0])


def checked_faults(transaction: Transaction) -> tuple[Fault, ...]:
    """What does not meet the guide, segment by segment."""
    headers = [transaction.interchange.header, transaction.group.header]
    findings = check_segments([*headers, *transaction.segments])
    own = [one for one in findings if one.place.transaction and one.acknowledgment and one.is_error]
    own.sort(key=lambda one: one.place.segment_position or 0)
    return tuple(
        fault
        for at in grouped(own, lambda one: (one.place.segment_position, one.place.segment))
        for fault in _at_segment(at)
    )


def _at_segment(findings: Iterable[Finding]) -> Iterator[Fault]:
    """One segment's own faults, then one that holds all its elements at fault."""
    elements = []
    for one in findings:
        assert one.acknowledgment is not None
        segment_code, element_code = one.acknowledgment.segment_code, one.acknowledgment.element_code
        if element_code and (named := _ELEMENT.search(one.place.element or "")):
            part = f":{named[2]}" if named[2] else ""
            elements.append((f"{int(named[1])}{part}", element_code))
            last = one
        elif segment_code:
            yield _fault(one, segment_code)
    if elements:
        yield _fault(last, _ELEMENT_AT_FAULT, tuple(elements))


def _fault(finding: Finding, code: str, elements: tuple[tuple[str, str], ...] = ()) -> Fault:
    place = finding.place
    account = _sayable(place.claim.reveal() if place.claim is not None else "")
    segment, loop = _sayable(place.segment or ""), (place.loop or "")[:4]
    return Fault(segment, place.segment_position or 0, loop, code, account, elements)


def _sayable(text: str) -> str:
    """What came in broken may hold anything; an answer says letters, digits, points and hyphens."""
    return re.sub(r"[^A-Za-z0-9.-]", "", text)


def checked_trailer(transaction: Transaction) -> tuple[str, ...]:
    """What is wrong with SE: missing, another number than ST02, another count than there are segments."""
    if not transaction.closed:
        return (NO_TRAILER,)
    trailer = transaction.segments[-1]
    wrong = []
    if trailer.element(2) != transaction.control_number:
        wrong.append(WRONG_NUMBER)
    if trailer.element(1) != str(len(transaction.segments)):
        wrong.append(WRONG_COUNT)
    return tuple(wrong)
