"""What an answer says, claim by claim, before the claim is known.

A `Statement` names its claim by a reference (account number, batch, file and transaction
set); `match` turns references into claims. The identity of a statement is the digest of
the transaction's body and the segment position, so that a repeat is known as one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from edi.acknowledgment.implementation import GroupAcknowledgment, TransactionAcknowledgment
from edi.acknowledgment.interchange import InterchangeAcknowledgment
from edi.acknowledgment.verdicts import Verdict
from edi.answers import Answer
from edi.claim_status.model import ClaimStatus, ClaimStatusReport, Status, StatusLine
from edi.remittance.model import Adjustment, ClaimPayment, Remark, Remittance, ServiceLine
from edi.values import parse_date
from pipeline.inbound.clues import Clues, clues_of_payment, clues_of_status

_CLEARINGHOUSE = "AY"
_PAYS_FIRST = "PR"
"""NM1 of 2100: the payer that has priority over the one that writes."""
_OUTCOME_VERDICTS = {
    "rejected": "rejected",
    "accepted": "accepted",
    "pending": "pending",
    "request": "pending",
    "final_denied": "denied",
    "final_paid": "accepted",
    "final_unpaid": "denied",
}
_ACKNOWLEDGMENT_VERDICTS = {Verdict.ACCEPTED: "accepted", Verdict.REJECTED: "rejected"}


@dataclass(frozen=True, slots=True)
class Reference:
    """How an answer names claims.

    `kind` is `account` (CLM01), `batch` (BHT03), `file` (ISA13) or `set` (GS06 and ST02);
    `parties` are those of the file that was sent, where the kind asks for them.
    """

    kind: str
    value: str
    parties: tuple[str, str, str, str] | None = None

    def text(self) -> str:
        """The reference as text, under which a parked event is kept."""
        return "\x1f".join((self.kind, self.value, *(self.parties or ())))

    @classmethod
    def from_text(cls, text: str) -> Reference:
        kind, value, *parties = text.split("\x1f")
        return cls(kind, value, (parties[0], parties[1], parties[2], parties[3]) if parties else None)


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing an answer says: of whom (`reference`), at which stage, with which verdict.

    `clues` is what else it says of whom it means, None where the reference names it by control numbers.
    """

    position: int
    reference: Reference
    stage: str
    day: str | None
    verdict: str
    payer_claim_control_number: str
    paid_cents: int
    body: dict[str, Any]
    clues: Clues | None = None


def identity(answer: Answer) -> str:
    """The digest under which an answer is counted once.

    Acknowledgments name nothing but control numbers, which are unique only between two
    parties: theirs is taken with who answers whom.
    """
    if isinstance(answer.model, ClaimStatusReport | Remittance):
        return answer.digest
    parties = "\x1f".join(answer.interchange.parties)
    return hashlib.sha256(f"{answer.digest}\x1f{parties}".encode()).hexdigest()


def trace_of(answer: Answer) -> tuple[str, str] | None:
    """The payment's trace (TRN02, TRN03), for an 835 that has one."""
    model = answer.model
    if isinstance(model, Remittance) and model.trace_number:
        return model.trace_number, model.payer_identifier
    return None


def statements(answer: Answer, key: bytes) -> Iterator[Statement]:
    """What the answer says, in the order in which it says it. `key` is that of patient digests."""
    sender_first = answer.interchange.parties
    sent_between = (*sender_first[2:], *sender_first[:2])
    match answer.model:
        case InterchangeAcknowledgment() as model:
            yield _of_interchange(model, sent_between)
        case GroupAcknowledgment() as model:
            yield from _of_group(model, sent_between, envelope_day(answer))
        case ClaimStatusReport() as model:
            yield from _of_statuses(model, sent_between, key)
        case Remittance() as model:
            yield from (_of_payment(claim, model, key) for claim in model.claims)


def envelope_day(answer: Answer) -> str | None:
    """GS04 of a 999, which states no date of its own; None of answers that do."""
    if not isinstance(answer.model, GroupAcknowledgment):
        return None
    group = answer.transaction.group if answer.transaction is not None else None
    day = parse_date(group.header.element(4)) if group is not None else None
    return day.isoformat() if day else None


