"""What an answer can name a patient by, as keyed digests: a member id, or last and first name.

Answers say no more of a patient than that. Digests of a claim as it was sent and of an answer
are equal where both mean the same; the key never leaves the ledger.

Source: NM1*QC and NM1*IL of an 835 (2100) and a 277CA or 277 (2100D), NM1*IL and NM1*QC of an
837I (2010BA, 2010CA).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable

from edi.claim837i.model import Claim
from mapping.text import fold_plain


def keyed_digest(parts: Iterable[str], key: bytes) -> str:
    """The digest under which the ledger keeps an identity."""
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256").hex()


def of_member(identifier: str, key: bytes) -> str | None:
    """Of a member id; None where there is none."""
    folded = "".join(fold_plain(identifier).split())
    return keyed_digest(("member", folded), key) if folded else None


def of_name(last: str, first: str, key: bytes) -> str | None:
    """Of a name; None where a part of it is missing."""
    parts = fold_plain(last), fold_plain(first)
    return keyed_digest(("name", *parts), key) if all(parts) else None


def of_claim(claim: Claim, key: bytes) -> frozenset[str]:
    """Of a claim as it was sent: the ids of subscriber and patient, and the patient's name."""
    subscriber = claim.subscriber.party
    patient = claim.patient.party if claim.patient is not None else subscriber
    found = {of_member(one, key) for one in {subscriber.id, patient.id}}
    found.add(of_name(patient.name, patient.first_name, key))
    return frozenset(digest for digest in found if digest is not None)
