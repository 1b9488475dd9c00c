"""Encounter files to encounter records.

Reads JSON (one record or a list) and NDJSON (one record a line). A record that does not
fit is set aside with its line and the path of each fault; the others go on. Values never
stand in a message: only where the fault is, and of what kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from edi.finding import Finding, Place
from mapping.encounter import Encounter
from mapping.rule_keys import RECORD_INVALID

MAXIMUM_FILE_BYTES = 512 * 1024 * 1024
_MAXIMUM_FAULTS = 50


@dataclass(frozen=True, slots=True)
class IntakeRecord:
    """One record of an encounter file: the encounter, or the findings that set it aside.

    `content` is the record as canonical JSON text (sorted keys), `digest` its SHA-256:
    two records with the same digest say the same. What is no JSON keeps its own text as
    content; `whole_file` says that the file as a whole could not be read.
    """

    line: int
    encounter: Encounter | None
    content: str
    digest: str
    findings: tuple[Finding, ...] = ()
    whole_file: bool = False


def read_encounters(path: Path) -> Iterator[IntakeRecord]:
    """The records of a file, one by one. OSError where the file cannot be read."""
    size = path.stat().st_size
    if size > MAXIMUM_FILE_BYTES:
        yield _refused_file(1, f"the file is larger than {MAXIMUM_FILE_BYTES // 2**20} MB", path)
        return
    yield from parse_encounters(path.read_bytes(), path)


def parse_encounters(data: bytes, path: Path | None = None) -> Iterator[IntakeRecord]:
    """The records of a file's bytes: one JSON document, or else NDJSON."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        yield _refused_file(data[: error.start].count(b"\n") + 1, "the file is not UTF-8 text", path)
        return
    if not text.strip():
        yield _refused_file(1, "the file is empty", path)
        return
    try:
        value = _load(text)
    except ValueError as error:
        if _has_record_lines(text):
            yield from _parse_lines(text, path)
        else:
            line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
            yield _refused_file(line, f"the file is not JSON: {_json_words(error)}", path)
        return
    records = value if isinstance(value, list) else [value]
    if not records:
        yield _refused_file(1, "the file holds no record", path)
    for number, record in enumerate(records, start=1):
        yield read_record(record, number, path)


def _has_record_lines(text: str) -> bool:
    """Whether some line is a whole JSON object, so that the file is NDJSON with faults in it."""
    for line in text.splitlines():
        try:
            if isinstance(_load(line), dict):
                return True
        except ValueError:
            continue
    return False


def _parse_lines(text: str, path: Path | None) -> Iterator[IntakeRecord]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = _load(line)
        except ValueError as error:
            yield _refused(number, f"the line is not JSON: {_json_words(error)}", path, line)
        else:
            yield read_record(value, number, path)


def _load(text: str) -> Any:
    """Decode JSON with exact decimals; ValueError for what is none."""
    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_no_twice
        )
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return result


def _json_words(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    return str(error)


def read_record(value: Any, line: int, path: Path | None = None) -> IntakeRecord:
    """One decoded record checked against the model."""
    content = canonical_json(value)
    digest = hashlib.sha256(content.encode()).hexdigest()
    try:
        return IntakeRecord(line, Encounter.model_validate(value), content, digest)
    except ValidationError as error:
        findings = tuple(_faults(error, line, path, value))
        return IntakeRecord(line, None, content, digest, findings)
    except RecursionError:
        return _refused(line, "the record is nested too deeply", path, content)


def canonical_json(value: Any) -> str:
    """The same record always as the same text: sorted keys, no blanks, decimals as text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False)


def _faults(error: ValidationError, line: int, path: Path | None, value: Any) -> Iterator[Finding]:
    faults = error.errors(include_input=False, include_url=False, include_context=False)
    for fault in faults[:_MAXIMUM_FAULTS]:
        where = _path_words(fault["loc"])
        yield Finding.of(
            RECORD_INVALID,
            "{path}: {reason}",
            fields={"path": where, "reason": _reason(fault["type"], fault["msg"])},
            fix="Correct the field and send the record again; `j3399 schema` prints what each field may hold.",
            place=Place(file=path.name if path else None, encounter=_key_of(value), line=line, path=where),
        )


def _reason(kind: str, message: str) -> str:
    """pydantic's words, shortened; they hold limits and patterns, never the value."""
    known = {
        "extra_forbidden": "there is no such field",
        "missing": "the field is missing",
        "decimal_max_places": "too many digits after the decimal point",
    }
    return known.get(kind, message.removeprefix("Value error, ").replace("Input should", "should"))


def _key_of(value: Any) -> str | None:
    """The record's id where it has a sound one, so that people can find the record."""
    key = value.get("id") if isinstance(value, dict) else None
    return key if isinstance(key, str) and len(key) <= 64 and key.replace("-", "").isalnum() else None


def _path_words(location: tuple[int | str, ...]) -> str:
    words = ""
    for part in location:
        words += f"[{part}]" if isinstance(part, int) else f".{part}" if words else str(part)
    return words or "record"


def _refused(line: int, reason: str, path: Path | None, content: str) -> IntakeRecord:
    finding = Finding.of(
        RECORD_INVALID,
        "{reason}",
        fields={"reason": reason},
        fix="An encounter file is JSON (a record or a list of records) or NDJSON (one record a line), in UTF-8.",
        place=Place(file=path.name if path else None, line=line),
    )
    return IntakeRecord(line, None, content, "", (finding,))


def _refused_file(line: int, reason: str, path: Path | None) -> IntakeRecord:
    return replace(_refused(line, reason, path, ""), whole_file=True)
