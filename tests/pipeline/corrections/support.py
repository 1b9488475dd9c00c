"""Claims that go out, are refused by the mock clearinghouse, are corrected, and come back paid."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edi.claim837i.model import Claim
from pipeline.config import Config, load_config
from pipeline.corrections.given import changes_of_arguments
from pipeline.corrections.plan import Order
from pipeline.corrections.run import Corrected
from pipeline.durable import DurableSteps
from pipeline.ledger import claims
from pipeline.ledger.claims import ClaimRow
from pipeline.ledger.store import Ledger
from pipeline.lock import run_lock
from pipeline.night import run_correction
from samples.clearinghouse import Outcome, Pay, Script
from samples.clearinghouse import answers as clearinghouse
from tests.support.builders import NIGHT, a_record, claims_of, set_path
from tests.support.nights import a_night, a_workspace, outbox, put_answer, put_encounters

ANSWERED = NIGHT + dt.timedelta(days=2)
CORRECTED = NIGHT + dt.timedelta(days=3)
PAID = NIGHT + dt.timedelta(days=5)
ACCOUNT = "RT0001"
ENCOUNTER = "R0001"
PAYER_ID = "PLAN01"

Answer = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Trip:
    """A claim that is refused for a cause, corrected, and paid.

    `base` is a clean sample, `record` what is wrong or special in it, `payer` the facts of its payer
    at first and `learned` those known later (None: no longer); `rules` only warn at first, as where a claim was made
    before the rule. `answer` changes the 835. `revision` is what the hospital sends before the
    correction; `given`, `asked` and `by` are what the analyst types.
    """

    cause: str
    outcome: Outcome
    base: str
    frequency: str
    record: Mapping[str, Any] = field(default_factory=dict)
    payer: Mapping[str, Any] = field(default_factory=dict)
    learned: Mapping[str, Any] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    answer: Answer | None = None
    revision: Mapping[str, Any] = field(default_factory=dict)
    given: tuple[str, ...] = ()
    asked: str | None = None
    by: str = ""
    extends: str = "state-medicaid"
    site: Mapping[str, str] = field(default_factory=dict)
    cured: Callable[[Claim], bool] = lambda claim: True
    name: str = ""


def write_payer(
    config: Config,
    facts: Mapping[str, Any],
    rules: tuple[str, ...] = (),
    extends: str = "state-medicaid",
    key: str = "plan",
) -> None:
    """A payer of the workspace's own, with facts and rules that only warn."""
    folder = config.ledger_path.parents[1] / "profiles" / "payers"
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'key = "{key}"', f'extends = "{extends}"', 'title = "A plan"', 'name = "PLAN"']
    lines.append(f'payer_id = "{PAYER_ID if key == "plan" else "PLAN02"}"')
    lines.append("[facts]")
    for name, value in facts.items():
        if value is None:
            continue
        lines.append(f'{name} = {{ value = {_toml(value)}, source = "a test", date = 2026-11-25 }}')
    lines.append("[rules]")
    lines += [f'{rule} = {{ severity = "warning", reason = "a test" }}' for rule in rules]
    (folder / f"{key}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _toml(value: Any) -> str:
    """A value on one line of TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value)


def a_plan_workspace(folder: Path, trip: Trip) -> Config:
    """A workspace whose payer and site are as the trip has them at first."""
    config = a_workspace(folder)
    write_payer(config, trip.payer, trip.rules, trip.extends)
    path = folder / "j3399.toml"
    path.write_text(path.read_text("utf-8") + '[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    return load_config(path)


def a_plan_record(trip: Trip) -> dict[str, Any]:
    """The clean sample with what is special, to the plan."""
    record = a_record(base=trip.base)
    record["id"], record["patient_control_number"] = ENCOUNTER, ACCOUNT
    record["coverages"][0]["payer"] = "plan"
    for path, value in trip.record.items():
        set_path(record, path, value)
    return record


def pick_up(config: Config) -> list[bytes]:
    """The files in the outbox, which is emptied as by the partner."""
    data = list(outbox(config).values())
    for path in config.folders.ready.iterdir():
        path.unlink()
    return data


def answer(
    config: Config, data: bytes, script: Script, now: dt.datetime, change: Answer | None = None
) -> dict[str, Any]:
    """The partner's answers taken in by a night."""
    for file in clearinghouse(data, script, now):
        put_answer(
            config, file.name, change(file.data) if change and file.name.startswith("835") else file.data
        )
    return a_night(config, now)


def rows(config: Config) -> list[ClaimRow]:
    """All claims of the ledger, in the order in which they went out."""
    ledger = Ledger.open_read_only(config.ledger, DurableSteps())
    try:
        with ledger.reading() as connection:
            return sorted(claims.all_claims(connection), key=lambda row: (row.file, row.position_in_file))
    finally:
        ledger.close()


def the_worklist(config: Config) -> list[dict[str, Any]]:
    """The items of the last night."""
    content: list[dict[str, Any]] = json.loads((config.folders.reports / "worklist.json").read_text("utf-8"))
    return content


def correct(
    config: Config,
    claim: str,
    *given: str,
    asked: str | None = None,
    by: str = "",
    now: dt.datetime = CORRECTED,
    steps: DurableSteps | None = None,
) -> Corrected:
    """The command, without its command line."""
    order = Order(claim, asked, tuple(changes_of_arguments(given)), by)
    steps = steps or DurableSteps()
    with run_lock(config.folders.state, steps):
        return run_correction(config, steps, now, order)


def refused_claim(folder: Path, trip: Trip) -> Config:
    """A workspace in which the trip's claim went out and was refused."""
    config = a_plan_workspace(folder, trip)
    put_encounters(config, "a.ndjson", [a_plan_record(trip)])
    summary = a_night(config)
    assert summary["counts"].get("claims_released"), summary["findings_by_rule"]
    (data,) = pick_up(config)
    accounts = {claim.patient_control_number for claim in claims_of(data)}
    answer(config, data, Script(dict.fromkeys(accounts, trip.outcome)), ANSWERED, trip.answer)
    return config


def pay_all(config: Config, data: bytes, now: dt.datetime = PAID) -> None:
    """The mock clearinghouse accepts and pays every claim of a file."""
    script = Script({claim.patient_control_number: Pay() for claim in claims_of(data)})
    answer(config, data, script, now)
