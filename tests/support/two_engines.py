"""What our guide checker and pyx12 say of one file, and where they may differ.

Each entry of `LISTED` has its reason in `docs/pyx12.md` and a test that shows it: a difference
that is not listed is a fault of one of the two.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from edi.envelope import Transaction, read_document
from edi.finding import Finding, Place
from edi.guide.check import FUNCTIONAL_ID, INTERCHANGE_VERSION, VERSION, check_guide
from edi.guide.map_file import load_guide
from edi.guide.report import element_value
from edi.guide.table_engine import TableEngine
from edi.tokens import Segment


@dataclass(frozen=True)
class Said:
    """One finding, less its words."""

    interchange: str
    transaction: str
    position: int
    segment: str
    loop: str
    element: str
    segment_code: str
    element_code: str


def said(findings: list[Finding]) -> Counter[Said]:
    counted: Counter[Said] = Counter()
    for finding in findings:
        codes = finding.acknowledgment
        counted[
            Said(
                finding.place.interchange or "",
                finding.place.transaction or "",
                finding.place.segment_position or 0,
                finding.place.segment or "",
                finding.place.loop or "",
                finding.place.element or "",
                (codes.segment_code if codes else "") or "",
                (codes.element_code if codes else "") or "",
            )
        ] += 1
    return counted


Difference = Callable[[Said, bytes], bool]


def is_hierarchy(one: Said, data: bytes) -> bool:
    """HL02 must name the level above, HL04 must say whether a level follows: pyx12 judges neither."""
    return one.element in ("HL02", "HL04") and one.element_code == "7"


def is_repetition(one: Said, data: bytes) -> bool:
    """A repetition separator in an element that may not repeat: pyx12 takes it for text."""
    return one.element_code == "12"


def is_second_at_a_repetition(one: Said, data: bytes) -> bool:
    """What pyx12 makes of that text: a wrong code, length or form."""
    if not one.element:
        return False
    return any((at.separators.repetition or "^") in at.text for at in _segments_at(one, data))


def is_form_of_a_date(one: Said, data: bytes) -> bool:
    """A date or time that is none in the form its qualifier names: pyx12 is laxer, or looks elsewhere."""
    return one.element_code in ("8", "9")


def is_first_component(one: Said, data: bytes) -> bool:
    """A composite in use without its required first component: pyx12 says nothing."""
    return one.element_code == "1" and one.element.endswith("-1")


def is_loop_again_at_once(one: Said, data: bytes) -> bool:
    """A loop that begins again right after its first segment lacks the rest: pyx12 says nothing."""
    if one.segment_code != "3":
        return False
    for transaction in _transactions(one, data):
        assert transaction.group is not None
        headers = [transaction.interchange.header, transaction.group.header]
        engine = TableEngine(load_guide(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION))
        placed = []
        for segment in [*headers, *transaction.segments[: one.position]]:
            verdict = engine.judge(segment)
            if verdict is None or verdict.misplaced is None:
                placed.append(segment.id)
        if len(transaction.segments) >= one.position and placed[-1:] == placed[-2:-1]:
            return True
    return False


def is_sign_alone(one: Said, data: bytes) -> bool:
    """A number of a minus sign and nothing else: pyx12 finds it too short, but a number."""
    if one.element_code != "6":
        return False
    return any(element_value(segment, one.element) == "-" for segment in _segments_at(one, data))


def is_number_with_more_than_digits(one: Said, data: bytes) -> bool:
    """HL01 with a blank or a plus sign: pyx12 reads the number behind it."""
    if one.element != "HL01" or one.element_code != "7":
        return False
    return any(not segment.element(1).isdigit() for segment in _segments_at(one, data))


LISTED: tuple[Difference, ...] = (
    is_hierarchy,
    is_repetition,
    is_second_at_a_repetition,
    is_form_of_a_date,
    is_first_component,
    is_loop_again_at_once,
    is_sign_alone,
    is_number_with_more_than_digits,
)


_REVISION = re.compile(rb"005010X223(?:A[0-9])?(?![A-Z0-9])")


def as_known_version(data: bytes) -> bytes | None:
    """A file of 837I with its revision of guide X223 named as the one at hand; None where it holds none."""
    if not any(transaction.set_id == "837" for transaction in read_document(data).transactions()):
        return None
    return _REVISION.sub(VERSION.encode(), data) if _REVISION.search(data) else None


def _transactions(one: Said, data: bytes) -> list[Transaction]:
    return [
        transaction
        for transaction in read_document(data).transactions()
        if transaction.control_number == one.transaction
        and transaction.interchange.control_number == one.interchange
    ]


def _segments_at(one: Said, data: bytes) -> list[Segment]:
    """The segments that a finding may mean: one of a transaction set, or, without position, any of the envelope."""
    if not one.position:
        return [segment for segment in read_document(data).segments if segment.id == one.segment]
    return [
        segment
        for transaction in _transactions(one, data)
        for segment in transaction.segments
        if segment.position == one.position
    ]


def differences(data: bytes) -> tuple[Counter[Said], Counter[Said], bool]:
    """What only we say, what only pyx12 says, and whether pyx12 gave up: then up to there alone."""
    other = check_guide(data, engine="pyx12")
    gave_up = [finding for finding in other if "could not finish" in finding.message()]
    ours, theirs = said(check_guide(data)), said([finding for finding in other if finding not in gave_up])
    for finding in gave_up:
        for counted in (ours, theirs):
            for one in list(counted):
                if _is_behind(one, finding.place):
                    del counted[one]
    return ours - theirs, theirs - ours, bool(gave_up)


def _is_behind(one: Said, place: Place) -> bool:
    """Whether a finding lies where nothing was judged, because a checker gave up at that place."""
    if one.interchange not in (place.interchange or "", ""):
        return False
    if not place.transaction:
        return True
    return one.transaction in (place.transaction, "") and one.position >= (place.segment_position or 0)


def unlisted(data: bytes) -> tuple[list[Said], bool]:
    """What differs and is not listed, and whether the two agree to the letter."""
    ours, theirs, _ = differences(data)
    differing = [*ours, *theirs]
    return [one for one in differing if not any(listed(one, data) for listed in LISTED)], not differing