def _of_interchange(model: InterchangeAcknowledgment, parties: Sequence[str]) -> Statement:
    reference = Reference("file", _number(model.interchange_control_number), _four(parties))
    day = model.interchange_date.isoformat() if model.interchange_date else None
    verdict = _ACKNOWLEDGMENT_VERDICTS.get(model.verdict, "unknown")
    return Statement(0, reference, "TA1", day, verdict, "", 0, {"code": model.code, "note": model.note})


def _of_group(model: GroupAcknowledgment, parties: Sequence[str], day: str | None) -> Iterator[Statement]:
    group = _number(model.control_number)
    for item in model.transactions:
        verdict = _ACKNOWLEDGMENT_VERDICTS.get(item.verdict, "unknown")
        body = _errors(item)
        if model.verdict is Verdict.REJECTED and item.verdict is not Verdict.REJECTED:
            # Of a group that is refused nothing goes on, whatever is said of its transaction sets.
            verdict = "rejected"
            body |= {"code": model.code, "syntax_codes": list(model.syntax_codes)}
        reference = Reference("set", f"{group}:{item.control_number}", _four(parties))
        yield Statement(item.segment_position, reference, "999", day, verdict, "", 0, body)
    if not model.transactions:
        verdict = _ACKNOWLEDGMENT_VERDICTS.get(model.verdict, "unknown")
        reference = Reference("file", group, _four(parties))
        body = {"code": model.code, "syntax_codes": list(model.syntax_codes), "errors": []}
        yield Statement(model.segment_position, reference, "999", day, verdict, "", 0, body)


def _errors(item: TransactionAcknowledgment) -> dict[str, Any]:
    """IK3 and IK4 with the positions in the file that was sent; bad values are left out.

    `account` is the CLM01 of a CTX: by it `positions` finds the claim, and does not keep it.
    """
    return {
        "code": item.code,
        "syntax_codes": list(item.syntax_codes),
        "errors": [
            {
                "segment": error.segment_id,
                "position": error.segment_at,
                "loop": error.loop,
                "code": error.code,
                "account": error.patient_control_number,
                "elements": [
                    {
                        "element": element.element,
                        "component": element.component,
                        "repetition": element.repetition,
                        "code": element.code,
                    }
                    for element in error.elements
                ],
            }
            for error in item.errors
        ],
    }


def _of_statuses(model: ClaimStatusReport, parties: Sequence[str], key: bytes) -> Iterator[Statement]:
    for claim in model.claims:
        account = claim.patient_control_number or claim.trace_number
        statement = _status_statement(
            model,
            Reference("account", account.strip()),
            claim.segment_position,
            _claim_statuses(claim),
            claim,
        )
        yield replace(statement, clues=clues_of_status(claim, model, key))
    for batch in model.batch_rejections:
        reference = Reference("batch", batch.batch, _four(parties))
        yield _status_statement(model, reference, batch.level.segment_position, batch.statuses, None)


def _claim_statuses(claim: ClaimStatus) -> tuple[Status, ...]:
    return claim.inherited + claim.statuses


def _status_statement(
    model: ClaimStatusReport,
    reference: Reference,
    position: int,
    found: tuple[Status, ...],
    claim: ClaimStatus | None,
) -> Statement:
    lines = claim.lines if claim else ()
    rejected = claim.rejected if claim else True
    said = found or tuple(status for line in lines for status in line.statuses)
    last = said[-1] if said else None
    day = next((status.effective_date for status in reversed(found) if status.effective_date), model.created)
    return Statement(
        position=position,
        reference=reference,
        stage=_status_stage(model, claim),
        day=day.isoformat() if day else None,
        verdict="rejected" if rejected and model.kind == "277CA" else _verdict(model.kind, last),
        payer_claim_control_number=claim.payer_claim_control_number if claim else "",
        paid_cents=0,
        body={
            "statuses": _status_codes(found),
            "lines": [{**_status_line(line), "statuses": _status_codes(line.statuses)} for line in lines],
            **_request(claim),
        },
    )


def _status_line(line: StatusLine) -> dict[str, Any]:
    """Which line it is: by its own number, else by what was billed."""
    days = line.service_dates
    return {
        "control_number": line.line_control_number,
        "code": line.service.code if line.service else "",
        "revenue_code": line.revenue_code,
        "charge_cents": line.charge,
        "service_date": days.first.isoformat() if days and days.first else None,
    }


