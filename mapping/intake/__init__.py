"""Encounter files to encounter records, in four forms: JSON, NDJSON, CSV, Parquet.

The form is told by a file's content. Every form is read a piece at a time, gives the same
records, and sets aside what does not fit with its line and the path of each fault; the
others go on. docs/encounters.md shows the forms.
"""

from __future__ import annotations

from mapping.intake.files import MAXIMUM_FILE_BYTES, parse_encounters, read_encounters
from mapping.intake.record import IntakeRecord, canonical_json, read_record

__all__ = [
    "MAXIMUM_FILE_BYTES",
    "IntakeRecord",
    "canonical_json",
    "parse_encounters",
    "read_encounters",
    "read_record",
]
