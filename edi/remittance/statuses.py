"""What CLP02 says about a claim (table `claim_statuses.toml`). Source: FACTS D4."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class ClaimStatusMeaning:
    """One code of CLP02: whether it takes a payment back, whether the claim was sent onward."""

    reversal: bool
    forwarded: bool


def claim_status_meaning(code: str) -> ClaimStatusMeaning | None:
    """The meaning of CLP02, or None for a code that the table does not have."""
    return _statuses().get(code)


@cache
def _statuses() -> Mapping[str, ClaimStatusMeaning]:
    text = files(__package__).joinpath("claim_statuses.toml").read_text(encoding="utf-8")
    return {code: ClaimStatusMeaning(**row) for code, row in tomllib.loads(text)["statuses"].items()}
