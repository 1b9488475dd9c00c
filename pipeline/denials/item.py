"""A work item: one thing that needs somebody, with the why, the what, the who and the when.

Computed from the ledger each time; nothing of it is stored.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from edi.values import from_cents
from pipeline.denials.ranking import RankedCause

OTHERS_REFUSED = "IK501-others"
"""The set was refused for a fault of another claim in it."""
_SYNTAX_ELEMENTS = ("TA105", "IK304", "IK403", "IK501", OTHERS_REFUSED)


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One code of the answer: where it stands and what it took. `line` is our line control number.

    `element` is the segment or element of the file we sent that a 999 finds wrong (`CLM05-3`), `sent`
    what stood there: a code, `***` for anything else, "" where nothing did.
    """

    group: str = ""
    carc: str = ""
    rarc: str = ""
    status: str = ""
    amount_cents: int | None = None
    line: str = ""
    segment_position: int | None = None
    element: str = ""
    sent: str = ""

    @property
    def name(self) -> str:
        """The code as people write it: `CO-197`, `N56`, `A7:218`, `IK403:7 at CLM05-3`."""
        code = f"{self.group}-{self.carc}" if self.carc else self.rarc or self.status
        return f"{code} at {self.element}" if self.element else code

    def pair(self) -> tuple[str, str]:
        """The code as (list, code). The codes of TA1 and 999 are of one list, by their element."""
        if self.carc:
            return "carc", self.carc
        if self.rarc:
            return "rarc", self.rarc
        kind, _, rest = self.status.partition(":")
        return ("syntax", kind) if kind in _SYNTAX_ELEMENTS else ("status", rest.partition(":")[0])

    def clues(self) -> tuple[tuple[str, str], ...]:
        """What the code says of causes, as (list, code): a status with its entity, and its category.

        A code of TA1 and 999 with its value: `IK304:3`.
        """
        pair = self.pair()
        if pair[0] == "syntax":
            return (("syntax", self.status),)
        if pair[0] != "status":
            return (pair,)
        category, _, rest = self.status.partition(":")
        return ("status", rest), ("category", category)

    def as_dict(self) -> dict[str, Any]:
        """The code as JSON; what it has not is null."""
        return {
            "group": self.group or None,
            "carc": self.carc or None,
            "rarc": self.rarc or None,
            "status": self.status or None,
            "amount": str(from_cents(self.amount_cents)) if self.amount_cents is not None else None,
            "line": self.line or None,
            "segment_position": self.segment_position,
            "element": self.element or None,
            "sent": self.sent or None,
        }


@dataclass(frozen=True, slots=True)
class LineEntry:
    """A service line of the claim as it was decided.

    `kind` is `drug`, `infusion` or `other`; `cause` the likeliest of the line's own codes where it
    was denied.
    """

    line: str
    kind: str
    code: str
    charge_cents: int
    paid_cents: int
    denied: bool
    cause: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON; amounts as text."""
        return {
            "line": self.line or None,
            "kind": self.kind,
            "code": self.code or None,
            "charge": str(from_cents(self.charge_cents)),
            "paid": str(from_cents(self.paid_cents)),
            "denied": self.denied,
            "cause": self.cause or None,
        }


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One entry of the worklist.

    `kind` is what it is about (`rejected`, `denied`, `partly-denied`, `held`, ...), `key` what a
    decision of a person is tied to: the claim's id of a rejection or denial, `SUBJECT:KIND` of the
    others. `claim`, `encounter` and `payer` are "" where none is known. `facts` are names of what
    it rests on beside codes (rules, fields, documents); `deadline` says which deadline `due` is.
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
    prevented_by: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    deadline: str = ""
    lines: tuple[LineEntry, ...] = ()

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
            "claim": self.claim or None,
            "encounter": self.encounter or None,
            "payer": self.payer or None,
            "state": self.state,
            "stage": self.stage,
            "amount_at_risk": str(from_cents(self.amount_at_risk_cents)),
            "codes": [code.as_dict() for code in self.codes],
            "lines": [line.as_dict() for line in self.lines],
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
