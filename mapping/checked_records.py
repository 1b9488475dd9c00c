"""Encounter records that were checked in this run, so that none is checked twice.

A record is known by the whole text that was checked, not by its id or revision: what another
program wrote into a ledger meanwhile is another text, and is checked.
"""

from __future__ import annotations

import json

from mapping.encounter import Encounter

MOST_CHARACTERS = 4_000_000
"""Of record text that is kept, some 1,600 records: a checked record takes ten times as much memory."""


class CheckedRecords:
    """The records of a run that are yet to be judged. What has no room is checked again."""

    def __init__(self, most_characters: int = MOST_CHARACTERS) -> None:
        self._left = most_characters
        self._known: dict[str, Encounter] = {}

    def keep(self, content: str, encounter: Encounter) -> None:
        """A record that was checked, by its canonical text."""
        if len(content) <= self._left and content not in self._known:
            self._left -= len(content)
            self._known[content] = encounter

    def take(self, content: str) -> Encounter:
        """The record of a text, which is forgotten here. ValidationError where it does not fit the model."""
        known = self._known.pop(content, None)
        if known is None:
            return Encounter.model_validate(json.loads(content))
        self._left += len(content)
        return known