def _request(claim: ClaimStatus | None) -> dict[str, Any]:
    """What documents are asked for (LOINC codes), and until when; nothing where none are."""
    if claim is None or not claim.is_request:
        return {}
    due = claim.due_date.isoformat() if claim.due_date else None
    return {"request": {"due": due, "documents": list(claim.requested_documents)}}


def _status_stage(model: ClaimStatusReport, claim: ClaimStatus | None) -> str:
    if model.kind == "277":
        return "277"
    source = claim.source if claim else (model.levels[0] if model.levels else None)
    name = source.name if source else None
    return "277CA-clearinghouse" if name is not None and name.qualifier == _CLEARINGHOUSE else "277CA-payer"


def _verdict(kind: str, status: Status | None) -> str:
    if status is None:
        return "unknown"
    by_category = status.codes[0].outcome if status.codes else "unknown"
    return _OUTCOME_VERDICTS.get(status.outcome if kind == "277CA" else by_category, "unknown")


def _status_codes(found: Iterable[Status]) -> list[dict[str, Any]]:
    return [
        {
            "category": code.category,
            "status": code.status,
            "entity": code.entity,
            "action": status.action,
            "position": status.segment_position,
        }
        for status in found
        for code in status.codes
    ]


def _of_payment(claim: ClaimPayment, model: Remittance, key: bytes) -> Statement:
    paid_on = model.payment.payment_date if model.payment else None
    day = paid_on or model.production_date
    return Statement(
        position=claim.segment_position,
        reference=Reference("account", claim.patient_control_number.strip()),
        stage="835",
        day=day.isoformat() if day else None,
        verdict="reversal" if claim.is_reversal else "adjudicated",
        payer_claim_control_number=claim.payer_claim_control_number,
        paid_cents=claim.paid,
        body={
            "status": claim.status,
            "charge_cents": claim.charge,
            "paid_cents": claim.paid,
            "patient_cents": claim.patient_responsibility,
            "forwarded": claim.was_forwarded,
            "adjustments": _adjustments(claim.adjustments),
            "remarks": _remarks(claim.remarks),
            "lines": [_payment_line(line) for line in claim.lines],
            **_corrected_insured(claim),
            **({"pays_first": True} if claim.name(_PAYS_FIRST) is not None else {}),
        },
        clues=clues_of_payment(claim, model, key),
    )


def _corrected_insured(claim: ClaimPayment) -> dict[str, Any]:
    """Name and member id as the payer has them on file (NM1*74); nothing where it corrects none."""
    name = claim.name("74")
    if name is None:
        return {}
    return {
        "corrected_insured": {
            "last_name": name.last_name,
            "first_name": name.first_name,
            "middle_name": name.middle_name,
            "member_id": name.identifier,
        }
    }


def _payment_line(line: ServiceLine) -> dict[str, Any]:
    billed, (first, _) = line.billed_service, line.service_dates
    return {
        "control_number": line.line_control_number,
        "code": billed.code if billed else "",
        "revenue_code": line.revenue_code,
        "charge_cents": line.charge,
        "service_date": first.isoformat() if first else None,
        "paid_cents": line.paid,
        "position": line.segment_position,
        "adjustments": _adjustments(line.adjustments),
        "remarks": _remarks(line.remarks),
    }


def _adjustments(found: Iterable[Adjustment]) -> list[dict[str, Any]]:
    return [
        {
            "group": item.group,
            "reason": item.reason,
            "cents": item.amount,
            "quantity": str(item.quantity) if item.quantity else None,
            "position": item.segment_position,
        }
        for item in found
    ]


def _remarks(found: Iterable[Remark]) -> list[dict[str, Any]]:
    return [{"code": item.code, "position": item.segment_position} for item in found]


def _number(text: str) -> str:
    stripped = text.strip()
    return str(int(stripped)) if stripped.isascii() and stripped.isdigit() else stripped


def _four(parties: Sequence[str]) -> tuple[str, str, str, str]:
    first, second, third, fourth = parties
    return first, second, third, fourth
