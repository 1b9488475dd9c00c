"""What the codes TA104, IK501 and AK901 mean for what was sent (table `verdicts.toml`).

Source: FACTS D1. E is accepted: the errors are to be read, the claims went on.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Literal

Subject = Literal["interchange", "transaction", "group"]


class Verdict(StrEnum):
    """What became of an interchange, a group or a transaction set."""

    ACCEPTED = "accepted"
    PARTIAL = "partial"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


def verdict(subject: Subject, code: str) -> Verdict:
    """The verdict of a code; `unknown` for a code that the table does not have."""
    return _table(subject).get(code, Verdict.UNKNOWN)


@cache
def _table(subject: Subject) -> Mapping[str, Verdict]:
    text = files(__package__).joinpath("verdicts.toml").read_text(encoding="utf-8")
    return {code: Verdict(word) for code, word in tomllib.loads(text)[subject].items()}
