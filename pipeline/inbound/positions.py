"""Which claim a fault of a 999 concerns, by the positions of what was sent.

Why: a transaction set is refused as a whole, for a fault of one of its claims. That claim must be
mended; the others need only be sent again. A 999 counts segments from ST = 1 (IK302), and the
ledger keeps the first and last segment of each claim. A fault above the claims concerns them all.

Source: 005010X231A1, IK3; FACTS D1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.ledger.claims import ClaimRow


def of_claim(body: dict[str, Any], claim: ClaimRow, named: Sequence[ClaimRow]) -> dict[str, Any]:
    """The body of a 999's statement as it concerns one claim of those it names.

    `errors` are its own and those above all claims; `errors_of_others` counts what stands in
    other claims of the set.
    """
    if "errors" not in body:
        return body
    others = [other for other in named if other.id != claim.id]
    own = [error for error in body["errors"] if not any(_holds(other, error) for other in others)]
    return {**body, "errors": own, "errors_of_others": len(body["errors"]) - len(own)}


def _holds(claim: ClaimRow, error: dict[str, Any]) -> bool:
    position = error["position"]
    return position is not None and claim.first_segment <= position <= claim.last_segment
