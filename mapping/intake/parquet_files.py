"""Parquet to records: flat with the columns of CSV, or nested as JSON is.

Read a few hundred rows at a time. The types of the columns are checked once for the file:
a money column of binary floats is refused, because what was rounded on the way in cannot
be told from what was meant.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import types

from mapping.intake.cells import join_list
from mapping.intake.columns import find_column, read_header, suggestion
from mapping.intake.csv_files import refuse_header
from mapping.intake.fields import Kind, ListOf, ObjectOf, Shape, encounter_shape
from mapping.intake.record import (
    Fault,
    IntakeRecord,
    Location,
    path_words,
    read_record,
    refused,
    refused_file,
    set_aside,
)
from mapping.intake.rows import FlatRow, csv_line, read_rows
from mapping.intake.text import BLANKS

_ROWS = 256
_BUFFER_BYTES = 64 * 1024
_TROUBLE = (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError)
"""What pyarrow raises for bytes that are not what they say."""
_UNREADABLE = "\udcff"
"""The text of a value that could not be read: a lone surrogate, as of bytes that are no UTF-8."""
_ELEMENT = 0
_FIX_BROKEN = "Write the file again from the source system and compare its size after sending."


@dataclass(frozen=True, slots=True)
class _TypeFault:
    """A column, or a field inside one, of a type that its values cannot safely have."""

    location: Location
    reason: str
    fix: str


def read_parquet(stream: BinaryIO, file: str | None) -> Iterator[IntakeRecord]:
    """The records of a Parquet file. OSError where the disk fails."""
    stream.seek(0)
    try:
        source = pq.ParquetFile(
            stream, pre_buffer=False, buffer_size=_BUFFER_BYTES, page_checksum_verification=True
        )
        schema = source.schema_arrow
    except _TROUBLE as error:
        _raise_if_of_the_disk(error)
        yield refused_file(1, "the Parquet file is broken or cut short", file, _FIX_BROKEN)
        return
    if source.metadata.num_rows == 0:
        yield refused_file(1, "the file holds no record", file)
    elif any(_is_nested(field.type) for field in schema):
        yield from _read_nested(source, schema, file)
    else:
        yield from _read_flat(source, schema, file)


def _read_flat(source: pq.ParquetFile, schema: pa.Schema, file: str | None) -> Iterator[IntakeRecord]:
    header = read_header(schema.names)
    if header.faults:
        yield refuse_header(1, header, file)
        return
    faults = [
        _TypeFault((name,), reason, fix)
        for name, arrow_type in zip(schema.names, schema.types, strict=True)
        if (column := find_column(name)) is not None
        for _, reason, fix in _wrong_types(column.shape, arrow_type, (), is_flat=True)
    ]
    faults = [fault for fault in faults if _has_values(source, fault.location)]
    if faults:
        yield _refuse_types(faults, file)
        return
    kinds = [column.shape if (column := find_column(name)) else Kind.TEXT for name in schema.names]
    yield from read_rows(lambda: _flat_rows(source, kinds), header, csv_line(schema.names), file)


def _flat_rows(source: pq.ParquetFile, shapes: list[Shape]) -> Iterator[FlatRow]:
    for batch in _batches(source):
        if batch.trouble is not None:
            yield FlatRow(batch.first_row, (), "", batch.trouble)
            continue
        columns = [
            [_cell(value, shape) for value in _values(array)]
            for array, shape in zip(batch.content.columns, shapes, strict=True)
        ]
        for number, cells in enumerate(zip(*columns, strict=True), batch.first_row):
            if any(cells):
                yield FlatRow(number, cells, csv_line(cells))


def _read_nested(source: pq.ParquetFile, schema: pa.Schema, file: str | None) -> Iterator[IntakeRecord]:
    struct = pa.struct(list(schema))
    faults = [
        _TypeFault(*found)
        for found in _wrong_types(encounter_shape(), struct, (), is_flat=False)
        if _has_values(source, found[0])
    ]
    if len(set(schema.names)) != len(schema.names):
        faults.append(_TypeFault((), "a column stands twice", "Give each field one column."))
    if faults:
        yield _refuse_types(faults, file)
        return
    for batch in _batches(source):
        if batch.trouble is not None:
            yield refused(batch.first_row, batch.trouble, file, fix=_FIX_BROKEN)
            continue
        columns = [_values(array) for array in batch.content.columns]
        for number, values in enumerate(zip(*columns, strict=True), batch.first_row):
            row = dict(zip(schema.names, values, strict=True))
            record = _plain(row)
            yield read_record({} if record is None else record, number, file)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows from `first_row` (counted from 1), or the trouble that kept them from being read."""

    first_row: int
    content: pa.RecordBatch
    trouble: str | None = None


def _batches(source: pq.ParquetFile) -> Iterator[_Batch]:
    """All rows in order. A row group that breaks off costs its own rest; the next ones are read."""
    nothing = pa.RecordBatch.from_pylist([])
    start = 1
    for group in range(source.num_row_groups):
        following = start + source.metadata.row_group(group).num_rows
        row = start
        try:
            for content in source.iter_batches(_ROWS, row_groups=[group], use_threads=False):
                yield _Batch(row, content)
                row += content.num_rows
        except _TROUBLE as error:
            _raise_if_of_the_disk(error)
        if row < following:
            trouble = f"the file is broken: rows {row} to {following - 1} cannot be read"
            yield _Batch(row, nothing, trouble)
        start = following


