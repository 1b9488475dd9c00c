"""Claims as they were sent, read again from the archive."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from edi.claim837i.model import Claim
from edi.claim837i.read import read_claims
from edi.envelope import read_document
from pipeline.ledger import files
from pipeline.ledger.claims import ClaimRow


class ArchivedClaims:
    """Reads each file of the archive (`archive/out`) once."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._read: dict[int, list[Claim]] = {}

    def claim(self, connection: Connection, row: ClaimRow) -> Claim | None:
        """The claim of a row of the ledger; None where its file is gone."""
        if row.file not in self._read:
            self._read[row.file] = self._claims_of(connection, row.file)
        found = self._read[row.file]
        return found[row.position_in_file] if row.position_in_file < len(found) else None

    def _claims_of(self, connection: Connection, file: int) -> list[Claim]:
        row = files.by_row(connection, file)
        try:
            data = (self._archive / row.day / row.name).read_bytes()
        except OSError:
            return []
        document = read_document(data, file=row.name)
        return [claim for transaction in document.transactions() for claim in read_claims(transaction)]
