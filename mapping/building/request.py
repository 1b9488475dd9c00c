"""What building a claim needs to be told, and what it gives back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from edi.claim837i.model import Claim
from edi.finding import Finding, Place
from edi.protected import Protected
from edi.records import record
from edi.separators import Separators
from mapping.building.parts import DRUG, STAY, WHOLE, drug_codes
from mapping.encounter import Adjudication, Coverage, Encounter, ServiceLine
from mapping.fact import fact, once_for_each
from mapping.profile_models import PartnerProfile, PayerProfile, ProductProfile, SiteProfile
from mapping.rule_keys import RECORD_INVALID, TEXT_FOLDED
from mapping.text import fold, is_changed, is_safe_id, loses_letters


@record(frozen=True, slots=False)
class ClaimRequest:
    """One claim to be built: the encounter, whose turn it is, and the profiles that apply.

    `part` is `whole` (or `stay` and `drug` where a payer wants the drug apart);
    `payer_order` counts coverages from 0; `frequency` is CLM05-3. `earlier` is what the payers
    before this one decided, in their order; None of one that has not decided. `payers` are the
    profiles of all coverages in their order, None of a later one that has none. `only` are the
    record's lines (from 1) that the claim is for; None where it is for all of its part.
    """

    encounter: Encounter
    payer: PayerProfile
    partner: PartnerProfile
    site: SiteProfile
    product: ProductProfile | None
    part: str = WHOLE
    payer_order: int = 0
    frequency: str = "1"
    earlier: tuple[Adjudication | None, ...] = ()
    payers: tuple[PayerProfile | None, ...] = ()
    only: frozenset[int] | None = None

    @fact
    def coverage(self) -> Coverage:
        return self.encounter.coverages[self.payer_order]

    def payer_of(self, order: int) -> PayerProfile | None:
        """The profile of a coverage's payer, as far as it is known."""
        if order == self.payer_order:
            return self.payer
        return self.payers[order] if order < len(self.payers) else None

    def decision(self, order: int) -> Adjudication | None:
        """What an earlier payer decided: as it told us itself, else as the record says."""
        told = self.earlier[order] if order < len(self.earlier) else None
        return told or self.encounter.coverages[order].adjudication

    @fact
    def is_inpatient(self) -> bool:
        """Whether the claim is an inpatient bill: the drug alone never is."""
        return self.encounter.is_inpatient and self.part != DRUG

    @fact
    def carries_drug(self) -> bool:
        """Whether the drug is billed on this claim.

        A bill summed by revenue code has the drug without its code; one of several bills of a stay
        has it only where its line stands.
        """
        if self.product is None or self.part == STAY:
            return False
        codes = self.drug_codes
        has_line = any(line.hcpcs in codes for _, line in self._chosen)
        return has_line or (self.encounter.interim is None and self.only is None)

    @fact
    def drug_codes(self) -> Collection[str]:
        """The codes under which the record has the product."""
        return drug_codes(self.encounter, self.product)

    def lines(self) -> list[tuple[int, ServiceLine]]:
        """The record's lines that belong on this claim, with their number in the record (from 1)."""
        numbered = self._chosen
        if self.part == WHOLE:
            return numbered
        codes = self.drug_codes
        return [(number, line) for number, line in numbered if (line.hcpcs in codes) is (self.part == DRUG)]

    @fact
    def _chosen(self) -> list[tuple[int, ServiceLine]]:
        numbered = enumerate(self.encounter.service_lines, start=1)
        return [(number, line) for number, line in numbered if self.only is None or number in self.only]

    @fact
    def separators(self) -> Separators:
        return separators_of(self.partner)


@once_for_each
def separators_of(partner: PartnerProfile) -> Separators:
    """The partner's separators as `edi` has them."""
    marks = partner.separators
    return Separators(marks.element, marks.component, marks.repetition, marks.terminator)


@record(frozen=True, slots=True)
class BuiltClaim:
    """A claim and what was found while it was built; with an error it must not be sent."""

    claim: Claim
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Notebook:
    """Collects findings while a claim is built, and makes texts fit for the partner."""

    request: ClaimRequest
    findings: list[Finding] = field(default_factory=list)
    separators: Separators = field(init=False)

    def __post_init__(self) -> None:
        self.separators = self.request.separators

    def text(self, value: str | None, path: str) -> str:
        """A name or note, folded to the partner's character set; the folding is said, a letter is never lost."""
        if value is None:
            return ""
        folded = fold(value, self.separators)
        if is_changed(value, folded):
            self.findings.append(
                Finding.of(
                    TEXT_FOLDED,
                    "{path} was folded to plain capitals, as X12 files hold no accents or separators.",
                    fields={"path": path},
                    found=Protected(value),
                    place=self._place(path),
                )
            )
        if not folded or loses_letters(value):
            self.add(
                Finding.of(
                    RECORD_INVALID,
                    "{path} has letters that an X12 file cannot hold, or none that it can.",
                    fields={"path": path},
                    fix="Write it in Latin letters, a name as the payer has it on file.",
                ),
                path,
            )
        return folded

    def id(self, value: str | None, path: str) -> str:
        """An id, unchanged; one that holds a separator of this partner is refused."""
        if not value:
            return ""
        if not is_safe_id(value, self.separators):
            self.findings.append(
                Finding.of(
                    RECORD_INVALID,
                    "{path} holds a character that this partner uses as a separator.",
                    fields={"path": path},
                    fix="Ids are never changed: correct the id, or give the partner other separators.",
                    place=self._place(path),
                )
            )
            return ""
        return value

    def add(self, finding: Finding, path: str) -> None:
        place = self._place(path)
        self.findings.append(finding.at(encounter=place.encounter, path=place.path))

    def _place(self, path: str) -> Place:
        return Place(encounter=self.request.encounter.id, path=path)
