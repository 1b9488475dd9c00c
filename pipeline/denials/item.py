"""A work item: one claim that needs somebody, with the why, the what, the who and the when.

Computed from the claim's events each time; nothing of it is stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edi.values import from_cents
from mapping.profile_models import PayerProfile
from pipeline.denials.actions import actions_for
from pipeline.denials.evidence import Evidence
from pipeline.denials.ranking import RankedCause, rank
from pipeline.ledger.claims import ClaimRow
from pipeline.life import ClaimLife, adjudication, is_denied_line

_APPEAL = "appeal"
OTHERS_REFUSED = "IK501-others"
"""The set was refused for a fault of another claim in it."""
_KINDS = {"rejected": "rejected", "denied": "denied", "partly_paid": "partly-denied"}
_SYNTAX_ELEMENTS = ("TA105", "IK304", "IK403", "IK501", OTHERS_REFUSED)


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code of the answer: where it stands and what it took."""

    group: str = ""
    carc: str = ""
    rarc: str = ""
    status: str = ""
    amount_cents: int | None = None
    line: str = ""
    segment_position: int | None = None

    def pair(self) -> tuple[str, str]:
        """The code as (list, code). The codes of TA1 and 999 are of one list, by their element."""
        if self.carc:
            return "carc", self.carc
        if self.rarc:
            return "rarc", self.rarc
        kind, _, rest = self.status.partition(":")
        return ("syntax", kind) if kind in _SYNTAX_ELEMENTS else ("status", rest.partition(":")[0])


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One entry of the worklist.

    `kind` is what it is about (`rejected`, `denied`, `partly-denied`, `held`, ...), `key` what a
    decision of a person is tied to: the claim's id of a rejection or denial, `SUBJECT:KIND` of the
    others. `facts` are names of what it rests on beside codes (rules, fields, documents); `deadline`
    says which deadline `due` is.
    """

    kind: str
    key: str
    claim: str
    encounter: str
    payer: str
    state: str
    stage: str
    amount_at_risk_cents: int
    codes: tuple[CodeEntry, ...]
    causes: tuple[RankedCause, ...]
    actions: tuple[str, ...]
    steps: tuple[str, ...]
    owner: str
    due: dt.date | None
    prevented_by: tuple[str, ...]
    facts: tuple[str, ...] = ()
    deadline: str = ""

    @property
    def fingerprint(self) -> str:
        """A short digest of what a decision rests on: it changes when the facts do, not with the days."""
        rests_on = [
            self.kind,
            self.state,
            self.stage,
            self.amount_at_risk_cents,
            [[*code.pair(), code.group, code.amount_cents, code.line] for code in self.codes],
            [item.cause.id for item in self.causes[:1]],
            self.facts,
        ]
        return hashlib.sha256(json.dumps(rests_on).encode()).hexdigest()[:12]

    def as_dict(self) -> dict[str, Any]:
        """The item as JSON; amounts as text."""
        return {
            "kind": self.kind,
            "key": self.key,
            "fingerprint": self.fingerprint,
            "claim": self.claim,
            "encounter": self.encounter,
            "payer": self.payer,
            "state": self.state,
            "stage": self.stage,
            "amount_at_risk": str(from_cents(self.amount_at_risk_cents)),
            "codes": [
                {
                    "group": code.group or None,
                    "carc": code.carc or None,
                    "rarc": code.rarc or None,
                    "status": code.status or None,
                    "amount": str(from_cents(code.amount_cents)) if code.amount_cents is not None else None,
                    "line": code.line or None,
                    "segment_position": code.segment_position,
                }
                for code in self.codes
            ],
            "causes": [
                {
                    "id": item.cause.id,
                    "score": round(item.score, 4),
                    "meaning": item.cause.meaning,
                    "evidence": list(item.evidence),
                }
                for item in self.causes
            ],
            "actions": list(self.actions),
            "steps": list(self.steps),
            "owner": self.owner,
            "due": self.due.isoformat() if self.due else None,
            "deadline": self.deadline or None,
            "prevented_by": list(self.prevented_by),
            "facts": list(self.facts),
        }


def work_item(claim: ClaimRow, life: ClaimLife, payer: PayerProfile, evidence: Evidence) -> WorkItem | None:
    """The item of a claim that was rejected, denied or partly denied; None where nothing is to do."""
    event = life.deciding
    if event is None or life.stage not in ("rejected", "denied"):
        return None
    codes = tuple(_codes(event.stage, event.body))
    pairs = [code.pair() for code in codes]
    ranked = rank(pairs, evidence)
    first = ranked[0].cause
    actions = actions_for(first, life.stage, payer, set(pairs), evidence)
    fired = [rule for rule in first.prevented_by if rule in evidence.findings]
    return WorkItem(
        kind=_KINDS[life.state],
        key=claim.id,
        claim=claim.id,
        encounter=claim.encounter,
        payer=claim.payer,
        state=life.state,
        stage=life.stage,
        amount_at_risk_cents=_at_risk(claim, event.stage, event.body),
        codes=codes,
        causes=tuple(item for item in ranked if item.score >= 0.005),
        actions=tuple(actions),
        steps=first.steps,
        owner=first.owner,
        due=_due(event.day, actions, payer),
        prevented_by=tuple(fired) or first.prevented_by,
    )


def _codes(stage: str, body: dict[str, Any]) -> list[CodeEntry]:
    if stage == "835":
        return _remittance_codes(body)
    if stage in ("TA1", "999"):
        return _acknowledgment_codes(stage, body)
    entries = [_status_code(item, "") for item in body["statuses"]]
    for line in body["lines"]:
        entries += [_status_code(item, line["control_number"]) for item in line["statuses"]]
    return list(dict.fromkeys(entries))


def _status_code(item: dict[str, Any], line: str) -> CodeEntry:
    status = ":".join(part for part in (item["category"], item["status"], item["entity"]) if part)
    return CodeEntry(status=status, line=line, segment_position=item["position"])


def _acknowledgment_codes(stage: str, body: dict[str, Any]) -> list[CodeEntry]:
    if stage == "TA1":
        return [CodeEntry(status=f"TA105:{body['note']}")]
    entries = []
    for error in body["errors"]:
        entries.append(CodeEntry(status=f"IK304:{error['code']}", segment_position=error["position"]))
        entries += [
            CodeEntry(status=f"IK403:{element['code']}", segment_position=error["position"])
            for element in error["elements"]
        ]
    if not entries and body.get("errors_of_others"):
        return [CodeEntry(status=f"{OTHERS_REFUSED}:{body['code']}")]
    return entries or [CodeEntry(status=f"IK501:{body['code']}")]


def _remittance_codes(body: dict[str, Any]) -> list[CodeEntry]:
    """The codes that denied: of the claim and of its denied lines; of a denied claim, all."""
    denied = adjudication(body) == "denied"
    lines = body["lines"] if denied else [line for line in body["lines"] if is_denied_line(line)]
    entries = _adjustment_codes(body["adjustments"], "")
    entries += _remark_codes(body["remarks"], "")
    for line in lines:
        entries += _adjustment_codes(line["adjustments"], line["control_number"])
        entries += _remark_codes(line["remarks"], line["control_number"])
    return entries


def _remark_codes(remarks: Sequence[dict[str, Any]], line: str) -> list[CodeEntry]:
    return [CodeEntry(rarc=item["code"], line=line, segment_position=item["position"]) for item in remarks]


def _adjustment_codes(adjustments: Sequence[dict[str, Any]], line: str) -> list[CodeEntry]:
    return [
        CodeEntry(
            group=item["group"],
            carc=item["reason"],
            amount_cents=item["cents"],
            line=line,
            segment_position=item["position"],
        )
        for item in adjustments
    ]


def _at_risk(claim: ClaimRow, stage: str, body: dict[str, Any]) -> int:
    """What hangs on the item: the charge of the denied lines, or the whole claim's."""
    if stage != "835" or adjudication(body) == "denied":
        return claim.total_cents
    return sum(line["charge_cents"] for line in body["lines"] if is_denied_line(line))


def _due(day: str | None, actions: Sequence[str], payer: PayerProfile) -> dt.date | None:
    """From the day the answer states itself: the payer's days to appeal, or to correct."""
    if day is None or not actions or actions[0] == "none":
        return None
    days = payer.appeal_days if _APPEAL in actions else payer.correction_days
    return dt.date.fromisoformat(day) + dt.timedelta(days=days)
