"""What becomes of a claim: the decisions of a clearinghouse and a payer, as values.

A new way to answer is an outcome here and a case where it is answered: a status or an adjudication.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

DRUG = "drug"
"""The name of a claim's drug lines in a script."""
_ADJUSTMENT_GROUPS = ("CO", "PR", "OA", "PI")
_MOST_CLAIM_REMARKS = 5


class ScriptError(ValueError):
    """The script cannot be read: an unknown outcome, a field it does not have, or a bad value."""


@dataclass(frozen=True, slots=True)
class Accept:
    """Accepted on the 277CA, and nothing more: no remittance comes. A script may say `silent`."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Rejected on the 277CA with the status STC01: category, status, entity.

    `line` is `drug`, the number of a line (LX01), or "" for the claim as a whole. A named
    line is told in 2220D by its own control number (REF*FJ).
    """

    status: str
    category: str = "A7"
    entity: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class Pend:
    """Accepted, and told as pending on a 277 with the status STC01; no remittance comes yet."""

    category: str = "P1"
    status: str = "20"
    entity: str = ""


@dataclass(frozen=True, slots=True)
class Pay:
    """Paid by a percentage of each line's charge; the rest is contractual (CO-45)."""

    percentage: Decimal = Decimal(100)

    def __post_init__(self) -> None:
        if not 0 <= self.percentage <= 100:
            raise ScriptError("a percentage is from 0 to 100")


@dataclass(frozen=True, slots=True)
class Deny:
    """Denied with an adjustment (CAS) and remarks (LQ*HE) on the drug line, or on the line named.

    `other_lines` is `pay` or `deny` (same group and reason, no remarks). `claim_remarks` go
    to MIA05 and MIA20 to 23 of an inpatient claim, to MOA03 to 07 of an outpatient one.
    """

    reason: str
    group: str = "CO"
    remarks: tuple[str, ...] = ()
    line: str = DRUG
    other_lines: str = "pay"
    claim_remarks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.group not in _ADJUSTMENT_GROUPS:
            raise ScriptError("an adjustment group is CO, PR, OA or PI")
        if self.other_lines not in ("pay", "deny"):
            raise ScriptError("other_lines is pay or deny")
        if len(self.claim_remarks) > _MOST_CLAIM_REMARKS:
            raise ScriptError("MIA and MOA hold at most five remarks")


@dataclass(frozen=True, slots=True)
class Refuse:
    """Refused on the 999, and with it every claim of its transaction set.

    `segment` names the claim's first segment of that id as the one at fault (IK301; CLM
    where it has none), `code` is IK304; `element` is IK401 (`3`, `5:1`) with `element_code`
    IK403 where one is at fault.
    """

    segment: str
    code: str = "8"
    element: str = ""
    element_code: str = ""


Outcome = Accept | Reject | Pend | Pay | Deny | Refuse

OUTCOMES: Mapping[str, type[Outcome]] = {
    "accept": Accept,
    "silent": Accept,
    "reject": Reject,
    "pend": Pend,
    "pay": Pay,
    "deny": Deny,
    "refuse": Refuse,
}
