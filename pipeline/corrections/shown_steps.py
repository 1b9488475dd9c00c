"""The claim at each step of a correction, so that each difference has its source."""

from __future__ import annotations

from collections.abc import Sequence

from edi.claim837i.model import Claim
from edi.claim837i.read import read_claims
from edi.envelope import read_document
from mapping.building.claim import build_claim
from mapping.building.request import ClaimRequest
from mapping.profile_store import ProfileError
from pipeline.corrections.claims import Outgoing
from pipeline.corrections.difference import Difference, differences
from pipeline.corrections.kinds import SECONDARY, VOID
from pipeline.corrections.record import Step
from pipeline.corrections.requests import Requests
from pipeline.job import Job
from pipeline.ledger.claims import ClaimRow
from pipeline.outbound.judge import Candidate
from pipeline.outbound.release import file_bytes
from pipeline.worklist.desk import Desk

_AS_SENT = "as sent"


def differences_of(
    job: Job,
    desk: Desk,
    requests: Requests,
    claim: ClaimRow,
    steps: Sequence[Step],
    outgoing: Outgoing,
    final: Claim,
) -> list[Difference]:
    """What differs between the claim as it was sent and the one that goes out, which is `final` as read back."""
    sent = desk.sent(claim)
    shown: list[tuple[str, Claim]] = [(_AS_SENT, sent)] if sent is not None else []
    if outgoing.kind not in (VOID, SECONDARY):
        for step in steps:
            built = _built(job, requests, step, outgoing)
            if built is not None:
                shown.append((step.source, built))
    return differences([*shown, (outgoing.words, final)]) if shown else []


def as_built(job: Job, outgoing: Outgoing) -> Claim:
    """The claim that would go out, as it is read from a file."""
    return _read_back(job, outgoing.request, outgoing.build(outgoing.request).claim, outgoing)


def _built(job: Job, requests: Requests, step: Step, outgoing: Outgoing) -> Claim | None:
    """The claim of a step with the options of the one that was sent; None where none can be built."""
    try:
        request = requests.of(step.encounter)
        return _read_back(job, request, build_claim(request).claim, outgoing)
    except (ProfileError, ValueError):
        return None


def _read_back(job: Job, request: ClaimRequest, claim: Claim, outgoing: Outgoing) -> Claim:
    """A claim as it is read from a file, with its segments."""
    candidate = Candidate(outgoing.row, request, claim, "", 0, None, ())
    data = file_bytes(job, request.partner, [candidate], 1)
    return next(
        found for transaction in read_document(data).transactions() for found in read_claims(transaction)
    )
