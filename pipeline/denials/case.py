"""A claim that was answered, with all that is at hand to judge it by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from edi.claim837i.model import Claim
from mapping.profile_models import PayerProfile, ProductProfile
from pipeline.denials.evidence import Evidence
from pipeline.ledger.claims import ClaimRow, LineRow
from pipeline.life import ClaimLife


@dataclass(frozen=True, slots=True)
class Case:
    """`lines` are as sent, `sent` the claim itself, None where its file is gone; `decided_before` is
    the day on which the payer before decided; `acceptance` names the stored 277CA that shows when
    the claim was accepted, "" where there is none."""

    claim: ClaimRow
    life: ClaimLife
    lines: Sequence[LineRow]
    payer: PayerProfile
    product: ProductProfile | None
    evidence: Evidence
    sent: Claim | None = None
    decided_before: dt.date | None = None
    acceptance: str = ""
