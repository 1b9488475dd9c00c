"""The worklist as people and programs take it: rows, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from edi.values import from_cents
from pipeline.denials.item import WorkItem
from pipeline.spreadsheets import neutral_cell

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
