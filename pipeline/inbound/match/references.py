"""The claims of a batch, of a file or of a transaction set, by the control numbers that were sent."""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.inbound.extract import Reference
from pipeline.ledger import claims, files
from pipeline.ledger.claims import ClaimRow

KINDS = ("batch", "file", "set")


def claims_named(connection: Connection, reference: Reference) -> list[ClaimRow]:
    """The claims of a reference; none where it is unknown, or fits files of two partners."""
    match reference.kind:
        case "batch":
            return _of_batch(connection, reference)
        case "file":
            return _of_file(connection, reference, reference.value, None)
        case "set":
            number, _, transaction = reference.value.partition(":")
            return _of_file(connection, reference, number, transaction)
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
        number = reference.value.partition(":")[0]
        return (
            reference.parties is not None
            and number.isdigit()
            and (reference.parties, int(number)) in self._files
        )


def _of_batch(connection: Connection, reference: Reference) -> list[ClaimRow]:
    """The claims of one transaction set. BHT03 counts within a pair of parties, so two partners may share one."""
    found = claims.of_batch(connection, reference.value)
    rows = {claim.file for claim in found}
    if len(rows) > 1:
        rows = {row for row in rows if files.by_row(connection, row).parties == reference.parties}
    return [claim for claim in found if claim.file in rows] if len(rows) == 1 else []


def _of_file(
    connection: Connection, reference: Reference, number: str, transaction: str | None
) -> list[ClaimRow]:
    if reference.parties is None or not number.isdigit():
        return []
    file = files.by_control_number(connection, reference.parties, int(number))
    return claims.of_file(connection, file.row, transaction) if file is not None else []
