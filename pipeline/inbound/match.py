"""From a reference to the claims it names.

What fits no claim, or two encounters, is never guessed: it is parked and looked at again
in every run.
"""

from __future__ import annotations

from sqlalchemy import Connection

from pipeline.inbound.extract import Reference
from pipeline.ledger import claims, files
from pipeline.ledger.claims import ClaimRow

_ACCOUNT_WIDTH = 20


def claims_named(connection: Connection, reference: Reference) -> list[ClaimRow]:
    """The claims of a reference: none where it is unknown or fits more than one encounter."""
    match reference.kind:
        case "account":
            return _of_account(connection, reference.value)
        case "batch":
            return _of_batch(connection, reference)
        case "file":
            return _of_file(connection, reference, reference.value, None)
        case "set":
            number, _, transaction = reference.value.partition(":")
            return _of_file(connection, reference, number, transaction)
        case _:
            return []


def _of_account(connection: Connection, account: str) -> list[ClaimRow]:
    """The newest version of the claim with this CLM01. Payers keep at least its first 20 characters."""
    found = claims.by_control_number(connection, account[:_ACCOUNT_WIDTH].strip())
    keys = {(claim.encounter, claim.part, claim.payer_order) for claim in found}
    return found[:1] if len(keys) == 1 else []


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
