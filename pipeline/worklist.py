"""The worklist: every claim that needs somebody, by money and due date.

Built from the ledger each time, in any output: as objects for JSON, as rows for a table
or a sheet.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection

from edi.values import from_cents
from mapping.encounter import Encounter
from mapping.profile_store import ProfileError, ProfileStore
from pipeline.config import Config
from pipeline.denials.evidence import Evidence, claim_check_of, gather
from pipeline.denials.item import WorkItem, work_item
from pipeline.job import Job
from pipeline.ledger import answers, claims, encounters, files
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.store import Ledger
from pipeline.life import life_of
from pipeline.outbound.archived import ArchivedClaims
from pipeline.outbound.requests import claim_request
from pipeline.spreadsheets import neutral_cell
from validators.checks import EncounterCheck

_OPEN_STATES = ("rejected", "denied", "partly_paid")
COLUMNS = (
    "claim",
    "encounter",
    "payer",
    "state",
    "amount_at_risk",
    "cause",
    "score",
    "actions",
    "owner",
    "due",
    "codes",
    "steps",
    "evidence",
)


class WorkItems:
    """Builds the open items of a ledger."""

    def __init__(self, config: Config, ledger: Ledger, profiles: ProfileStore) -> None:
        self._config = config
        self._ledger = ledger
        self._profiles = profiles
        self._archived = ArchivedClaims(config.folders.archive_out)

    def open_items(self) -> list[WorkItem]:
        """All open items: most money first, then the nearest due date, then the claim id."""
        with self._ledger.reading() as connection:
            found = [self._item(connection, claim) for claim in claims.in_states(connection, _OPEN_STATES)]
        items = [item for item in found if item is not None]
        return sorted(
            items, key=lambda item: (-item.amount_at_risk_cents, item.due or dt.date.max, item.claim)
        )

    def _item(self, connection: Connection, claim: ClaimRow) -> WorkItem | None:
        life = life_of(answers.of_claim(connection, claim.id))
        payer = self._profiles.payer(claim.payer)
        return work_item(claim, life, payer, self._evidence(connection, claim))

    def _evidence(self, connection: Connection, claim: ClaimRow) -> Evidence:
        """The rules on the claim as it was sent; none where its file, record or profiles are gone."""
        sent = self._archived.claim(connection, claim)
        if sent is None:
            return Evidence.none()
        try:
            row = encounters.by_row(connection, claim.encounter_row)
            encounter = Encounter.model_validate(json.loads(row.content))
            payer = self._profiles.payer(claim.payer)
            request = claim_request(
                self._config,
                self._profiles,
                encounter,
                part=claim.part,
                payer_order=claim.payer_order,
                frequency=claim.frequency,
            )
        except (ValidationError, ProfileError):
            return Evidence.none()
        day = dt.date.fromisoformat(files.by_row(connection, claim.file).day)
        check = EncounterCheck(
            encounter, payer, request.site, request.product, day, payer_order=claim.payer_order
        )
        return gather(sent, request, claim_check_of(sent, request, check), check)


def as_row(item: WorkItem) -> dict[str, str]:
    """An item as one flat row of text: the first cause, codes and steps joined."""
    first = item.causes[0]
    codes = (f"{code.group}-{code.carc}" if code.carc else code.rarc or code.status for code in item.codes)
    return {
        "claim": item.claim,
        "encounter": item.encounter,
        "payer": item.payer,
        "state": item.state,
        "amount_at_risk": str(from_cents(item.amount_at_risk_cents)),
        "cause": first.cause.id,
        "score": f"{first.score:.2f}",
        "actions": " then ".join(item.actions),
        "owner": item.owner,
        "due": item.due.isoformat() if item.due else "",
        "codes": " ".join(dict.fromkeys(codes)),
        "steps": "; ".join(item.steps),
        "evidence": "; ".join(first.evidence),
    }


def as_csv(items: Iterable[WorkItem]) -> str:
    """The worklist as CSV; a cell that a spreadsheet would take for a formula is neutralised."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for item in items:
        writer.writerow({name: neutral_cell(value) for name, value in as_row(item).items()})
    return stream.getvalue()


def as_json(items: Iterable[WorkItem]) -> str:
    """The worklist as one JSON list."""
    content: list[dict[str, Any]] = [item.as_dict() for item in items]
    return json.dumps(content, indent=2)


def write_worklist(job: Job) -> None:
    """The worklist of the night as `reports/worklist.json` and `.csv`."""
    items = WorkItems(job.config, job.ledger, job.profiles).open_items()
    job.journal.counts["work_items"] = len(items)
    _write(job, job.config.folders.reports / "worklist.json", as_json(items) + "\n")
    _write(job, job.config.folders.reports / "worklist.csv", as_csv(items))


def _write(job: Job, path: Path, text: str) -> None:
    data = text.encode()
    if not path.is_file() or path.read_bytes() != data:
        job.steps.replace_file(path, data)
