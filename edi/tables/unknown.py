"""Codes that no table knows, among claims that were read as columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa
import pyarrow.compute as pc

from edi.codes import code_table
from edi.remittance.unknown_codes import GROUP, REASON, REMARK, REMARK_LIST, STATUS
from edi.tables.arrow import arrow_schema

_ABOVE_CLAIMS = 2  # file and transaction


def unknown_codes(tables: Mapping[str, list[pa.Array]]) -> Iterator[tuple[str, str, int]]:
    """The list, the code, and the position of its first segment, of each code that is unknown."""
    if "claims" in tables:
        columns = _named("claims", tables)
        yield from _unknown(STATUS, columns["status"], columns["segment_position"])
    if "adjustments" in tables:
        columns = _named("adjustments", tables)
        yield from _unknown(GROUP, columns["group"], columns["segment_position"])
        yield from _unknown(REASON, columns["reason"], columns["segment_position"])
    if "remarks" in tables:
        columns = _named("remarks", tables)
        ours = pc.equal(columns["qualifier"], REMARK_LIST)
        yield from _unknown(REMARK, columns["code"].filter(ours), columns["segment_position"].filter(ours))


def _named(table: str, tables: Mapping[str, list[pa.Array]]) -> dict[str, pa.Array]:
    return dict(zip(arrow_schema(table).names[_ABOVE_CLAIMS:], tables[table], strict=True))


def _unknown(table: str, codes: pa.Array, positions: pa.Array) -> Iterator[tuple[str, str, int]]:
    known = code_table(table)
    for code in pc.unique(codes).to_pylist():
        if code and code not in known:
            first = pc.index(codes, code).as_py()
            yield table, code, positions[first].as_py()
