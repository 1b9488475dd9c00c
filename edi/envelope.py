"""Interchanges, functional groups and transaction sets, as they stand in a file.

Segments are sorted into their envelopes, control numbers and counts are compared, and
what does not fit is a finding; a broken part never hides the parts after it.
`read_document` holds a whole file; `read_transactions` gives one transaction set after
another and keeps none. Both sort and compare with the same code.

Source: ISA/IEA, GS/GE, ST/SE of the control standard (FACTS A1).
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from typing import BinaryIO, cast

from edi.finding import Finding, Place, RuleKey
from edi.protected import Protected, shown_code
from edi.reading_log import FindingLog
from edi.reading_rules import OUTBOUND, ReadingRules
from edi.separators import Separators
from edi.tokens import CHUNK_SIZE, CHUNK_SIZE_OF_RUNS, RUN, Run, Segment, SegmentReader

_ENVELOPE_IDS = frozenset({"ISA", "IEA", "GS", "GE", "ST", "SE"})
_NOT_PLAIN = _ENVELOPE_IDS | {RUN}
_SET_IDS = {"HC": "837", "HP": "835", "HN": "277", "FA": "999"}
_IMPLEMENTATION_ACKNOWLEDGMENT = "X231"  # in GS08; another acknowledgment in a group FA is a 997
_TEXTS_HASHED_AT_ONCE = 1024
_LONGEST_VALUE_SHOWN = 15
_id_of = attrgetter("id")


class BodyDigest:
    """A digest of a transaction set's body: no envelope, no control number, no choice of separators."""

    __slots__ = ("_state", "_texts", "_terminator", "_neutral")

    def __init__(self, set_id: str, separators: Separators) -> None:
        self._state = hashlib.sha256(set_id.encode("latin-1"))
        self._texts: list[str] = []
        self._terminator = separators.terminator
        table = bytearray(range(256))
        marks = (separators.terminator, separators.element, separators.component, separators.repetition)
        for mark, neutral in zip(marks, b"\x1c\x1d\x1e\x1f", strict=True):
            if mark:
                table[ord(mark)] = neutral
        self._neutral = bytes(table)

    def add(self, text: str) -> None:
        """Take the text of the next segment."""
        self._texts.append(text)
        if len(self._texts) >= _TEXTS_HASHED_AT_ONCE:
            self._flush()

    def add_run(self, run: Run) -> None:
        """Take the texts of many segments at once."""
        self._flush()
        text = run.text
        if run.tail != self._terminator:
            text = text.replace(run.tail, self._terminator)
        self._state.update(text.encode("latin-1").translate(self._neutral))

    def hexdigest(self) -> str:
        """SHA-256 of what was taken so far."""
        self._flush()
        return self._state.hexdigest()

    def _flush(self) -> None:
        # the terminator stands in no segment, so that joining by it keeps segments apart
        joined = self._terminator.join([*self._texts, ""])
        self._state.update(joined.encode("latin-1").translate(self._neutral))
        self._texts.clear()


