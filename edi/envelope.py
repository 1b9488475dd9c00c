"""Interchanges, functional groups and transaction sets, as they stand in a file.

Segments are sorted into their envelopes, control numbers and counts are compared, and
what does not fit is a finding; a broken part never hides the parts after it.

Source: ISA/IEA, GS/GE, ST/SE of the control standard (FACTS A1).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from edi.finding import Finding, Place, RuleKey
from edi.reading_rules import OUTBOUND, ReadingRules
from edi.separators import Separators
from edi.tokens import Segment, SegmentReader


@dataclass(slots=True)
class Transaction:
    """One transaction set, ST to SE: its segments carry their position (ST = 1)."""

    segments: list[Segment]
    interchange: Interchange
    group: Group | None
    closed: bool = False

    @property
    def header(self) -> Segment:
        return self.segments[0]

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
        return self.header.element(3) or (self.group.version if self.group else "")

    @property
    def body(self) -> list[Segment]:
        """The segments between ST and SE."""
        return self.segments[1:-1] if self.closed else self.segments[1:]

    def digest(self) -> str:
        """A digest of the body alone: no envelope, no control number, no choice of separators."""
        state = hashlib.sha256(self.set_id.encode())
        for segment in self.body:
            text = segment.text
            marks = segment.separators
            for mark, neutral in (
                (marks.element, "\x1d"),
                (marks.component, "\x1e"),
                (marks.repetition, "\x1f"),
            ):
                if mark:
                    text = text.replace(mark, neutral)
            state.update(text.encode("latin-1") + b"\x1c")
        return state.hexdigest()

    def place(self, segment: Segment | None = None) -> Place:
        """The place of the transaction, or of one of its segments."""
        return Place(
            interchange=self.interchange.control_number,
            group=self.group.control_number if self.group else None,
            transaction=self.control_number,
            segment=segment.id if segment else None,
            segment_position=segment.position if segment else None,
        )


@dataclass(slots=True)
class Group:
    """One functional group, GS to GE."""

    header: Segment
    transactions: list[Transaction] = field(default_factory=list)
    trailer: Segment | None = None

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
    """One interchange, ISA to IEA, with the TA1 segments that stand outside its groups."""

    header: Segment
    groups: list[Group] = field(default_factory=list)
    acknowledgments: list[Segment] = field(default_factory=list)
    trailer: Segment | None = None

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
        parts = [part for segment in self.segments for part in (segment.lead, segment.text, segment.tail)]
        return "".join([*parts, self.trailing]).encode("latin-1")


def read_document(data: bytes, rules: ReadingRules = OUTBOUND, file: str | None = None) -> Document:
    """Read a file whole. Never raises for what the file holds: see `Document.findings`."""
    reader = SegmentReader(data, rules, file)
    sorter = _EnvelopeSorter(rules, file)
    segments = []
    for segment in reader:
        segments.append(segment)
        sorter.take(segment)
    sorter.finish()
    return Document(sorter.interchanges, reader.findings + sorter.findings, segments, reader.trailing)


class _EnvelopeSorter:
    """Puts each segment into the envelope it belongs to."""

    def __init__(self, rules: ReadingRules, file: str | None) -> None:
        self.interchanges: list[Interchange] = []
        self.findings: list[Finding] = []
        self._rules = rules
        self._file = file
        self._interchange: Interchange | None = None
        self._group: Group | None = None
        self._transaction: Transaction | None = None
        self._seen: dict[tuple[str, ...], set[str]] = {}

    def take(self, segment: Segment) -> None:
        match segment.id:
            case "ISA":
                self._close_interchange()
                self._interchange = Interchange(segment)
                self.interchanges.append(self._interchange)
                self._once("ISA13", segment, *self._interchange.parties)
            case "IEA":
                self._end_interchange(segment)
            case "GS":
                self._begin_group(segment)
            case "GE":
                self._end_group(segment)
            case "ST":
                self._begin_transaction(segment)
            case "SE" if self._transaction is not None:
                self._end_transaction(segment)
            case _:
                self._inside(segment)

    def finish(self) -> None:
        self._close_interchange()

    def _inside(self, segment: Segment) -> None:
        if self._transaction is not None:
            self._append(segment)
        elif segment.id == "TA1" and self._interchange is not None:
            self._interchange.acknowledgments.append(segment)
        else:
            self._structure("Segment {id} stands outside any transaction set.", segment)

    def _append(self, segment: Segment) -> None:
        assert self._transaction is not None
        self._transaction.segments.append(segment)
        segment.position = len(self._transaction.segments)

    def _begin_group(self, segment: Segment) -> None:
        self._close_group()
        if self._interchange is None:
            self._structure("Segment {id} stands outside any interchange.", segment)
            return
        self._group = Group(segment)
        self._interchange.groups.append(self._group)
        self._once("GS06", segment, "interchange", str(len(self.interchanges)))

    def _begin_transaction(self, segment: Segment) -> None:
        self._close_transaction()
        if self._interchange is None:
            self._structure("Segment {id} stands outside any interchange.", segment)
            return
        if self._group is None:
            self._structure("Segment {id} stands outside any functional group.", segment)
            self._group = Group(Segment("GS", segment.separators))
            self._interchange.groups.append(self._group)
        self._transaction = Transaction([], self._interchange, self._group)
        self._group.transactions.append(self._transaction)
        self._append(segment)
        self._once("ST02", segment, "interchange", str(len(self.interchanges)))

    def _end_transaction(self, segment: Segment) -> None:
        transaction = self._transaction
        assert transaction is not None
        self._append(segment)
        transaction.closed = True
        self._same(segment, "SE01", segment.element(1), str(len(transaction.segments)), "count of segments")
        self._same(segment, "SE02", segment.element(2), transaction.control_number, "control number (ST02)")
        self._transaction = None

    def _end_group(self, segment: Segment) -> None:
        self._close_transaction()
        if self._group is None:
            self._structure("Segment {id} ends a functional group that never began.", segment)
            return
        self._group.trailer = segment
        count = str(len(self._group.transactions))
        self._same(segment, "GE01", segment.element(1), count, "count of transaction sets")
        self._same(segment, "GE02", segment.element(2), self._group.control_number, "control number (GS06)")
        self._group = None

    def _end_interchange(self, segment: Segment) -> None:
        self._close_group()
        if self._interchange is None:
            self._structure("Segment {id} ends an interchange that never began.", segment)
            return
        self._interchange.trailer = segment
        groups = len(self._interchange.groups)
        self._same(segment, "IEA01", segment.element(1), str(groups), "count of functional groups")
        self._same(
            segment, "IEA02", segment.element(2), self._interchange.control_number, "control number (ISA13)"
        )
        self._interchange = None

    def _close_transaction(self) -> None:
        if self._transaction is not None:
            self._structure("Transaction set has no SE.", self._transaction.header)
            self._transaction = None

    def _close_group(self) -> None:
        self._close_transaction()
        if self._group is not None:
            if self._group.trailer is None and self._group.header.text != "GS":
                self._structure("Functional group has no GE.", self._group.header)
            self._group = None

    def _close_interchange(self) -> None:
        self._close_group()
        self._interchange = None

    def _same(self, segment: Segment, element: str, found: str, expected: str, what: str) -> None:
        if _number(found) == _number(expected):
            return
        self._report(
            self._rules.trailer,
            "{element} is not the {what}.",
            segment,
            element,
            fields={"element": element, "what": what},
            expected=expected,
            found=found or "nothing",
            fix="Count again and take the control number from the header.",
        )

    def _once(self, element: str, segment: Segment, *scope: str) -> None:
        number = int(element[-2:])
        value = segment.element(number).strip()
        seen = self._seen.setdefault((element, *scope), set())
        if value in seen:
            self._report(
                self._rules.trailer,
                "{element} stands twice in this file.",
                segment,
                element,
                fields={"element": element},
                expected="a control number of its own",
                found=value,
                fix="Give each envelope a control number that was never used before.",
            )
        seen.add(value)

    def _structure(self, template: str, segment: Segment) -> None:
        self._report(
            self._rules.structure,
            template,
            segment,
            None,
            fields={"id": segment.id},
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
        expected: str | None = None,
        found: str | None = None,
        fix: str,
    ) -> None:
        self.findings.append(
            Finding.of(
                rule,
                template,
                fields=fields,
                expected=expected,
                found=found,
                fix=fix,
                place=Place(
                    file=self._file,
                    interchange=self._interchange.control_number if self._interchange else None,
                    group=self._group.control_number if self._group else None,
                    transaction=self._transaction.control_number if self._transaction else None,
                    segment=segment.id,
                    segment_position=segment.position or None,
                    element=element,
                ),
            )
        )


def _number(text: str) -> str:
    """Counts and control numbers compare as numbers: 000000101 is 101."""
    stripped = text.strip()
    return stripped.lstrip("0") or stripped[:1]
