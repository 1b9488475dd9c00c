"""The shapes a claim can take, made from `shapes.toml`: one 837I file each, the same bytes every time."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from edi.claim837i import VERSION
from edi.claim837i.model import TransactionHeader
from edi.claim837i.write import write_claims
from edi.finding import Finding
from edi.writer import Envelope, write_interchange
from mapping.building import parties
from mapping.building.claim import build_claim
from mapping.building.parts import frequency_of, parts_of
from mapping.building.request import ClaimRequest, separators_of
from mapping.encounter import Encounter
from mapping.profile_models import SiteLocation
from mapping.profile_store import ProfileStore
from samples.play import SAMPLES

TABLE = SAMPLES / "shapes.toml"
WRITTEN = dt.datetime(2026, 11, 16, 22, 0)
_PARTNER = "test-clearinghouse"
_LOCATIONS = {
    "pavilion": SiteLocation.model_validate(
        {
            "name": "INFUSION PAVILION",
            "npi": "1245319599",
            "address": {
                "lines": ["9 SIDE STREET"],
                "city": "ANYTOWN",
                "state": "TX",
                "postal_code": "750010009",
            },
        }
    )
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One row of the table."""

    name: str
    shows: str
    base: str
    record: dict[str, Any] = field(default_factory=dict)
    payer: dict[str, Any] = field(default_factory=dict)
    site: dict[str, Any] = field(default_factory=dict)
    payer_order: int = 0


def shapes() -> list[Shape]:
    """All rows, in their order."""
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))["shape"]
    return [Shape(**row) for row in rows]


def requests_of(shape: Shape) -> list[ClaimRequest]:
    """The claims that a shape becomes: one, or stay and drug."""
    record = json.loads((SAMPLES / "encounters" / f"{shape.base}.json").read_text(encoding="utf-8"))
    for path, value in shape.record.items():
        _set(record, path, value)
    encounter, profiles = Encounter.model_validate(record), ProfileStore()
    payers = tuple(profiles.payer(coverage.payer) for coverage in encounter.coverages)
    whole = ClaimRequest(
        encounter=encounter,
        payer=payers[shape.payer_order].model_copy(update=shape.payer),
        partner=profiles.partner(_PARTNER),
        site=profiles.site(encounter.site).model_copy(update={"locations": _LOCATIONS, **shape.site}),
        product=profiles.product(encounter.therapy.product) if encounter.therapy else None,
        payer_order=shape.payer_order,
        payers=payers,
    )
    return [
        replace(whole, part=part, frequency=frequency_of(encounter, part, shape.payer_order))
        for part in parts_of(encounter, whole.payer, whole.product)
    ]


def file_of(number: int, shape: Shape) -> tuple[bytes, list[Finding]]:
    """The file of a shape, and what was found while its claims were built."""
    requests = requests_of(shape)
    built = [build_claim(request) for request in requests]
    partner = requests[0].partner
    header = TransactionHeader(
        control_number="0001",
        reference=f"{number:09d}0001",
        created=WRITTEN,
        submitter=parties.submitter(requests[0]),
        receiver=parties.receiver(requests[0]),
    )
    envelope = Envelope(
        sender_qualifier=partner.isa.sender_qualifier,
        sender=partner.isa.sender,
        receiver_qualifier=partner.isa.receiver_qualifier,
        receiver=partner.isa.receiver,
        application_sender=partner.gs.sender,
        application_receiver=partner.gs.receiver,
        functional_id="HC",
        version=VERSION,
        usage="T",
        separators=separators_of(partner),
        line_end=partner.file.line_end,
    )
    data = write_interchange(
        envelope,
        [write_claims(header, [one.claim for one in built])],
        control_number=number,
        group_control_number=number,
        at=WRITTEN,
    )
    return data, [finding for one in built for finding in one.findings]


def write_shapes(folder: Path) -> None:
    """All files of the table, into a folder."""
    for number, shape in enumerate(shapes(), start=1):
        (folder / f"{shape.name}.x12").write_bytes(file_of(number, shape)[0])


def _set(record: Any, path: str, value: Any) -> None:
    *parents, last = list(_steps(path))
    for step in parents:
        record = record[step]
    record[last] = value


def _steps(path: str) -> Iterator[str | int]:
    for part in re.findall(r"[^.\[\]]+", path):
        yield int(part) if part.isdigit() else part
