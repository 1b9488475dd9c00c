"""The same encounters in each form that intake reads."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from mapping.encounter import Encounter
from mapping.intake.columns import find_column
from mapping.intake.fields import Kind
from mapping.intake.flatten import columns_of, flatten


def as_json(encounters: Sequence[Encounter]) -> bytes:
    return json.dumps([json.loads(_line(encounter)) for encounter in encounters], indent=1).encode()


def as_ndjson(encounters: Sequence[Encounter]) -> bytes:
    return "".join(f"{_line(encounter)}\n" for encounter in encounters).encode()


def as_csv(
    encounters: Sequence[Encounter], delimiter: str = ",", line_end: str = "\n", repeated: bool = False
) -> bytes:
    """CSV of the columns that are filled; `repeated` writes the encounter's columns on each row."""
    rows = flat_rows(encounters, repeated)
    return csv_of(rows, columns_of(rows), delimiter, line_end)


def csv_of(
    rows: Sequence[dict[str, str]], columns: Sequence[str], delimiter: str = ",", line_end: str = "\n"
) -> bytes:
    text = io.StringIO()
    # Left to itself the writer quotes of the line ends only its own.
    has_other_ends = any("\r" in cell or "\n" in cell for row in rows for cell in row.values())
    quoting = csv.QUOTE_ALL if has_other_ends else csv.QUOTE_MINIMAL
    writer = csv.DictWriter(text, columns, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def flat_rows(encounters: Sequence[Encounter], repeated: bool = False) -> list[dict[str, str]]:
    rows = []
    for encounter in encounters:
        first, *others = flatten(encounter)
        rows.append(first)
        shared = {name: cell for name, cell in first.items() if not name.startswith("service_lines.")}
        rows += [{**shared, **row} if repeated else row for row in others]
    return rows


def as_flat_parquet(encounters: Sequence[Encounter], typed: bool = True, **options: Any) -> bytes:
    """Flat Parquet: with `typed`, numbers, dates and times have types of their own."""
    rows = flat_rows(encounters)
    arrays = {name: _array(name, [row.get(name) for row in rows], typed) for name in columns_of(rows)}
    return parquet_of(pa.table(arrays), **options)


def as_nested_parquet(encounters: Sequence[Encounter], **options: Any) -> bytes:
    """Parquet with the structs and lists of the JSON."""
    records = pa.array([json.loads(_line(encounter)) for encounter in encounters])
    return parquet_of(pa.Table.from_struct_array(records), **options)


def parquet_of(table: pa.Table, **options: Any) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()


def _array(name: str, cells: list[str | None], typed: bool) -> pa.Array:
    column = find_column(name)
    assert column is not None
    text = pa.array(cells, pa.string())
    if not typed:
        return text
    if column.shape is Kind.EXACT:
        return pa.array([None if cell is None else Decimal(cell) for cell in cells], pa.decimal128(20, 4))
    if column.shape is Kind.WHOLE:
        return text.cast(pa.int64())
    if column.shape is Kind.BOOLEAN:
        return text.cast(pa.bool_())
    if column.shape is Kind.DATE:
        return text.cast(pa.date32())
    if column.shape is Kind.MOMENT:
        return text.cast(pa.timestamp("us"))
    return text


def _line(encounter: Encounter) -> str:
    return encounter.model_dump_json(exclude_unset=True)
