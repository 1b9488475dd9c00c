"""A ledger of any size: that of a real night, each of its claims many times over.

The copies keep content, file and answers of their original, so the job finds in them what it finds in
real ones; ids, account numbers and keys are their own.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :copies) "
_OWN = {
    "encounters": {"id": "o.id + n * :step", "encounter": "o.encounter || '-' || n"},
    "patients": {"digest": "o.digest || '-' || n"},
    "claims": {
        "id": "o.id || '-' || n",
        "encounter_row": "o.encounter_row + n * :step",
        "encounter": "o.encounter || '-' || n",
        "patient": "o.patient || '-' || n",
        "live_key": "o.live_key || '-' || n",
        "live_drug_key": "o.live_drug_key || '-' || n",
        "replaces": "o.replaces || '-' || n",
        "patient_control_number": "o.patient_control_number || '-' || n",
    },
    "claim_patients": {"claim": "o.claim || '-' || n", "digest": "o.digest || '-' || n"},
    "claim_lines": {"claim": "o.claim || '-' || n"},
    "events": {"claim": "o.claim || '-' || n"},
}
"""What is a copy's own, by table; all else is as in the original."""


def multiply(ledger: Path, copies: int) -> None:
    """Add so many copies of every claim, with its encounter, child, lines and answers. No one may use it."""
    connection = sqlite3.connect(ledger)
    try:
        step = connection.execute("SELECT max(id) FROM encounters").fetchone()[0]
        for table, own in _OWN.items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            names = ", ".join(columns)
            values = ", ".join(own.get(name, f"o.{name}") for name in columns)
            only = " WHERE o.claim <> ''" if table == "events" else ""
            connection.execute(
                f"{_NUMBERS} INSERT INTO {table} ({names}) SELECT {values} FROM {table} AS o, numbers{only}",
                {"copies": copies, "step": step},
            )
        connection.commit()
        connection.execute("ANALYZE")
        connection.commit()
    finally:
        connection.close()
