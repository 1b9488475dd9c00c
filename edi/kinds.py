"""What kind of transaction set it is, by ST01 and the guide that ST03 or GS08 names.

Why: 837I, 837P and 837D share one ST01, so do 277CA and 277. The table is `kinds.toml`.

It must not: look into a transaction set.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind with the words that its version must hold one of, and the versions that are adopted."""

    kind: str
    set_id: str
    guides: tuple[str, ...]
    adopted: tuple[str, ...]


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order of the table."""
    rows = tomllib.loads(files("edi").joinpath("kinds.toml").read_text(encoding="utf-8"))["kinds"]
    return tuple(
        Kind(row["kind"], row["set_id"], tuple(row["guides"]), tuple(row["adopted"])) for row in rows
    )


def kind_by_guide(set_id: str, version: str) -> str:
    """The first kind that ST01 and the version fit, `unknown` where none does."""
    for kind in kinds():
        if kind.set_id == set_id and (not kind.guides or any(guide in version for guide in kind.guides)):
            return kind.kind
    return UNKNOWN
