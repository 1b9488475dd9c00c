"""The answers to a file: which are written, in the order in which a partner sends them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from edi.envelope import read_document
from samples.clearinghouse.acceptance import acceptance_report
from samples.clearinghouse.acknowledgment import acknowledgment_file, group_response
from samples.clearinghouse.adjudication import Payment, adjudicate
from samples.clearinghouse.claim_status import status_report
from samples.clearinghouse.envelopes import AnswerFileContent, answer_file
from samples.clearinghouse.outcomes import Pend
from samples.clearinghouse.pieces import grouped
from samples.clearinghouse.remittance import remittance
from samples.clearinghouse.script import ACCEPTANCE, ACKNOWLEDGMENT, NO_NOTE, REMITTANCE, STATUS, Script
from samples.clearinghouse.sent import NotClaims, Sent, read_sent

_INDEX_OF_STATUS = 63
"""Behind those of the 835s."""


def answers(data: bytes, script: Script, as_of: datetime) -> list[AnswerFileContent]:
    """The answers to an 837I file, in the order in which a partner sends them.

    `as_of` dates them. Raises `NotClaims` where an interchange of the file holds no claims.
    """
    everything = [read_sent(interchange, script, as_of) for interchange in read_document(data).interchanges]
    if not everything or not all(sent.batches for sent in everything):
        raise NotClaims("the file holds no 837I claims")
    found = (pair for sent in everything for pair in _answers_to(sent, script.interchange_note))
    return [file for kind, file in found if kind in script.kinds]


def _answers_to(sent: Sent, note: str) -> Iterator[tuple[str, AnswerFileContent]]:
    """The answers to one interchange with their kinds; `note` is TA105."""
    if note != NO_NOTE:
        yield ACKNOWLEDGMENT, acknowledgment_file(sent, note, ())
        return
    groups = grouped(sent.batches, lambda batch: id(batch.transaction.group))
    responses = [group_response(batches, number) for number, batches in enumerate(groups, start=1)]
    yield ACKNOWLEDGMENT, acknowledgment_file(sent, NO_NOTE, responses)
    if sent.taken:
        reports = [acceptance_report(sent, batch, number) for number, batch in enumerate(sent.taken, start=1)]
        yield ACCEPTANCE, answer_file(sent, ACCEPTANCE, "277", reports, index=1)
    yield from _pending(sent)
    payments = [paid for batch in sent.taken for item in batch.claims if (paid := adjudicate(item))]
    for index, of_payer in enumerate(grouped(payments, _payer_key), start=2):
        payees = grouped(of_payer, lambda payment: payment.sent.claim.billing_provider.id)
        remittances = [remittance(sent, paid, number, index) for number, paid in enumerate(payees, start=1)]
        payer = _name_part(of_payer[0].sent.claim.payer.id)
        yield REMITTANCE, answer_file(sent, REMITTANCE, "835", remittances, index=index, label=payer)


def _pending(sent: Sent) -> Iterator[tuple[str, AnswerFileContent]]:
    """The 277 of the claims that are pending."""
    pending = [
        status_report(sent, claims, batch)
        for batch in sent.taken
        if (claims := [item for item in batch.claims if isinstance(item.outcome, Pend)])
    ]
    if pending:
        yield STATUS, answer_file(sent, STATUS, "277", pending, index=_INDEX_OF_STATUS)


def _payer_key(payment: Payment) -> tuple[str, str]:
    payer = payment.sent.claim.payer
    return payer.id_qualifier, payer.id


def _name_part(text: str) -> str:
    """A payer's id as part of a file name."""
    return "".join(character for character in text if character.isalnum() or character == "-") or "payer"
