"""Reading our own 837I: the claims that came in, each with what becomes of it."""

from __future__ import annotations

import itertools
import zlib
from dataclasses import dataclass, field
from datetime import datetime

from edi.claim837i.model import Claim, Party, ServiceLine
from edi.claim837i.read import read_claims
from edi.envelope import Interchange, Transaction
from edi.values import format_date
from samples.clearinghouse.faults import Fault, checked_faults, checked_trailer, scripted_fault
from samples.clearinghouse.outcomes import DRUG, Outcome, Refuse, Reject, ScriptError
from samples.clearinghouse.pieces import cents, first_segment
from samples.clearinghouse.script import Script


class NotClaims(ValueError):
    """The file holds no 837I that could be answered."""


@dataclass(frozen=True, slots=True)
class SentClaim:
    """A claim that came in, what becomes of it, and the number the payer gives it (REF*1K, CLP07)."""

    claim: Claim
    outcome: Outcome
    payer_claim_control_number: str = field(repr=False)

    @property
    def charge(self) -> int:
        """CLM02 in cents."""
        return cents(self.claim.total_charge)

    @property
    def rejected(self) -> bool:
        """Whether the 277CA rejects it."""
        return isinstance(self.outcome, Reject)

    def lines_named(self, name: str) -> tuple[ServiceLine, ...]:
        """The lines that a script means: of that number, or those of the drug (2410), else the dearest.

        Raises `ScriptError` for a number that the claim does not have.
        """
        lines = self.claim.lines
        if name == DRUG:
            drugs = tuple(line for line in lines if line.drug is not None)
            return drugs or tuple(sorted(lines, key=lambda line: -cents(line.charge))[:1])
        found = tuple(line for line in lines if line.number == name)
        if name and not found:
            raise ScriptError("the script names a line that its claim does not have")
        return found


@dataclass(frozen=True, slots=True)
class Batch:
    """One transaction set that came in, ST to SE, with its claims, and why it is refused.

    `trailer_codes` are IK502 and after of what is wrong with its SE.
    """

    transaction: Transaction
    claims: tuple[SentClaim, ...]
    faults: tuple[Fault, ...] = ()
    trailer_codes: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """BHT03, by which a 277CA names what it answers (2200B TRN02)."""
        return first_segment(self.transaction, "BHT").element(3)

    @property
    def submitter(self) -> Party:
        """Loop 1000A, NM1*41: who receives the answers."""
        name = first_segment(self.transaction, "NM1", "41")
        return Party(
            entity_type=name.element(2) or "2",
            name=name.element(3),
            first_name=name.element(4),
            middle_name=name.element(5),
            id_qualifier="46",
            id=name.element(9),
        )

    @property
    def refused(self) -> bool:
        """Whether the 999 refuses the transaction set."""
        return bool(self.faults or self.trailer_codes)


@dataclass(frozen=True, slots=True)
class Sent:
    """One interchange that came in, and when it is answered."""

    interchange: Interchange
    batches: tuple[Batch, ...]
    as_of: datetime

    @property
    def taken(self) -> tuple[Batch, ...]:
        """The transaction sets that the 999 lets through."""
        return tuple(batch for batch in self.batches if not batch.refused)

    @property
    def today(self) -> str:
        return format_date(self.as_of.date())

    def control_number(self, index: int) -> int:
        """ISA13 of the answer with this index: one of its own for each file sent and time of answer."""
        sent = int(self.interchange.control_number)
        start = zlib.crc32(self.as_of.isoformat().encode())
        return (start + 64 * sent + index) % 999_999_999 + 1


def read_sent(interchange: Interchange, script: Script, as_of: datetime) -> Sent:
    """The interchange with the outcome of each claim; its claims are numbered through.

    Raises `NotClaims` where it has no control number to answer to.
    """
    if not interchange.control_number.isdigit():
        raise NotClaims("the file has no interchange control number")
    numbers = itertools.count(1)
    day = interchange.header.element(9)
    batches = []
    for group in interchange.groups:
        for transaction in group.transactions:
            claims = tuple(
                SentClaim(
                    claim,
                    script.outcome(claim.patient_control_number),
                    f"{day}{interchange.control_number}{next(numbers):04d}",
                )
                for claim in read_claims(transaction)
            )
            if claims or (script.checks and transaction.set_id == "837"):
                batches.append(_batch(transaction, claims, script.checks))
    return Sent(interchange, tuple(batches), as_of)


def _batch(transaction: Transaction, claims: tuple[SentClaim, ...], checks: bool) -> Batch:
    faults = tuple(
        scripted_fault(item.claim, item.outcome) for item in claims if isinstance(item.outcome, Refuse)
    )
    if not checks:
        return Batch(transaction, claims, faults)
    return Batch(transaction, claims, faults + checked_faults(transaction), checked_trailer(transaction))
