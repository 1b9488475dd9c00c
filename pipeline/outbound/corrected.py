"""What a corrected claim leaves in the ledger besides itself, in the transaction that sends it.

The record as it was corrected is a revision of its own, and somebody's decision is recorded: all of
it with the claim, or nothing. The claim before it goes on until the payer has taken the new one in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from pipeline.ledger import decisions, encounters
from pipeline.ledger.encounters import EncounterRow

NOT_YET = 0
"""The row of a revision that stands in no ledger yet."""


@dataclass(frozen=True, slots=True)
class Correction:
    """What a corrected claim is to the claim `before` it.

    `changes_record` says that the record's content is a new one; `reason` and `by` are kept with it.
    `is_to_next_payer`: it takes no other's place.
    """

    before: str
    changes_record: bool
    reason: str
    by: str
    is_to_next_payer: bool = False

    @property
    def replaces(self) -> str | None:
        """The claim whose place it takes."""
        return None if self.is_to_next_payer else self.before


@dataclass(slots=True)
class CorrectionsOfAFile:
    """Records the corrections of a file; claims of one record share its revision."""

    connection: Connection
    at: str
    _revisions: dict[str, EncounterRow] = field(default_factory=dict)

    def begin(self, row: EncounterRow, correction: Correction | None, claim: str) -> EncounterRow:
        """The revision that a claim is made of; the row itself where nothing is corrected."""
        if correction is None:
            return row
        decisions.add_correction(
            self.connection, claim, correction.before, correction.reason, correction.by, self.at
        )
        if not correction.changes_record:
            return row
        if row.digest not in self._revisions:
            added = encounters.add_correction(
                self.connection, row.encounter, row.digest, row.content, self.at
            )
            self._revisions[row.digest] = added
        return replace(row, row=self._revisions[row.digest].row)
