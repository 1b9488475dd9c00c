"""The worklist as people and programs take it: rows, CSV, JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from edi.values import from_cents
from pipeline.denials.item import WorkItem
from pipeline.spreadsheets import neutral_cell
from pipeline.worklist.decisions import Entry
from pipeline.worklist.totals import cause_of

COLUMNS = (
    "key",
    "kind",
    "claim",
    "encounter",
    "payer",
    "state",
    "stage",
    "amount_at_risk",
    "cause",
    "score",
    "actions",
    "owner",
    "due",
    "deadline",
    "codes",
    "steps",
    "evidence",
    "hidden",
    "decision",
)


def as_row(entry: Entry) -> dict[str, str]:
    """An item as one flat row of text: the first cause, codes and steps joined."""
    item = entry.item
    first = item.causes[0] if item.causes else None
    return {
        "key": item.key,
        "kind": item.kind,
        "claim": item.claim,
        "encounter": item.encounter,
        "payer": item.payer,
        "state": item.state,
        "stage": item.stage,
        "amount_at_risk": str(from_cents(item.amount_at_risk_cents)),
        "cause": cause_of(item),
        "score": f"{first.score:.2f}" if first else "",
        "actions": " then ".join(item.actions),
        "owner": item.owner,
        "due": item.due.isoformat() if item.due else "",
        "deadline": item.deadline,
        "codes": codes_of(item),
        "steps": "; ".join(item.steps),
        "evidence": "; ".join(first.evidence) if first else "; ".join(item.facts),
        "hidden": "yes" if entry.is_hidden else "",
        "decision": entry.words(),
    }


def codes_of(item: WorkItem) -> str:
    """The codes of the answer, each once, with the element of ours that is meant: `CO-252, IK403:7 at CLM05-3`."""
    return ", ".join(dict.fromkeys(code.name for code in item.codes))


def as_csv(entries: Iterable[Entry]) -> str:
    """The worklist as CSV; a cell that a spreadsheet would take for a formula is neutralised."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        writer.writerow({name: neutral_cell(value) for name, value in as_row(entry).items()})
    return stream.getvalue()


def as_json(entries: Sequence[Entry]) -> str:
    """The worklist as one JSON list."""
    return json.dumps([entry.as_dict() for entry in entries], indent=2)
