"""Reads any file that came in, by its content.

Why: what a partner calls a file says nothing about what is in it, and one file may hold an
interchange acknowledgment, a 999 and two remittances. Each of them becomes one answer; a
broken one never hides those after it.

It must not: match answers to claims, or decide what a repeat means. It gives each answer
the digest by which a repeat is known.

Source: FACTS D; kinds and adopted versions in `kinds.toml`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from edi.acknowledgment.implementation import GroupAcknowledgment, read_acknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment, read_interchange_acknowledgment
from edi.adopted_version import check_version
from edi.claim_status.counts import check_counts
from edi.claim_status.model import ClaimStatusReport
from edi.claim_status.read import read_claim_status, report_kind
from edi.envelope import Document, Interchange, Transaction, collector_paused, read_document
from edi.finding import Finding
from edi.kinds import kind_by_guide
from edi.reading_rules import INBOUND
from edi.remittance.balance import check_balances
from edi.remittance.model import Remittance
from edi.remittance.read import read_remittance
from edi.remittance.unknown_codes import check_codes
from edi.tokens import Segment

INTERCHANGE_ACKNOWLEDGMENT = "TA1"

Model = InterchangeAcknowledgment | GroupAcknowledgment | ClaimStatusReport | Remittance


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a TA1 or a transaction set, read into its model.

    `kind` is TA1, or one of `kinds.toml` (999, 997, 277CA, 277, 835, 837I, 837P, 837D), or unknown. `segment` is the TA1, else
    `transaction` is given. `digest` is the same for the same content in another envelope.
    `model` is None for what is read elsewhere (837I) or not at all.
    """

    kind: str
    interchange: Interchange = field(repr=False, compare=False)
    transaction: Transaction | None = field(repr=False, compare=False)
    segment: Segment | None = field(repr=False, compare=False)
    digest: str
    model: Model | None
    findings: tuple[Finding, ...] = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class AnswerFile:
    """A file that came in: its answers in their order, and what was odd about it.

    `envelope_findings` are of the file and its envelopes. `complete` is False where the
    file was cut: nothing of it is to be trusted until it came whole.
    """

    file: str | None
    answers: tuple[Answer, ...]
    envelope_findings: tuple[Finding, ...] = field(repr=False)
    complete: bool
    document: Document = field(repr=False, compare=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings: those of the envelopes, then those of each answer."""
        return self.envelope_findings + tuple(
            finding for answer in self.answers for finding in answer.findings
        )


def read_answers(data: bytes, file: str | None = None) -> AnswerFile:
    """Read any inbound file. Never raises for what it holds; what is wrong is a finding."""
    with collector_paused():
        document = read_document(data, INBOUND, file)
        answers = tuple(_answers(document, file))
    return AnswerFile(
        file=file,
        answers=answers,
        envelope_findings=tuple(document.findings),
        complete=all(finding.rule != INBOUND.cut.id for finding in document.findings),
        document=document,
    )


def kind_of(transaction: Transaction) -> str:
    """The kind of a transaction set, `unknown` where it is none of ours."""
    if transaction.set_id == "277":
        return report_kind(transaction)
    return kind_by_guide(transaction.set_id, transaction.version)


def _answers(document: Document, file: str | None) -> Iterator[Answer]:
    for interchange in document.interchanges:
        found = [
            (segment.start, _interchange_answer(segment, interchange))
            for segment in interchange.acknowledgments
        ]
        found += [
            (transaction.header.start, read_answer(transaction, file))
            for group in interchange.groups
            for transaction in group.transactions
        ]
        yield from (answer for _, answer in sorted(found, key=lambda pair: pair[0]))


def _interchange_answer(segment: Segment, interchange: Interchange) -> Answer:
    text = segment.text.replace(segment.separators.element, "\x1d")
    return Answer(
        kind=INTERCHANGE_ACKNOWLEDGMENT,
        interchange=interchange,
        transaction=None,
        segment=segment,
        digest=hashlib.sha256(text.encode("latin-1")).hexdigest(),
        model=read_interchange_acknowledgment(segment),
        findings=(),
    )


def read_answer(transaction: Transaction, file: str | None = None) -> Answer:
    """Read one transaction set into its model. Never raises for what it holds."""
    kind = kind_of(transaction)
    place = replace(transaction.place(transaction.header), file=file)
    model, findings = _read(kind, transaction, file)
    return Answer(
        kind=kind,
        interchange=transaction.interchange,
        transaction=transaction,
        segment=None,
        digest=transaction.digest(),
        model=model,
        findings=(*check_version(kind, transaction.version, place), *findings),
    )


def _read(kind: str, transaction: Transaction, file: str | None) -> tuple[Model | None, list[Finding]]:
    place = replace(transaction.place(), file=file)
    match kind:
        case "999" | "997":
            return read_acknowledgment(transaction, file)
        case "277CA" | "277":
            report, findings = read_claim_status(transaction, file)
            return report, findings + check_counts(report, place)
        case "835":
            remittance, findings = read_remittance(transaction, file)
            return remittance, findings + check_balances(remittance, place) + check_codes(remittance, place)
        case _:
            return None, []
