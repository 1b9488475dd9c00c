"""Tables of X12 files as CSV, Parquet or a workbook, each file whole under its name or not at all.

Rows are written while the files are read. Files are readable by their owner only: they hold
patient data. In CSV and in the workbook, text that a spreadsheet would run is neutralised;
Parquet holds it as it is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Protocol

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import xlsxwriter

from edi.finding import Severity
from edi.tables.arrow import TYPES, arrow_schema
from edi.tables.build import TakeBatch, write_batches
from edi.tables.columns import TABLES, Kind
from edi.values import decimal_words
from pipeline.durable import FILE_MODE, DurableSteps
from pipeline.progress import Tell, metered
from pipeline.spreadsheets import neutral_batch

_QUANTITY = TYPES[Kind.QUANTITY]
_MOST_ROWS_OF_A_SHEET = 1_048_576
_WIDTHS = {Kind.TEXT: 18, Kind.INTEGER: 10, Kind.MONEY: 16, Kind.QUANTITY: 12, Kind.DAY: 12, Kind.FLAG: 8}
_NUMBER_FORMATS = {Kind.MONEY: "#,##0.00", Kind.DAY: "yyyy-mm-dd", Kind.QUANTITY: "0.###"}


class Sink(Protocol):
    """Takes the batches of tables, and finishes what it wrote."""

    def take(self, table: str, batch: pa.RecordBatch) -> None: ...

    def close(self) -> list[Path]:
        """The files that were written."""


class _FolderSink:
    """One file a table in a folder. A table without rows makes no file, and removes an older one."""

    suffix = ""

    def __init__(self, folder: Path, steps: DurableSteps) -> None:
        self._folder = folder
        self._steps = steps
        self._writers: dict[str, Any] = {}
        steps.make_folder(folder)

    def take(self, table: str, batch: pa.RecordBatch) -> None:
        if table not in self._writers:
            path = self._partial(table)
            path.touch(FILE_MODE)
            path.chmod(FILE_MODE)
            self._writers[table] = self._writer(path, arrow_schema(table))
        self._write(self._writers[table], batch)

    def close(self) -> list[Path]:
        written = []
        for table in TABLES:
            path = self._folder / f"{table}.{self.suffix}"
            if table in self._writers:
                self._writers[table].close()
                self._steps.rename(self._partial(table), path)
                written.append(path)
            elif path.exists():
                self._steps.remove(path)
        return written

    def _partial(self, table: str) -> Path:
        return self._folder / f".{table}.{self.suffix}.partial"

    def _writer(self, path: Path, schema: pa.Schema) -> Any:
        raise NotImplementedError

    def _write(self, writer: Any, batch: pa.RecordBatch) -> None:
        raise NotImplementedError


class CsvSink(_FolderSink):
    """`claims.csv` and so on: comma, UTF-8, a header, text quoted."""

    suffix = "csv"

    def _writer(self, path: Path, schema: pa.Schema) -> Any:
        return pa_csv.CSVWriter(path, _csv_schema(schema))

    def _write(self, writer: Any, batch: pa.RecordBatch) -> None:
        writer.write_batch(_csv_batch(batch))


class ParquetSink(_FolderSink):
    """`claims.parquet` and so on, with the types and sources of their columns."""

    suffix = "parquet"

    def _writer(self, path: Path, schema: pa.Schema) -> Any:
        return pq.ParquetWriter(path, schema)

    def _write(self, writer: Any, batch: pa.RecordBatch) -> None:
        writer.write_batch(batch)


class XlsxSink:
    """One workbook, a sheet a table: header frozen, filters, money and dates as such.

    A table with more rows than a sheet holds goes on in the next (`claims 2`).
    """

    def __init__(self, path: Path, steps: DurableSteps) -> None:
        self._path = path
        self._steps = steps
        self._partial = path.with_name(f".{path.name}.partial")
        steps.make_folder(path.parent)
        self._partial.touch(FILE_MODE)
        self._partial.chmod(FILE_MODE)
        # each row goes to disk as it comes: no cell may be taken for a formula, number or link
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        }
        self._book = xlsxwriter.Workbook(self._partial, options)
        self._header = self._book.add_format({"bold": True, "bottom": 1})
        self._formats = {
            kind: self._book.add_format({"num_format": text}) for kind, text in _NUMBER_FORMATS.items()
        }
        self._sheets: dict[str, Any] = {}
        self._rows: dict[str, int] = {}
        self._counts: dict[str, int] = {}

    def take(self, table: str, batch: pa.RecordBatch) -> None:
        for row in zip(*(column.to_pylist() for column in neutral_batch(batch).columns), strict=True):
            if self._rows.get(table, _MOST_ROWS_OF_A_SHEET) >= _MOST_ROWS_OF_A_SHEET:
                self._begin_sheet(table)
            self._write_row(table, row)

    def close(self) -> list[Path]:
        for table in list(self._sheets):
            self._filter(table)
        if not self._sheets:
            self._book.add_worksheet("empty")
        self._book.close()
        self._steps.rename(self._partial, self._path)
        return [self._path]

    def _begin_sheet(self, table: str) -> None:
        if table in self._sheets:
            self._filter(table)
        self._counts[table] = self._counts.get(table, 0) + 1
        number = f" {self._counts[table]}" if self._counts[table] > 1 else ""
        sheet = self._sheets[table] = self._book.add_worksheet(f"{table}{number}")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(TABLES[table]):
            sheet.set_column(place, place, _WIDTHS[column.kind], self._formats.get(column.kind))
            sheet.write_string(0, place, column.name, self._header)
        self._rows[table] = 1

    def _write_row(self, table: str, row: tuple[object, ...]) -> None:
        sheet, number = self._sheets[table], self._rows[table]
        for place, (column, value) in enumerate(zip(TABLES[table], row, strict=True)):
            style = self._formats.get(column.kind)
            match value:
                case None | "":
                    continue
                case bool():
                    sheet.write_boolean(number, place, value, style)
                case int() | Decimal():
                    sheet.write_number(number, place, float(value), style)
                case dt.date():
                    sheet.write_datetime(number, place, value, style)
                case _:
                    sheet.write_string(number, place, str(value), style)
        self._rows[table] += 1

    def _filter(self, table: str) -> None:
        self._sheets[table].autofilter(0, 0, self._rows[table] - 1, len(TABLES[table]) - 1)


@dataclass(slots=True)
class TableTally:
    """What went wrong while tables were written: findings of error severity by rule, files not read."""

    errors: Counter[str] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)

    def count(self, table: str, batch: pa.RecordBatch) -> None:
        """Count the errors among findings."""
        if table == "findings":
            rows = zip(batch["rule"].to_pylist(), batch["severity"].to_pylist(), strict=True)
            self.errors.update(rule for rule, severity in rows if severity == Severity.ERROR.value)


def write_tables(paths: Iterable[Path], sink: Sink, tally: TableTally) -> list[Path]:
    """Read files and write their tables. A file that cannot be read costs its own rows. The files written."""

    def take(table: str, batch: pa.RecordBatch) -> None:
        tally.count(table, batch)
        sink.take(table, batch)

    _each(paths, take, tally)
    return sink.close()


def print_table(paths: Iterable[Path], table: str, target: BinaryIO, tally: TableTally) -> None:
    """One table as CSV, written while the files are read."""
    writer = pa_csv.CSVWriter(target, _csv_schema(arrow_schema(table)))

    def take(name: str, batch: pa.RecordBatch) -> None:
        tally.count(name, batch)
        if name == table:
            writer.write_batch(_csv_batch(batch))

    _each(paths, take, tally)
    writer.close()


def _csv_schema(schema: pa.Schema) -> pa.Schema:
    """Quantities are texts in a CSV file: Arrow writes `0E-15` for none."""
    return pa.schema(
        [pa.field(one.name, pa.string() if one.type == _QUANTITY else one.type) for one in schema]
    )


def _csv_batch(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose texts are no formulas and whose quantities are as people write them: `0.5`."""
    neutral = neutral_batch(batch)
    columns = [_words(one) if one.type == _QUANTITY else one for one in neutral.columns]
    return pa.RecordBatch.from_arrays(columns, schema=_csv_schema(batch.schema))


