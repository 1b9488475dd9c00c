"""Claims as they were sent, read again from the archive."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from edi.claim837i.model import Claim
from edi.claim837i.read import read_claims
from pipeline.ledger.claims import ClaimRow
from pipeline.sent_files import SentFiles

_FILES_KEPT = 8


class ArchivedClaims:
    """Reads files of the archive (`archive/out`); the claims of the last few stay in memory."""

    def __init__(self, archive: Path) -> None:
        self._files = SentFiles(archive)
        self._read: dict[int, list[Claim]] = {}

    def claim(self, connection: Connection, row: ClaimRow) -> Claim | None:
        """The claim of a row of the ledger; None where its file is gone."""
        if row.file not in self._read:
            while len(self._read) >= _FILES_KEPT:
                del self._read[next(iter(self._read))]
            self._read[row.file] = self._claims_of(connection, row.file)
        found = self._read[row.file]
        return found[row.position_in_file] if row.position_in_file < len(found) else None

    def _claims_of(self, connection: Connection, file: int) -> list[Claim]:
        document = self._files.document(connection, file)
        found = document.transactions() if document is not None else ()
        return [claim for transaction in found for claim in read_claims(transaction)]
