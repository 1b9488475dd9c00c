"""What the ledger knows of a child's earlier claims."""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import Claim
from edi.protected import Protected
from validators.checks import CHANGES_ANOTHER, VOID, ClaimCheck
from validators.claim_fields import WHO_AND_WHEN, ClaimField, shown
from validators.prior_claims import EarlierClaim, PriorClaims, child_of_claim, child_of_record
from validators.registry import Fault, claim_rule

_FACILITY = ClaimField("type of bill", lambda one: one.facility_code, "2300", "CLM", None, "CLM05-1")
_VOIDED = "voided"


@claim_rule("drug-lifetime", source="FDA label: a single dose; FACTS B4", of_drug=True)
def drug_lifetime(check: ClaimCheck) -> Iterator[Fault]:
    """The drug is billed once in the life of a child.

    What: the ledger holds an open or paid claim for the child's drug to the same payer, or to any
    payer for another day of infusion, which this claim does not replace.
    Why: the therapy is given once; a second claim is a duplicate at best (CARC 18, 149).
    Fix: find the earlier claim; replace or void it instead of billing again.
    """
    number = check.references.get("F8", "")
    if check.is_void:
        if number:
            check.before.first(check.number, _VOIDED, check.payer.key, number)
        return
    if check.prior is None or not check.drug_lines:
        return
    child = child_of_record(check.encounter) if check.encounter is not None else ()
    child = child or child_of_claim(check.claim, check.site)
    own = check.encounter.id if check.encounter is not None else ""
    for earlier in check.prior.drug_claims(child, check.therapy.key, besides=own) if child else ():
        if _is_another(check, earlier) and not _is_withdrawn_here(check, earlier):
            yield Fault(
                "The child already has claim {earlier} for this drug.",
                check.claim_place("CLM", element="CLM01"),
                fields={"earlier": earlier.id},
                expected="no other live claim",
                found=earlier.id,
            )


def _is_another(check: ClaimCheck, earlier: EarlierClaim) -> bool:
    """Whether the earlier claim bills the drug a second time, and is not this claim or its like to another payer."""
    is_same_payer = earlier.payer == check.payer.key
    if check.encounter is not None:
        # the ledger takes one live claim for a place in the order of payers
        is_same_payer = is_same_payer or earlier.payer_order == check.payer_order
    elif is_same_payer and earlier.patient_control_number == check.claim.patient_control_number:
        return False
    days = earlier.infusion_date, check.infusion_date
    return is_same_payer or (None not in days and days[0] != days[1])


def _is_withdrawn_here(check: ClaimCheck, earlier: EarlierClaim) -> bool:
    """Whether this claim replaces the earlier one, or a claim before it in the file withdraws it."""
    if check.claim.frequency in CHANGES_ANOTHER and check.references.get("F8", "") in earlier.numbers:
        return True
    return any(check.before.has(_VOIDED, check.payer.key, number) for number in earlier.numbers)


@claim_rule("replacement-icn-stale", source="277CA status 495; RARC M47; FACTS A6")
def replacement_icn_stale(check: ClaimCheck) -> Iterator[Fault]:
    """A replacement names the newest number that the payer gave.

    What: REF*F8 is not the payer's newest number for the claim, of all that its answers gave.
    Why: the payer has put a newer claim in the place of that one, and refuses the old number (277CA 495).
    Fix: enter the newest number, from the last 835 (CLP07) or 277CA (REF*1K), in replaces.
    """
    number = check.references.get("F8", "")
    if check.prior is None or check.claim.frequency not in CHANGES_ANOTHER or not number:
        return
    newest = next((one.newest_number for one in _chain(check, check.prior) if one.newest_number), number)
    if newest != number:
        yield Fault(
            "The claim names an older number of the payer.",
            check.claim_place("REF", "F8", "REF02"),
            expected=Protected(newest),
            found=Protected(number),
        )


def _chain(check: ClaimCheck, prior: PriorClaims) -> list[EarlierClaim]:
    """The claims that this one may replace or withdraw, the newest first; without itself, where it was sent."""
    claim = check.claim
    found = prior.chain(claim.patient_control_number, check.references.get("F8", ""), check.payer.key)
    return [one for one in found if not _is_itself(check, prior, one)]


def _is_itself(check: ClaimCheck, prior: PriorClaims, earlier: EarlierClaim) -> bool:
    if earlier.frequency != check.claim.frequency:
        return False
    sent = prior.as_sent(earlier.id)
    return sent is None or sent == check.claim


@claim_rule("void-differs", source="X12 RFI on CLM05-3; the ledger; FACTS A6")
def void_differs(check: ClaimCheck) -> Iterator[Fault]:
    """A claim that withdraws another is about the same child, payer, provider and days.

    What: child, member id, payer, billing provider, statement dates or type of bill are not those of the
    claim that is withdrawn, as it was sent.
    Why: the payer does not find the claim, or withdraws another one.
    Fix: make the void from the claim as it was sent; correct the record only afterwards.
    """
    if check.prior is None or check.claim.frequency != VOID:
        return
    sent = _withdrawn(check, check.prior)
    if sent is None:
        return
    for field in (*WHO_AND_WHEN, _FACILITY):
        wanted, found = field.value(sent), field.value(check.claim)
        if wanted != found:
            yield Fault(
                "The void's {field} is not that of the claim it withdraws.",
                field.place(check.claim),
                fields={"field": field.words},
                expected=shown(wanted, field.is_protected),
                found=shown(found, field.is_protected),
            )


def _withdrawn(check: ClaimCheck, prior: PriorClaims) -> Claim | None:
    """The claim of the number in REF*F8, else the newest of the chain, as it was sent."""
    chain = [one for one in _chain(check, prior) if one.frequency != VOID]
    number = check.references.get("F8", "")
    named = [one for one in chain if number in one.numbers] or chain
    return prior.as_sent(named[0].id) if named else None
