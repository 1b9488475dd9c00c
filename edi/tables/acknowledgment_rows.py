"""Rows of a TA1, 999 or 997: what was taken, and each fault of what was not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi.acknowledgment.implementation import (
    Context,
    GroupAcknowledgment,
    SegmentError,
    TransactionAcknowledgment,
)
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.tables.pieces import Row, TableRow, other_element_rows

_NO_COUNTS: Row = (None, None, None)
_NO_FAULT: Row = (None, "", None, "", "", None, None, None, "", "", "", "")


def interchange_acknowledgment_rows(answer: InterchangeAcknowledgment) -> Iterator[TableRow]:
    """`acknowledgments` of a TA1: one row."""
    sent = (answer.interchange_control_number, answer.interchange_date, answer.interchange_time)
    verdict = (answer.code, answer.verdict.value, answer.note)
    yield "acknowledgments", (None, "TA1", *sent, "", "", "", "", "", *verdict, *_NO_COUNTS, *_NO_FAULT)
    yield from other_element_rows((None, None), answer.other_elements)


def acknowledgment_rows(kind: str, answer: GroupAcknowledgment) -> Iterator[TableRow]:
    """`acknowledgments` of a 999 or 997: the group, each transaction set, each fault with its contexts."""
    group = (kind, "", None, "", answer.functional_id, answer.control_number)
    verdict = (answer.code, answer.verdict.value, " ".join(answer.syntax_codes))
    counts = (answer.included, answer.received, answer.accepted_count)
    head = (*group, "", "", answer.version, *verdict)
    yield "acknowledgments", (answer.segment_position, *head, *counts, *_NO_FAULT)
    for transaction in answer.transactions:
        yield from _transaction_rows(group, transaction)
    yield from other_element_rows((None, None), answer.other_elements)


def _transaction_rows(group: Row, answer: TransactionAcknowledgment) -> Iterator[TableRow]:
    verdict = (answer.code, answer.verdict.value, " ".join(answer.syntax_codes))
    head = (*group, answer.set_id, answer.control_number, answer.version, *verdict, *_NO_COUNTS)
    yield "acknowledgments", (answer.segment_position, *head, *_NO_FAULT)
    for error in answer.errors:
        for position, fault in _faults(error):
            yield "acknowledgments", (position, *head, *fault)
        yield from _context_rows(error.segment_position, None, error.contexts)
        for element in error.elements:
            yield from _context_rows(error.segment_position, element.segment_position, element.contexts)


def _faults(error: SegmentError) -> Iterator[tuple[int, Row]]:
    head = (error.segment_position, error.segment_id, error.segment_at, error.loop, error.code)
    account = error.patient_control_number
    if not error.elements:
        yield error.segment_position, (*head, None, None, None, "", "", "", account)
    for element in error.elements:
        value = element.value.reveal() if element.value is not None else ""
        place = (element.element, element.component, element.repetition, element.data_element)
        yield element.segment_position, (*head, *place, element.code, value, account)


def _context_rows(fault: int, element: int | None, contexts: Iterable[Context]) -> Iterator[TableRow]:
    for context in contexts:
        place = (context.segment_id, context.segment_at, context.loop, *context.element)
        head = (context.segment_position, fault, element, context.name, context.value)
        yield "acknowledgment_contexts", (*head, *place, context.data_element)