def _words(column: pa.Array) -> pa.Array:
    encoded = column.dictionary_encode()
    words = [decimal_words(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(words, pa.string()).take(encoded.indices)


def _each(paths: Iterable[Path], take: TakeBatch, tally: TableTally) -> None:
    for path in paths:
        try:
            with metered(f"{path.name}, rows") as tell:
                write_batches([path], _telling(take, tell))
        except OSError as error:
            tally.unreadable.append(f"{path}: {error.strerror}")


def _telling(take: TakeBatch, tell: Tell) -> TakeBatch:
    done = 0

    def told(table: str, batch: pa.RecordBatch) -> None:
        nonlocal done
        done += batch.num_rows
        tell(done)
        take(table, batch)

    return told


SINKS: dict[str, Callable[[Path, DurableSteps], Sink]] = {
    "csv": CsvSink,
    "parquet": ParquetSink,
    "xlsx": XlsxSink,
}


@contextmanager
def replacing(path: Path, steps: DurableSteps) -> Iterator[Any]:
    """A binary file to be written, which takes the place of `path` when the block ends well."""
    steps.make_folder(path.parent)
    partial = path.with_name(f".{path.name}.partial")
    partial.touch(FILE_MODE)
    partial.chmod(FILE_MODE)
    with partial.open("wb") as stream:
        yield stream
    steps.rename(partial, path)
