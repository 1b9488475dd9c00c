"""SNIP type 7: what one payer asks for beyond the guide, from its profile."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule


@claim_rule("payer-contract-id", source="payers' outcomes-based agreements; FACTS C28")
def payer_contract_id(check: ClaimCheck) -> Iterator[Fault]:
    """A claim under an outcomes-based agreement says so.

    What: the payer has an agreement on the drug, and the claim carries no identifier where the
    profile puts it (NTE*ADD, CN1 or REF*P4).
    Why: without it the payer cannot link the claim to the agreement, and may hold or deny it.
    Fix: enter contract.agreement_id in the encounter.
    """
    if not check.drug_lines or not check.payer.requires_contract_id:
        return
    claim, place = check.claim, check.payer.contract_id_place
    carried = {
        "NTE*ADD": any(note.code == "ADD" and "OBA " in note.text for note in claim.notes),
        "CN1": claim.contract is not None and bool(claim.contract.code),
        "REF*P4": bool(claim.reference("P4")),
    }
    if not carried[place]:
        segment, _, qualifier = place.partition("*")
        yield Fault(
            "The claim carries no agreement identifier.",
            check.claim_place(segment, qualifier or None),
            expected=f"the identifier in {place}",
            found="none",
        )
