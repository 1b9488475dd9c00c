"""999 and 997: which transaction sets were taken, and what was wrong in those that were not.

The 997 is read by the same reader: its AK3, AK4 and AK5 say what IK3, IK4 and IK5 say.

Source: 005010X231A1, FACTS D1 and annex 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from edi.acknowledgment.verdicts import Verdict, verdict
from edi.answer_reading import Fields, Loop, Reading
from edi.envelope import Transaction
from edi.finding import Finding
from edi.other_elements import OtherElement, all_elements, other_elements
from edi.protected import Protected
from edi.tokens import Segment

CLAIM_CONTEXT = "CLM01"
_KIND = "999"


@dataclass(frozen=True, slots=True)
class Context:
    """What a fault stands in, such as the claim `CLM01` with its account number: CTX.

    `name` and `value` are CTX01; the segment, its position and loop are CTX02 to CTX04; the
    element of the situation is CTX05, the reference number of its data element CTX06.
    """

    name: str
    value: str = field(repr=False)
    segment_id: str
    segment_at: int | None
    loop: str
    element: tuple[int | None, int | None, int | None]
    data_element: str
    segment_position: int


@dataclass(frozen=True, slots=True)
class ElementError:
    """One element that is wrong: loop 2110, IK4 (AK4).

    `element`, `component` and `repetition` are IK401, `data_element` is IK402, `code` IK403,
    `value` the bad value itself (IK404), masked because it may be anything of the patient's.
    """

    element: int | None
    component: int | None
    repetition: int | None
    data_element: str
    code: str
    value: Protected[str] | None
    contexts: tuple[Context, ...]
    segment_position: int


@dataclass(frozen=True, slots=True)
class SegmentError:
    """One segment that is wrong: loop 2100, IK3 (AK3).

    `segment_id`, `segment_at` (counted from ST = 1 in the file that was sent), `loop` and
    `code` are IK301 to IK304.
    """

    segment_id: str
    segment_at: int | None
    loop: str
    code: str
    contexts: tuple[Context, ...]
    elements: tuple[ElementError, ...]
    segment_position: int

    @property
    def patient_control_number(self) -> str:
        """The account number (CLM01) that the receiver names for this fault, or ""."""
        own = [*self.contexts, *(context for element in self.elements for context in element.contexts)]
        return next((context.value for context in own if context.name == CLAIM_CONTEXT), "")


@dataclass(frozen=True, slots=True)
class TransactionAcknowledgment:
    """The answer to one transaction set: loop 2000, AK2 to IK5 (AK5).

    `set_id`, `control_number` (our ST02) and `version` are AK201 to AK203, `code` is IK501,
    `syntax_codes` IK502 to IK506. `segments` are all from AK2 on that stand in it.
    """

    set_id: str
    control_number: str
    version: str
    errors: tuple[SegmentError, ...]
    code: str
    syntax_codes: tuple[str, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """What IK501 means; `unknown` where it is missing or no code of the guide."""
        return verdict("transaction", self.code)

    @property
    def accepted(self) -> bool:
        """Whether the transaction set went on: A and E did."""
        return self.verdict is Verdict.ACCEPTED


@dataclass(frozen=True, slots=True)
class GroupAcknowledgment:
    """The answer to one functional group: AK1 to AK9, with its transaction sets.

    `functional_id`, `control_number` (our GS06) and `version` are AK101 to AK103; `code`,
    the counts and `syntax_codes` are AK901 to AK909. `segments` are AK1 and AK9, `unplaced`
    those that stand where no loop has them; `other_elements` are theirs, and all that stands beside
    the fields of these records.
    """

    functional_id: str
    control_number: str
    version: str
    transactions: tuple[TransactionAcknowledgment, ...]
    code: str
    included: int | None
    received: int | None
    accepted_count: int | None
    syntax_codes: tuple[str, ...]
    other_elements: tuple[OtherElement, ...]
    segment_position: int
    segments: list[Segment] = field(repr=False, compare=False)
    unplaced: list[Segment] = field(repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """What AK901 means; `partial` where some transaction sets were rejected."""
        return verdict("group", self.code)

    @property
    def accepted(self) -> bool:
        """Whether the whole group went on: A and E did."""
        return self.verdict is Verdict.ACCEPTED


def read_acknowledgment(
    transaction: Transaction, file: str | None = None
) -> tuple[GroupAcknowledgment, list[Finding]]:
    """Read one 999 or 997. Never raises for what it holds; what is odd is a finding."""
    reading = Reading(transaction, file)
    sorter = _Sorter(reading)
    for segment in transaction.body:
        sorter.take(segment)
    sorter.header.expect({"AK1", "AK9"}, once=("AK1", "AK9"))
    return _group(sorter), reading.findings


@dataclass(slots=True)
class _SegmentLoop:
    loop: Loop
    elements: list[Loop] = field(default_factory=list)


@dataclass(slots=True)
class _TransactionLoop:
    loop: Loop
    errors: list[_SegmentLoop] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)


class _Sorter:
    """Puts the segments of a 999 into their loops."""

    def __init__(self, reading: Reading) -> None:
        self.header = Loop(reading, "HEADER")
        self.transactions: list[_TransactionLoop] = []
        self.unplaced: list[Segment] = []
        self._reading = reading

    def take(self, segment: Segment) -> None:
        match segment.id:
            case "AK1" | "AK9":
                self.header.segments.append(segment)
            case "AK2":
                loop = self._begin("2000", segment)
                self.transactions.append(_TransactionLoop(loop, segments=[segment]))
            case "IK5" | "AK5" if self.transactions:
                self.transactions[-1].loop.segments.append(segment)
                self.transactions[-1].segments.append(segment)
            case "IK3" | "AK3" if self.transactions:
                self.transactions[-1].segments.append(segment)
                self.transactions[-1].errors.append(_SegmentLoop(self._begin("2100", segment)))
            case "IK4" | "AK4" | "CTX" if self.transactions and self.transactions[-1].errors:
                self.transactions[-1].segments.append(segment)
                self._within(self.transactions[-1].errors[-1], segment)
            case _:
                self.unplaced.append(segment)
                self.header.odd("Segment {id} has no place here.", segment)

    def _within(self, error: _SegmentLoop, segment: Segment) -> None:
        if segment.id != "CTX":
            error.elements.append(self._begin("2110", segment))
        else:
            (error.elements[-1] if error.elements else error.loop).segments.append(segment)

    def _begin(self, name: str, segment: Segment) -> Loop:
        return Loop(self._reading, name, segments=[segment])


def _group(sorter: _Sorter) -> GroupAcknowledgment:
    header, trailer = sorter.header.need("AK1"), sorter.header.need("AK9")
    return GroupAcknowledgment(
        functional_id=header.text(1) if header else "",
        control_number=header.text(2) if header else "",
        version=header.text(3) if header else "",
        transactions=tuple(_transaction(loop) for loop in sorter.transactions),
        code=trailer.text(1) if trailer else "",
        included=trailer.whole(2) if trailer else None,
        received=trailer.whole(3) if trailer else None,
        accepted_count=trailer.whole(4) if trailer else None,
        syntax_codes=_codes(trailer, 5),
        other_elements=tuple(_other_elements(sorter)),
        segment_position=header.position if header else 1,
        segments=sorter.header.segments,
        unplaced=sorter.unplaced,
    )


def _other_elements(sorter: _Sorter) -> Iterator[OtherElement]:
    """What stands beside the fields; the table is the same for 999 and 997."""
    yield from other_elements(sorter.header.segments, _KIND, "HEADER", once=("AK1", "AK9"))
    for answer in sorter.transactions:
        errors = [(error.loop, *error.elements) for error in answer.errors]
        for loop in (answer.loop, *(loop for loops in errors for loop in loops)):
            yield from other_elements(loop.segments, _KIND, loop.name, once=("IK5", "AK5"))
    yield from all_elements(sorter.unplaced, "HEADER")


def _transaction(loops: _TransactionLoop) -> TransactionAcknowledgment:
    loops.loop.expect({"AK2", "IK5", "AK5"}, once=("IK5", "AK5"))
    header, trailer = Fields(loops.loop.segments[0], loops.loop), loops.loop.need("IK5", "AK5")
    return TransactionAcknowledgment(
        set_id=header.text(1),
        control_number=header.text(2),
        version=header.text(3),
        errors=tuple(_segment_error(error) for error in loops.errors),
        code=trailer.text(1) if trailer else "",
        syntax_codes=_codes(trailer, 2),
        segment_position=header.position,
        segments=loops.segments,
    )


def _segment_error(loops: _SegmentLoop) -> SegmentError:
    header = Fields(loops.loop.segments[0], loops.loop)
    return SegmentError(
        segment_id=header.text(1),
        segment_at=header.whole(2),
        loop=header.text(3),
        code=header.text(4),
        contexts=_contexts(loops.loop),
        elements=tuple(_element_error(loop) for loop in loops.elements),
        segment_position=header.position,
    )


def _element_error(loop: Loop) -> ElementError:
    header = Fields(loop.segments[0], loop)
    value = header.text(4)
    return ElementError(
        element=header.whole(1, 1),
        component=header.whole(1, 2),
        repetition=header.whole(1, 3),
        data_element=header.text(2),
        code=header.text(3),
        value=Protected(value) if value else None,
        contexts=_contexts(loop),
        segment_position=header.position,
    )


def _contexts(loop: Loop) -> tuple[Context, ...]:
    """CTX01 may repeat (`SITUATIONAL TRIGGER^SITUATIONAL TRIGGER:2`): one context for each."""
    contexts = []
    for entry in loop.all("CTX"):
        separators = entry.segment.separators
        mark = separators.repetition
        repeats = entry.text(1).split(mark) if mark else [entry.text(1)]
        for repeat in repeats:
            name, _, value = repeat.partition(separators.component)
            contexts.append(_context(entry, name.strip(), value.strip()))
    return tuple(contexts)


def _context(entry: Fields, name: str, value: str) -> Context:
    return Context(
        name=name,
        value=value,
        segment_id=entry.text(2),
        segment_at=entry.whole(3),
        loop=entry.text(4),
        element=(entry.whole(5, 1), entry.whole(5, 2), entry.whole(5, 3)),
        data_element=entry.text(6),
        segment_position=entry.position,
    )


def _codes(trailer: Fields | None, first: int) -> tuple[str, ...]:
    if trailer is None:
        return ()
    return tuple(code for code in (trailer.text(number) for number in range(first, first + 5)) if code)
