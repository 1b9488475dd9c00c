"""Columns as Arrow has them: their types, and values turned into them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from edi.tables.columns import TABLES, Column, Kind

MONEY = pa.decimal128(18, 2)
_QUANTITY_DECIMALS = 15
_MOST_OF_A_QUANTITY = 10**15
TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: MONEY,
    Kind.QUANTITY: pa.decimal128(38, _QUANTITY_DECIMALS),
    Kind.DAY: pa.date32(),
    Kind.FLAG: pa.bool_(),
}


@cache
def arrow_schema(table: str) -> pa.Schema:
    """The columns of a table; each field's metadata names the element it comes from."""
    return pa.schema(
        [
            pa.field(column.name, TYPES[column.kind], metadata={"source": column.source})
            for column in TABLES[table]
        ]
    )


def column_array(column: Column, values: Sequence[object]) -> pa.Array:
    """The values of a column; money is given in cents."""
    if column.kind is Kind.MONEY:
        cents = pa.array(values, pa.int64())
        return money(cents.fill_null(0).to_numpy(zero_copy_only=False), cents)
    if column.kind is Kind.QUANTITY:
        values = tuple(map(quantity, values))
    return pa.array(values, TYPES[column.kind])


def quantity(value: object) -> Decimal | None:
    """A quantity of type R, which has at most 15 digits; None for what no such element can hold."""
    if not isinstance(value, Decimal) or abs(value) >= _MOST_OF_A_QUANTITY:
        return None
    exponent = value.normalize().as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= -_QUANTITY_DECIMALS else None


def same_text(text: str, count: int) -> pa.StringArray:
    """A column that says the same everywhere: some times as quick as `pa.repeat`."""
    data = text.encode()
    offsets = np.arange(count + 1, dtype=np.int32) * np.int32(len(data))
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data * count))


def money(cents: npt.NDArray[np.integer[Any]], nulls_of: pa.Array | None = None) -> pa.Array:
    """Cents as decimals: the same whole numbers in 128 bits, read with two digits behind the point."""
    words = np.empty((len(cents), 2), dtype=np.int64)
    words[:, 0] = cents
    words[:, 1] = words[:, 0] >> 63
    bits = None
    if nulls_of is not None and nulls_of.null_count:
        bits = pa.array(nulls_of.is_valid().to_numpy(zero_copy_only=False)).buffers()[1]
    return pa.Array.from_buffers(MONEY, len(cents), [bits, pa.py_buffer(words)])
