"""What happened to a claim, in words: made and sent, then every answer in the order of the life.

Computed from the ledger each time. Holds no patient data: codes, days, amounts, file names.

Source: FACTS D1 to D4 for what each answer says; the order of events is that of `pipeline.life`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from edi.codes import code_words
from edi.values import dollars
from pipeline.ledger import answers, files
from pipeline.ledger.answers import EventRow
from pipeline.ledger.claims import ClaimRow
from pipeline.life import adjudication, in_order

_FREQUENCIES = {"1": "original", "7": "replacement", "8": "void"}
_STAGE_WORDS = {
    "TA1": "TA1",
    "999": "999",
    "277CA-clearinghouse": "277CA of the clearinghouse",
    "277CA-payer": "277CA of the payer",
    "277": "277",
    "835": "835",
}
_TONES = {"accepted": "good", "paid": "good", "rejected": "bad", "denied": "bad", "reversal": "bad"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `day` is ISO text, None where the answer states none.

    `tone` is good, bad or "" (neither); `details` are the codes in words.
    """

    day: str | None
    what: str
    words: str
    details: tuple[str, ...] = ()
    tone: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"day": self.day, "what": self.what, "words": self.words, "details": list(self.details)}


def frequency_words(frequency: str) -> str:
    """What a claim is by CLM05-3: original, replacement, void, or the frequency itself."""
    return _FREQUENCIES.get(frequency, f"frequency {frequency}")


def history(connection: Connection, claim: ClaimRow) -> list[Entry]:
    """The claim's history: what was sent, then the answers in the order that its life takes."""
    return [
        _sent(connection, claim),
        *(_answer(event) for event in in_order(answers.of_claim(connection, claim.id))),
    ]


def _sent(connection: Connection, claim: ClaimRow) -> Entry:
    file = files.by_row(connection, claim.file)
    words = f"{frequency_words(claim.frequency)}, version {claim.version}, {dollars(claim.total_cents)}"
    return Entry(
        file.day, "sent", words, (f"file {file.name}, control number {file.control_number}, {file.state}",)
    )


def _answer(event: EventRow) -> Entry:
    verdict = adjudication(event.body) if event.verdict == "adjudicated" else event.verdict
    words = verdict.replace("_", " ")
    if event.stage == "835":
        words += f", {dollars(event.paid_cents)}"
    return Entry(
        event.day,
        _STAGE_WORDS.get(event.stage, event.stage),
        words,
        tuple(dict.fromkeys(_details(event))),
        _TONES.get(verdict, ""),
    )


def _details(event: EventRow) -> Iterator[str]:
    body = event.body
    if event.stage == "TA1":
        yield f"TA105 {body['note']}: {code_words('ta105', body['note'])}"
    elif event.stage == "999":
        yield from _syntax(body)
    elif event.stage == "835":
        yield from _adjustments(body, "")
        for line in body["lines"]:
            yield from _adjustments(line, f"line {line['code'] or line['revenue_code']}: ")
    else:
        yield from _statuses(body["statuses"], "")
        for line in body["lines"]:
            yield from _statuses(line["statuses"], "line: ")


def _syntax(body: Mapping[str, Any]) -> Iterator[str]:
    for error in body["errors"]:
        yield f"IK304 {error['code']} at {error['segment']}, segment {error['position']}"
        for element in error["elements"]:
            sent = f", sent {element['sent']}" if element.get("sent") else ""
            yield f"IK403 {element['code']} at {element.get('name') or error['segment']}{sent}"


def _statuses(statuses: Iterable[Mapping[str, Any]], where: str) -> Iterator[str]:
    for item in statuses:
        code = ":".join(part for part in (item["category"], item["status"], item["entity"]) if part)
        yield f"{where}{code}: {code_words('claim_status', item['status'])}"


def _adjustments(part: Mapping[str, Any], where: str) -> Iterator[str]:
    for item in part["adjustments"]:
        words = code_words("carc", item["reason"])
        yield f"{where}{item['group']}-{item['reason']} {dollars(item['cents'])}: {words}"
    for remark in part["remarks"]:
        yield f"{where}{remark['code']}: {code_words('rarc', remark['code'])}"
