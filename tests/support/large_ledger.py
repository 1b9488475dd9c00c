"""A ledger of any size: that of a real night, each of its claims many times over.

The copies keep content, file and answers of their original, so the job finds in them what it finds in
real ones; ids, account numbers and keys are their own.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from pipeline.config import Config
from samples.clearinghouse import Deny, Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_child
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

REAL_CLAIMS = 50
"""Claims of the real nights."""
ONE_DENIED: Mapping[int, Deny] = {2: Deny("252", remarks=("N395",))}
"""By default one real claim is denied, so that one in 50 is an open item."""

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


def put_real_claims(config: Config, denied: Mapping[int, Deny] = ONE_DENIED) -> None:
    """A night that sends the claims; their answers lie in the inbox for the next one."""
    put_encounters(config, "a.ndjson", [a_child(number) for number in range(1, REAL_CLAIMS + 1)])
    a_night(config)
    (data,) = outbox(config).values()
    said: dict[str, Pay | Deny] = {f"NGT{number:05d}": Pay() for number in range(1, REAL_CLAIMS + 1)}
    said |= {f"NGT{number:05d}": deny for number, deny in denied.items()}
    for answer in clearinghouse(data, Script(claims=said), as_of=NIGHT + dt.timedelta(days=1)):
        put_answer(config, answer.name, answer.data)


def a_large_ledger(folder: Path, claims: int, denied: Mapping[int, Deny] = ONE_DENIED) -> Config:
    """A workspace whose ledger has so many claims, a multiple of 50, all of them answered by some eight events.

    `denied` are the real claims, 1 to 50, that the payer denies: as many of each 50 are open items.
    """
    config = a_workspace(folder)
    put_real_claims(config, denied)
    a_night(config, NIGHT + dt.timedelta(days=2))
    multiply(config.ledger_path, claims // REAL_CLAIMS - 1)
    return config


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
    finally:
        connection.close()