@dataclass(slots=True)
class TransactionSet:
    """What a transaction set is known by: its ST and the envelopes around it.

    `closed`: its SE was met. `implied`: ST is missing, the header was made up from the group.
    """

    header: Segment
    interchange: Interchange
    group: Group
    closed: bool = False
    implied: bool = False

    @property
    def set_id(self) -> str:
        """ST01: 837, 835, 277, 999, 997."""
        return self.header.element(1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return self.header.element(2)

    @property
    def version(self) -> str:
        """ST03 where it is given, else GS08: `005010X223A2`."""
        return self.header.element(3) or self.group.version

    def place(self, segment: Segment | None = None) -> Place:
        """The place of the transaction, or of one of its segments."""
        return Place(
            interchange=self.interchange.control_number,
            group=self.group.control_number,
            transaction=self.control_number,
            segment=segment.id if segment else None,
            segment_position=segment.position if segment else None,
        )


@dataclass(slots=True)
class Transaction(TransactionSet):
    """One transaction set, ST to SE: its segments carry their position (ST = 1)."""

    segments: list[Segment] = field(default_factory=list)

    @property
    def body(self) -> list[Segment]:
        """The segments between ST and SE."""
        return self.segments[1:-1] if self.closed else self.segments[1:]

    def digest(self) -> str:
        """A digest of the body alone: no envelope, no control number, no choice of separators."""
        digest = BodyDigest(self.set_id, self.header.separators)
        for segment in self.body:
            digest.add(segment.text)
        return digest.hexdigest()


@dataclass(slots=True)
class StreamedTransaction(TransactionSet):
    """One transaction set of a file that is not held: `segments` are read as they are asked for.

    They can be gone through once, and only until the next transaction set is asked for.
    `closed` and `digest` are known when they are through. `pieces` are the same segments, with
    runs in their place where they were asked for, and `batches` are they in lists of no promised
    length, where no runs were; go through one of the three.
    """

    segments: Iterator[Segment] = field(default_factory=lambda: iter(()), repr=False, compare=False)
    batches: Iterator[list[Segment]] = field(default_factory=lambda: iter(()), repr=False, compare=False)
    pieces: Iterator[Segment | Run] = field(default_factory=lambda: iter(()), repr=False, compare=False)
    _count: int = field(default=0, repr=False, compare=False)
    _at_hand: list[Segment] = field(default_factory=list, repr=False, compare=False)
    _ended: bool = field(default=False, repr=False, compare=False)
    _digest: BodyDigest | None = field(default=None, repr=False, compare=False)

    def digest(self) -> str:
        """As `Transaction.digest`; raises ValueError while segments are still to be read."""
        if self._digest is None or not self._ended:
            raise ValueError("a digest is known when all segments of the transaction set were read")
        return self._digest.hexdigest()

    def read(self) -> Transaction:
        """The transaction set with the segments that were not read yet, held in memory."""
        segments = list(self.segments)
        return Transaction(self.header, self.interchange, self.group, self.closed, self.implied, segments)


@dataclass(slots=True)
class Group:
    """One functional group, GS to GE. `implied`: ST stands without a GS, the header is empty."""

    header: Segment
    transactions: list[Transaction] = field(default_factory=list)
    trailer: Segment | None = None
    implied: bool = False
    transaction_count: int = 0

    @property
    def control_number(self) -> str:
        """GS06."""
        return self.header.element(6)

    @property
    def version(self) -> str:
        """GS08."""
        return self.header.element(8)


@dataclass(slots=True)
class Interchange:
    """One interchange, ISA to IEA, with the TA1 segments that stand outside its groups.

    `implied`: the file begins at GS or ST, the header is empty.
    """

    header: Segment
    groups: list[Group] = field(default_factory=list)
    acknowledgments: list[Segment] = field(default_factory=list)
    trailer: Segment | None = None
    implied: bool = False
    group_count: int = 0

    @property
    def separators(self) -> Separators:
        return self.header.separators

    @property
    def control_number(self) -> str:
        """ISA13."""
        return self.header.element(13).strip()

    @property
    def usage(self) -> str:
        """ISA15: P production, T test."""
        return self.header.element(15)

    @property
    def parties(self) -> tuple[str, str, str, str]:
        """ISA05 to ISA08 without padding: who sends to whom. Control numbers are counted by it."""
        first, second, third, fourth = (self.header.element(number).strip() for number in (5, 6, 7, 8))
        return first, second, third, fourth


@dataclass(slots=True)
class Document:
    """A whole file: its interchanges and what was odd about them."""

    interchanges: list[Interchange]
    findings: list[Finding]
    segments: list[Segment]
    trailing: str

    def transactions(self) -> Iterator[Transaction]:
        for interchange in self.interchanges:
            for group in interchange.groups:
                yield from group.transactions

    def to_bytes(self) -> bytes:
        """The file again, byte for byte."""
        return _join(self.segments, self.trailing)

    def replace(self, segment: Segment, changed: Segment) -> bytes:
        """The file with one segment in the place of another; every other byte stays.

        Raises ValueError where the segment is none of this document.
        """
        segments = [changed if item is segment else item for item in self.segments]
        if not any(item is changed for item in segments):
            raise ValueError("the segment to be replaced stands in another document")
        return _join(segments, self.trailing)


def _join(segments: Iterable[Segment], trailing: str) -> bytes:
    parts = [part for segment in segments for part in (segment.lead, segment.text, segment.tail)]
    return "".join([*parts, trailing]).encode("latin-1")


def read_document(
    data: bytes | BinaryIO,
    rules: ReadingRules = OUTBOUND,
    file: str | None = None,
    *,
    chunk_size: int = CHUNK_SIZE,
) -> Document:
    """Read a file whole. Never raises for what the file holds: see `Document.findings`."""
    interchanges: list[Interchange] = []
    segments: list[Segment] = []
    reader = TransactionReader(
        data, rules, file, chunk_size=chunk_size, on_interchange=interchanges.append, kept=segments
    )
    with collector_paused():
        for transaction in reader:
            transaction.group.transactions.append(transaction.read())
    return Document(interchanges, reader.findings, segments, reader.trailing)


_MORE_THAN_A_STRETCH = 50_000
"""Objects: more than the claims of a chunk become."""


_MOST_UNSEEN = 1_000_000
"""Objects: so many may be rubbish that the collector does not know of."""


class _Unseen:
    """How many objects were taken for old since the collector last looked at all."""

    objects = 0


@contextmanager
def collector_paused() -> Iterator[None]:
    """For reading a file whole: that makes many objects and no rubbish; collecting meanwhile halves the speed."""
    if not gc.isenabled():
        yield
        return
    if _Unseen.objects > _MOST_UNSEEN:
        _Unseen.objects = 0
        gc.collect()
    gc.disable()
    try:
        yield
    finally:
        _take_for_old()
        gc.enable()


def _take_for_old() -> None:
    """Let the collector take for old what is there: else it would walk all of a file that is held, at once.

    A small file it may walk. A file's parts know each other, so that only the collector can let go of them;
    what it takes for old so it does not count, and would not look at for a long time: that is counted here.
    """
    made = gc.get_count()[0]
    if made > _MORE_THAN_A_STRETCH and not gc.get_freeze_count():  # what somebody else has frozen stays so
        gc.freeze()
        gc.unfreeze()
        _Unseen.objects += made


@contextmanager
def collector_seldom() -> Iterator[None]:
    """For reading a file stretch by stretch: a stretch is let go before the collector would look at it.

    What makes rubbish meanwhile is still collected, only later: with some megabytes of it. It is no matter
    when two that read at once end in any order.
    """
    before = gc.get_threshold()
    if not 0 < before[0] < _MORE_THAN_A_STRETCH:
        yield
        return
    gc.set_threshold(_MORE_THAN_A_STRETCH, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def read_transactions(
    source: bytes | BinaryIO,
    rules: ReadingRules = OUTBOUND,
    file: str | None = None,
    *,
    chunk_size: int | None = None,
    on_interchange: Callable[[Interchange], None] | None = None,
    on_outside: Callable[[Segment], None] | None = None,
    run_ids: Collection[str] | None = None,
    with_digests: bool = True,
) -> TransactionReader:
    """Read a file one transaction set after another, with memory that does not grow with it.

    `on_interchange` is called where an interchange begins; groups and transaction sets are not
    listed in it, its TA1 segments and trailer are there when the next one begins. `on_outside`
    is given the segments that stand in no transaction set, in their order between those that
    do. With `run_ids` the `pieces` of a transaction set may be runs of segments with these ids, which
    are none of envelopes. Without `with_digests` no digest may be asked for. Never raises for what the
    file holds: see `findings` of the reader when it is through.
    """
    if chunk_size is None:
        chunk_size = CHUNK_SIZE if run_ids is None else CHUNK_SIZE_OF_RUNS
    return TransactionReader(
        source,
        rules,
        file,
        chunk_size=chunk_size,
        on_interchange=on_interchange,
        on_outside=on_outside,
        run_ids=run_ids,
        with_digests=with_digests,
    )


class TransactionReader(Iterator[StreamedTransaction]):
    """Puts each segment into the envelope it belongs to, and gives the transaction sets.

    A transaction set that was not read to its end is read to it when the next is asked for.
    With a list as `kept` all segments are put there, and interchanges list their groups.
    """

    def __init__(
        self,
        source: bytes | BinaryIO,
        rules: ReadingRules = OUTBOUND,
        file: str | None = None,
        *,
        chunk_size: int = CHUNK_SIZE,
        on_interchange: Callable[[Interchange], None] | None = None,
        on_outside: Callable[[Segment], None] | None = None,
        kept: list[Segment] | None = None,
        run_ids: Collection[str] | None = None,
        with_digests: bool = True,
    ) -> None:
        self._reader = SegmentReader(
            source, rules, file, chunk_size=chunk_size, keep_outside=kept is not None, run_ids=run_ids
        )
        self._kept = kept
        self._has_runs = run_ids is not None
        self._with_digests = with_digests and kept is None
        self._cursor = _Cursor(self._batches())
        self._segments: Iterator[Segment | Run] = self._pieces() if self._has_runs else self._cursor
        self._log = FindingLog()
        self._rules = rules
        self._file = file
        self._on_interchange = on_interchange
        self._on_outside = on_outside
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._transaction: StreamedTransaction | None = None
        self._next_segment: Segment | None = None
        self._parties_numbers: dict[tuple[str, ...], set[str]] = {}
        self._group_numbers: set[str] = set()
        self._transaction_numbers: set[str] = set()
        self._transactions = self._read()

    @property
    def findings(self) -> list[Finding]:
        """What was odd in what was read so far: bytes and segments first, then envelopes."""
        return self._reader.findings + self._log.all()

    @property
    def trailing(self) -> str:
        """The text after the last segment, where segments are kept."""
        return self._reader.trailing

    def __next__(self) -> StreamedTransaction:
        return next(self._transactions)

    def _batches(self) -> Iterator[list[Segment]]:
        if self._kept is None:
            yield from self._reader.batches()
            return
        for batch in self._reader.batches():
            self._kept += batch
            yield batch

    def _pieces(self) -> Iterator[Segment | Run]:
        for piece in self._reader.pieces():
            if not isinstance(piece, Run):
                yield from piece
            elif self._transaction is not None:
                yield piece
            else:
                yield from piece.segments()

    def _read(self) -> Iterator[StreamedTransaction]:
        # outside transaction sets, no runs are given
        for first in cast("Iterator[Segment]", self._segments):
            segment: Segment | None = first
            while segment is not None:
                transaction = self._outside_transaction(segment)
                if transaction is None:
                    if self._on_outside is not None:
                        self._on_outside(segment)
                else:
                    yield transaction
                    _exhaust(transaction.pieces)
                    while not transaction._ended:  # somebody closed that iterator before its end
                        _exhaust(
                            self._inside(transaction) if self._has_runs else self._in_batches(transaction)
                        )
                segment, self._next_segment = self._next_segment, None
        self._close_interchange()

    def _outside_transaction(self, segment: Segment) -> StreamedTransaction | None:
        """Take a segment where no transaction set is open; the one that begins with it, if any."""
        match segment.id:
            case "ISA":
                self._begin_interchange(Interchange(segment))
            case "IEA":
                self._end_interchange(segment)
            case "GS":
                self._begin_group(segment)
            case "GE":
                self._end_group(segment)
            case "ST":
                return self._begin_transaction(segment)
            case "SE":
                self._structure("Segment {id} ends a transaction set that never began.", segment)
            case "TA1":
                self._the_interchange(segment).acknowledgments.append(segment)
            case _ if self._group is not None:
                return self._imply_transaction(self._group, segment)
            case _:
                self._structure("Segment {id} stands outside any transaction set.", segment)
        return None

    def _in_batches(self, transaction: StreamedTransaction) -> Iterator[list[Segment]]:
        """The rest of a transaction set without runs; it may be asked for again where somebody stopped midway."""
        digest, cursor = transaction._digest, self._cursor
        batch = transaction._at_hand
        transaction._at_hand = []
        while True:
            for number, segment in enumerate(batch, start=transaction._count + 1):
                segment.position = number
            if digest is not None:
                for segment in batch if transaction._count else batch[1:]:
                    digest.add(segment.text)
            transaction._count += len(batch)
            if batch:
                yield batch
            if transaction._ended:
                return
            batch = cursor.before_envelope()
            if batch:
                continue
            last = next(cursor, None)
            if last is not None and last.id == "SE":
                transaction._count += 1
                last.position = transaction._count
                self._end_transaction(transaction, last)
                yield [last]
            else:
                self._next_segment = last
                self._close_transaction()
            return

    def _inside(self, transaction: StreamedTransaction) -> Iterator[Segment | Run]:
        """The same with runs in the place of segments."""
        count, digest = transaction._count, transaction._digest
        at_hand = transaction._at_hand
        try:
            while at_hand:
                count += 1
                first = at_hand.pop(0)
                first.position = count
                if digest is not None and count > 1:
                    digest.add(first.text)
                yield first
            if transaction._ended:
                return
            for segment in self._segments:
                if segment.id in _NOT_PLAIN:
                    if isinstance(segment, Run):
                        segment.position = count + 1
                        count += segment.count
                        if digest is not None:
                            digest.add_run(segment)
                        yield segment
                        continue
                    if segment.id == "SE":
                        count += 1
                        segment.position = count
                        self._end_transaction(transaction, segment)
                        yield segment
                    else:
                        self._next_segment = segment
                        self._close_transaction()
                    return
                count += 1
                segment.position = count
                if digest is not None:
                    digest.add(segment.text)
                yield segment
            self._close_transaction()
        finally:
            transaction._count = count

    def _the_interchange(self, segment: Segment) -> Interchange:
        """The open interchange; one is implied where a file begins at GS or ST."""
        if self._interchange is None:
            header = Segment("ISA", segment.separators, segment.start)
            self._begin_interchange(Interchange(header, implied=True))
        assert self._interchange is not None
        return self._interchange

    def _begin_interchange(self, interchange: Interchange) -> None:
        self._close_interchange()
        self._interchange = interchange
        self._group_numbers.clear()
        self._transaction_numbers.clear()
        if self._on_interchange is not None:
            self._on_interchange(interchange)
        if not interchange.implied:
            seen = self._parties_numbers.setdefault(interchange.parties, set())
            self._once("ISA13", interchange.header, seen)

    def _begin_group(self, segment: Segment) -> None:
        self._close_group()
        self._open_group(Group(segment), segment)
        self._once("GS06", segment, self._group_numbers)

    def _open_group(self, group: Group, segment: Segment) -> Group:
        interchange = self._the_interchange(segment)
        self._group = group
        interchange.group_count += 1
        if self._kept is not None:
            interchange.groups.append(group)
        return group

    def _begin_transaction(self, segment: Segment) -> StreamedTransaction:
        group = self._group
        if group is None:
            if not self._the_interchange(segment).implied:
                self._structure("Segment {id} stands outside any functional group.", segment)
            header = Segment("GS", segment.separators, segment.start)
            group = self._open_group(Group(header, implied=True), segment)
        transaction = self._open_transaction(segment, group, [segment])
        self._once("ST02", segment, self._transaction_numbers)
        return transaction

    def _imply_transaction(self, group: Group, segment: Segment) -> StreamedTransaction:
        """A segment in a group that no ST came before: one is made up, so that the rest is not lost."""
        self._structure(
            "Segment {id} stands outside any transaction set; an ST before it is missing.", segment
        )
        set_id = _SET_IDS.get(group.header.element(1), "")
        if set_id == "999" and _IMPLEMENTATION_ACKNOWLEDGMENT not in group.version:
            set_id = "997"
        text = "ST" + segment.separators.element + set_id if set_id else "ST"
        header = Segment(text, segment.separators, segment.start)
        return self._open_transaction(header, group, [header, segment], implied=True)

    def _open_transaction(
        self, header: Segment, group: Group, at_hand: list[Segment], implied: bool = False
    ) -> StreamedTransaction:
        assert self._interchange is not None
        group.transaction_count += 1
        transaction = StreamedTransaction(header, self._interchange, group, implied=implied)
        header.position = 1
        transaction._at_hand = at_hand
        if self._with_digests:
            transaction._digest = BodyDigest(transaction.set_id, header.separators)
        if self._has_runs:
            transaction.pieces = self._inside(transaction)
            transaction.segments = _taken_apart(transaction.pieces)
        else:
            transaction.batches = self._in_batches(transaction)
            transaction.pieces = transaction.segments = chain.from_iterable(transaction.batches)
        self._transaction = transaction
        return transaction

    def _end_transaction(self, transaction: StreamedTransaction, segment: Segment) -> None:
        transaction.closed = transaction._ended = True
        self._same_number(segment, "SE01", str(segment.position), "count of segments")
        if not transaction.implied and segment.element(2) != transaction.control_number:
            # ST02 and SE02 are of type AN: 1 and 0001 are two control numbers
            self._differs(segment, "SE02", transaction.control_number, "control number (ST02)")
        self._transaction = None

    def _end_group(self, segment: Segment) -> None:
        group = self._group
        if group is None:
            self._structure("Segment {id} ends a functional group that never began.", segment)
            return
        group.trailer = segment
        self._same_number(segment, "GE01", str(group.transaction_count), "count of transaction sets")
        if not group.implied:
            # GS06 and GE02, ISA13 and IEA02 are of type N0, where leading zeros mean nothing
            self._same_number(segment, "GE02", group.control_number, "control number (GS06)")
        self._group = None

    def _end_interchange(self, segment: Segment) -> None:
        self._close_group()
        interchange = self._the_interchange(segment)
        interchange.trailer = segment
        # An interchange of nothing but TA1 has no group: IEA01 is 0, and 1, as some write, is wrong
        self._same_number(segment, "IEA01", str(interchange.group_count), "count of functional groups")
        if not interchange.implied:
            self._same_number(segment, "IEA02", interchange.control_number, "control number (ISA13)")
        self._interchange = None

    def _close_transaction(self) -> None:
        transaction = self._transaction
        if transaction is not None:
            transaction._ended = True
            self._structure("Transaction set has no SE.", transaction.header)
            self._transaction = None

    def _close_group(self) -> None:
        if self._group is not None:
            if not self._group.implied:
                self._structure("Functional group has no GE.", self._group.header)
            self._group = None

    def _close_interchange(self) -> None:
        self._close_group()
        self._interchange = None

    def _same_number(self, segment: Segment, element: str, expected: str, what: str) -> None:
        if _number(segment.element(int(element[-2:]))) != _number(expected):
            self._differs(segment, element, expected, what)

    def _differs(self, segment: Segment, element: str, expected: str, what: str) -> None:
        self._report(
            self._rules.trailer,
            "{element} is not the {what}.",
            segment,
            element,
            fields={"element": element, "what": what},
            expected=shown_code(expected, _LONGEST_VALUE_SHOWN),
            found=shown_code(segment.element(int(element[-2:])), _LONGEST_VALUE_SHOWN),
            fix="Count again." if what.startswith("count") else "Take the control number from the header.",
        )

    def _once(self, element: str, segment: Segment, seen: set[str]) -> None:
        value = segment.element(int(element[-2:])).strip()
        if value in seen:
            self._report(
                self._rules.trailer,
                "{element} stands twice in this file.",
                segment,
                element,
                fields={"element": element},
                expected="a control number of its own",
                found=shown_code(value, _LONGEST_VALUE_SHOWN),
                fix="Give each envelope a control number that was never used before.",
            )
        seen.add(value)

    def _structure(self, template: str, segment: Segment) -> None:
        self._report(
            self._rules.structure,
            template,
            segment,
            None,
            fields={"id": shown_code(segment.id, 3)},
            fix="Nest ISA, GS, ST, SE, GE, IEA as the control standard has them.",
        )

    def _report(
        self,
        rule: RuleKey,
        template: str,
        segment: Segment,
        element: str | None,
        *,
        fields: dict[str, object],
        expected: str | Protected[str] | None = None,
        found: str | Protected[str] | None = None,
        fix: str,
    ) -> None:
        self._log.add(
            Finding.of(
                rule,
                template + " (byte {offset})",
                fields={**fields, "offset": segment.start},
                expected=expected,
                found=found,
                fix=fix,
                place=Place(
                    file=self._file,
                    interchange=self._interchange.control_number if self._interchange else None,
                    group=self._group.control_number if self._group else None,
                    transaction=self._transaction.control_number if self._transaction else None,
                    segment=segment.id if isinstance(shown_code(segment.id, 3), str) else None,
                    segment_position=segment.position or None,
                    element=element,
                ),
            )
        )


class _Cursor(Iterator[Segment]):
    """The segments of batches one by one, or many at once where no envelope begins or ends."""

    def __init__(self, batches: Iterator[list[Segment]]) -> None:
        self._batches = batches
        self._batch: list[Segment] = []
        self._at = 0

    def __next__(self) -> Segment:
        while self._at == len(self._batch):
            self._batch, self._at = next(self._batches), 0
        self._at += 1
        return self._batch[self._at - 1]

    def before_envelope(self) -> list[Segment]:
        """The next segments up to one of an envelope; none where that is the next one, or the file ends."""
        while self._at == len(self._batch):
            batch = next(self._batches, None)
            if batch is None:
                return []
            self._batch, self._at = batch, 0
        begin, batch = self._at, self._batch
        if _ENVELOPE_IDS.isdisjoint(map(_id_of, batch)):
            self._at = len(batch)
            return batch[begin:] if begin else batch
        self._at = next((at for at in range(begin, len(batch)) if batch[at].id in _ENVELOPE_IDS), len(batch))
        return batch[begin : self._at]


def _taken_apart(pieces: Iterator[Segment | Run]) -> Iterator[Segment]:
    for piece in pieces:
        if isinstance(piece, Run):
            yield from piece.segments()
        else:
            yield piece


def _exhaust(pieces: Iterator[object]) -> None:
    for _ in pieces:
        pass


def _number(text: str) -> str:
    """Counts and control numbers of type N0 compare as numbers: 000000101 is 101."""
    stripped = text.strip(" ")
    return stripped.lstrip("0") or "0" if stripped.isascii() and stripped.isdigit() else stripped
