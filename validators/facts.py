"""Facts of `facts.toml`: what belongs to no product, payer, partner or site."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

_WORDS = re.compile(r"[A-Z]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts as rules ask for them.

    Diagnoses that begin with `never_principal` are no principal ones, unless they begin with
    `may_be_principal`. A first name of `placeholder_names`, with any `placeholder_additions`,
    stands for none. `neonatal_groups` are DRGs of children up to `newborn_days` old.
    """

    never_principal: tuple[str, ...]
    may_be_principal: tuple[str, ...]
    placeholder_names: frozenset[str]
    placeholder_additions: frozenset[str]
    neonatal_groups: frozenset[str]
    newborn_days: int


@cache
def facts() -> Facts:
    """All of them; ValueError where one has no source or date."""
    text = resources.files("validators").joinpath("facts.toml").read_text(encoding="utf-8")
    found = tomllib.loads(text)
    for name, fact in found.items():
        if not fact.get("source") or not isinstance(fact.get("date"), dt.date):
            raise ValueError(f"facts.toml: {name} needs a source and a date")
    return Facts(
        never_principal=tuple(found["never_principal"]["value"]),
        may_be_principal=tuple(found["may_be_principal"]["value"]),
        placeholder_names=frozenset(found["placeholder_names"]["value"]),
        placeholder_additions=frozenset(found["placeholder_additions"]["value"]),
        neonatal_groups=frozenset(found["neonatal_groups"]["value"]),
        newborn_days=found["newborn_days"]["value"],
    )


def is_placeholder_name(first_name: str) -> bool:
    """Whether a first name stands for none: BABYBOY, NEWBORN, TWIN B."""
    known = facts()
    first, *rest = _WORDS.findall(first_name.upper()) or [""]
    if not known.placeholder_additions.issuperset(rest):
        return False
    # TWINA, BABYBOYB: the letter of twins stands close to the word
    return first in known.placeholder_names or (
        first[-1:] in known.placeholder_additions and first[:-1] in known.placeholder_names
    )
