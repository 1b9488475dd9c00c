"""What judging a file gives: claims with their findings, and findings above several claims."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from edi.claim837i.model import Claim, TransactionHeader
from edi.envelope import TransactionSet
from edi.finding import Finding, has_errors


@dataclass(slots=True)
class ClaimReport:
    """A claim with its findings; `index` counts the claims of the file from 0.

    `findings` are its own. `above` are those of levels that it shares with other claims (its
    billing provider, its subscriber): they concern it, but are told once for all of them.
    """

    index: int
    claim: Claim
    transaction: TransactionSet
    header: TransactionHeader
    findings: list[Finding] = field(default_factory=list)
    above: list[Finding] = field(default_factory=list)

    @property
    def created(self) -> dt.date | None:
        """BHT04: the day on which its transaction set was made."""
        return self.header.created.date() if self.header.created is not None else None

    def all_findings(self) -> list[Finding]:
        """All that concerns it, whether it is alone with it or not."""
        return self.above + self.findings

    @property
    def has_errors(self) -> bool:
        return has_errors(self.findings) or has_errors(self.above)


@dataclass(frozen=True, slots=True)
class SharedFinding:
    """A finding above several claims, which says how many. `first` and `last` are their indices."""

    finding: Finding
    first: int
    last: int

    @property
    def claims(self) -> int:
        """How many claims it concerns."""
        return self.last - self.first + 1


@dataclass(slots=True)
class FileReport:
    """The result for one file: claims with their findings, those above several, and those of none."""

    claims: list[ClaimReport]
    shared: list[SharedFinding]
    file_findings: list[Finding]
    not_checked: list[str]

    def findings(self) -> list[Finding]:
        """All findings, each once, those of the file first."""
        return [
            *self.file_findings,
            *(shared.finding for shared in self.shared),
            *(finding for report in self.claims for finding in report.findings),
        ]

    @property
    def has_errors(self) -> bool:
        return has_errors(self.findings())
