"""What a claim and a line both have (PWK, HCP), and the small segments of a claim.

Source: 005010X223A2, loops 2300 and 2400.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from edi.claim837i.layouts import CN1, CRC, HCP, K3, NTE, PWK
from edi.claim837i.loops import Loop
from edi.claim837i.losses import Losses
from edi.claim837i.model.coordination import Repricing
from edi.claim837i.model.details import Attachment, ContractInformation, EpsdtReferral, Note
from edi.writer import SegmentValues

Segments = Iterator[SegmentValues]

_read_attachment = PWK.makes(Attachment)
_read_repricing = HCP.makes(Repricing)
_read_contract = CN1.makes(ContractInformation)
_read_file_information = K3.reads("text")
_read_note = NTE.makes(Note)
_read_epsdt_referral = CRC.makes(EpsdtReferral)


def read_attachments(loop: Loop, losses: Losses) -> tuple[Attachment, ...]:
    """PWK."""
    return tuple([_read_attachment(item, loop.id, losses) for item in loop.take_all("PWK")])


def write_attachments(attachments: Iterable[Attachment]) -> Segments:
    """PWK."""
    return (PWK.write(attachment) for attachment in attachments)


def read_repricing(loop: Loop, losses: Losses) -> Repricing | None:
    """HCP."""
    segment = loop.take("HCP")
    return _read_repricing(segment, loop.id, losses) if segment else None


def write_repricing(repricing: Repricing | None) -> Segments:
    """HCP."""
    if repricing is not None:
        yield HCP.write(repricing)


def read_contract(loop: Loop, losses: Losses) -> ContractInformation | None:
    """CN1."""
    segment = loop.take("CN1")
    return _read_contract(segment, loop.id, losses) if segment else None


def write_contract(contract: ContractInformation | None) -> Segments:
    """CN1."""
    if contract is not None:
        yield CN1.write(contract)


def read_file_information(loop: Loop, losses: Losses) -> tuple[str, ...]:
    """K3."""
    return tuple([_read_file_information(item, loop.id, losses) for item in loop.take_all("K3")])


def write_file_information(texts: Iterable[str]) -> Segments:
    """K3."""
    return (K3.write_values(text=text) for text in texts)


def read_notes(loop: Loop, losses: Losses) -> tuple[Note, ...]:
    """NTE."""
    return tuple([_read_note(item, loop.id, losses) for item in loop.take_all("NTE")])


def write_notes(notes: Iterable[Note]) -> Segments:
    """NTE."""
    return (NTE.write(note) for note in notes)


def read_epsdt_referral(loop: Loop, losses: Losses) -> EpsdtReferral | None:
    """CRC."""
    segment = loop.take("CRC")
    return _read_epsdt_referral(segment, loop.id, losses) if segment else None


def write_epsdt_referral(referral: EpsdtReferral | None) -> Segments:
    """CRC."""
    if referral is not None:
        yield CRC.write(referral)
