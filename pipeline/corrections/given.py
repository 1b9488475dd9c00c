"""What a person sets: `--set FIELD=VALUE`, and `--set-from FILE` for patient data.

Every program of the machine sees the arguments of a process, so a name or a birth date must not
stand there: it comes in a file that its owner alone can read. No message repeats a value.
"""

from __future__ import annotations

import datetime as dt
import json
import stat
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.corrections.fields import Change, check_name, field_value
from pipeline.errors import NotCorrectable, storage_error

_SET, _SET_FROM = "--set", "--set-from"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def changes_of_arguments(arguments: Iterable[str]) -> list[Change]:
    """`FIELD=VALUE` each. NotCorrectable for patient data, an unknown field or a missing `=`."""
    return [_of_argument(argument) for argument in arguments]


def _of_argument(argument: str) -> Change:
    name, sign, text = argument.partition("=")
    if not sign:
        raise NotCorrectable(f"{_SET} has no =", f"Write {_SET} FIELD=VALUE")
    name = name.strip()
    change = Change(name, field_value(name, text.strip()), _SET)
    if change.is_protected:
        raise NotCorrectable(
            f"{name} is patient data, and other programs can see the arguments of this one",
            f"Write it into a file that you alone can read (chmod 600) and give {_SET_FROM} FILE",
        )
    return change


def is_open_to_others(path: Path) -> bool:
    """Whether others than its owner may read or change a file."""
    try:
        return bool(path.stat().st_mode & _OTHERS)
    except OSError as error:
        raise storage_error(error) from None


def changes_of_file(path: Path) -> list[Change]:
    """The fields of a TOML or JSON file: dotted names or nested tables. An empty text or null takes a field out.

    NotCorrectable where it is neither, or has an unknown field.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise storage_error(error) from None
    except UnicodeDecodeError:
        raise NotCorrectable(f"{path.name} is no text in UTF-8") from None
    return list(_flat(_parsed(path, text), ""))


def _parsed(path: Path, text: str) -> dict[str, Any]:
    """Amounts stay as they are written: a binary float would change them."""
    is_json = path.suffix.lower() == ".json" or text.lstrip().startswith("{")
    try:
        content = json.loads(text, parse_float=str) if is_json else tomllib.loads(text, parse_float=str)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        # their messages hold no value but a place
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise NotCorrectable(
            f"{path.name}{where} is no {'JSON' if is_json else 'TOML'}",
            'Write one field a line: "coverages[0].member_id" = "..."',
        ) from None
    if not isinstance(content, dict):
        raise NotCorrectable(f"{path.name} holds no fields", "Write an object of field names and values")
    return content


def _flat(content: Mapping[str, Any], above: str) -> Iterator[Change]:
    for name, value in content.items():
        path = f"{above}.{name}" if above else name
        if isinstance(value, Mapping) and value:
            yield from _flat(value, path)
            continue
        check_name(path)
        if isinstance(value, str):
            yield Change(path, field_value(path, value.strip()), _SET_FROM)
        else:
            yield Change(path, _plain(value), _SET_FROM)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value
