"""What building a claim needs to be told, and what it gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

from edi.claim837i.model import Claim
from edi.finding import Finding, Place
from edi.protected import Protected
from edi.separators import Separators
from mapping.encounter import Coverage, Encounter
from mapping.profile_models import PartnerProfile, PayerProfile, ProductProfile, SiteProfile
from mapping.rule_keys import RECORD_INVALID, TEXT_FOLDED
from mapping.text import fold, is_safe_id, needs_folding


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """One claim to be built: the encounter, whose turn it is, and the profiles that apply.

    `part` is `whole` (or `stay` and `drug` where a payer wants the drug apart);
    `payer_order` counts coverages from 0; `frequency` is CLM05-3.
    """

    encounter: Encounter
    payer: PayerProfile
    partner: PartnerProfile
    site: SiteProfile
    product: ProductProfile | None
    part: str = "whole"
    payer_order: int = 0
    frequency: str = "1"

    @property
    def coverage(self) -> Coverage:
        return self.encounter.coverages[self.payer_order]

    @property
    def separators(self) -> Separators:
        return separators_of(self.partner)


def separators_of(partner: PartnerProfile) -> Separators:
    """The partner's separators as `edi` has them."""
    marks = partner.separators
    return Separators(marks.element, marks.component, marks.repetition, marks.terminator)


@dataclass(frozen=True, slots=True)
class BuiltClaim:
    """A claim and what was found while it was built; with an error it must not be sent."""

    claim: Claim
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Notebook:
    """Collects findings while a claim is built, and makes texts fit for the partner."""

    request: ClaimRequest
    findings: list[Finding] = field(default_factory=list)

    def text(self, value: str | None, path: str) -> str:
        """A name or note, folded to the partner's character set; the folding is said."""
        if value is None:
            return ""
        separators = self.request.separators
        if needs_folding(value, separators):
            self.findings.append(
                Finding.of(
                    TEXT_FOLDED,
                    "{path} was folded to plain capitals, as X12 files hold no accents or separators.",
                    fields={"path": path},
                    found=Protected(value),
                    place=self._place(path),
                )
            )
        folded = fold(value, separators)
        if not folded:
            self.add(
                Finding.of(
                    RECORD_INVALID,
                    "{path} has no letter or digit that an X12 file can hold.",
                    fields={"path": path},
                    fix="Give the name in Latin letters, as the payer has it on file.",
                ),
                path,
            )
        return folded

    def id(self, value: str | None, path: str) -> str:
        """An id, unchanged; one that holds a separator of this partner is refused."""
        if not value:
            return ""
        if not is_safe_id(value, self.request.separators):
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
