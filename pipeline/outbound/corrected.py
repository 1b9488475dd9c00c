"""What a corrected claim leaves in the ledger besides itself, in the transaction that sends it.

The record as it was corrected is a revision of its own, somebody's decision is recorded, and the claim
before it ends: all of it with the claim, or nothing. So a run that is stopped leaves either the old
claim or the new one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import Connection

from pipeline.ledger import claims, decisions, encounters
from pipeline.ledger.encounters import EncounterRow

NOT_YET = 0
"""The row of a revision that stands in no ledger yet."""


@dataclass(frozen=True, slots=True)
class Correction:
    """`replaces` is the claim before, and `ends_as` what it becomes: replaced, voided, "" where it stays.

    `changes_record` says that the record's content is a new one; `reason` and `by` are kept with it.
    """

    replaces: str
    ends_as: str
    changes_record: bool
    reason: str
    by: str


@dataclass(slots=True)
class CorrectionsOfAFile:
    """Records the corrections of a file; claims of one record share its revision."""

    connection: Connection
    at: str
    _revisions: dict[str, EncounterRow] = field(default_factory=dict)

    def begin(self, row: EncounterRow, correction: Correction | None, claim: str) -> EncounterRow:
        """The revision that a claim is made of; ends the claim before it. The row itself where nothing is corrected."""
        if correction is None:
            return row
        if correction.ends_as:
            claims.set_state(self.connection, correction.replaces, correction.ends_as)
        decisions.add_correction(
            self.connection, claim, correction.replaces, correction.reason, correction.by, self.at
        )
        if not correction.changes_record:
            return row
        if row.digest not in self._revisions:
            added = encounters.add_correction(
                self.connection, row.encounter, row.digest, row.content, self.at
            )
            self._revisions[row.digest] = added
        return replace(row, row=self._revisions[row.digest].row)
