"""What `j3399 read` prints as JSON: claims as billed and answers, each as its records have them.

A file of claims may be of any size: one claim is held at a time. An answer is held while it is
written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.json_stream import Stream
from pipeline.progress import opened

if TYPE_CHECKING:
    from edi.claim837i.model import Source
    from edi.claim837i.read import ClaimReader
    from edi.envelope import Interchange, StreamedTransaction
    from edi.finding import Finding
    from edi.reading_rules import ReadingRules
    from edi.remittance.checked import CheckedRemittance
    from edi.tokens import Segment

_CLAIMS = "837"
_REMITTANCE = "835"
_FUNCTIONAL_ID = "HC"
_HEAD = 4096
_MOST_OF_A_KIND = 1000


class JsonReading:
    """Reads files one after the other, and counts what they hold.

    `notes` are for people, `unreadable` the files that could not be read.
    """

    def __init__(self, with_segments: bool, show_phi: bool) -> None:
        self._with_segments = with_segments
        self._show_phi = show_phi
        self.summary = dict.fromkeys(
            ("files", "transactions", "claims", "answers", "error", "warning", "info", "left_out"), 0
        )
        self.notes: list[str] = []
        self.unreadable: list[str] = []

    def file(self, path: Path) -> dict[str, Any]:
        """One file; its findings are complete when its transaction sets were written."""
        self.summary["files"] += 1
        findings = _Findings(path.name, self._show_phi, self.summary)
        acknowledgments: list[dict[str, Any]] = []
        return {
            "file": path.name,
            "transactions": Stream(self._transactions(path, findings, acknowledgments)),
            # filled while the transaction sets are written, as the findings are
            "interchange_acknowledgments": acknowledgments,
            "findings": findings.shown,
        }

    def _transactions(
        self, path: Path, findings: _Findings, acknowledgments: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        from edi.envelope import read_transactions

        before = self.summary["transactions"]
        interchanges: list[Interchange] = []
        try:
            rules = _rules_for(path)
            with opened(path) as source:
                reader = read_transactions(source, rules, path.name, on_interchange=interchanges.append)
                for transaction in reader:
                    self.summary["transactions"] += 1
                    yield self._transaction(transaction, findings)
                findings.take(reader.findings)
        except OSError as error:
            # the document goes on: what was read of this file and of the others stays valid JSON
            self.unreadable.append(f"{path}: {error.strerror}")
            return
        acknowledgments += self._acknowledgments(interchanges)
        if self.summary["transactions"] == before and not acknowledgments:
            self.notes.append(f"{path.name}: nothing of X12 was found.")
            if not findings.shown:
                findings.take([_nothing_found()])

    def _acknowledgments(self, interchanges: Iterable[Interchange]) -> Iterator[dict[str, Any]]:
        """The TA1 segments, which stand in no transaction set."""
        from edi.acknowledgment.interchange import read_interchange_acknowledgment
        from edi.plain import plain

        for interchange in interchanges:
            for segment in interchange.acknowledgments:
                self.summary["answers"] += 1
                yield plain(read_interchange_acknowledgment(segment))

    def _transaction(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        from edi.kinds import kind_by_guide

        kind = kind_by_guide(transaction.set_id, transaction.version)
        if transaction.set_id == _CLAIMS:
            return {**_place(transaction, kind), **self._claims(transaction, findings)}
        if kind == _REMITTANCE:
            return {**_place(transaction, kind), **self._remittance(transaction, findings)}
        return self._answer(transaction, findings)

    def _remittance(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        """A remittance, one claim at a time; what stands after the claims is filled in when they are written."""
        from edi.plain import plain
        from edi.remittance.checked import CheckedRemittance

        self.summary["answers"] += 1
        held = transaction.read() if self._with_segments else None
        remittance = CheckedRemittance(held or transaction)
        after: dict[str, list[Any]] = {
            "groups": [],
            "reversals": [],
            "provider_adjustments": [],
            "other_elements": [],
            "unplaced": [],
        }
        claims = Stream(_payments(remittance, findings, after))
        # the header is known with the first claim
        header = plain(remittance.reader.header)
        after["other_elements"] += header.pop("other_elements")
        document: dict[str, Any] = {"answer": {**header, "claims": claims, **after}}
        if held is not None:
            document["segments"] = [_segment(segment) for segment in held.segments]
        return document

    def _answer(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        """A remittance, status report or acknowledgment under its own name; null for what is none of them."""
        from edi.answers import read_answer
        from edi.plain import plain

        held = transaction.read()
        answer = read_answer(held)
        findings.take(answer.findings)
        document: dict[str, Any] = {**_place(transaction, answer.kind), "answer": None}
        if answer.model is not None:
            self.summary["answers"] += 1
            document["answer"] = plain(answer.model)
        else:
            number = transaction.control_number or "without number"
            self.notes.append(f"{findings.file}: ST {number} is of a kind that is not read.")
            findings.take([_not_read(transaction)])
        if self._with_segments or answer.model is None:
            document["segments"] = [_segment(segment) for segment in held.segments]
        return document

    def _claims(self, transaction: StreamedTransaction, findings: _Findings) -> dict[str, Any]:
        from edi.claim837i.as_json import header_as_json
        from edi.claim837i.read import ClaimReader

        reader = ClaimReader(transaction)
        unread: list[dict[str, Any]] = []
        claims = Stream(self._each(reader, findings, unread))  # the header comes with the first
        return {
            "header": header_as_json(reader.header),
            "claims": claims,
            "unread": unread,
        }

    def _each(
        self, reader: ClaimReader, findings: _Findings, unread: list[dict[str, Any]]
    ) -> Iterator[dict[str, Any]]:
        from edi.claim837i.as_json import claim_as_json, segments_as_json

        before: tuple[Source, ...] = ()
        for claim in reader:
            self.summary["claims"] += 1
            for source in claim.sources:
                # a level above several claims is the same object for each, and is said once
                if not any(source is one for one in before):
                    findings.take(source.findings)
            before = claim.sources
            yield claim_as_json(claim, self._with_segments)
        findings.take(reader.findings)
        unread += segments_as_json(reader.unread)


def _payments(
    remittance: CheckedRemittance, findings: _Findings, after: dict[str, list[Any]]
) -> Iterator[dict[str, Any]]:
    """The claims, each with its number and that of its group (LX01)."""
    from edi.plain import plain

    group = None
    for number, claim, found in remittance:
        if remittance.group is not group:
            group = remittance.group
            after["groups"].append(_without_claims(plain(group)))
        findings.take(found)
        yield {"claim": number, "group": remittance.group.number, **plain(claim)}
    after["groups"] += (_without_claims(plain(group)) for group in remittance.reader.empty_groups)
    after["groups"].sort(key=lambda group: int(group["segment_position"]))
    after["reversals"] += map(plain, remittance.reversals)
    after["provider_adjustments"] += map(plain, remittance.reader.provider_adjustments)
    after["other_elements"] += map(plain, remittance.reader.other_elements)
    after["unplaced"] += map(_segment, remittance.reader.unplaced)
    findings.take(remittance.findings())


class _Findings:
    """The findings of a file as JSON: of each kind the first, the others are counted."""

    def __init__(self, file: str, show_phi: bool, summary: dict[str, int]) -> None:
        self.file = file
        self.shown: list[dict[str, Any]] = []
        self._show_phi = show_phi
        self._summary = summary
        self._of_kind: Counter[str] = Counter()

    def take(self, found: Iterable[Finding]) -> None:
        for finding in found:
            self._summary[finding.severity.value] += 1
            self._of_kind[finding.template] += 1
            if self._of_kind[finding.template] <= _MOST_OF_A_KIND:
                self.shown.append(finding.at(file=self.file).as_dict(self._show_phi))
            else:
                self._summary["left_out"] += 1


def _rules_for(path: Path) -> ReadingRules:
    """The names of what is odd: in a file of claims they are others than in an answer."""
    from edi.reading_rules import INBOUND, OUTBOUND
    from edi.tokens import SegmentReader

    with path.open("rb") as source:
        head = source.read(_HEAD)
    for segment in SegmentReader(head, INBOUND):
        if segment.id == "GS":
            return OUTBOUND if segment.element(1) == _FUNCTIONAL_ID else INBOUND
    return OUTBOUND


def _nothing_found() -> Finding:
    from edi.finding import Finding
    from edi.reading_rules import OUTBOUND

    return Finding.of(
        OUTBOUND.not_x12,
        "The file holds no transaction set and no acknowledgment.",
        expected="837I, 835, 277CA, 277, 999, 997 or TA1",
        found="nothing",
        fix="Check that the right file was given.",
    )


def _not_read(transaction: StreamedTransaction) -> Finding:
    from edi.finding import Finding
    from edi.protected import shown_code
    from edi.reading_rules import INBOUND

    return Finding.of(
        INBOUND.structure,
        "This kind of transaction set is not read; its segments are given as they stand.",
        expected="837, 835, 277, 999 or 997",
        found=shown_code(transaction.set_id, 3),
        fix="Nothing to do, unless it should have been one of those.",
        place=transaction.place(transaction.header),
    )


def _place(transaction: StreamedTransaction, kind: str) -> dict[str, Any]:
    return {
        "interchange": transaction.interchange.control_number,
        "group": transaction.group.control_number,
        "transaction": transaction.control_number,
        "kind": kind,
        "version": transaction.version,
    }


def _without_claims(group: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in group.items() if name != "claims"}


def _segment(segment: Segment) -> dict[str, Any]:
    return {"segment": segment.id, "segment_position": segment.position, "text": segment.text}
