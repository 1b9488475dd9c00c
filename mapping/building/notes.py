"""Notes within their budget: 80 characters a note, one billing note (NTE*ADD) a claim.

What matters most comes first. What does not fit is a finding and is never cut.
Source: FACTS A4 (NTE), C28.
"""

from __future__ import annotations

from collections.abc import Iterator

from edi.claim837i.model import Note
from edi.finding import Finding
from mapping.building.request import ClaimRequest, Notebook
from mapping.rule_keys import NOTE_BUDGET

AGREEMENT_MARK = "OBA"
"""What stands in a note before the identifier of an outcomes-based agreement."""
LOT_MARK = "LOT"
"""The same for the lot of a kit."""
_WIDTH = 80
_CLAIM_NOTES = 10


def notes(request: ClaimRequest, notebook: Notebook) -> tuple[Note, ...]:
    """The claim notes (NTE*UPI) and the billing note (NTE*ADD): agreement, lot, then free text."""
    pieces = list(_pieces(request, notebook))
    billing, rest = _fill(pieces)
    claim_notes: list[str] = []
    while rest and len(claim_notes) < _CLAIM_NOTES:
        text, left = _fill(rest)
        if not text:
            break
        claim_notes.append(text)
        rest = left
    for path, _ in rest:
        _does_not_fit(path, notebook)
    result = [Note("UPI", text) for text in claim_notes]
    return tuple([*result, Note("ADD", billing)] if billing else result)


def _pieces(request: ClaimRequest, notebook: Notebook) -> Iterator[tuple[str, str]]:
    """What the notes say, most important first, each with the field it comes from."""
    encounter = request.encounter
    if (
        request.carries_drug
        and encounter.contract is not None
        and request.payer.contract_id_place == "NTE*ADD"
    ):
        agreement = notebook.id(encounter.contract.agreement_id, "contract.agreement_id")
        yield "contract.agreement_id", f"{AGREEMENT_MARK} {agreement}"
    if encounter.therapy is not None and request.carries_drug and request.payer.lot_in_note:
        for number, kit in enumerate(encounter.therapy.kits):
            if kit.lot:
                path = f"therapy.kits[{number}].lot"
                yield path, f"{LOT_MARK} {notebook.id(kit.lot, path)}"
    for number, text in enumerate(encounter.notes):
        yield f"notes[{number}]", notebook.text(text, f"notes[{number}]")


def _fill(pieces: list[tuple[str, str]]) -> tuple[str, list[tuple[str, str]]]:
    """One note from the first pieces that fit, and the pieces that are left."""
    text = ""
    for number, (_, piece) in enumerate(pieces):
        longer = f"{text} {piece}".strip()
        if len(longer) > _WIDTH:
            return text, pieces[number:]
        text = longer
    return text, []


def _does_not_fit(path: str, notebook: Notebook) -> None:
    finding = Finding.of(
        NOTE_BUDGET,
        "{path} does not fit into the notes of the claim.",
        fields={"path": path},
        expected=f"at most {_WIDTH} characters a note",
        fix="Shorten the text, or send it as an attachment.",
    )
    notebook.add(finding, path)
