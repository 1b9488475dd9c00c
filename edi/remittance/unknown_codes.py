"""Codes of an 835 that no table knows: claim status (CLP02), group, CARC, RARC and PLB reason.

They are kept as they are; of each code the first place is told, once in a remittance. Codes of
NCPDP (LQ*RX) are no list of ours. Source: FACTS E; the tables are those of `edi.codes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from edi.codes import code_table
from edi.finding import Finding, Place, RuleKey, Severity
from edi.protected import shown_code
from edi.remittance.model import ClaimPayment, ProviderAdjustment, Remittance, ServiceLine

CODE_UNKNOWN = RuleKey("adjustment-code-unknown", 5, Severity.WARNING)
STATUS, GROUP, REASON, REMARK, PROVIDER_REASON = "clp02", "adjustment_group", "carc", "rarc", "plb_reason"
REMARK_LIST = "HE"
_WORDS = {
    STATUS: "claim status code (CLP02)",
    GROUP: "adjustment group code",
    REASON: "adjustment reason code (CARC)",
    REMARK: "remark code (RARC)",
    PROVIDER_REASON: "PLB reason code",
}
_LONGEST = 5


def check_codes(remittance: Remittance, place: Place) -> list[Finding]:
    """The unknown codes of a remittance; `place` names file, interchange, group and transaction set."""
    codes = UnknownCodes()
    for claim in remittance.claims:
        codes.claim(claim)
    codes.provider_adjustments(remittance.provider_adjustments)
    return list(codes.findings(place))


class UnknownCodes:
    """Takes the codes of one transaction set as they come; keeps the first place of each unknown one."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], int] = {}

    def claim(self, claim: ClaimPayment) -> None:
        """The codes of a claim and of its lines."""
        self.take(STATUS, claim.status, claim.segment_position)
        parts: tuple[ClaimPayment | ServiceLine, ...] = (claim, *claim.lines)
        for part in parts:
            for entry in part.adjustments:
                self.take(GROUP, entry.group, entry.segment_position)
                self.take(REASON, entry.reason, entry.segment_position)
            for remark in part.remarks:
                if remark.qualifier == REMARK_LIST:
                    self.take(REMARK, remark.code, remark.segment_position)

    def provider_adjustments(self, entries: Iterable[ProviderAdjustment]) -> None:
        """The reasons of PLB."""
        for entry in entries:
            self.take(PROVIDER_REASON, entry.reason, entry.segment_position)

    def take(self, table: str, code: str, position: int) -> None:
        """One code of a list. A code that is not there is none of this rule."""
        if code and code not in code_table(table):
            self._first[table, code] = min(position, self._first.get((table, code), position))

    def findings(self, place: Place) -> Iterator[Finding]:
        """Each unknown code at its first place, in the order of the file."""
        for (table, code), position in sorted(self._first.items(), key=lambda item: (item[1], item[0])):
            yield Finding.of(
                CODE_UNKNOWN,
                "The {list} is in no table on file; it was kept as it is.",
                fields={"list": _WORDS[table]},
                expected="a code of the list",
                found=shown_code(code, _LONGEST),
                fix="Look the code up on the payer's site; `j3399 doctor` names tables past their date.",
                source="FACTS E",
                place=replace(place, segment_position=position),
            )
