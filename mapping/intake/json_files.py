"""JSON and NDJSON to records, a piece of the file at a time.

A list is read element by element and NDJSON line by line. What is broken is set aside, and
reading goes on at the next record: in a list, at the next object that looks like one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any, BinaryIO, TextIO

from mapping.encounter import Encounter
from mapping.intake.record import IntakeRecord, read_record, refused, refused_file
from mapping.intake.text import MAXIMUM_RECORD, as_text, is_utf8

_CHUNK = 256 * 1024
_BLANK = re.compile(r"[ \t\r\n]*")
_SEPARATORS = re.compile(r"[ \t\r\n,]*")
_OBJECT = re.compile(r'\{\s*"(id"\s*:)?')
_MAXIMUM_ATTEMPTS = 1_000
"""How many objects are tried as the next record before only those that begin with their id count."""
_CUT_MARGIN = 16
"""A fault this near to the end of what was read may only be the end of what was read."""


def read_json(stream: BinaryIO, file: str | None) -> Iterator[IntakeRecord]:
    """The records of a list, of NDJSON, or of one document that is one record."""
    with as_text(stream) as text:
        window = _Window(text)
        if window.next_character() == "[":
            yield from _read_list(window, file)
            yield from _read_lines(window, file)
            return
    if has_record_lines(stream):
        yield from read_record_lines(stream, file)
    else:
        yield _read_document(stream, file)


def read_record_lines(stream: BinaryIO, file: str | None) -> Iterator[IntakeRecord]:
    """NDJSON: a record for each line that is not blank."""
    with as_text(stream) as text:
        yield from _read_lines(_Window(text), file)


def has_record_lines(stream: BinaryIO) -> bool:
    """Whether some line is a whole JSON object, so that the file is NDJSON, if with faults in it.

    Indented lines do not count: they belong to a document.
    """
    with as_text(stream) as text:
        for line in _Window(text).lines():
            if not line.text.startswith("{"):
                continue
            try:
                if isinstance(_load(line.text), dict):
                    return True
            except ValueError:
                continue
    return False


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str
    is_too_long: bool = False


class _Window:
    """The part of a long text that is being read. `at` is where reading stands, on `line`."""

    def __init__(self, source: TextIO) -> None:
        self._source = source
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False

    def more(self) -> bool:
        """Read on, and forget what lies before `at`; False at the end of the file."""
        piece = self._source.read(_CHUNK)
        if not piece:
            self.ended = True
            return False
        self.text = self.text[self.at :] + piece
        self.at = 0
        return True

    def go_to(self, position: int) -> str:
        """Move on; returns the text that was passed."""
        passed = self.text[self.at : position]
        self.line += passed.count("\n")
        self.at = position
        return passed

    def skip(self, pattern: re.Pattern[str]) -> str:
        """Move past what the pattern matches (possibly nothing); returns it."""
        passed = ""
        while True:
            found = pattern.match(self.text, self.at)
            passed += self.go_to(found.end() if found else self.at)
            if self.at < len(self.text) or not self.more():
                return passed

    def next_character(self) -> str:
        """The next character that is no blank, or "" at the end of the file."""
        self.skip(_BLANK)
        return self.text[self.at : self.at + 1]

    @property
    def held(self) -> int:
        return len(self.text) - self.at

    def lines(self) -> Iterator[_Line]:
        """Lines from here on, without their ends. Of a line that is too long, only the fact."""
        start = self.at
        while True:
            end = self.text.find("\n", start)
            if end < 0:
                start = len(self.text)
                if self.held > MAXIMUM_RECORD:
                    yield self._pass_long_line()
                    start = self.at
                    continue
                start -= self.at
                if self.more():
                    continue
                if self.held:
                    yield _Line(self.line, self.go_to(len(self.text)))
                return
            number = self.line
            yield _Line(number, self.go_to(end + 1).rstrip("\r\n"))
            start = self.at

    def _pass_long_line(self) -> _Line:
        number = self.line
        while (end := self.text.find("\n", self.at)) < 0:
            self.at = len(self.text)
            if not self.more():
                return _Line(number, "", is_too_long=True)
        self.go_to(end + 1)
        return _Line(number, "", is_too_long=True)


def _read_lines(window: _Window, file: str | None) -> Iterator[IntakeRecord]:
    for line in window.lines():
        if line.is_too_long:
            yield refused(line.number, f"the line is longer than {MAXIMUM_RECORD // 2**20} MB", file)
        elif not line.text.strip():
            continue
        elif not is_utf8(line.text):
            yield refused(line.number, "the line is not UTF-8 text", file, line.text)
        else:
            try:
                value = _load(line.text)
            except ValueError as error:
                yield refused(line.number, f"the line is not JSON: {_column_words(error)}", file, line.text)
            else:
                yield read_record(value, line.number, file)


def _read_document(stream: BinaryIO, file: str | None) -> IntakeRecord:
    with as_text(stream) as text:
        content = text.read(MAXIMUM_RECORD + 1)
    if len(content) > MAXIMUM_RECORD:
        return refused_file(1, f"one record is longer than {MAXIMUM_RECORD // 2**20} MB", file)
    if not is_utf8(content):
        return refused_file(_line_that_is_not_utf8(content), "the file is not UTF-8 text", file)
    try:
        value = _load(content)
    except ValueError as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 1
        return refused_file(line, f"the file is not JSON: {_column_words(error, line)}", file)
    first = len(content) - len(content.lstrip())
    return read_record(value, content.count("\n", 0, first) + 1, file)


def _line_that_is_not_utf8(content: str) -> int:
    return next((number for number, line in enumerate(content.split("\n"), 1) if not is_utf8(line)), 1)


def _read_list(window: _Window, file: str | None) -> Iterator[IntakeRecord]:
    """The elements of the list that begins here; what stands between them and is no element is said."""
    opened_on = window.line
    window.go_to(window.at + 1)
    number, is_sound = 0, True
    while True:
        line = window.line
        commas = window.skip(_SEPARATORS).count(",")
        following = window.text[window.at : window.at + 1]
        wanted = 1 if number and following not in ("", "]") else 0
        if commas != wanted and is_sound:
            yield refused(line, "the list is not JSON: one comma stands between two records", file)
        if not following:
            yield _unclosed(opened_on, window.line, number, file)
            return
        if following == "]":
            window.go_to(window.at + 1)
            if not number:
                yield refused_file(opened_on, "the file holds no record", file)
            return
        number += 1
        record, is_sound = _read_element(window, number, file)
        is_last = not is_sound and not window.next_character()
        yield replace(record, whole_file=is_last and number == 1)
        if is_last:
            return


def _unclosed(opened_on: int, line: int, number: int, file: str | None) -> IntakeRecord:
    fix = "The file may have been cut short: compare it with what was sent, and send what is missing."
    reason = "the file is not JSON: it ends inside the list"
    return refused(line, reason, file, fix=fix) if number else refused_file(opened_on, reason, file, fix)


def _read_element(window: _Window, number: int, file: str | None) -> tuple[IntakeRecord, bool]:
    """The element that begins here, and whether it is JSON at all."""
    line = window.line
    try:
        value, end = _decode_here(window, _EXACT)
    except ValueError as error:
        # The words first: the place of the fault counts from where the window stands now.
        reason = f"record {number} of the list is not JSON: {_line_words(error, window)}"
        return refused(line, reason, file, _pass_broken_element(window)), False
    source = window.go_to(end)
    if not is_utf8(source):
        return refused(line, f"record {number} of the list is not UTF-8 text", file, source), True
    return read_record(value, line, file), True


def _decode_here(window: _Window, decoder: json.JSONDecoder) -> tuple[Any, int]:
    """The JSON value that begins where the window stands, and where it ends; ValueError for none."""
    while True:
        try:
            return _decode(decoder, window.text, window.at)
        except json.JSONDecodeError as error:
            if not _may_be_cut(error, window) or not window.more():
                raise


def _may_be_cut(error: json.JSONDecodeError, window: _Window) -> bool:
    """Whether the fault may go away with more text."""
    if window.ended or window.held > MAXIMUM_RECORD:
        return False
    return error.pos >= len(window.text) - _CUT_MARGIN or error.msg.startswith("Unterminated string")


def _pass_broken_element(window: _Window) -> str:
    """Move to the next record of the list, or to the end of the file; returns what was passed."""
    try:
        _, end = _decode_here(window, _PLAIN)
        return window.go_to(end)
    except ValueError:
        passed = window.go_to(window.at + 1)
    attempts = 0
    while True:
        found = _OBJECT.search(window.text, window.at)
        end = len(window.text) - _CUT_MARGIN
        if not window.ended and (found is None or found.end() > end):
            # An object may begin in the last bytes: they stay for the next look.
            passed += window.go_to(found.start() if found else max(window.at, end))
            passed = passed[:MAXIMUM_RECORD]
            window.more()
        elif found is None:
            return passed + window.go_to(len(window.text))
        else:
            passed += window.go_to(found.start())
            attempts += 1
            if found.group(1) or (attempts <= _MAXIMUM_ATTEMPTS and _is_record_here(window)):
                return passed
            passed += window.go_to(window.at + 1)


def _is_record_here(window: _Window) -> bool:
    """Whether the object that begins here has an id and another field that every encounter has."""
    try:
        value, _ = _decode_here(window, _PLAIN)
    except ValueError:
        return False
    return isinstance(value, dict) and "id" in value and len(value.keys() & _REQUIRED) > 1


def _load(text: str) -> Any:
    """Decode JSON with exact decimals; ValueError for what is none."""
    try:
        return _EXACT.decode(text)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _decode(decoder: json.JSONDecoder, text: str, at: int) -> tuple[Any, int]:
    try:
        return decoder.raw_decode(text, at)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _exact_number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is out of all bounds") from None


def _whole_number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ValueError("a number has too many digits") from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return result


_EXACT = json.JSONDecoder(
    parse_float=_exact_number,
    parse_int=_whole_number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_no_twice,
)
_PLAIN = json.JSONDecoder(parse_float=str, parse_int=str)
_REQUIRED = {name for name, field in Encounter.model_fields.items() if field.is_required()}


def _column_words(error: ValueError, line: int | None = None) -> str:
    """The fault and where: the column in its line, and the line where that is not known otherwise."""
    if isinstance(error, json.JSONDecodeError):
        where = f"line {line}, column {error.colno}" if line else f"column {error.colno}"
        return f"{error.msg} at {where}"
    return str(error)


def _line_words(error: ValueError, window: _Window) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {window.line + window.text.count(chr(10), window.at, error.pos)}"
    return str(error)
