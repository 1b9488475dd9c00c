"""What stands once in a transaction set of claims. Source: 005010X223A2, BHT, loops 1000A and 1000B."""

from __future__ import annotations

from datetime import datetime

from edi.claim837i.model.parties import Party
from edi.records import record


@record(frozen=True, slots=True)
class TransactionHeader:
    """What ST, BHT and loops 1000A and 1000B carry.

    `reference` is BHT03, unique for each ST; `created` is BHT04 with BHT05, None where they
    could not be read; `purpose` is 00 (original) or 18 (sent again).
    """

    control_number: str
    reference: str
    created: datetime | None
    submitter: Party
    receiver: Party
    purpose: str = "00"
    claim_or_encounter: str = "CH"
