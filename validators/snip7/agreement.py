"""The identifier of an outcomes-based agreement, where the payer wants it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from edi.protected import Protected
from mapping.building.notes import AGREEMENT_MARK, LOT_MARK
from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule(
    "payer-contract-id",
    source="payers' outcomes-based agreements; FACTS C28",
    of_drug=True,
    of_void=False,
    of_payer=lambda payer: payer.requires_contract_id,
)
def payer_contract_id(check: ClaimCheck) -> Iterator[Fault]:
    """A claim under an outcomes-based agreement says so.

    What: the payer has an agreement on the drug, and the claim carries no identifier where the
    profile puts it (NTE*ADD, CN1 or REF*P4), or another one than the encounter has.
    Why: without it the payer cannot link the claim to the agreement, and may hold or deny it.
    Fix: enter contract.agreement_id in the encounter, as the agreement has it.
    """
    if not check.drug_lines:
        return
    place = check.payer.contract_id_place
    carried = _carried(check)
    contract = check.encounter.contract if check.encounter is not None else None
    segment, _, qualifier = place.partition("*")
    if not carried:
        yield Fault(
            "The claim carries no agreement identifier.",
            check.claim_place(segment, qualifier or None),
            expected=f"the identifier in {place}",
            found="none",
        )
    elif contract is not None and contract.agreement_id not in carried:
        yield Fault(
            "The claim carries another agreement identifier than the encounter.",
            check.claim_place(segment, qualifier or None),
            expected=Protected(contract.agreement_id),
            found=Protected(" ".join(carried)),
        )


def _carried(check: ClaimCheck) -> list[str]:
    """The identifiers that stand where the payer wants one."""
    claim = check.claim
    match check.payer.contract_id_place:
        case "CN1":
            return [claim.contract.code] if claim.contract is not None and claim.contract.code else []
        case "REF*P4":
            return [item.value for item in claim.references if item.qualifier == "P4" and item.value]
        case "NTE*ADD":
            texts = [note.text.split() for note in claim.notes if note.code == "ADD"]
            return [word for words in texts for word in _of_note(words)]


def _of_note(words: list[str]) -> list[str]:
    """What stands behind our own mark; in a note without it, any word that is no lot number."""
    marked = [after for word, after in pairwise(words) if word == AGREEMENT_MARK]
    if marked:
        return marked
    lots = [after for word, after in pairwise(words) if word == LOT_MARK]
    return [word for word in words if word != LOT_MARK and word not in lots]
