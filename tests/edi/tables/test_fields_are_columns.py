"""Every field of the records of answers is a column, or is named here with the reason why not.

Each record is filled with values that occur once; those that no row holds are the fields left out.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from itertools import count
from typing import Any

import pytest

from edi.acknowledgment.implementation import GroupAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.claim_status.model import ClaimStatusReport
from edi.protected import Protected
from edi.remittance.model import ClaimGroup, ClaimPayment, ProviderAdjustment, RemittanceHeader
from edi.remittance.reversals import Reversal
from edi.tables.acknowledgment_rows import acknowledgment_rows, interchange_acknowledgment_rows
from edi.tables.columns import TABLES
from edi.tables.pieces import TableRow
from edi.tables.rows import (
    claim_payment_rows,
    provider_adjustment_rows,
    provider_total_rows,
    remittance_header_rows,
    reversal_rows,
)
from edi.tables.status_rows import claim_status_rows

ROWS: dict[type, Any] = {
    InterchangeAcknowledgment: interchange_acknowledgment_rows,
    GroupAcknowledgment: lambda record: acknowledgment_rows("999", record),
    ClaimStatusReport: claim_status_rows,
    RemittanceHeader: remittance_header_rows,
    ClaimGroup: lambda record: provider_total_rows(record, 10**8, 10**9),
    ClaimPayment: lambda record: claim_payment_rows(10**8, record),
    ProviderAdjustment: lambda record: provider_adjustment_rows([record]),
    Reversal: lambda record: reversal_rows([record]),
}

WHERE = "the rows have the position of what it belongs to"
FORM = "a column holds what is read of it; which element or form it was read from, JSON has"

LEFT_OUT: dict[str, str] = {
    "*.unreadable": "the column is null then, and a finding says so",
    "RemittanceHeader.*references.segment_position": WHERE,
    "ClaimStatusReport.*references.segment_position": WHERE,
    "RemittanceHeader.payer.delivery.*": "the payee alone has one; what stands elsewhere is an other element",
    "InterchangeAcknowledgment.segment_position": "a TA1 stands in no transaction set",
    "ClaimStatusReport.claims.levels.*": "`level_numbers` lead to `status_levels`",
    "ClaimStatusReport.batch_rejections.*": "the STC of its level stands in `statuses`",
    "RemittanceHeader.version": "the table `transactions` has it",
    "RemittanceHeader.segment_position": WHERE,
    "RemittanceHeader.payment.segment_position": WHERE,
    "RemittanceHeader.trace.type": "always 1, the trace of a payment",
    "RemittanceHeader.trace.segment_position": WHERE,
    "RemittanceHeader.paye[er].qualifier": "the column says whether payer or payee",
    "RemittanceHeader.paye[er].segment_position": WHERE,
    "ClaimGroup.claims.*": "the table `claims`",
    "ClaimGroup.segment_position": WHERE,
    "*.adjustments.element": FORM,
    "*.remarks.element": FORM,
    "ProviderAdjustment.element": FORM,
}
"""Fields, from the record down, and why no column has them."""


class Filler:
    """Makes records whose every value occurs once, and knows which field holds which."""

    def __init__(self) -> None:
        self.values: dict[object, str] = {}
        self._numbers = count(1000)

    def record(self, kind: type, path: str) -> Any:
        hints = typing.get_type_hints(kind)
        return kind(**{one.name: self._value(hints[one.name], f"{path}.{one.name}") for one in fields(kind)})

    def _value(self, hint: Any, path: str) -> Any:
        origin, arguments = typing.get_origin(hint), typing.get_args(hint)
        if origin in (typing.Union, types.UnionType):
            return self._value(arguments[0], path)
        if origin is tuple and arguments[-1] is Ellipsis:
            return (self._value(arguments[0], path),)
        if origin is tuple:
            return tuple(self._value(argument, path) for argument in arguments)
        if origin in (list, Sequence):  # segments
            return []
        if hint is bool:
            return True
        if is_dataclass(hint) and isinstance(hint, type):
            return self.record(hint, path)
        number = next(self._numbers)
        plain = arguments[0] if origin is Protected else hint
        value: object = number
        if plain is str:
            value = f"v{number}"
        elif plain is Decimal:
            value = Decimal(number)
        elif plain is date:
            value = date(2000, 1, 1) + timedelta(days=number)
        self.values[value] = path
        return Protected(value) if origin is Protected else value


def shown(rows: Iterable[TableRow]) -> Iterator[object]:
    """Every value in the rows; texts of several are taken apart."""
    for table, row in rows:
        assert len(row) == len(TABLES[table]) - 2, table
        for value in row:
            yield value
            if isinstance(value, str):
                yield from value.replace(":", " ").split()


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.__name__)
def test_every_field_is_a_column_or_left_out_with_a_reason(kind: type) -> None:
    filler = Filler()
    record = filler.record(kind, kind.__name__)
    columns = set(shown(ROWS[kind](record)))
    held = {path for value, path in filler.values.items() if value in columns}
    missing = set(filler.values.values()) - held
    assert {path for path in missing if not reasons(path)} == set()
    assert {path for path in held if reasons(path) and path not in missing} <= HELD_IN_PART


# fields of which one is a column and others are not
HELD_IN_PART = {
    "ClaimStatusReport.claims.levels.number",
}


def reasons(path: str) -> list[str]:
    return [reason for pattern, reason in LEFT_OUT.items() if fnmatchcase(path, pattern)]


def test_every_reason_is_of_a_field_that_there_is() -> None:
    filler = Filler()
    for kind in ROWS:
        filler.record(kind, kind.__name__)
    paths = set(filler.values.values())
    assert [pattern for pattern in LEFT_OUT if not any(fnmatchcase(path, pattern) for path in paths)] == []
