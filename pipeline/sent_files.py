"""Files as they were sent, read again from the archive.

Why: an answer is weighed against what was sent, and so is the next claim. Both find it here.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from edi.envelope import Document, Transaction, read_document
from pipeline.ledger import answers, claims, files
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.files import FileRow


class SentFiles:
    """Reads files of the archive (`archive/out`); the last one is kept."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._last: tuple[int, Document | None] | None = None

    def document(self, connection: Connection, file: int) -> Document | None:
        """A file of the ledger by its row; None where it is gone from the archive."""
        if self._last is None or self._last[0] != file:
            self._last = file, self._read(connection, file)
        return self._last[1]

    def transaction(self, connection: Connection, claim: ClaimRow) -> Transaction | None:
        """The transaction set in which a claim was sent; None where it is gone."""
        document = self.document(connection, claim.file)
        found = document.transactions() if document is not None else ()
        number = claim.transaction_control_number
        return next((item for item in found if item.control_number == number), None)

    def _read(self, connection: Connection, file: int) -> Document | None:
        row = files.by_row(connection, file)
        try:
            data = (self._archive / row.day / row.name).read_bytes()
        except OSError:
            return None
        return read_document(data, file=row.name)


def answered_by(connection: Connection, row: FileRow) -> list[str]:
    """The kinds of answer that came for claims of a file: who answered has it."""
    stages = {
        event.stage
        for claim in claims.of_file(connection, row.row)
        for event in answers.of_claim(connection, claim.id)
    }
    return sorted(stages)
