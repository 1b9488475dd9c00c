"""The claims of a batch, of a file or of a transaction set, by the control numbers that were sent."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.inbound.extract import Reference
from pipeline.ledger import claims, files
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.files import Parties


def claims_named(connection: Connection, reference: Reference) -> list[ClaimRow]:
    """The claims of a reference; none where it is unknown, or fits files of two partners."""
    match reference.kind:
        case "batch":
            return _of_batch(connection, reference)
        case "file" | "set":
            return _of_file(connection, reference)
        case _:
            return []


class SentNumbers:
    """All control numbers that a ledger has: of a thousand acknowledgments of other systems none is asked for."""

    def __init__(self, connection: Connection) -> None:
        self._files = files.control_numbers(connection)
        self._batches = claims.batch_references(connection)

    def may_have(self, reference: Reference) -> bool:
        """Whether a reference can name claims: of none else does `claims_named` know any."""
        if reference.kind == "batch":
            return reference.value in self._batches
        return _file_named(reference) in self._files


def _file_named(reference: Reference) -> tuple[Parties, int] | None:
    """The parties and the number of the file that a reference to it, or to a set in it, names."""
    number = reference.value.partition(":")[0] if reference.kind == "set" else reference.value
    found = files.control_number(number)
    return (reference.parties, found) if reference.parties is not None and found is not None else None


def _of_batch(connection: Connection, reference: Reference) -> list[ClaimRow]:
    """The claims of one transaction set. BHT03 counts within a pair of parties, so two partners may share one."""
    found = claims.of_batch(connection, reference.value)
    rows = {claim.file for claim in found}
    if len(rows) > 1:
        rows = {row for row in rows if files.by_row(connection, row).parties == reference.parties}
    return [claim for claim in found if claim.file in rows] if len(rows) == 1 else []


def _of_file(connection: Connection, reference: Reference) -> list[ClaimRow]:
    named = _file_named(reference)
    file = files.by_control_number(connection, *named) if named is not None else None
    if file is None:
        return []
    transaction = reference.value.partition(":")[2] if reference.kind == "set" else None
    return claims.of_file(connection, file.row, transaction)
