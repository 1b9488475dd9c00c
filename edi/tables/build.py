"""Tables as Arrow: rows gathered into batches, typed, written while the file is read.

Why: a remittance of a million claims must not be held as Python rows. Batches of bounded size
go to whoever takes them; `read_tables` keeps them, a writer puts them on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from edi.tables.columns import TABLES, Column, Kind
from edi.tables.files import file_rows
from edi.tables.rows import Row

if TYPE_CHECKING:
    import pandas as pd

MONEY = pa.decimal128(18, 2)
_QUANTITY_DECIMALS = 15
_MOST_OF_A_QUANTITY = 10**15
_ROWS_OF_A_BATCH = 65_536
_TYPES = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.MONEY: MONEY,
    Kind.QUANTITY: pa.decimal128(38, _QUANTITY_DECIMALS),
    Kind.DAY: pa.date32(),
    Kind.FLAG: pa.bool_(),
}

TakeBatch = Callable[[str, pa.RecordBatch], None]
"""Called with a table's name and its next rows."""


def arrow_schema(table: str) -> pa.Schema:
    """The columns of a table; each field's metadata names the element it comes from."""
    return pa.schema(
        [
            pa.field(column.name, _TYPES[column.kind], metadata={"source": column.source})
            for column in TABLES[table]
        ]
    )


class TableBuilder:
    """Gathers rows, and hands on a batch whenever a table has enough of them."""

    def __init__(self, take: TakeBatch, rows_of_a_batch: int = _ROWS_OF_A_BATCH) -> None:
        self._take = take
        self._most = rows_of_a_batch
        self._rows: dict[str, list[Row]] = {name: [] for name in TABLES}

    def add(self, table: str, row: Row) -> None:
        """Take the next row of a table."""
        rows = self._rows[table]
        rows.append(row)
        if len(rows) >= self._most:
            self._flush(table)

    def close(self) -> None:
        """Hand on what is left."""
        for name in self._rows:
            if self._rows[name]:
                self._flush(name)

    def _flush(self, table: str) -> None:
        rows, self._rows[table] = self._rows[table], []
        columns = zip(TABLES[table], zip(*rows, strict=True), strict=True)
        arrays = [_array(column, values) for column, values in columns]
        self._take(table, pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(table)))


def _array(column: Column, values: tuple[object, ...]) -> pa.Array:
    if column.kind is Kind.MONEY:
        return _money(pa.array(values, pa.int64()))
    if column.kind is Kind.QUANTITY:
        values = tuple(map(_quantity, values))
    return pa.array(values, _TYPES[column.kind])


def _quantity(value: object) -> Decimal | None:
    """A quantity of type R, which has at most 15 digits; None for what no such element can hold."""
    if not isinstance(value, Decimal) or abs(value) >= _MOST_OF_A_QUANTITY:
        return None
    exponent = value.normalize().as_tuple().exponent
    return value if isinstance(exponent, int) and exponent >= -_QUANTITY_DECIMALS else None


def _money(cents: pa.Array) -> pa.Array:
    """Cents as decimals: the same whole numbers in 128 bits, read with two digits behind the point."""
    low = cents.fill_null(0).to_numpy(zero_copy_only=False)
    words = np.empty((len(low), 2), dtype=np.int64)
    words[:, 0], words[:, 1] = low, low >> 63
    valid = cents.is_valid()
    bits = pa.array(valid.to_numpy(zero_copy_only=False)).buffers()[1] if cents.null_count else None
    return pa.Array.from_buffers(MONEY, len(low), [bits, pa.py_buffer(words)])


def write_batches(paths: Iterable[Path], take: TakeBatch) -> None:
    """Read files and hand on their tables batch by batch, with memory that does not grow with them.

    OSError where a file cannot be read; what files hold never raises.
    """
    builder = TableBuilder(take)
    for path in paths:
        for table, row in file_rows(path):
            builder.add(table, row)
    builder.close()


def read_tables(paths: Iterable[str | Path]) -> Mapping[str, pa.Table]:
    """All tables of all files, by name; a table without rows is there with its columns.

    OSError where a file cannot be read; what files hold never raises: see the table `findings`.
    """
    batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
    write_batches(map(Path, paths), lambda table, batch: batches[table].append(batch))
    return {name: pa.Table.from_batches(found, arrow_schema(name)) for name, found in batches.items()}


def read_frames(paths: Iterable[str | Path]) -> Mapping[str, pd.DataFrame]:
    """The same as pandas frames. Money and quantities stay exact (Arrow decimals), dates are dates."""
    import pandas as pd

    return {name: table.to_pandas(types_mapper=pd.ArrowDtype) for name, table in read_tables(paths).items()}
