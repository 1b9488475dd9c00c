"""Reading the loops of an answer: values as what they should be, and what was odd about them.

Why: the readers of acknowledgments, claim statuses and remittances meet the same troubles
(an amount that is none, a date that never was, a segment in the wrong loop). They report
them here in one way and go on.

It must not: raise for what a file holds, or know any one transaction set.

Source: data elements 782 (amount) and 373 (date); FACTS D and its annexes.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from edi.answer_parts import (
    AmountEntry,
    Contact,
    DateEntry,
    Name,
    ProcedureCode,
    QuantityEntry,
    Reference,
    Trace,
)
from edi.envelope import TransactionSet
from edi.finding import Finding, RuleKey, Severity
from edi.protected import Protected
from edi.reading_rules import INBOUND
from edi.tokens import Segment
from edi.values import parse_cents, parse_date, parse_date_range, parse_decimal

AMOUNT_FORMAT = RuleKey("amount-format", 2, Severity.ERROR)
STRUCTURE_ODD = INBOUND.structure
TELL_THE_SENDER = (
    "See what it says; what was read holds. Tell the sender that the segment is not as the guide has it."
)

_MAXIMUM_DIGITS = 18
_WHOLE = re.compile(r"[0-9]{1,15}")


class Reading:
    """What the reader of one transaction set keeps: where it stands and what it found."""

    __slots__ = ("place", "findings")

    def __init__(self, transaction: TransactionSet, file: str | None) -> None:
        self.place = replace(transaction.place(), file=file)
        self.findings: list[Finding] = []

    def report(
        self,
        rule: RuleKey,
        template: str,
        *,
        segment: Segment | None = None,
        loop: str | None = None,
        claim: Protected[str] | None = None,
        element: str | None = None,
        fields: dict[str, object] | None = None,
        expected: str | None = None,
        found: str | Protected[str] | None = None,
        fix: str = TELL_THE_SENDER,
        source: str = "FACTS D",
    ) -> None:
        """Keep a finding at a segment of this transaction set."""
        place = replace(
            self.place,
            loop=loop,
            claim=claim,
            element=element,
            segment=segment.id if segment else None,
            segment_position=segment.position if segment else None,
        )
        self.findings.append(
            Finding.of(
                rule,
                template,
                fields=fields or {},
                expected=expected,
                found=found,
                fix=fix,
                source=source,
                place=place,
            )
        )


@dataclass(slots=True)
class Loop:
    """The segments of one loop in the order of the file, to be looked up by id."""

    reading: Reading
    name: str
    claim: Protected[str] | None = None
    segments: list[Segment] = field(default_factory=list)

    def all(self, *ids: str) -> list[Fields]:
        """The segments with one of the ids."""
        return [Fields(segment, self) for segment in self.segments if segment.id in ids]

    def first(self, *ids: str) -> Fields | None:
        """The first segment with one of the ids, or None."""
        return next((Fields(segment, self) for segment in self.segments if segment.id in ids), None)

    def need(self, *ids: str) -> Fields | None:
        """The first segment with one of the ids; its absence is reported."""
        found = self.first(*ids)
        if found is None:
            self.reading.report(
                STRUCTURE_ODD,
                "Loop {loop} has no {id}.",
                segment=self.segments[0] if self.segments else None,
                loop=self.name,
                claim=self.claim,
                fields={"loop": self.name, "id": ids[0]},
            )
        return found

    def odd(self, template: str, segment: Segment, **rest: object) -> None:
        """Report that a segment is not where or what the guide has (rule `structure-odd`)."""
        fields = {"id": segment.id, "loop": self.name, **rest}
        self.reading.report(
            STRUCTURE_ODD, template, segment=segment, loop=self.name, claim=self.claim, fields=fields
        )

    def expect(self, ids: Container[str], once: Iterable[str] = ()) -> None:
        """Report segments that the guide does not have in this loop, or has only once."""
        seen: set[str] = set()
        limited = frozenset(once)
        for segment in self.segments:
            if segment.id not in ids:
                self.odd("Segment {id} has no place in loop {loop}.", segment)
            elif segment.id in limited and segment.id in seen:
                self.odd("Segment {id} stands twice in loop {loop}; the first was taken.", segment)
            seen.add(segment.id)


class Fields:
    """The elements of one segment, read as what they should be.

    `unreadable` gathers the places (`CLP03`) of amounts that could not be read and count as 0.
    """

    __slots__ = ("segment", "loop", "_unreadable")

    def __init__(self, segment: Segment, loop: Loop) -> None:
        self.segment = segment
        self.loop = loop
        self._unreadable: list[str] = []

    @property
    def position(self) -> int:
        return self.segment.position

    @property
    def unreadable(self) -> tuple[str, ...]:
        return tuple(self._unreadable)

    def text(self, number: int) -> str:
        """The element without blanks around it."""
        return self.segment.element(number).strip()

    def part(self, number: int, component: int) -> str:
        """The component without blanks around it."""
        return self.segment.component(number, component).strip()

    def parts(self, number: int) -> list[str]:
        """The components without blanks around them."""
        return [part.strip() for part in self.segment.components(number)]

    def cents(self, number: int, *, required: bool = False) -> int:
        """An amount in cents; 0, a finding and an entry in `unreadable` where it is none."""
        text = self.text(number)
        if not text and not required:
            return 0
        cents = parse_cents(text)
        if cents is not None:
            return cents
        element = self.element_name(number)
        self._unreadable.append(element)
        self.loop.reading.report(
            AMOUNT_FORMAT,
            "{element} is no amount; it counts as 0.",
            segment=self.segment,
            loop=self.loop.name,
            claim=self.loop.claim,
            element=element,
            fields={"element": element},
            expected="an amount in dollars with at most two decimals",
            found=Protected(text) if text else "nothing",
            fix="Ask the sender for the amount; post nothing from this item until it is known.",
            source="X12 data element 782",
        )
        return 0

    def optional_cents(self, number: int) -> int | None:
        """An amount in cents, or None where the element is empty."""
        return self.cents(number) if self.text(number) else None

    def decimal(self, number: int) -> Decimal | None:
        """A quantity, or None where the element is empty or none (which is reported)."""
        text = self.text(number)
        value = parse_decimal(text) if len(text) <= 2 * _MAXIMUM_DIGITS else None
        if text and value is None:
            self._odd_value("{element} is no number.", number)
        return value

    def whole(self, number: int, component: int = 0) -> int | None:
        """A count or position, or None where the element is empty or none (which is reported)."""
        text = self.part(number, component) if component else self.text(number)
        if _WHOLE.fullmatch(text):
            return int(text)
        if text:
            self._odd_value("{element} is no whole number.", number)
        return None

    def day(self, number: int) -> date | None:
        """A date CCYYMMDD, or None where the element is empty or none (which is reported)."""
        text = self.text(number)
        value = parse_date(text)
        if text and value is None:
            self._odd_value("{element} is no date.", number)
        return value

    def period(self, number: int) -> tuple[date, date] | None:
        """A date or a range of dates (D8 or RD8), or None where it is neither (which is reported)."""
        text = self.text(number)
        value = parse_date_range(text)
        if text and value is None:
            self._odd_value("{element} is no date.", number)
        return value

    def procedure(self, number: int) -> ProcedureCode | None:
        """A procedure composite, or None where the element is empty."""
        if not self.text(number):
            return None
        parts = [*self._procedure_parts(number), *[""] * 7][:7]
        modifiers = tuple(part for part in parts[2:6] if part)
        return ProcedureCode(parts[0], parts[1], modifiers, parts[6])

    def _procedure_parts(self, number: int) -> list[str]:
        """The components, also where another mark than the declared one parts them (`HC>J3399`)."""
        text, parts = self.text(number), self.parts(number)
        mark = text[2:3]
        if len(parts) == 1 and mark.isprintable() and mark.strip() and not mark.isalnum():
            self._odd_value("{element} is parted by another mark than ISA16; that mark was taken.", number)
            return [part.strip() for part in text.split(mark)]
        if len(parts[0]) != 2:
            self._odd_value("{element}-1 is no code qualifier.", number)
        return parts

    def element_name(self, number: int) -> str:
        """The place of an element as the guide writes it: `CLP03`."""
        return f"{self.segment.id}{number:02d}"

    def _odd_value(self, template: str, number: int) -> None:
        self.loop.odd(template, self.segment, element=self.element_name(number))


def read_names(loop: Loop) -> tuple[Name, ...]:
    """The names of a loop: NM1."""
    return tuple(read_name(entry) for entry in loop.all("NM1"))


def read_name(entry: Fields) -> Name:
    """One name: NM101 to NM109."""
    return Name(
        qualifier=entry.text(1),
        entity_type=entry.text(2),
        last_name=entry.text(3),
        first_name=entry.text(4),
        middle_name=entry.text(5),
        prefix=entry.text(6),
        suffix=entry.text(7),
        identifier_qualifier=entry.text(8),
        identifier=entry.text(9),
        segment_position=entry.position,
    )


def read_references(loop: Loop) -> tuple[Reference, ...]:
    """The reference numbers of a loop: REF."""
    return tuple(Reference(entry.text(1), entry.text(2), entry.position) for entry in loop.all("REF"))


def read_dates(loop: Loop) -> tuple[DateEntry, ...]:
    """The dates of a loop: DTM (02) or DTP (03)."""
    entries = []
    for entry in loop.all("DTM", "DTP"):
        first, last = entry.period(2 if entry.segment.id == "DTM" else 3) or (None, None)
        entries.append(DateEntry(entry.text(1), first, last, entry.position))
    return tuple(entries)


def read_amounts(loop: Loop) -> tuple[AmountEntry, ...]:
    """The amounts of a loop: AMT."""
    entries = []
    for entry in loop.all("AMT"):
        cents = entry.cents(2, required=True)
        entries.append(AmountEntry(entry.text(1), cents, not entry.unreadable, entry.position))
    return tuple(entries)


def read_quantities(loop: Loop) -> tuple[QuantityEntry, ...]:
    """The quantities of a loop: QTY."""
    return tuple(QuantityEntry(entry.text(1), entry.decimal(2), entry.position) for entry in loop.all("QTY"))


def read_contacts(loop: Loop) -> tuple[Contact, ...]:
    """The contacts of a loop: PER, with up to three numbers each."""
    contacts = []
    for entry in loop.all("PER"):
        pairs = ((entry.text(number), entry.text(number + 1)) for number in (3, 5, 7))
        numbers = tuple(pair for pair in pairs if pair[1])
        contacts.append(Contact(entry.text(1), entry.text(2), numbers, entry.position))
    return tuple(contacts)


def read_traces(loop: Loop) -> tuple[Trace, ...]:
    """The trace numbers of a loop: TRN."""
    return tuple(
        Trace(entry.text(1), entry.text(2), entry.text(3), entry.text(4), entry.position)
        for entry in loop.all("TRN")
    )
