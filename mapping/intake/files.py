"""An encounter file of any form to its records: the form is told by the content."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mapping.intake.csv_files import has_header, read_csv
from mapping.intake.json_files import has_record_lines, read_json, read_record_lines
from mapping.intake.record import FIX_FILE, IntakeRecord, refused_file

MAXIMUM_FILE_BYTES = 512 * 1024 * 1024
_HEAD_BYTES = 64 * 1024
_PARQUET = b"PAR1"
_OTHER_FORMS = (
    (b"PK\x03\x04", "a workbook or an archive", "Save the sheet as CSV in UTF-8, or unpack the archive."),
    (b"\xd0\xcf\x11\xe0", "a workbook of an old kind", "Save the sheet as CSV in UTF-8."),
    (b"\x1f\x8b", "compressed", "Unpack the file and send it as it is."),
    (b"ISA", "an X12 file", "Put answers into `inbox/new`; this place is for encounter records."),
    (b"<", "XML or HTML", FIX_FILE),
)
"""How files of other forms begin, what they are, and the next step."""
_OTHER_ENCODINGS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_BY_SUFFIX = {
    ".csv": "The first line must be the header that `j3399 schema --csv` prints, or a part of it.",
    ".tsv": "The first line must be the header that `j3399 schema --csv` prints, or a part of it.",
    ".parquet": "A Parquet file begins with PAR1: send it again whole, as its writer closed it.",
}


def read_encounters(path: Path) -> Iterator[IntakeRecord]:
    """The records of a file, one by one. OSError where the file cannot be read."""
    with path.open("rb") as stream:
        yield from _read(stream, path.name)


def parse_encounters(data: bytes, path: Path | None = None) -> Iterator[IntakeRecord]:
    """The records of a file's bytes, one by one. `path` gives the name that findings show."""
    yield from _read(io.BytesIO(data), path.name if path else None)


def _read(stream: BinaryIO, file: str | None) -> Iterator[IntakeRecord]:
    size = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    if size > MAXIMUM_FILE_BYTES:
        fix = "Send the encounters in several files."
        yield refused_file(1, f"the file is larger than {MAXIMUM_FILE_BYTES // 2**20} MB", file, fix)
        return
    head = stream.read(_HEAD_BYTES)
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if not start and size <= _HEAD_BYTES:
        yield refused_file(1, "the file is empty", file)
    elif head.startswith(_PARQUET):
        # pyarrow takes its time to load: only who sends Parquet waits for it.
        from mapping.intake.parquet_files import read_parquet

        yield from read_parquet(stream, file)
    elif head.startswith(_OTHER_ENCODINGS):
        fix = "Save the file as UTF-8 and send it again."
        yield refused_file(1, "the file is not UTF-8 text", file, fix)
    elif start.startswith((b"{", b"[")):
        yield from read_json(stream, file)
    elif has_header(stream):
        yield from read_csv(stream, file)
    elif has_record_lines(stream):
        yield from read_record_lines(stream, file)
    else:
        yield _refuse_form(start, file)


def _refuse_form(start: bytes, file: str | None) -> IntakeRecord:
    for beginning, form, fix in _OTHER_FORMS:
        if start.startswith(beginning):
            return refused_file(1, f"the file is {form}, not an encounter file", file, fix)
    fix = _BY_SUFFIX.get(Path(file or "").suffix.lower(), FIX_FILE)
    reason = "the file is not JSON, NDJSON, CSV with a known header, or Parquet"
    return refused_file(1, reason, file, fix)
