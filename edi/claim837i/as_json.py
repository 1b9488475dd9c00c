"""Claims as JSON: every field of the records by its name, and the segments beside them on request.

What it holds is patient data: it is for whoever asked to read the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from edi.claim837i.model.claim import Claim
from edi.claim837i.model.details import LoopSegment
from edi.claim837i.model.transaction import TransactionHeader
from edi.plain import plain


def claim_as_json(claim: Claim, with_segments: bool = False) -> dict[str, Any]:
    """A claim. `unread` lists the segments that the record does not carry in full."""
    document: dict[str, Any] = {"segment_position": claim.place.segment_position, **plain(claim)}
    document["unread"] = segments_as_json(claim.unread)
    if with_segments:
        document["segments"] = segments_as_json(claim.segments)
    return document


def header_as_json(header: TransactionHeader) -> dict[str, Any]:
    """BHT, submitter and receiver."""
    document: dict[str, Any] = plain(header)
    return document


def segments_as_json(segments: Iterable[LoopSegment]) -> list[dict[str, Any]]:
    """Each segment with its loop, its position (ST = 1) and its text as it stands."""
    return [
        {
            "loop": item.loop,
            "segment": item.segment.id,
            "segment_position": item.segment.position,
            "text": item.segment.text,
        }
        for item in segments
    ]
