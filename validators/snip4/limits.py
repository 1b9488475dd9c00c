"""Room that is smaller than the tables say: the account number, and the notes."""

from __future__ import annotations

from collections.abc import Iterator

from validators.checks import ClaimCheck
from validators.registry import Fault, claim_rule

_LONGEST_ACCOUNT = 20
_LONGEST_NOTE = 80
_CLAIM_LOOP, _BILLING_NOTE = "2300", "ADD"


@claim_rule("claim-id-length", source="X12 RFI 525 and 535: receivers keep twenty characters; FACTS A4")
def claim_id_length(check: ClaimCheck) -> Iterator[Fault]:
    """The account number comes back whole, and names one claim.

    What: CLM01 is longer than twenty characters, or another claim of the file has it with the same payer,
    frequency and dates.
    Why: payers cut what is longer, and answers to two claims of one number cannot be told apart.
    Fix: bill under an account number of at most twenty characters that names this claim alone.
    """
    claim = check.claim
    number = claim.patient_control_number
    if len(number) > _LONGEST_ACCOUNT:
        yield Fault(
            "The account number has {length} characters; payers keep {longest}.",
            claim.first_place(_CLAIM_LOOP, "CLM", element="CLM01"),
            fields={"length": len(number), "longest": _LONGEST_ACCOUNT},
            expected=f"at most {_LONGEST_ACCOUNT} characters",
            found=f"{len(number)} characters",
        )
    key = (number, claim.payer.id, claim.frequency, claim.statement_from, claim.statement_through)
    earlier = check.before.first(check.number, "claim-id", *key)
    if earlier is not None:
        yield Fault(
            "An earlier claim of the file has this account number, payer, frequency and dates.",
            claim.first_place(_CLAIM_LOOP, "CLM", element="CLM01"),
            expected="one claim a number",
            found=earlier.words(),
        )


@claim_rule("note-budget", source="005010X223A2, NTE; FACTS A4")
def note_budget(check: ClaimCheck) -> Iterator[Fault]:
    """Notes fit into the room that the guide gives them.

    What: a note is longer than 80 characters, or there is more than one billing note (NTE*ADD).
    Why: the file is rejected (999 IK403 5, IK304 5), and what is cut off may be the agreement or the lot.
    Fix: shorten the text, or send it as an attachment; put a second billing note into a claim note.
    """
    billing_notes = 0
    for loop, segment in check.segments.get("NTE", ()):
        length = len(segment.element(2))
        if length > _LONGEST_NOTE:
            yield Fault(
                "A note has {length} characters.",
                check.place_of((loop, segment), "NTE02"),
                fields={"length": length},
                expected=f"at most {_LONGEST_NOTE} characters",
                found=f"{length} characters",
            )
        billing_notes += loop == _CLAIM_LOOP and segment.element(1) == _BILLING_NOTE
        if billing_notes > 1 and segment.element(1) == _BILLING_NOTE:
            yield Fault(
                "The claim has another billing note already.",
                check.place_of((loop, segment), "NTE01"),
                expected="one NTE*ADD",
                found=f"number {billing_notes}",
            )
