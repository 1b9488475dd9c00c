"""Tables as Arrow: rows gathered into batches, typed, written while the file is read.

Why: a remittance of a million claims must not be held as Python rows. Batches of bounded size
go to whoever takes them; `read_tables` keeps them, a writer puts them on disk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from edi.tables.arrow import arrow_schema, column_array
from edi.tables.columns import TABLES
from edi.tables.files import file_rows
from edi.tables.pieces import Row

if TYPE_CHECKING:
    import pandas as pd

_ROWS_OF_A_BATCH = 65_536
_ENOUGH_ROWS = 4_096
"""So many come as they are: to put them together with others would cost more than it saves."""
TakeBatch = Callable[[str, pa.RecordBatch], None]
"""Called with a table's name and its next rows."""


class TableBuilder:
    """Gathers rows and batches, and hands on a batch whenever a table has enough of them."""

    def __init__(self, take: TakeBatch, rows_of_a_batch: int = _ROWS_OF_A_BATCH) -> None:
        self._take = take
        self._most = rows_of_a_batch
        self._rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        self._batches: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
        self._counts = dict.fromkeys(TABLES, 0)

    def add(self, table: str, row: Row) -> None:
        """Take the next row of a table."""
        self._rows[table].append(row)
        self._count(table, 1)

    def add_batch(self, table: str, batch: pa.RecordBatch) -> None:
        """Take the next rows of a table at once; many are handed on as they are."""
        self._close_rows(table)
        if batch.num_rows >= min(_ENOUGH_ROWS, self._most):
            self._flush(table)
            self._take(table, batch)
        else:
            self._batches[table].append(batch)
            self._count(table, batch.num_rows)

    def close(self) -> None:
        """Hand on what is left."""
        for name, count in self._counts.items():
            if count:
                self._flush(name)

    def _count(self, table: str, more: int) -> None:
        self._counts[table] += more
        if self._counts[table] >= self._most:
            self._flush(table)

    def _close_rows(self, table: str) -> None:
        rows, self._rows[table] = self._rows[table], []
        if rows:
            columns = zip(TABLES[table], zip(*rows, strict=True), strict=True)
            arrays = [column_array(column, values) for column, values in columns]
            self._batches[table].append(pa.RecordBatch.from_arrays(arrays, schema=arrow_schema(table)))

    def _flush(self, table: str) -> None:
        self._close_rows(table)
        batches, self._batches[table] = self._batches[table], []
        self._counts[table] = 0
        if len(batches) > 1:
            batches = pa.Table.from_batches(batches, arrow_schema(table)).combine_chunks().to_batches()
        for batch in batches:
            self._take(table, batch)


def write_batches(paths: Iterable[Path], take: TakeBatch) -> None:
    """Read files and hand on their tables batch by batch, with memory that does not grow with them.

    OSError where a file cannot be read; what files hold never raises.
    """
    builder = TableBuilder(take)
    for path in paths:
        for table, row in file_rows(path):
            if isinstance(row, pa.RecordBatch):
                builder.add_batch(table, row)
            else:
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
