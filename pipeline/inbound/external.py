"""Claims that another system made: its 837I file into the ledger, so that their answers find them.

Each interchange is a file of its own, archived beside our own files under a name made of its hash,
and dated by its own day. It is staged, recorded, then archived; a run that is stopped in between
is finished at the start of the next (`pipeline.outbound.recovery`). A file of ours that comes back
is known by its hash, or by its control number and its claims where line ends were changed on the way.

An external claim has no encounter. It takes the child's place for its drug where that is free.

Source: FACTS D5; 005010X223A2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from edi.answers import kind_of
from edi.claim837i.model import Claim, TransactionHeader
from edi.claim837i.read import ClaimReader
from edi.envelope import Document, Interchange, Transaction
from edi.values import parse_date
from mapping.building.parties import RESPONSIBILITY
from mapping.building.parts import WHOLE
from mapping.profile_models import PayerProfile, ProductProfile
from pipeline import as_sent, patient_keys
from pipeline.job import Job
from pipeline.ledger import claims, files
from pipeline.ledger.claims import ClaimRow, NewClaim
from pipeline.ledger.files import FileRow
from validators.billed import billed_product, drug_lines
from validators.prior_claims import child_of_claim

KIND = "837I"
_PARTNER = "external"
_DAY = "20{}"


@dataclass(frozen=True, slots=True)
class ExternalFile:
    """An interchange with claims: its row as it will be, its bytes, its claims with their transaction sets."""

    interchange: Interchange
    row: FileRow
    data: bytes
    claims: tuple[tuple[Transaction, TransactionHeader, Claim], ...]


def external_files(job: Job, document: Document) -> list[ExternalFile]:
    """The interchanges of a file that hold claims."""
    found = []
    for interchange in document.interchanges:
        read = tuple(_claims_of(interchange))
        if read:
            data = _bytes_of(document, interchange)
            found.append(ExternalFile(interchange, _row(job, interchange, data), data, read))
    return found


def stage(job: Job, file: ExternalFile) -> None:
    """Write the bytes where recovery finds them; before the file is recorded."""
    job.steps.write_file(job.config.folders.staging / file.row.name, file.data)


def archive_staged(job: Job, row: FileRow) -> None:
    """Move the bytes into the archive; after the file was recorded."""
    folder = job.config.folders.archive_out / row.day
    job.steps.make_folder(folder)
    job.steps.rename(job.config.folders.staging / row.name, folder / row.name)


def is_known(job: Job, connection: Connection, file: ExternalFile) -> bool:
    """Whether a file is one of ours that came back, or came before."""
    if files.has_hash(connection, file.row.sha256):
        return True
    ours = files.by_control_number(connection, file.row.parties, file.row.control_number)
    if ours is None:
        return False
    rows = claims.of_file(connection, ours.row)
    came = [(one.patient_control_number, as_sent.cents_of(one.total_charge)) for _, _, one in file.claims]
    return came == [(row.patient_control_number, row.total_cents) for row in rows]


def record(job: Job, connection: Connection, file: ExternalFile) -> list[str]:
    """The file and its claims into the ledger; the account numbers of the claims."""
    row = files.add(connection, file.row, job.ledger.epoch)
    key = job.ledger.patient_key()
    for position, (transaction, header, claim) in enumerate(file.claims):
        made = replace(
            _claim_row(job, file.row, position, claim),
            file=row,
            batch_reference=header.reference,
            transaction_control_number=transaction.control_number,
        )
        patients = patient_keys.of_claim(claim, key)
        added = NewClaim(made, as_sent.lines_of(claim), patients=patients)
        claims.add(connection, [added], job.today.isoformat())
    return [claim.patient_control_number for _, _, claim in file.claims]


def _claims_of(interchange: Interchange) -> Iterator[tuple[Transaction, TransactionHeader, Claim]]:
    for group in interchange.groups:
        for transaction in group.transactions:
            if kind_of(transaction) != KIND:
                continue
            reader = ClaimReader(transaction)
            for claim in reader:
                yield transaction, reader.header, claim


def _bytes_of(document: Document, interchange: Interchange) -> bytes:
    """The interchange's own bytes, as they came."""
    if len(document.interchanges) == 1:
        return document.to_bytes()
    starts = [one.header.start for one in document.interchanges]
    own = interchange.header.start
    end = min((start for start in starts if start > own), default=None)
    segments = [item for item in document.segments if item.start >= own and (end is None or item.start < end)]
    return Document([interchange], [], segments, "").to_bytes()


def _row(job: Job, interchange: Interchange, data: bytes) -> FileRow:
    sha256 = hashlib.sha256(data).hexdigest()
    number = interchange.control_number.strip()
    day = parse_date(_DAY.format(interchange.header.element(9))) or job.today
    return FileRow(
        row=0,
        partner=_PARTNER,
        parties=interchange.parties,
        control_number=files.control_number(number) or 0,
        name=f"external_{sha256[:16]}.x12",
        day=day.isoformat(),
        sha256=sha256,
        size=len(data),
        state=files.EXTERNAL,
    )


def _claim_row(job: Job, file: FileRow, position: int, claim: Claim) -> ClaimRow:
    """A claim by itself; its places in file and batch are still missing."""
    payer = job.profiles.payer_by_id(claim.payer.id)
    product = billed_product(claim, job.profiles.products(), payer)
    identity = claims.claim_id(file.sha256, claims.EXTERNAL, position, 1)
    order = RESPONSIBILITY.find(claim.subscriber.responsibility) if claim.subscriber.responsibility else 0
    return ClaimRow(
        id=identity,
        encounter_row=None,
        encounter=f"external-{identity}",
        part=WHOLE,
        payer_order=max(order, 0),
        version=1,
        payer=payer.key,
        product=product.key if product is not None else None,
        patient=_patient(job, claim),
        file=0,
        position_in_file=position,
        batch_reference="",
        transaction_control_number="",
        drug_cents=_drug_cents(claim, product, payer),
        has_next_payer=False,
        state="ready",
        origin=claims.EXTERNAL,
        **as_sent.fields_of(claim),
    )


def _patient(job: Job, claim: Claim) -> str | None:
    """The child as the ledger knows it, as good as the claim names it."""
    site = next((one for one in job.profiles.sites() if one.npi == claim.billing_provider.id), None)
    child = child_of_claim(claim, site)
    return patient_keys.keyed_digest(child[0].parts, job.ledger.patient_key()) if child else None


def _drug_cents(claim: Claim, product: ProductProfile | None, payer: PayerProfile) -> int:
    if product is None:
        return 0
    return sum(as_sent.cents_of(line.charge) for line in drug_lines(claim, product, payer))
