"""What a careful reader expects in each file of the corpus, and whether ours found it.

The table was reasoned file by file from the bytes, without a look at this code or its output.
`departure` says why ours reads a file otherwise on purpose.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edi.answers import Answer, AnswerFile
from edi.claim837i.read import read_claims
from edi.kinds import UNKNOWN
from edi.remittance.model import Remittance

_TABLE = Path(__file__).resolve().parents[1] / "corpus_expectations.csv"
_CLAIMS = "837"
_MATTER_OF_TASTE = "maybe"


@dataclass(frozen=True)
class Found:
    """What a file holds: kinds in order, claims by transaction set id, whole interchanges, any finding.

    `claims` counts CLM of 837 and CLP of 835; `findings` is of bytes and envelopes.
    """

    kinds: str
    claims: str
    interchanges: str
    findings: str


@dataclass(frozen=True)
class Expectation:
    """A row of the table."""

    file: str
    found: Found
    departure: str

    def is_met(self, found: Found) -> bool:
        wanted = self.found
        findings = found.findings if wanted.findings == _MATTER_OF_TASTE else wanted.findings
        return found == Found(wanted.kinds, wanted.claims, wanted.interchanges, findings)


def expectations() -> Iterator[Expectation]:
    with _TABLE.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found = Found(row["kinds"], row["claims"], row["interchanges"], row["findings"])
            yield Expectation(row["file"], found, row["departure"])


def what_was_found(file: AnswerFile) -> Found:
    counts: dict[str, int] = {}
    for answer in file.answers:
        if answer.transaction is not None and answer.transaction.set_id == _CLAIMS:
            claims = sum(1 for _ in read_claims(answer.transaction))
            counts[_CLAIMS] = counts.get(_CLAIMS, 0) + claims
        elif isinstance(answer.model, Remittance):
            counts["835"] = counts.get("835", 0) + len(answer.model.claims)
    several = len(counts) > 1
    return Found(
        kinds=";".join(dict.fromkeys(map(_kind, file.answers))),
        claims=";".join(f"{kind}:{count}" if several else str(count) for kind, count in counts.items()),
        interchanges=str(sum(not interchange.implied for interchange in file.document.interchanges)),
        findings="yes" if file.envelope_findings else "no",
    )


def _kind(answer: Answer) -> str:
    if answer.kind == UNKNOWN and answer.transaction is not None:
        return answer.transaction.set_id
    return answer.kind
