"""A file of claims: staged, re-read and judged, committed, published.

1. The claims are written into staging under the partner's next number, which is only
   looked at. 2. The file is read back from disk and judged; refused claims drop out and
   the file is made again. 3. One transaction takes the number and records the claims: the
   commit point. 4. The file is linked into the archive and renamed into the outbox.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from edi.claim837i import VERSION
from edi.claim837i.model import Claim, TransactionHeader
from edi.claim837i.write import write_claims
from edi.envelope import collector_paused
from edi.finding import Finding
from edi.reading_rules import OUTBOUND
from edi.values import to_cents
from edi.writer import Envelope, SegmentValues, write_interchange
from mapping.building import parties
from mapping.building.request import separators_of
from mapping.profile_models import PartnerProfile
from pipeline import as_sent, patient_keys
from pipeline.batches import batches
from pipeline.errors import ControlNumbersExhausted
from pipeline.job import Job
from pipeline.ledger import claims as claim_rows
from pipeline.ledger import encounters, files
from pipeline.ledger.claims import ClaimRow, NewClaim
from pipeline.ledger.encounters import Outcome
from pipeline.ledger.files import FileRow, Parties
from pipeline.outbound.corrected import CorrectionsOfAFile
from pipeline.outbound.judge import Candidate, Held, ledger_part, record_outcomes
from pipeline.outbound.publish import publish
from pipeline.outbound.waivers import apply_waivers
from pipeline.progress import watched
from validators.reports import ClaimReport, FileReport
from validators.validate import KnownClaim, ValidationContext, validate_bytes

_FUNCTIONAL_ID = "HC"
_LAST_CONTROL_NUMBER = 999_999_999


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file in staging: where, under which number, and what re-reading found."""

    path: Path
    control_number: int
    data: bytes
    report: FileReport


def release_claims(job: Job, candidates: Iterable[Candidate]) -> None:
    """Send the claims in the order in which they come, as many to a file as the partner takes."""
    for batch in watched(_files(candidates), "files out"):
        _release_to_partner(job, batch)


