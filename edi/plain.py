"""Records as plain data for JSON: objects, lists, texts.

Amounts and numbers become texts (a float would lose cents), dates ISO texts, and every field
is always there, null where it holds nothing. Patient data stands in the clear: it is for whoever
asked to read the file.
"""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any

from edi.protected import Protected
from edi.values import decimal_words


def plain(value: object) -> Any:
    """The value as JSON has it. Raises TypeError for what is no record, list or simple value."""
    match value:
        case None | bool() | int():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case Decimal():
            return decimal_words(value)
        case date():
            return value.isoformat()
        case Protected():
            return plain(value.reveal())
        case tuple() | list():
            return [plain(item) for item in value]
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.compare]
        # what a record says of its segments, though it is no field
        names += getattr(value, "ALSO_PLAIN", ())
        return {name: plain(getattr(value, name)) for name in names}
    raise TypeError(f"{type(value).__name__} has no plain form")
