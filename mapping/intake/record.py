"""One record of an encounter file: an encounter, or the findings that set it aside.

Values never stand in a message: only where the fault is, and of what kind.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from edi.finding import Finding, Place
from edi.records import record
from mapping.encounter import Encounter
from mapping.rule_keys import RECORD_INVALID

MAXIMUM_FAULTS = 50
_MOST_TEXTS = 4096
_FIX_FIELD = "Correct the field and send the record again; `j3399 schema` prints what each field may hold."
FIX_FILE = (
    "An encounter file is JSON (a record or a list of records), NDJSON (one record a line), CSV "
    "(one row a service line, under the header that `j3399 schema --csv` prints) or Parquet; text is UTF-8."
)
_FIELD_NAME = re.compile(r"[a-z_][A-Za-z0-9_]{0,40}", re.ASCII)

Location = tuple[int | str, ...]


@record(frozen=True, slots=True)
class IntakeRecord:
    """One record of an encounter file: the encounter, or the findings that set it aside.

    `line` is the line of the file where the record begins; in Parquet, its row (from 1).
    `content` is the record as canonical JSON text (sorted keys); of what could not be read,
    the text as it came. `suffix` says what form the content has. `digest` is the SHA-256 of
    what the encounter says: two records with the same digest say the same, in whatever
    form they came. `whole_file` says that the file as a whole could not be read.
    """

    line: int
    encounter: Encounter | None
    content: str
    digest: str
    findings: tuple[Finding, ...] = ()
    whole_file: bool = False
    suffix: str = ".json"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at one place of a record: a line of the file, a path, the reason, what to do."""

    line: int
    path: str
    reason: str
    fix: str = _FIX_FIELD


def read_record(
    value: Any,
    line: int,
    file: str | None = None,
    line_of: Callable[[Location], int] | None = None,
    hint_of: Callable[[Location], str] | None = None,
) -> IntakeRecord:
    """One decoded record checked against the model.

    `line_of` says on which line a field stands where not all stand on `line`; `hint_of`
    adds words to the reason of a field's fault.
    """
    try:
        content = canonical_json(value)
        encounter = Encounter.model_validate(value)
    except ValidationError as error:
        faults = _faults(error, line, line_of, hint_of)
        return set_aside(line, faults, file, content, encounter=key_of(value))
    except RecursionError:
        return refused(line, "the record is nested too deeply", file)
    return IntakeRecord(line, encounter, content, _digest(encounter))


def canonical_json(value: Any) -> str:
    """The same record always as the same text: sorted keys, no blanks, decimals as text."""
    text = _CANONICAL_JSON.encode(value)
    return text if _is_encodable(text) else json.dumps(value, sort_keys=True, default=str)


def set_aside(
    line: int,
    faults: Iterable[Fault],
    file: str | None,
    content: str,
    encounter: str | None = None,
    suffix: str = ".json",
) -> IntakeRecord:
    """A record that did not fit, with a finding for each of its first faults."""
    findings = tuple(
        Finding.of(
            RECORD_INVALID,
            "{path}: {reason}",
            fields={"path": fault.path, "reason": fault.reason},
            fix=fault.fix,
            place=Place(file=file, encounter=encounter, line=fault.line, path=fault.path),
        )
        for fault in list(faults)[:MAXIMUM_FAULTS]
    )
    return IntakeRecord(line, None, _encodable(content), "", findings, suffix=suffix)


def refused(line: int, reason: str, file: str | None, content: str = "", fix: str = FIX_FILE) -> IntakeRecord:
    """A piece of a file that is no record at all."""
    finding = Finding.of(
        RECORD_INVALID, "{reason}", fields={"reason": reason}, fix=fix, place=Place(file=file, line=line)
    )
    return IntakeRecord(line, None, _encodable(content), "", (finding,))


def refused_file(line: int, reason: str, file: str | None, fix: str = FIX_FILE) -> IntakeRecord:
    """A file that could not be read as a whole."""
    return replace(refused(line, reason, file, fix=fix), whole_file=True)


def key_of(value: Any) -> str | None:
    """The record's id where it has a sound one, so that people can find the record."""
    key = value.get("id") if isinstance(value, dict) else None
    return key if isinstance(key, str) and is_key(key) else None


def is_key(text: str) -> bool:
    """Whether a text may be shown as the id of an encounter."""
    return len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum()


def path_words(location: Location) -> str:
    """A place in a record as people write it: `coverages[0].member_id`."""
    words = ""
    for part in location:
        if isinstance(part, int):
            words += f"[{part}]"
        else:
            words += f".{part}" if words else part
    return words or "record"


def _faults(
    error: ValidationError,
    line: int,
    line_of: Callable[[Location], int] | None,
    hint_of: Callable[[Location], str] | None,
) -> Iterator[Fault]:
    for fault in error.errors(include_input=False, include_url=False, include_context=False)[:MAXIMUM_FAULTS]:
        location = fault["loc"]
        reason = _reason(fault["type"], fault["msg"]) + (hint_of(location) if hint_of else "")
        yield Fault(line_of(location) if line_of else line, path_words(tuple(map(_shown, location))), reason)


def _reason(kind: str, message: str) -> str:
    """pydantic's words, shortened; they hold limits and patterns, never the value."""
    known = {
        "extra_forbidden": "there is no such field",
        "missing": "the field is missing",
        "decimal_max_places": "too many digits after the decimal point",
        "model_type": "should be an object with the fields of an encounter record",
    }
    return known.get(kind, message.removeprefix("Value error, ").replace("Input should", "should"))


def _shown(part: int | str) -> int | str:
    """A part of a path. What does not look like a field's name may be data, and is not shown."""
    return part if isinstance(part, int) or _FIELD_NAME.fullmatch(part) else "(a name not shown)"


def _digest(encounter: Encounter) -> str:
    """The same for two records that say the same, whatever they leave to a default and however a number is written."""
    content = _PLAIN_JSON.encode(encounter.model_dump(exclude_defaults=True))
    return hashlib.sha256(content.encode()).hexdigest()


def _plain_number(value: Decimal) -> str:
    """The same of equal numbers."""
    # Not `normalize`: it rounds to the precision of the context, and overflows.
    sign, digits, exponent = value.as_tuple()
    significant = "".join(map(str, digits)).rstrip("0")
    power = int(exponent) + len(digits) - len(significant)
    return f"{'-' if sign else ''}{significant}E{power}" if significant else "0"


_WRITERS: Mapping[type, Callable[[Any], str]] = {
    Decimal: _plain_number,
    dt.date: dt.date.isoformat,
    dt.datetime: dt.datetime.isoformat,
}


class _PlainTexts(dict[Any, str]):
    """The plain text of days and numbers, each worked out once: equal ones have the same text, 1.0 and 1.00 as well.

    Times of a day are the hospital's own, without a zone: in two zones equal ones would have two texts.
    """

    def __missing__(self, value: object) -> str:
        if len(self) >= _MOST_TEXTS:
            self.clear()
        text = self[value] = _WRITERS.get(type(value), str)(value)
        return text


# neither a decoded record nor a checked one can hold itself
_CANONICAL_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=False, check_circular=False
)
_PLAIN_JSON = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), default=_PlainTexts().__getitem__, check_circular=False
)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _encodable(text: str) -> str:
    """Text that can be written: bytes that were no UTF-8 stand as `\\udc..` in it."""
    return text if _is_encodable(text) else text.encode("utf-8", "backslashreplace").decode()