def _files(candidates: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    """The claims by file. Claims of one encounter go together: neither goes alone."""
    waiting: dict[str, list[Candidate]] = {}
    for _, group in groupby(candidates, key=lambda item: item.row.row):
        together = list(group)
        partner = together[0].request.partner
        batch = waiting.setdefault(partner.key, [])
        if batch and len(batch) + len(together) > partner.file.claims_per_file:
            yield batch
            batch = waiting[partner.key] = []
        batch += together
    for partner_key in sorted(waiting):
        yield waiting[partner_key]


def _release_to_partner(job: Job, candidates: list[Candidate]) -> None:
    partner = candidates[0].request.partner
    refused: list[Held] = []
    while candidates:
        staged = _stage(job, partner, candidates)
        dropped = _refusals(job, partner, staged, candidates)
        if not dropped:
            break
        refused += _by_encounter(dropped)
        rows = {held.row.row for held in dropped}
        candidates = [item for item in candidates if item.row.row not in rows]
        if not candidates:
            job.steps.remove(staged.path)
    record_outcomes(job, refused, "refused")
    if candidates:
        publish(job, _commit(job, partner, staged, candidates))


def _by_encounter(refused: Iterable[Held]) -> list[Held]:
    """One entry an encounter: of two claims of one encounter neither goes without the other."""
    found: dict[int, Held] = {}
    for held in refused:
        before = found.get(held.row.row)
        found[held.row.row] = held if before is None else Held(held.row, before.findings + held.findings)
    return list(found.values())


def _refusals(
    job: Job, partner: PartnerProfile, staged: _Staged, candidates: Sequence[Candidate]
) -> list[Held]:
    """The claims with an error of their own; where the file itself has one, those that cause it."""
    report = staged.report
    whole_file = [finding for finding in report.file_findings if finding.is_error]
    if len(report.claims) != len(candidates):
        whole_file.append(_count_differs(len(candidates), len(report.claims)))
    if whole_file:
        return _culprits(job, partner, staged, candidates, whole_file)
    return [
        _held(candidate, claim_report.all_findings())
        for claim_report, candidate in zip(report.claims, candidates, strict=True)
        if claim_report.has_errors
    ]


def _culprits(
    job: Job,
    partner: PartnerProfile,
    staged: _Staged,
    candidates: Sequence[Candidate],
    whole_file: Sequence[Finding],
) -> list[Held]:
    """The claims that have errors in a file of their own; all, where no single one has."""
    held = []
    for candidate in candidates:
        data = file_bytes(job, partner, [candidate], staged.control_number)
        report = judge_file(job, data, [candidate], staged.path.name)
        if report.has_errors or len(report.claims) != 1:
            held.append(_held(candidate, report.findings() or whole_file))
    return held or [_held(candidate, whole_file) for candidate in candidates]


def _held(candidate: Candidate, findings: Iterable[Finding]) -> Held:
    return Held(candidate.row, tuple(finding.at(encounter=candidate.row.encounter) for finding in findings))


def _count_differs(written: int, read: int) -> Finding:
    return Finding.of(
        OUTBOUND.structure,
        "Reading the file back gives {read} claims where {written} were written.",
        fields={"read": read, "written": written},
        expected=str(written),
        found=str(read),
        fix="Report this with the encounters concerned; nothing of it was sent.",
    )


def next_number(job: Job, partner: PartnerProfile) -> int:
    """The partner's next control number, looked at and not taken."""
    with job.ledger.reading() as connection:
        return files.next_control_number(connection, _parties(partner))


def _stage(job: Job, partner: PartnerProfile, candidates: Sequence[Candidate]) -> _Staged:
    number = next_number(job, partner)
    if number > _LAST_CONTROL_NUMBER:
        raise ControlNumbersExhausted(
            f"partner {partner.key}", "Agree on new ISA ids with the partner; numbers are never used again"
        )
    name = partner.file.name.format(
        partner=partner.key, control_number=number, timestamp=f"{job.now:%Y%m%d%H%M%S}"
    )
    path = job.config.folders.staging / name
    with collector_paused():
        written = file_bytes(job, partner, candidates, number)
    job.steps.write_file(path, written)
    data = path.read_bytes()
    return _Staged(path, number, data, judge_file(job, data, candidates, name))


def judge_file(job: Job, data: bytes, candidates: Sequence[Candidate], name: str) -> FileReport:
    """What the rules say of a file as it stands on disk, less what was waived."""
    report = validate_bytes(data, _context(job, candidates), name)
    for found, candidate in zip(report.claims, candidates, strict=False):
        found.findings = apply_waivers(found.findings, candidate.waivers, candidate.request.payer)
    return report


def _context(job: Job, candidates: Sequence[Candidate]) -> ValidationContext:
    known = [
        KnownClaim(
            item.request.encounter, item.request.payer, item.request.payer_order, partial(_built, item)
        )
        for item in candidates
    ]
    return ValidationContext(
        profiles=job.profiles,
        today=job.today,
        known=lambda index, claim: known[index] if index < len(known) else None,
    )


def _built(candidate: Candidate) -> Claim:
    """The claim as it was built: the file must say the same."""
    return candidate.claim


def file_bytes(job: Job, partner: PartnerProfile, candidates: Sequence[Candidate], number: int) -> bytes:
    """The file that would be sent under a number."""
    envelope = Envelope(
        sender_qualifier=partner.isa.sender_qualifier,
        sender=partner.isa.sender,
        receiver_qualifier=partner.isa.receiver_qualifier,
        receiver=partner.isa.receiver,
        application_sender=partner.gs.sender,
        application_receiver=partner.gs.receiver,
        functional_id=_FUNCTIONAL_ID,
        version=VERSION,
        usage="T" if job.config.test_usage else partner.isa.usage,
        separators=separators_of(partner),
        line_end=partner.file.line_end,
    )
    return write_interchange(
        envelope,
        list(_transactions(job.now, partner, candidates, number)),
        control_number=number,
        group_control_number=number,
        at=job.now,
    )


def _transactions(
    now: dt.datetime, partner: PartnerProfile, candidates: Sequence[Candidate], number: int
) -> Iterable[list[SegmentValues]]:
    size = partner.file.claims_per_transaction
    for index, start in enumerate(range(0, len(candidates), size), start=1):
        batch = candidates[start : start + size]
        header = TransactionHeader(
            control_number=f"{index:04d}",
            reference=batch_reference(number, index),
            created=now,
            submitter=parties.submitter(batch[0].request),
            receiver=parties.receiver(batch[0].request),
        )
        yield write_claims(header, [item.claim for item in batch])


def batch_reference(control_number: int, transaction: int) -> str:
    """BHT03: unique for each transaction set, so that a 277CA can name it (2200B TRN02)."""
    return f"{control_number:09d}{transaction:04d}"


def _parties(partner: PartnerProfile) -> Parties:
    isa = partner.isa
    return isa.sender_qualifier, isa.sender, isa.receiver_qualifier, isa.receiver


def _commit(job: Job, partner: PartnerProfile, staged: _Staged, candidates: Sequence[Candidate]) -> FileRow:
    """The commit point: from here on the number is taken and these bytes are what was sent."""
    row = FileRow(
        row=0,
        partner=partner.key,
        parties=_parties(partner),
        control_number=staged.control_number,
        name=staged.path.name,
        day=job.today.isoformat(),
        sha256=hashlib.sha256(staged.data).hexdigest(),
        size=len(staged.data),
        state="committed",
    )
    key = job.ledger.patient_key()
    with job.ledger.transaction("file") as connection:
        file = files.add(connection, row, job.ledger.epoch)
        corrections = CorrectionsOfAFile(connection, job.stamp)
        pairs = zip(staged.report.claims, candidates, strict=True)
        for some in batches(pairs):
            added: list[NewClaim] = []
            outcomes: list[Outcome] = []
            for report, candidate in some:
                findings = [*candidate.findings, *report.all_findings()]
                shown = [finding.as_dict() for finding in findings]
                record = corrections.begin(candidate.row, candidate.correction, candidate.claim_id)
                claim = _claim_row(candidate, record.row, report, file)
                lines = as_sent.lines_of(report.claim)
                added.append(NewClaim(claim, lines, shown, patient_keys.of_claim(report.claim, key)))
                outcomes.append((record.row, "claimed", shown))
            claim_rows.add(connection, added, job.today.isoformat())
            encounters.set_states(connection, outcomes)
    _tell(job, row, candidates)
    return row


def _tell(job: Job, row: FileRow, candidates: Sequence[Candidate]) -> None:
    total = sum(to_cents(item.claim.total_charge) for item in candidates if item.claim.total_charge)
    job.journal.count(
        "claims_released",
        len(candidates),
        file=row.name,
        control_number=row.control_number,
        partner=row.partner,
        sha256=row.sha256,
        cents=total,
    )
    job.journal.files.append(
        {
            "name": row.name,
            "sha256": row.sha256,
            "control_number": row.control_number,
            "partner": row.partner,
            "claims": [item.claim_id for item in candidates],
            "total_cents": total,
        }
    )


def _claim_row(candidate: Candidate, record: int, report: ClaimReport, file: int) -> ClaimRow:
    claim = report.claim
    request = candidate.request
    return ClaimRow(
        id=candidate.claim_id,
        encounter_row=record,
        encounter=candidate.row.encounter,
        part=ledger_part(request),
        payer_order=request.payer_order,
        version=candidate.version,
        payer=request.payer.key,
        product=request.product.key if request.product and request.carries_drug else None,
        patient=candidate.patient,
        file=file,
        position_in_file=report.index,
        batch_reference=report.header.reference,
        transaction_control_number=report.header.control_number,
        drug_cents=_drug_cents(candidate, claim),
        has_next_payer=request.payer_order + 1 < len(request.encounter.coverages),
        state="ready",
        replaces=candidate.correction.replaces if candidate.correction else None,
        **as_sent.fields_of(claim),
    )


def _drug_cents(candidate: Candidate, claim: Claim) -> int:
    product = candidate.request.product
    if product is None:
        return 0
    codes = (product.hcpcs, candidate.request.payer.drug_hcpcs)
    return sum(to_cents(line.charge) for line in claim.lines if line.code in codes and line.charge)