def _values(array: pa.Array) -> list[Any]:
    """The values of a column; one that cannot be read costs itself alone."""
    if types.is_timestamp(array.type) and array.type.unit == "ns":
        array = array.cast(pa.timestamp("us", array.type.tz), safe=False)
    try:
        values: list[Any] = array.to_pylist()
    except _TROUBLE:
        return [_value(array, at) for at in range(len(array))]
    return values


def _value(array: pa.Array, at: int) -> Any:
    try:
        return array[at].as_py()
    except _TROUBLE:
        return _UNREADABLE


def _cell(value: Any, shape: Shape) -> str:
    """A typed value as the text that CSV would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        element = shape.element if isinstance(shape, ListOf) else shape
        return join_list(_cell(inner, element) for inner in value) if value else "[]"
    if isinstance(value, dt.datetime) and shape is Kind.DATE and value.time() == dt.time():
        return value.date().isoformat()
    plain = _plain(value)
    return str(plain).strip(BLANKS)


def _plain(value: Any) -> Any:
    """A value as JSON has it: null fields and objects of nothing but nulls are left out."""
    if isinstance(value, dict):
        members = {name: inner for name, kept in value.items() if (inner := _plain(kept)) is not None}
        return members or None
    if isinstance(value, list):
        # An element keeps its place: {} says that it is there and empty.
        return [{} if (inner := _plain(kept)) is None else inner for kept in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def _is_nested(arrow_type: pa.DataType) -> bool:
    if types.is_struct(arrow_type):
        return True
    return _is_list(arrow_type) and _is_nested(arrow_type.value_type)


def _is_list(arrow_type: pa.DataType) -> bool:
    return bool(
        types.is_list(arrow_type) or types.is_large_list(arrow_type) or types.is_fixed_size_list(arrow_type)
    )


def _wrong_types(
    shape: Shape, arrow_type: pa.DataType, location: Location, is_flat: bool
) -> Iterator[tuple[Location, str, str]]:
    """The places whose type does not go with what the record has there."""
    if types.is_null(arrow_type):
        return
    if isinstance(shape, ObjectOf) and types.is_struct(arrow_type):
        for field in arrow_type:
            inner = (*location, field.name)
            if field.name in shape.members:
                yield from _wrong_types(shape.members[field.name].shape, field.type, inner, is_flat)
            else:
                yield inner, "there is no such column", suggestion(path_words(inner))
    elif isinstance(shape, ListOf) and _is_list(arrow_type):
        yield from _wrong_types(shape.element, arrow_type.value_type, (*location, _ELEMENT), is_flat)
    elif isinstance(shape, Kind):
        if not _accepts(shape, arrow_type):
            yield location, *_words(shape, arrow_type)
    elif not (is_flat and _is_text(arrow_type)):
        wanted = "a list" if isinstance(shape, ListOf) else "a struct"
        yield location, f"the column holds {arrow_type}, not {wanted}", "Write it as JSON has it."


def _accepts(kind: Kind, arrow_type: pa.DataType) -> bool:
    if _is_text(arrow_type):
        return True
    tests: dict[Kind, tuple[Callable[[pa.DataType], bool], ...]] = {
        Kind.TEXT: (),
        Kind.EXACT: (types.is_decimal, types.is_integer),
        Kind.WHOLE: (types.is_integer, types.is_decimal, types.is_floating),
        Kind.BOOLEAN: (types.is_boolean,),
        Kind.DATE: (types.is_date, types.is_timestamp),
        Kind.MOMENT: (types.is_date, types.is_timestamp),
    }
    return any(test(arrow_type) for test in tests[kind])


def _is_text(arrow_type: pa.DataType) -> bool:
    if types.is_dictionary(arrow_type):
        return _is_text(arrow_type.value_type)
    tests = (types.is_string, types.is_large_string, types.is_string_view, types.is_binary)
    return any(test(arrow_type) for test in tests) or bool(types.is_large_binary(arrow_type))


def _words(kind: Kind, arrow_type: pa.DataType) -> tuple[str, str]:
    if kind is Kind.EXACT and types.is_floating(arrow_type):
        reason = (
            f"the column holds binary floats ({arrow_type}), which cannot hold money and quantities exactly"
        )
        return reason, 'Write decimals (decimal128, two places for money) or text ("2125000.00").'
    if kind is Kind.TEXT and types.is_primitive(arrow_type):
        reason = f"the column holds {arrow_type}, not text: zeros in front are lost"
        return reason, "Write the column as text, from a source that has it as text."
    return f"the column holds {arrow_type}, not {kind}", "Write the column with its own type, or as text."


def _has_values(source: pq.ParquetFile, location: Location) -> bool:
    """Whether a field is filled in any row: what is wrong with an empty column does no harm."""
    if not location:
        return True
    top, *inner = location
    position = source.schema_arrow.names.index(top)
    for batch in _batches(source):
        if batch.trouble is not None:
            continue
        array = batch.content.column(position)
        for part in inner:
            array = array.flatten() if isinstance(part, int) else array.field(part)
        if array.null_count < len(array):
            return True
    return False


def _refuse_types(faults: list[_TypeFault], file: str | None) -> IntakeRecord:
    words = [Fault(1, path_words(fault.location), fault.reason, fault.fix) for fault in faults]
    return replace(set_aside(1, words, file, ""), whole_file=True)


def _raise_if_of_the_disk(error: BaseException) -> None:
    """An error with a number is the operating system's own: the file may be sound."""
    if isinstance(error, OSError) and error.errno is not None:
        raise error
