"""A script: what becomes of each claim, read from TOML."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from samples.clearinghouse.outcomes import OUTCOMES, Accept, Outcome, ScriptError

ACKNOWLEDGMENT, ACCEPTANCE, STATUS, REMITTANCE = "999", "277CA", "277", "835"
KINDS = (ACKNOWLEDGMENT, ACCEPTANCE, STATUS, REMITTANCE)
NO_NOTE = "000"
"""TA105 of an interchange that is taken in."""
_LISTS = frozenset({"remarks", "claim_remarks"})


@dataclass(frozen=True, slots=True)
class Script:
    """What becomes of the claims, by patient control number; one it does not name is accepted.

    `interchange_note` is TA105: 000 takes the interchange in, any other note refuses it
    whole. `kinds` are the answers that are written (999, 277CA, 277, 835). With `checks`
    the 999 refuses what does not meet the guide, beside what the script refuses.
    """

    claims: Mapping[str, Outcome] = field(default_factory=dict, repr=False)
    interchange_note: str = NO_NOTE
    kinds: tuple[str, ...] = KINDS
    checks: bool = False

    def outcome(self, patient_control_number: str) -> Outcome:
        """The outcome of a claim."""
        return self.claims.get(patient_control_number, Accept())


def read_script(text: str) -> Script:
    """A script from TOML: `[claims.NUMBER]` with `outcome` and its fields, `[interchange]`, `[answers]`.

    Raises `ScriptError`.
    """
    return script_of(document_of(text, ("claims", "interchange", "answers")))


def document_of(text: str, known: Collection[str]) -> dict[str, Any]:
    """A TOML document of known tables. Raises `ScriptError`."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ScriptError(f"the script is no TOML: {error}") from error
    expect(document, "the script", known)
    return document


def script_of(document: Mapping[str, Any]) -> Script:
    """The script that a document holds beside other tables. Raises `ScriptError`."""
    interchange = table(document, "interchange", ("note",))
    answers = table(document, "answers", ("kinds", "checks"))
    kinds = answers.get("kinds", KINDS)
    expect(kinds, "kinds", KINDS)
    rows = enumerate(table(document, "claims").items(), start=1)
    return Script(
        claims={number: _outcome(at, row) for at, (number, row) in rows},
        interchange_note=str(interchange.get("note", NO_NOTE)).zfill(len(NO_NOTE)),
        kinds=tuple(kinds),
        checks=answers.get("checks", False),
    )


def table(document: Mapping[str, Any], name: str, known: Collection[str] | None = None) -> dict[str, Any]:
    """A table of the script, empty where it has none; with `known` it may hold those entries alone."""
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise ScriptError(f"{name} is no table")
    if known is not None:
        expect(found, name, known)
    return found


def expect(found: Iterable[str], where: str, known: Collection[str]) -> None:
    unknown = sorted(set(found) - set(known))
    if unknown:
        raise ScriptError(f"{where} has an unknown entry: {', '.join(unknown)}")


def _outcome(at: int, row: Any) -> Outcome:
    """The outcome of the script's claim at a position; its number is not told in errors."""
    kind = OUTCOMES.get(row.get("outcome", "")) if isinstance(row, dict) else None
    if kind is None:
        raise ScriptError(f"claim {at} of the script: outcome is one of {', '.join(OUTCOMES)}")
    try:
        return kind(**{name: _field(name, value) for name, value in row.items() if name != "outcome"})
    except (TypeError, ScriptError, InvalidOperation) as error:
        raise ScriptError(f"claim {at} of the script: {error}") from error


def _field(name: str, value: Any) -> Any:
    """A field of an outcome as its type: codes are text, also where TOML has them as numbers."""
    if name == "percentage":
        return Decimal(value)
    if isinstance(value, list) == (name in _LISTS):
        return tuple(str(item) for item in value) if isinstance(value, list) else str(value)
    raise ScriptError(f"{name} is {'a list' if name in _LISTS else 'no list'}")
