"""A transaction set of 837I to claims, one after the other.

Segments are taken by qualifier, in any order within their loop (X12 RFI 993); a part that
is missing or unreadable costs that part, and the claim has a finding. Whether the guide is
met is judged elsewhere.

Source: 005010X223A2, the hierarchy of FACTS A2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from edi.claim837i import VERSION
from edi.claim837i.layouts import BHT, CUR, HL, PAT, SBR
from edi.claim837i.loops import (
    ABOVE_CLAIMS,
    BILLING,
    CLAIM,
    HEADER,
    PATIENT,
    SUBSCRIBER,
    Loop,
    by_id,
    segments_of,
    split_loops,
)
from edi.claim837i.losses import Losses
from edi.claim837i.memory import remembered
from edi.claim837i.model.claim import Claim, claim_place
from edi.claim837i.model.details import LoopSegment, Source, with_loops
from edi.claim837i.model.parties import Party, Patient, Subscriber
from edi.claim837i.model.transaction import TransactionHeader
from edi.claim837i.parts import parties
from edi.claim837i.parts.claims import read_claim_fields
from edi.envelope import StreamedTransaction, Transaction
from edi.finding import Finding, Place
from edi.values import parse_day, parse_time

_read_parent = HL.reads("parent")
_HL_ELEMENTS = 5
"""The id and HL01 to HL04."""
_read_subscriber = remembered(SBR.read)
_read_patient = remembered(PAT.read)
_GUIDE = VERSION[: len("005010X223")]


def read_claims(transaction: Transaction | StreamedTransaction) -> Iterator[Claim]:
    """The claims of one transaction set, in their order.

    A claim is what begins with CLM: it belongs to the dependent where one was named since
    the last subscriber, else to the subscriber. Never raises for what the file holds.
    """
    return iter(ClaimReader(transaction))


class ClaimReader:
    """Reads the claims of one transaction set as they are asked for; only one is held.

    `header` is known with the first claim. `findings` and `unread` are of segments that
    stand in no claim; they are complete when all claims were read.
    """

    def __init__(self, transaction: Transaction | StreamedTransaction) -> None:
        self._transaction = transaction
        self._place = transaction.place()
        self._losses = Losses(self._place)
        self._silent = bool(transaction.version) and not transaction.version.startswith(_GUIDE)
        if self._silent:
            self._losses.another_guide(transaction.version)
            self._losses.silent = True
        self._hierarchy = _Hierarchy(self._place, self._losses)
        self._header_loops: list[Loop] = []
        self._header: TransactionHeader | None = None

    @property
    def header(self) -> TransactionHeader:
        """BHT and loops 1000A and 1000B, as far as they were there.

        Raises ValueError before the first claim was asked for.
        """
        if self._header is None:
            raise ValueError("the header is known when the first claim was asked for")
        return self._header

    @property
    def findings(self) -> list[Finding]:
        """What is wrong outside all claims."""
        return list(self._losses.source(()).findings)

    @property
    def unread(self) -> list[LoopSegment]:
        """The segments outside all claims that no record carries in full."""
        return self._losses.segments

    def __iter__(self) -> Iterator[Claim]:
        open_claim: list[Loop] = []
        for loop in split_loops(self._transaction.segments):
            if open_claim:
                if loop.id != CLAIM and loop.scope not in ABOVE_CLAIMS:
                    open_claim.append(loop)
                    continue
                yield self._claim(open_claim)
                open_claim = []
            if loop.scope != HEADER:
                self._close_header()
            if loop.id == CLAIM:
                open_claim.append(loop)
            elif loop.scope == HEADER:
                self._header_loops.append(loop)
            elif not self._hierarchy.take(loop):
                _lose(loop, self._losses)
        if open_claim:
            yield self._claim(open_claim)
        self._hierarchy.close(BILLING)
        self._close_header()

    def _close_header(self) -> None:
        if self._header is None:
            control_number = self._transaction.control_number
            self._header = _read_header(control_number, self._header_loops, self._losses)

    def _claim(self, loops: list[Loop]) -> Claim:
        head = loops[0].segments[0]
        losses = Losses(claim_place(self._place, head.element(1), head), self._silent)
        fields = read_claim_fields(loops, losses)
        for level in self._hierarchy.missing():
            losses.no_level(level, head)
        for loop in loops:
            _lose(loop, losses)
        above, sources = self._hierarchy.read()
        return Claim(
            **above,
            **fields,
            place=losses.place,
            sources=(*sources, losses.source(segments_of(loops))),
        )


@dataclass(slots=True)
class _Level:
    """One level of the hierarchy with the names below it, read once for all claims under it.

    `parent` is HL01 of the level that it stands under.
    """

    place: Place
    silent: bool
    parent: str
    loops: list[Loop]
    number: str = ""
    fields: dict[str, Any] = field(default_factory=dict)
    source: Source | None = None

    def read(self) -> Source:
        """Read its `fields`, what it says of a claim; returns what it was read from."""
        if self.source is None:
            losses = Losses(self.place, self.silent)
            self._check_beginning(losses)
            self.fields = _READERS[self.loops[0].scope](by_id(self.loops), losses)
            for loop in self.loops:
                _lose(loop, losses)
            self.source = losses.source(segments_of(self.loops))
        return self.source

    def segments(self) -> Iterator[LoopSegment]:
        """All its segments."""
        return with_loops(segments_of(self.loops))

    def _check_beginning(self, losses: Losses) -> None:
        first = self.loops[0]
        segment = first.take("HL")
        if segment is None:
            losses.no_beginning(first.scope, first.segments[0])
            return
        elements, separators = segment.elements, segment.separators
        is_plain = len(elements) == _HL_ELEMENTS and separators.component not in segment.text
        if is_plain and not (separators.repetition and separators.repetition in segment.text):
            parent = elements[2]  # no two HL are alike, and the layout has nothing to say of a plain one
        else:
            parent = _read_parent(segment, first.id, losses)
        if parent.lstrip("0") != self.parent:
            losses.another_parent(first.id, segment, self.parent)


class _Hierarchy:
    """The levels that are open above the claim that is being read."""

    def __init__(self, place: Place, outside: Losses) -> None:
        self._place = place
        self._outside = outside
        self._levels: dict[str, _Level] = {}

    def take(self, loop: Loop) -> bool:
        """Put a loop into its level; the first of a level ends those below. False where it belongs to none.

        A level that is no billing provider, subscriber or patient ends subscriber and
        patient: what follows is not theirs.
        """
        if loop.scope not in _LEVELS:
            if loop.segments[0].id == "HL":
                self.close(SUBSCRIBER)
            return False
        level = self._levels.get(loop.scope)
        if level is None or level.source is not None or loop.id == loop.scope:
            self.close(loop.scope)
            self._levels[loop.scope] = self._begin(loop)
        else:
            level.loops.append(loop)
        return True

    def _begin(self, loop: Loop) -> _Level:
        first = loop.segments[0]
        parent = next((self._levels[name].number for name in _ABOVE[loop.scope] if name in self._levels), "")
        number = first.element(1).lstrip("0") if first.id == "HL" else ""
        return _Level(self._place, self._outside.silent, parent, [loop], number)

    def close(self, name: str) -> None:
        """End a level and those below it. One under which no claim stood is kept outside all claims."""
        for below in _FROM[name]:
            level = self._levels.pop(below, None)
            if level is not None and level.source is None:
                self._outside.no_claim(level.segments())

    def missing(self) -> Iterator[str]:
        """The levels that a claim needs above it and that are not open."""
        return (name for name in (BILLING, SUBSCRIBER) if name not in self._levels)

    def read(self) -> tuple[dict[str, Any], list[Source]]:
        """What the levels say of a claim, nothing of a level that is missing, and what they were read from."""
        fields, sources = _NOBODY.copy(), []
        for name in _LEVELS:
            level = self._levels.get(name)
            if level is not None:
                sources.append(level.read())
                fields.update(level.fields)
        return fields, sources


def _lose(loop: Loop, losses: Losses) -> None:
    """Report what nobody took."""
    if not loop.is_taken:
        for segment in loop.left():
            losses.no_place(loop.id, segment)


def _billing(loops: dict[str, Loop], losses: Losses) -> dict[str, Any]:
    """Loops 2000A, 2010AA, AB, AC."""
    provider = parties.read_party(loops.get("2010AA"), losses)
    level, currency = loops.get(BILLING), ""
    if level is not None:
        taxonomy = parties.read_taxonomy(level, losses)
        provider = replace(provider, taxonomy=taxonomy or provider.taxonomy)
        segment = level.take("CUR")
        currency = CUR.read(segment, level.id, losses)["currency"] if segment else ""
    return {
        "billing_provider": provider,
        "pay_to": parties.read_party(loops["2010AB"], losses) if "2010AB" in loops else None,
        "pay_to_plan": parties.read_party(loops["2010AC"], losses) if "2010AC" in loops else None,
        "currency": currency,
    }


def _subscriber(loops: dict[str, Loop], losses: Losses) -> dict[str, Any]:
    """Loops 2000B, 2010BA, BB."""
    level, name = loops.get(SUBSCRIBER), loops.get("2010BA")
    segment = level.take("SBR") if level else None
    fields = (
        _read_subscriber(segment, SUBSCRIBER, losses)
        if segment
        else {"responsibility": "", "relationship": ""}
    )
    person, birth_date, sex = parties.read_person(name, losses)
    return {
        "subscriber": Subscriber(person, **fields, birth_date=birth_date, sex=sex),
        "payer": parties.read_party(loops.get("2010BB"), losses),
    }


def _patient(loops: dict[str, Loop], losses: Losses) -> dict[str, Any]:
    """Loops 2000C, 2010CA."""
    level, name = loops.get(PATIENT), loops.get("2010CA")
    segment = level.take("PAT") if level else None
    fields = _read_patient(segment, PATIENT, losses) if segment else {"relationship": ""}
    person, birth_date, sex = parties.read_person(name, losses)
    return {"patient": Patient(person, **fields, birth_date=birth_date, sex=sex)}


_LEVELS = (BILLING, SUBSCRIBER, PATIENT)
_ABOVE = {BILLING: (), SUBSCRIBER: (BILLING,), PATIENT: (SUBSCRIBER, BILLING)}
"""The levels above one, the nearest first."""
_FROM = {BILLING: _LEVELS, SUBSCRIBER: (SUBSCRIBER, PATIENT), PATIENT: (PATIENT,)}
"""A level and those below it."""
_READERS = {BILLING: _billing, SUBSCRIBER: _subscriber, PATIENT: _patient}
_NOBODY = {"billing_provider": Party(), "subscriber": Subscriber(Party(), "", ""), "payer": Party()}


def _read_header(control_number: str, loops: list[Loop], losses: Losses) -> TransactionHeader:
    named = by_id(loops)
    begin = named[HEADER].take("BHT") if HEADER in named else None
    fields = BHT.read(begin, HEADER, losses) if begin else _NOT_BEGUN
    day, moment = parse_day(fields["date"]), parse_time(fields["time"])
    if begin is not None and (day is None or moment is None):
        words = "a date and a time as CCYYMMDD and HHMM"
        losses.unreadable(HEADER, begin, "BHT04", words, fields["date"] + fields["time"])
    header = TransactionHeader(
        control_number=control_number,
        reference=fields["reference"],
        created=datetime.combine(day, moment) if day is not None and moment is not None else None,
        submitter=parties.read_party(named.get("1000A"), losses),
        receiver=parties.read_party(named.get("1000B"), losses),
        purpose=fields["purpose"],
        claim_or_encounter=fields["claim_or_encounter"],
    )
    for loop in loops:
        _lose(loop, losses)
    return header


_NOT_BEGUN = {"reference": "", "date": "", "time": "", "purpose": "", "claim_or_encounter": ""}
