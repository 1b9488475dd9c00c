"""Cells that a spreadsheet would run as a formula, made harmless.

Why: a patient named `=HYPERLINK(...)` must stay a name when somebody opens the file.
"""

from __future__ import annotations

from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutral_cell(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would run as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def neutral_batch(batch: Any) -> Any:
    """The same for every text column of an Arrow batch."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type):
            # none has a meaning in a regular expression's set but the minus, which stands last
            is_formula = pc.match_substring_regex(column, "^[=+@\t\r-]")
            column = pc.if_else(is_formula, pc.binary_join_element_wise("'", column, ""), column)
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)
