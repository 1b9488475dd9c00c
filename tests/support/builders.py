"""Builders of test data: clean encounters with one thing changed, workspaces, nights.

A test says what it is about (`an_encounter({"setting": "11"})`); the rest is a clean,
made-up child from `samples/encounters`.
"""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from edi.claim837i.model import Claim, TransactionHeader
from edi.claim837i.read import read_claims
from edi.claim837i.write import write_claims
from edi.envelope import read_document
from edi.writer import Envelope, write_interchange
from mapping.building import parties
from mapping.building.claim import build_claim
from mapping.building.request import BuiltClaim, ClaimRequest
from mapping.encounter import Encounter
from mapping.profile_store import ProfileStore

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples" / "encounters"
OUTPATIENT = "01-outpatient-medicaid"
INPATIENT = "02-inpatient-commercial"
NIGHT = dt.datetime(2026, 11, 16, 22, 0)
REMOVED = object()


def a_record(changes: Mapping[str, Any] | None = None, base: str = OUTPATIENT) -> dict[str, Any]:
    """A clean encounter as plain JSON, with the given paths changed (`coverages[0].member_id`)."""
    record: dict[str, Any] = json.loads((SAMPLES / f"{base}.json").read_text(encoding="utf-8"))
    for path, value in (changes or {}).items():
        set_path(record, path, value)
    return record


def set_path(record: Any, path: str, value: Any) -> None:
    """Set (or, with REMOVED, delete) one field of nested lists and objects."""
    *parents, last = [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", path)]
    for part in parents:
        record = record[part]
    if value is REMOVED:
        del record[last]
    else:
        record[last] = copy.deepcopy(value)


def an_encounter(changes: Mapping[str, Any] | None = None, base: str = OUTPATIENT) -> Encounter:
    return Encounter.model_validate(a_record(changes, base))


def a_request(
    encounter: Encounter,
    payer: Mapping[str, Any] | None = None,
    partner: Mapping[str, Any] | None = None,
    site: Mapping[str, Any] | None = None,
    **options: Any,
) -> ClaimRequest:
    """A request for the encounter's claim, with fields of the profiles changed."""
    profiles = ProfileStore()
    billed = encounter.coverages[options.get("payer_order", 0)].payer
    options.setdefault("payers", tuple(profiles.payer(coverage.payer) for coverage in encounter.coverages))
    return ClaimRequest(
        encounter=encounter,
        payer=profiles.payer(billed).model_copy(update=dict(payer or {})),
        partner=profiles.partner("test-clearinghouse").model_copy(update=dict(partner or {})),
        site=profiles.site(encounter.site).model_copy(update=dict(site or {})),
        product=profiles.product(encounter.therapy.product) if encounter.therapy else None,
        **options,
    )


def a_built_claim(
    changes: Mapping[str, Any] | None = None, base: str = OUTPATIENT, **options: Any
) -> BuiltClaim:
    return build_claim(a_request(an_encounter(changes, base), **options))


def a_file_of(*claims: Claim, control_number: int = 1) -> bytes:
    """One interchange of the claims, as the test clearinghouse gets it."""
    request = a_request(an_encounter())
    header = TransactionHeader(
        "0001", f"{control_number:09d}0001", NIGHT, parties.submitter(request), parties.receiver(request)
    )
    envelope = Envelope(
        "ZZ", "CHILDHOSP", "ZZ", "CLRHOUSE", "CHILDHOSP", "CLRHOUSE", "HC", "005010X223A2", "T", line_end="\n"
    )
    return write_interchange(
        envelope,
        [write_claims(header, claims)],
        control_number=control_number,
        group_control_number=control_number,
        at=NIGHT,
    )


def claims_of(data: bytes) -> list[Claim]:
    return [claim for transaction in read_document(data).transactions() for claim in read_claims(transaction)]


def a_child(number: int, **changes: Any) -> dict[str, Any]:
    """A clean record of one of many different children, each with ids of its own."""
    record = a_record()
    record["id"] = f"N{number:05d}"
    record["patient_control_number"] = f"NGT{number:05d}"
    record["patient"]["record_number"] = f"REC{number:05d}"
    record["coverages"][0]["member_id"] = f"MEM{number:07d}"
    for path, value in changes.items():
        set_path(record, path, value)
    return record
