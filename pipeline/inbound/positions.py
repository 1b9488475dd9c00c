"""Which claim a fault of a 999 concerns, and which element of the file that was sent.

Why: a transaction set is refused as a whole, for a fault of one of its claims. That claim must be
mended; the others need only be sent again. The file that was sent is read again from the archive:
it knows whose account number a CTX names, and which claims stand below a level. Where it is gone,
the ledger's first and last segment of each claim tell (IK302 counts from ST = 1). A fault above the
claims concerns them all.

Of what was sent only codes are kept; whatever else stood in the element is masked.

Source: 005010X231A1, IK3, CTX and IK4; FACTS D1.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from edi.acknowledgment.implementation import CLAIM_CONTEXT, Context, ElementError, SegmentError
from edi.acknowledgment.resolution import SentElement, SentFault, SentSet, element_name
from edi.envelope import Transaction
from edi.guide.check import FUNCTIONAL_ID, INTERCHANGE_VERSION, VERSION
from edi.guide.coded import coded_elements
from edi.protected import MASK, shown_code
from pipeline.ledger.claims import ClaimRow
from pipeline.sent_files import SentFiles


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault as it is kept, and the ids of the claims it concerns."""

    shown: dict[str, Any]
    claims: frozenset[str]


def bodies_of_claims(
    connection: Connection, sent: SentFiles, body: dict[str, Any], named: Sequence[ClaimRow]
) -> dict[str, dict[str, Any]]:
    """The body of a statement as it concerns each of the claims it names, by claim id.

    In that of a 999 `errors` are the claim's own and those above all claims; `errors_of_others`
    counts what stands in other claims of the set. Each error has a `name` beside its numbers, each
    of its elements (`CLM05-3`), too, with what was `sent`: a code, `***`, or null where nothing was.
    """
    if not body.get("errors"):
        return {claim.id: _with_errors(body, []) if "errors" in body else body for claim in named}
    faults = _faults(body["errors"], named, _set_of(connection, sent, named))
    return {
        claim.id: _with_errors(body, [fault.shown for fault in faults if claim.id in fault.claims])
        for claim in named
    }


def _with_errors(body: dict[str, Any], own: list[dict[str, Any]]) -> dict[str, Any]:
    return {**body, "errors": own, "errors_of_others": len(body["errors"]) - len(own)}


def _set_of(connection: Connection, sent: SentFiles, named: Sequence[ClaimRow]) -> SentSet | None:
    """The one transaction set in which all of them went out, if it is still there."""
    if len({(claim.file, claim.transaction_control_number) for claim in named}) != 1:
        return None
    transaction: Transaction | None = sent.transaction(connection, named[0])
    return SentSet(transaction) if transaction is not None else None


def _faults(
    errors: Sequence[dict[str, Any]], named: Sequence[ClaimRow], sent: SentSet | None
) -> list[_Fault]:
    by_account: defaultdict[str, set[str]] = defaultdict(set)
    for claim in named:
        by_account[claim.patient_control_number].add(claim.id)
    everybody = frozenset(claim.id for claim in named)
    faults = []
    for error in errors:
        found = sent.resolve(_segment_error(error)) if sent is not None else None
        accounts = found.claims if found is not None else ()
        resolved = frozenset(claim for account in accounts for claim in by_account[account.reveal()])
        at = _by_position(error, named)
        if len(accounts) == 1 and len(resolved) > 1:  # two claims of one account number
            resolved = resolved & at or resolved
        faults.append(_Fault(_shown(error, found), resolved or at or everybody))
    return faults


def _by_position(error: dict[str, Any], named: Sequence[ClaimRow]) -> frozenset[str]:
    """The claim in whose segments the fault stands; none for one above the claims."""
    position = error["position"]
    if position is None:
        return frozenset()
    return frozenset(claim.id for claim in named if claim.first_segment <= position <= claim.last_segment)


def _shown(error: dict[str, Any], found: SentFault | None) -> dict[str, Any]:
    """The fault with names; the account number that it came with is not kept."""
    kept = {name: value for name, value in error.items() if name != "account"}
    elements = found.elements if found is not None else (None,) * len(error["elements"])
    return {
        **kept,
        "name": error["segment"],
        "elements": [
            {**element, **_named(error["segment"], element, sent)}
            for element, sent in zip(error["elements"], elements, strict=True)
        ],
    }


def _named(segment: str, element: dict[str, Any], sent: SentElement | None) -> dict[str, Any]:
    place = (element["element"], element["component"], element["repetition"])
    return {
        "name": element_name(segment, *place),
        "sent": _shown_value(element_name(segment, *place[:2], None), sent),
    }


def _shown_value(label: str, sent: SentElement | None) -> str | None:
    if sent is None or sent.value is None:
        return None
    longest = coded_elements(INTERCHANGE_VERSION, FUNCTIONAL_ID, VERSION).get(label)
    if longest is None:
        return MASK
    return str(shown_code(sent.value.reveal(), longest))


def _segment_error(error: dict[str, Any]) -> SegmentError:
    """The fault as the acknowledgment had it, as far as it is kept in a body."""
    account = error.get("account", "")
    nowhere = (None, None, None)
    contexts = (Context(CLAIM_CONTEXT, account, "", None, "", nowhere, "", 0),) if account else ()
    elements = tuple(
        ElementError(one["element"], one["component"], one["repetition"], "", one["code"], None, (), 0)
        for one in error["elements"]
    )
    return SegmentError(
        error["segment"], error["position"], error["loop"], error["code"], contexts, elements, 0
    )
