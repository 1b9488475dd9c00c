"""The claims that go out for a correction: one as a rule; several where the payer wants it so.

A payer may want one claim a line, or the drug apart from the stay; a void may be followed by a new
claim. A void is the claim as it was sent, withdrawn: what was wrong on it stays wrong.

Source: FACTS A6, F; rule void-differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edi.claim837i.model import Claim, Reference
from edi.finding import Place
from mapping.building.claim import build_claim
from mapping.building.parts import DRUG, STAY, WHOLE, parts_of
from mapping.building.request import BuiltClaim, ClaimRequest
from pipeline.corrections.kinds import FREQUENCIES, NEW_CLAIM, REPLACE, SECONDARY, VOID, Decision, Situation
from pipeline.corrections.record import Step, checked
from pipeline.corrections.requests import Requests
from pipeline.errors import NotCorrectable
from pipeline.ledger import claims, decisions, encounters
from pipeline.ledger.decisions import Waiver
from pipeline.ledger.encounters import CORRECTION, EncounterRow
from pipeline.life import is_denied_line
from pipeline.outbound.corrected import NOT_YET, Correction
from pipeline.outbound.turns import record_line
from pipeline.worklist.desk import Desk

_NUMBER = "F8"
_LINE_UNIT = "line"
_WORDS = {REPLACE: "replacement", VOID: "void", NEW_CLAIM: "new claim", SECONDARY: "claim to the next payer"}
_CLINICAL = ("clinical", "therapy", "patient")
"""What a waiver was given for, as far as it is of the treatment."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One claim to be built: of which record, by which request, and what it leaves in the ledger."""

    kind: str
    row: EncounterRow
    request: ClaimRequest
    waivers: Sequence[Waiver]
    correction: Correction
    build: Callable[[ClaimRequest], BuiltClaim] = build_claim

    @property
    def words(self) -> str:
        """What it is."""
        return _WORDS[self.kind]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of what was sent that goes as a claim of its own."""

    kind: str
    part: str
    only: frozenset[int] | None = None
    number: str = ""


def outgoing_claims(
    desk: Desk,
    requests: Requests,
    situation: Situation,
    decision: Decision,
    steps: Sequence[Step],
    reason: str,
    by: str,
) -> list[Outgoing]:
    """The claims of a decision, in the order in which they stand in the file.

    `steps` are the records from the one as sent to the corrected one.
    """
    maker = _Maker(desk, requests, situation, steps, reason, by)
    return [one for kind in decision.kinds for one in maker.claims(kind)]


class _Maker:
    def __init__(
        self,
        desk: Desk,
        requests: Requests,
        situation: Situation,
        steps: Sequence[Step],
        reason: str,
        by: str,
    ) -> None:
        self._desk, self._requests, self._situation = desk, requests, situation
        self._steps, self._reason, self._by = steps, reason, by
        self._claim = situation.claim
        newest = encounters.latest(desk.connection, self._claim.encounter)
        assert newest is not None and self._claim.encounter_row is not None
        self._newest = newest
        self._sent_row = encounters.by_row(desk.connection, self._claim.encounter_row)

    def claims(self, kind: str) -> Iterator[Outgoing]:
        if kind == VOID:
            yield self._void()
        elif kind == SECONDARY:
            yield self._secondary()
        else:
            yield from map(self._piece, self._pieces(kind))

    # A void, and the claim to the next payer.

    def _void(self) -> Outgoing:
        sent, number = self._desk.sent(self._claim), self._situation.number
        if sent is None:
            raise NotCorrectable(
                f"the file that claim {self._claim.id} went out in is not in the archive",
                "Put it back; a void is made of the claim as it was sent",
            )
        record = checked(self._with_number(self._steps[0].content, VOID, number, self._requests.part))
        assert record.encounter is not None
        request = self._requests.of(record.encounter, frequency=FREQUENCIES[VOID])
        return Outgoing(
            VOID,
            self._sent_row,
            request,
            (),
            self._correction(changes_record=False),
            lambda request: BuiltClaim(_withdrawn(sent, number), ()),
        )

    def _secondary(self) -> Outgoing:
        claim, encounter = self._claim, self._steps[-1].encounter
        order = claim.payer_order + 1
        if order >= len(encounter.coverages):
            raise NotCorrectable(f"the record of claim {claim.id} has no payer behind this one")
        if claims.live_of(self._desk.connection, claim.encounter, order):
            raise NotCorrectable(f"the payer behind claim {claim.id} was billed before")
        row = self._row({**self._steps[-1].content, "replaces": None})
        request = self._requests.of(encounter, frequency=FREQUENCIES[SECONDARY], payer_order=order)
        correction = replace(self._correction(self._is_new(row)), is_to_next_payer=True)
        return Outgoing(SECONDARY, row, request, self._waivers(row), correction)

    # A replacement or a new claim, in as many pieces as the payer wants.

    def _pieces(self, kind: str) -> Iterator[_Piece]:
        requests, number = self._requests, self._situation.number
        encounter = self._steps[-1].encounter.model_copy(update={"replaces": None})
        request = requests.of(encounter)
        if requests.only is None and requests.part == WHOLE:
            parts = parts_of(encounter, request.payer, request.product)
            if parts != (WHOLE,):
                for part in parts:
                    # the payer knows one claim, which the stay replaces; the drug's is new to it
                    is_new = part == DRUG and STAY in parts
                    yield _Piece(NEW_CLAIM if is_new else kind, part, None, number)
                return
        if requests.only is not None or self._situation.state == "rejected":
            yield _Piece(kind, requests.part, None, number)
        elif request.payer.replacement_unit == _LINE_UNIT:
            for line in self._denied_lines() or [at for at, _ in request.lines()]:
                yield _Piece(kind, requests.part, frozenset({line}), self._number_of(line) or number)
        elif kind == NEW_CLAIM and self._situation.state == "partly_paid":
            # what was paid is not billed again
            yield _Piece(kind, requests.part, frozenset(self._denied_lines()) or None, number)
        else:
            yield _Piece(kind, requests.part, None, number)

    def _piece(self, piece: _Piece) -> Outgoing:
        content = {**self._steps[-1].content, "replaces": None}
        if piece.kind == REPLACE:
            content = self._with_number(content, piece.kind, piece.number, piece.part)
        row = self._row(content)
        record = checked(content)
        assert record.encounter is not None
        request = self._requests.of(
            record.encounter, frequency=FREQUENCIES[piece.kind], part=piece.part, only=piece.only
        )
        correction = self._correction(self._is_new(row))
        return Outgoing(piece.kind, row, request, self._waivers(row), correction)

    def _denied_lines(self) -> list[int]:
        """The record's lines (from 1) that the remittance denied."""
        event = self._desk.life(self._claim).deciding
        if event is None or event.stage != "835":
            return []
        sent = self._desk.lines(self._claim)
        denied = (line for line in event.body["lines"] if is_denied_line(line))
        return sorted({record_line(line, sent) for line in denied})

    def _number_of(self, line: int) -> str:
        """The payer's number under which it decided a line; "" where it does not say."""
        sent, found = self._desk.lines(self._claim), ""
        for event in self._desk.events(self._claim):
            is_payment = event.stage == "835" and event.verdict != "reversal"
            if is_payment and line in {record_line(one, sent) for one in event.body["lines"]}:
                found = event.payer_claim_control_number or found
        return found

    # What they leave in the ledger.

    def _correction(self, changes_record: bool) -> Correction:
        return Correction(self._claim.id, changes_record, self._reason, self._by)

    def _is_new(self, row: EncounterRow) -> bool:
        return row.row == NOT_YET

    def _row(self, content: dict[str, Any]) -> EncounterRow:
        """The newest revision where the content is its own, else one that is not in the ledger yet."""
        plain = {name: value for name, value in content.items() if name != "replaces" or value is not None}
        read = checked(plain)
        if read.digest == self._newest.digest:
            return self._newest
        revision = self._newest.revision + 1
        return EncounterRow(
            NOT_YET, self._claim.encounter, revision, read.digest, read.content, "claimed", [], CORRECTION
        )

    def _with_number(self, content: dict[str, Any], kind: str, number: str, part: str) -> dict[str, Any]:
        """The record as one that replaces or voids the payer's claim."""
        replaces = {"payer_claim_control_number": number, "frequency": FREQUENCIES[kind]}
        if part in (STAY, DRUG):
            replaces["part"] = part
        return {**content, "replaces": replaces}

    def _waivers(self, row: EncounterRow) -> list[Waiver]:
        """Those of the revisions that say the same of the treatment."""
        wanted = _treatment(self._steps[-1].content)
        held = []
        for step, known in ((self._steps[0], self._sent_row), (self._steps[1], self._newest)):
            if _treatment(step.content) == wanted:
                held += decisions.waivers(self._desk.connection, row.encounter, known.digest)
        return list({waiver.rule: waiver for waiver in held}.values())


def _treatment(content: dict[str, Any]) -> list[Any]:
    return [content.get(name) for name in _CLINICAL]


def _withdrawn(sent: Claim, number: str) -> Claim:
    """The claim as it was sent, with frequency 8 and the payer's number."""
    others = tuple(one for one in sent.references if one.qualifier != _NUMBER)
    return replace(
        sent,
        frequency=FREQUENCIES[VOID],
        references=(*others, Reference(_NUMBER, number)),
        place=Place(),
        sources=(),
    )
